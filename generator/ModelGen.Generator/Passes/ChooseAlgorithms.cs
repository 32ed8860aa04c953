using ModelGen.Generator.Graphs;
using ModelGen.Generator.Kernels;
using ModelGen.Generator.Ops;

namespace ModelGen.Generator.Passes;

/// <summary>Marks the convolutions that are faster by another algorithm than the direct one. Inference only: filters are transformed once, when weights are loaded.</summary>
internal static class ChooseAlgorithms
{
    /// <summary>The attribute of <c>Conv2d</c> that says it.</summary>
    public const string Attribute = "algorithm";

    public const string Winograd = "winograd";

    public static Graph Run(Graph graph) => GraphRewriter.Rewrite(graph, (rewriter, node) =>
        node.Is(OpNames.Conv2d) && WinogradConvolution.Suits(graph[node.Inputs[1]].Shape, node.Shape, node.Attributes)
            ? rewriter.Builder.Add(node.Op, [.. node.Inputs.Select(i => rewriter[i])], node.Attributes.With(Attribute, Winograd), node.Name)
            : null);
}
