using ModelGen.Generator.Graphs;
using ModelGen.Generator.Kernels;
using ModelGen.Generator.Ops;

namespace ModelGen.Generator.Passes;

/// <summary>
/// Marks the convolutions that another algorithm than the direct one computes: as their layers say, else those that are faster so, unless the network is not to be optimized for speed.
/// Inference only: filters are transformed once, when weights are loaded.
/// </summary>
internal static class ChooseAlgorithms
{
    /// <summary>The attribute of <c>Conv2d</c> with what the user wants; nodes have it where that is not <see cref="Auto"/>.</summary>
    public const string Wish = "algorithm";

    public const string Auto = "auto";
    public const string Direct = "direct";
    public const string Winograd2 = "winograd2";
    public const string Winograd4 = "winograd4";

    /// <summary>The attribute of <c>Conv2d</c> with what is done: the m of Winograd's F(m×m, 3×3). Nodes without it are computed directly.</summary>
    public const string Tile = "winogradTile";

    public static Graph Run(Graph graph, CompilerOptions options) => GraphRewriter.Rewrite(graph, (rewriter, node) =>
        node.Is(OpNames.Conv2d) && Choose(graph, node, options.Optimize) is int tile
            ? rewriter.Builder.Add(node.Op, [.. node.Inputs.Select(i => rewriter[i])], node.Attributes.With(Tile, tile), node.Name)
            : null);

    /// <summary>The m of Winograd's algorithm that was chosen for a convolution; null for the direct one.</summary>
    public static int? WinogradTile(AttributeMap attributes) => attributes.TryGet(Tile, out AttributeValue tile) ? tile.Int : null;

    /// <summary>The m of the Winograd algorithm that a word asks for; null for the other words.</summary>
    public static int? TileOf(string wish) => wish switch
    {
        Winograd4 => 4,
        Winograd2 => 2,
        _ => null,
    };

    private static int? Choose(Graph graph, Node node, Optimization optimize) => node.Attributes.Word(Wish, Auto) switch
    {
        Auto when optimize == Optimization.Speed => WinogradConvolution.BestTile(graph[node.Inputs[1]].Shape, node.Shape, node.Attributes),
        string wish => TileOf(wish),
    };
}
