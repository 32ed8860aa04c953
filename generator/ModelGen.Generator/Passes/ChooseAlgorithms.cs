using ModelGen.Generator.Graphs;
using ModelGen.Generator.Kernels;
using ModelGen.Generator.Ops;

namespace ModelGen.Generator.Passes;

/// <summary>Marks the convolutions that are faster by another algorithm than the direct one. Inference only: filters are transformed once, when weights are loaded.</summary>
internal static class ChooseAlgorithms
{
    /// <summary>The attribute of <c>Conv2d</c> that says it.</summary>
    public const string Attribute = "algorithm";

    /// <summary>Winograd's F(m×m, 3×3): this with m behind it.</summary>
    public const string Winograd = "winograd";

    public static Graph Run(Graph graph) => GraphRewriter.Rewrite(graph, (rewriter, node) =>
        node.Is(OpNames.Conv2d) && WinogradConvolution.BestTile(graph[node.Inputs[1]].Shape, node.Shape, node.Attributes) is int tile
            ? rewriter.Builder.Add(node.Op, [.. node.Inputs.Select(i => rewriter[i])], node.Attributes.With(Attribute, $"{Winograd}{tile}"), node.Name)
            : null);

    /// <summary>The m of Winograd's algorithm that was chosen for a convolution; null for the direct one.</summary>
    public static int? WinogradTile(AttributeMap attributes) => attributes.Word(Attribute, "") switch
    {
        Winograd + "4" => 4,
        Winograd + "2" => 2,
        _ => null,
    };
}
