using ModelGen.Generator.Graphs;
using ModelGen.Generator.Layouts;
using ModelGen.Generator.Machine;
using ModelGen.Generator.Scheduling;

namespace ModelGen.Generator.Kernels;

/// <summary>One form of Winograd's algorithm: F(m×m, r×r) computes m×m results of an r×r filter from a patch of inputs, (m + r − 1)² without strides, with one product for each point, and there are as many points as inputs.</summary>
/// <param name="Size">m, results down and across.</param>
/// <param name="Taps">r, taps of the filter down and across.</param>
/// <param name="Stride">Of the convolution, down and across.</param>
internal sealed record WinogradTile(int Size, int Taps, int Stride = 1)
{
    private double TransformCyclesPerPoint => Stride == 1 ? WinogradCosts.TransformCyclesPerPoint : WinogradCosts.StridedTransformCyclesPerPoint;

    /// <summary>The forms that the runtime has.</summary>
    public static IReadOnlyList<WinogradTile> All { get; } = [new(4, 3), new(2, 3), new(2, 5), new(2, 3, 2)];

    /// <summary>The form with tiles of so many results for filters of so many taps and with such a stride, each down and across.</summary>
    public static WinogradTile Of(int size, int taps, int stride) => All.Single(t => t.Size == size && t.Taps == taps && t.Stride == stride);

    /// <summary>Inputs of a patch, down and across.</summary>
    public int Patch => Stride * (Size - 1) + Taps;

    /// <summary>Products of a tile, which are products of matrices where there are many channels.</summary>
    public int Points => Patch * Patch;

    /// <summary>Different filters of the products, down and across. With a stride the points of the odd inputs, which are the last, share the middle tap.</summary>
    private int FiltersAcross => Stride == 1 ? Patch : Size + 2;

    /// <summary>Different filters of the products: the transformed filters of a layer are so many matrices.</summary>
    public int Filters => FiltersAcross * FiltersAcross;

    /// <summary>C# for the number of a point's filter.</summary>
    public string FilterOf(string point) => Stride == 1 ? point : FormattableString.Invariant(
        $"Math.Min({point} / {Patch}, {FiltersAcross - 1}) * {FiltersAcross} + Math.Min({point} % {Patch}, {FiltersAcross - 1})");

    /// <summary>The type of the runtime with the transforms.</summary>
    public string Type => FormattableString.Invariant($"WinogradF{Size}x{Taps}{(Stride > 1 ? $"By{Stride}" : "")}");

    /// <summary>The algorithm in the literature's notation.</summary>
    public string Form => FormattableString.Invariant($"F({Size}×{Size}, {Taps}×{Taps}){(Stride > 1 ? $" of stride {Stride}" : "")}");

    /// <summary>Tiles of an image.</summary>
    public int TilesOf(int height, int width) => Layout.DivideUp(height, Size) * Layout.DivideUp(width, Size);

    /// <summary>Whether a convolution is one that this form computes.</summary>
    public bool CanCompute(int kernelHeight, int kernelWidth, AttributeMap attributes) => kernelHeight == Taps && kernelWidth == Taps
        && attributes.Int("groups") == 1 && attributes.Ints("stride").All(s => s == Stride) && attributes.Ints("dilation").All(d => d == 1);

    /// <summary>Samples of a training batch whose tiles are taken together, where those of one are few; 0 where each is taken alone.</summary>
    public int SamplesTogether(Shape output, int batch)
    {
        int tiles = TilesOf(output[1], output[2]);
        return tiles >= WinogradCosts.ManyTiles || batch < Scheduler.LeastSamples ? 0 : Math.Min(Layout.DivideUp(batch, 2), Math.Max(1, (WinogradCosts.ColumnsTogether + tiles / 2) / tiles));
    }

    /// <summary>The same as <see cref="Best"/> for steps of training, in each of which filters are transformed for all samples of a batch.</summary>
    public static WinogradTile? BestForTraining(Shape filters, Shape output, AttributeMap attributes, int batch) => Best(filters, output, attributes, batch, filtersChange: true);

    /// <summary>
    /// The form that computes a convolution faster than <see cref="ConvolveChannels"/>; null where none does, or the layer is not one that they can do. Compares cycles: multiply-adds, the
    /// transforms, as measured, and what it takes to fetch the filters, up to four times as many, from memory, which goes on meanwhile.
    /// </summary>
    public static WinogradTile? Best(Shape filters, Shape output, AttributeMap attributes) => Best(filters, output, attributes, batch: 1, filtersChange: false);

    /// <summary>The form that computes the gradient with respect to these filters, of gradients like <paramref name="output"/>, faster than direct sums over a batch; null where none does.</summary>
    public static WinogradTile? BestForWeights(Shape filters, Shape output, AttributeMap attributes, int batch)
    {
        if (filters[1] < Layout.Block)
            return null;
        double weights = WeightsOf(filters);
        return Fastest(filters, output, attributes, (double)batch * output[1] * output[2] * filters[2] * filters[3] * weights / Processor.ProductsPerCycle / WinogradCosts.DirectShare, tile =>
        {
            double tiles = (double)batch * tile.TilesOf(output[1], output[2]);
            return tile.Taps != 3 || tile.Stride > 1 ? double.PositiveInfinity
                : tile.Points * (tiles * (weights / Processor.ProductsPerCycle + BlocksOf(filters) * tile.TransformCyclesPerPoint) + weights * WinogradCosts.SumCyclesPerPoint);
        });
    }

    private static WinogradTile? Best(Shape filters, Shape output, AttributeMap attributes, int batch, bool filtersChange)
    {
        double weights = WeightsOf(filters);
        return Fastest(filters, output, attributes, batch * Cycles(output[1] * output[2], filters[2] * filters[3], filters[2] * filters[3], 0), tile =>
        {
            int together = filtersChange ? Math.Max(1, tile.SamplesTogether(output, batch)) : 1;
            int tiles = tile.TilesOf(output[1], output[2]) * together;
            return (double)batch / together * Cycles(tiles, tile.Points, tile.Filters, tiles * BlocksOf(filters) * tile.Points * tile.TransformCyclesPerPoint)
                + (filtersChange ? tile.Filters * weights * WinogradCosts.FilterCyclesPerPoint : 0);
        });

        double Cycles(int columns, int points, int matrices, double transforms) =>
            Math.Max(columns * points * weights / Processor.ProductsPerCycle + transforms, matrices * sizeof(float) * weights / Processor.BytesPerCycle);
    }

    // The form with the fewest cycles, if they are clearly fewer than those of direct sums.
    private static WinogradTile? Fastest(Shape filters, Shape output, AttributeMap attributes, double direct, Func<WinogradTile, double> cyclesOf)
    {
        if (ConvolutionChoice.Prefers(filters, output, groups: 1, strideX: 1) != LayoutPreference.Blocked)
            return null;
        double least = WinogradCosts.LargestShare * direct;
        WinogradTile? best = null;
        foreach (WinogradTile tile in All.Where(t => t.CanCompute(filters[2], filters[3], attributes)))
        {
            double cycles = cyclesOf(tile);
            (best, least) = cycles <= least ? (tile, cycles) : (best, least);
        }
        return best;
    }

    // Weights of one tap, with lanes that belong to no output channel.
    private static double WeightsOf(Shape filters) => (double)filters[1] * Layout.RoundUp(filters[0], Layout.Block);

    // Blocks of channels that are transformed, of the input and of the result.
    private static double BlocksOf(Shape filters) => Layout.DivideUp(filters[1], Layout.Block) + Layout.DivideUp(filters[0], Layout.Block);
}
