using ModelGen.Generator.Graphs;
using ModelGen.Generator.Ops;
using ModelGen.Generator.Scheduling;

namespace ModelGen.Generator.Kernels;

/// <summary>One form of Winograd's algorithm: F(m×m, r×r) computes m×m results of an r×r filter from a patch of (m + r − 1)² inputs, with one product for each point, and there are as many points as inputs.</summary>
/// <param name="Size">m, results down and across.</param>
/// <param name="Taps">r, taps of the filter down and across.</param>
internal sealed record WinogradTile(int Size, int Taps)
{
    // Cycles of a core with two multiply-adds of 512 bits.
    private const double ProductsPerCycle = 32;
    private const double TransformCyclesPerPoint = 4.5;

    // Bytes of filters that arrive from memory in a cycle.
    private const double BytesPerCycle = 6;

    /// <summary>The forms that the runtime has.</summary>
    public static IReadOnlyList<WinogradTile> All { get; } = [new(4, 3), new(2, 3), new(2, 5)];

    /// <summary>Inputs of a patch, down and across.</summary>
    public int Patch => Size + Taps - 1;

    /// <summary>Products of a tile, which are products of matrices where there are many channels.</summary>
    public int Points => Patch * Patch;

    /// <summary>The type of the runtime with the transforms.</summary>
    public string Type => FormattableString.Invariant($"WinogradF{Size}x{Taps}");

    /// <summary>The algorithm in the literature's notation.</summary>
    public string Form => FormattableString.Invariant($"F({Size}×{Size}, {Taps}×{Taps})");

    /// <summary>Tiles of an image.</summary>
    public int TilesOf(int height, int width) => Layout.DivideUp(height, Size) * Layout.DivideUp(width, Size);

    /// <summary>Whether a convolution is one that this form computes.</summary>
    public bool CanCompute(int kernelHeight, int kernelWidth, AttributeMap attributes) => kernelHeight == Taps && kernelWidth == Taps
        && attributes.Int("groups") == 1 && attributes.Ints("stride").All(s => s == 1) && attributes.Ints("dilation").All(d => d == 1);

    /// <summary>
    /// The form that computes a convolution faster than <see cref="ConvolveChannels"/>; null where none does, or the layer is not one that they can do. Compares cycles: multiply-adds, the
    /// transforms, as measured, and what it takes to fetch the filters, up to four times as many, from memory, which goes on meanwhile.
    /// </summary>
    public static WinogradTile? Best(Shape filters, Shape output, AttributeMap attributes)
    {
        if (ConvolutionChoice.Prefers(filters, output, groups: 1, strideX: 1) != LayoutPreference.Blocked)
            return null;
        (double inBlocks, double outBlocks) = (Layout.DivideUp(filters[1], Layout.Block), Layout.DivideUp(filters[0], Layout.Block));
        double weights = filters[1] * outBlocks * Layout.Block;
        double least = 0.9 * Cycles(output[1] * output[2], filters[2] * filters[3], 0);
        WinogradTile? best = null;
        foreach (WinogradTile tile in All.Where(t => t.CanCompute(filters[2], filters[3], attributes)))
        {
            int tiles = tile.TilesOf(output[1], output[2]);
            double cycles = Cycles(tiles, tile.Points, tiles * (inBlocks + outBlocks) * tile.Points * TransformCyclesPerPoint);
            (best, least) = cycles <= least ? (tile, cycles) : (best, least);
        }
        return best;

        double Cycles(int columns, int points, double transforms) =>
            Math.Max(columns * points * weights / ProductsPerCycle + transforms, points * sizeof(float) * weights / BytesPerCycle);
    }
}
