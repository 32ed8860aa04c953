using ModelGen.Generator.Graphs;
using ModelGen.Generator.Kernels;
using ModelGen.Generator.Model;
using ModelGen.Generator.Ops;

namespace ModelGen.Generator.Passes;

/// <summary>
/// Marks the convolutions that another algorithm than the direct one computes: as their layers say, else those that are faster so, unless the network is not to be optimized for speed.
/// For inference, filters are transformed once, when weights are loaded; in training a node does it in each step (<see cref="Ops.WinogradFilters"/>), for the pass backwards too.
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

    /// <summary>In training, the samples whose tiles are taken together; see <see cref="WinogradTile.SamplesTogether"/>.</summary>
    public const string Together = "winogradSamples";

    /// <summary>The same for a graph whose filters change, forward and backward.</summary>
    /// <param name="batch">The most samples.</param>
    public static Graph ForTraining(Graph graph, CompilerOptions options, int batch)
    {
        // What a layer says holds for its gradient, which has its name.
        var wishes = graph.Nodes.Where(n => n.Is(OpNames.Conv2d) && n.Attributes.Word(Wish, Auto) != Auto)
            .GroupBy(n => n.Name, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.First().Attributes.Word(Wish, Auto), StringComparer.Ordinal);
        return GraphRewriter.Rewrite(graph, (rewriter, node) =>
        {
            if (node.Is(OpNames.ConvWeightGradient) && FormOfGradient(node) is { } gradient)
            {
                int points = rewriter.Builder.Add(OpNames.WinogradWeightGradient, [.. node.Inputs.Select(i => rewriter[i])], node.Attributes.With(TileSize, gradient.Size), node.Name);
                return rewriter.Builder.Add(OpNames.FilterGradients, [points], AttributeMap.Empty, node.Name);
            }
            if (!node.Is(OpNames.Conv2d) || Form(node) is not { } form)
                return null;
            Node filters = graph[node.Inputs[1]];
            bool turned = filters.Is(OpNames.TransposeFilters);
            int source = rewriter[turned ? filters.Inputs[0] : filters.Id];
            int transformed = rewriter.Builder.Add(OpNames.WinogradFilters, [source], AttributeMap.Of(("size", form.Size), ("stride", form.Stride), ("turned", turned)), node.Name);
            AttributeMap attributes = node.Attributes.With(TileSize, form.Size).With(Together, form.SamplesTogether(node.Shape, batch));
            return rewriter.Builder.Add(node.Op, [rewriter[node.Inputs[0]], transformed, .. node.Inputs.Skip(2).Select(i => rewriter[i])], attributes, node.Name);
        });

        WinogradTile? FormOfGradient(Node node) => options.Optimize == Optimization.Speed && (!wishes.TryGetValue(node.Name, out string wish) || wish != Direct)
            ? WinogradTile.BestForWeights(node.Shape, graph[node.Inputs[1]].Shape, node.Attributes, batch) : null;

        WinogradTile? Form(Node node)
        {
            Node filters = graph[node.Inputs[1]];
            if (!filters.Is(OpNames.Parameter) && !filters.Is(OpNames.TransposeFilters))
                return null;
            if (wishes.TryGetValue(node.Name, out string wish))
                return FormsOf(wish).FirstOrDefault(f => f.CanCompute(filters.Shape[2], filters.Shape[3], node.Attributes));
            return options.Optimize == Optimization.Speed ? WinogradTile.BestForTraining(filters.Shape, node.Shape, node.Attributes, batch) : null;
        }
    }

    /// <summary>Whether Winograd's algorithm was chosen for a convolution.</summary>
    public static bool IsWinograd(AttributeMap attributes) => attributes.TryGet(TileSize, out _);

    /// <summary>The form of Winograd's algorithm that was chosen for a convolution with these filters; null for direct sums.</summary>
    public static WinogradTile? TileOf(AttributeMap attributes, Shape filters) =>
        attributes.TryGet(TileSize, out AttributeValue size) ? WinogradTile.Of(size.Int, filters[2], attributes.Ints("stride")[0]) : null;

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
