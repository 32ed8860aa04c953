using ModelGen.Generator.Graphs;
using ModelGen.Generator.Ops;

namespace ModelGen.Generator.Passes;

/// <summary>Leaves dropout and noise out of inference, where they do nothing.</summary>
internal static class RemoveDropout
{
    public static Graph Run(Graph graph) => GraphRewriter.Rewrite(graph, (rewriter, node) =>
        node.Op is OpNames.Dropout or OpNames.GaussianNoise ? rewriter[node.Inputs[0]] : null);
}
