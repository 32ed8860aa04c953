using ModelGen.Generator.Graphs;
using ModelGen.Generator.Layouts;
using ModelGen.Generator.Machine;
using ModelGen.Generator.Ops;

namespace ModelGen.Generator.Lowering;

/// <summary>
/// Which form of Winograd's algorithm computes a convolution faster than direct sums, if one does. Compares cycles: multiply-adds, the
/// transforms, and what it takes to fetch the filters, up to four times as many, from memory, which goes on meanwhile.
/// </summary>
internal static class WinogradChoice
{
    /// <summary>
    /// Samples of a training batch whose tiles are taken together, where those of one are few; 0 where each is taken alone.
    /// </summary>
    public static int SamplesPerProduct(WinogradForm form, Shape output, int batch)
    {
        int tiles = form.TilesOf(output[1], output[2]);
        return tiles >= WinogradCosts.ManyTiles || batch < ThreadCosts.LeastSamples ? 0
            : Math.Min(Layout.DivideUp(batch, 2), Math.Max(1, (WinogradCosts.ColumnsPerProduct + tiles / 2) / tiles));
    }

    /// <summary>The form for inference; null where none is faster, or the layer is not one that they can do.</summary>
    public static WinogradForm? Best(Shape filters, Shape output, AttributeMap attributes) =>
        Best(filters, output, attributes, batch: 1, filtersChange: false);

    /// <summary>The same for steps of training, in each of which filters are transformed for all samples of a batch.</summary>
    public static WinogradForm? BestForTraining(Shape filters, Shape output, AttributeMap attributes, int batch) =>
        Best(filters, output, attributes, batch, filtersChange: true);

    /// <summary>
    /// The form for the gradient with respect to these filters, of gradients like <paramref name="output"/>; null where none is faster.
    /// </summary>
    public static WinogradForm? BestForWeights(Shape filters, Shape output, AttributeMap attributes, int batch)
    {
        if (filters[1] < Layout.Block)
            return null;
        double weights = WeightsOf(filters);
        double products = (double)batch * output[1] * output[2] * filters[2] * filters[3] * weights;
        return Fastest(filters, output, attributes, products / Processor.ProductsPerCycle / WinogradCosts.DirectShare, form =>
        {
            double tiles = (double)batch * form.TilesOf(output[1], output[2]);
            double tileCycles = weights / Processor.ProductsPerCycle + BlocksOf(filters) * TransformCyclesPerPoint(form);
            return form.Taps != 3 || form.Stride > 1 ? double.PositiveInfinity
                : form.Points * (tiles * tileCycles + weights * WinogradCosts.SumCyclesPerPoint);
        });
    }

    private static WinogradForm? Best(Shape filters, Shape output, AttributeMap attributes, int batch, bool filtersChange)
    {
        double weights = WeightsOf(filters);
        int taps = filters[2] * filters[3];
        return Fastest(filters, output, attributes, batch * Cycles(output[1] * output[2], taps, taps, 0), form =>
        {
            int samples = filtersChange ? Math.Max(1, SamplesPerProduct(form, output, batch)) : 1;
            int tiles = form.TilesOf(output[1], output[2]) * samples;
            double transforms = tiles * BlocksOf(filters) * form.Points * TransformCyclesPerPoint(form);
            return (double)batch / samples * Cycles(tiles, form.Points, form.Filters, transforms)
                + (filtersChange ? form.Filters * weights * WinogradCosts.FilterCyclesPerPoint : 0);
        });

        double Cycles(int columns, int points, int matrices, double transforms) => Math.Max(
            columns * points * weights / Processor.ProductsPerCycle + transforms,
            matrices * sizeof(float) * weights / Processor.BytesPerCycle);
    }

    // The form with the fewest cycles, if they are clearly fewer than those of direct sums. Where direct sums go along rows there are too
    // few channels.
    private static WinogradForm? Fastest(
        Shape filters, Shape output, AttributeMap attributes, double direct, Func<WinogradForm, double> cyclesOf)
    {
        if (ConvolutionChoice.Prefers(filters, output, groups: 1, strideX: 1) != LayoutPreference.Blocked)
            return null;
        double least = WinogradCosts.LargestShare * direct;
        WinogradForm? best = null;
        foreach (WinogradForm form in WinogradForm.All.Where(f => f.CanCompute(filters[2], filters[3], attributes)))
        {
            double cycles = cyclesOf(form);
            (best, least) = cycles <= least ? (form, cycles) : (best, least);
        }
        return best;
    }

    private static double TransformCyclesPerPoint(WinogradForm form) =>
        form.Stride == 1 ? WinogradCosts.TransformCyclesPerPoint : WinogradCosts.StridedTransformCyclesPerPoint;

    // Weights of one tap, with lanes that belong to no output channel.
    private static double WeightsOf(Shape filters) => (double)filters[1] * Layout.RoundUp(filters[0], Layout.Block);

    // Blocks of channels that are transformed, of the input and of the result.
    private static double BlocksOf(Shape filters) => Layout.DivideUp(filters[1], Layout.Block) + Layout.DivideUp(filters[0], Layout.Block);
}
