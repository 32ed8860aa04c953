using ModelGen.Generator.Graphs;

namespace ModelGen.Generator.Passes;

/// <summary>Leaves dropout out of inference, where it does nothing.</summary>
internal static class RemoveDropout
{
    public static Graph Run(Graph graph) => GraphRewriter.Rewrite(graph, (rewriter, node) =>
        node.Is(OpNames.Dropout) ? rewriter[node.Inputs[0]] : null);
}
