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

    /// <summary>The attribute of <c>Conv2d</c> with what is done: the m of Winograd's F(m×m, r×r), r being the filters' height and width. Nodes without it are computed directly.</summary>
    public const string TileSize = "winogradTile";

    public static Graph Run(Graph graph, CompilerOptions options) => GraphRewriter.Rewrite(graph, (rewriter, node) =>
        node.Is(OpNames.Conv2d) && Choose(graph, node, options.Optimize) is int size
            ? rewriter.Builder.Add(node.Op, [.. node.Inputs.Select(i => rewriter[i])], node.Attributes.With(TileSize, size), node.Name)
            : null);

    /// <summary>Whether Winograd's algorithm was chosen for a convolution.</summary>
    public static bool IsWinograd(AttributeMap attributes) => attributes.TryGet(TileSize, out _);

    /// <summary>The form of Winograd's algorithm that was chosen for a convolution with these filters; null for direct sums.</summary>
    public static WinogradTile? TileOf(AttributeMap attributes, Shape filters) =>
        attributes.TryGet(TileSize, out AttributeValue size) ? WinogradTile.All.Single(t => t.Size == size.Int && t.Taps == filters[2]) : null;

    /// <summary>The forms of Winograd's algorithm that a word asks for, for kernels of different sizes; none for the other words.</summary>
    public static IEnumerable<WinogradTile> FormsOf(string wish) => WinogradTile.All.Where(t => t.Size == SizeOf(wish));

    // The m that a word asks for.
    private static int? SizeOf(string wish) => wish switch
    {
        Winograd4 => 4,
        Winograd2 => 2,
        _ => null,
    };

    private static int? Choose(Graph graph, Node node, Optimization optimize) => node.Attributes.Word(Wish, Auto) switch
    {
        Auto when optimize == Optimization.Speed => WinogradTile.Best(graph[node.Inputs[1]].Shape, node.Shape, node.Attributes)?.Size,
        string wish => SizeOf(wish),
    };
}
