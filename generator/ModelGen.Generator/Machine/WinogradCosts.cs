namespace ModelGen.Generator.Machine;

/// <summary>
/// What Winograd's algorithm takes beside its products, in cycles of a core as in <see cref="Processor"/>. Fitted to
/// <code>dotnet run -c Release --project tests/ModelGen.Benchmarks -- layers --network vgg16</code>
/// and, for what is of training, <c>trainlayers --network resnet18</c>: networks whose layers say <c>Algorithm = ConvAlgorithm.Direct</c>
/// and others beside the same without.
/// </summary>
internal static class WinogradCosts
{
    /// <summary>Cycles of the transforms to and fro for each point of a tile and block of 16 channels.</summary>
    public const double TransformCyclesPerPoint = 4.5;

    /// <summary>The same with strides: there are additions alone, and fewer of them.</summary>
    public const double StridedTransformCyclesPerPoint = 3.5;

    /// <summary>Filters that change are transformed in each step of training: cycles for each float that is written.</summary>
    public const double FilterCyclesPerPoint = 1.5;

    /// <summary>
    /// Of the gradient with respect to filters, products are as many and transforms alike; the points of the sums are written, read and
    /// transformed once: cycles for each float.
    /// </summary>
    public const double SumCyclesPerPoint = 3;

    /// <summary>What the direct sums of weight gradients reach of the processor's speed, as a share.</summary>
    public const double DirectShare = 0.8;

    /// <summary>
    /// Of the cycles of direct sums, the share that Winograd's algorithm must stay below to be chosen: it rounds more and takes more
    /// memory.
    /// </summary>
    public const double LargestShare = 0.95;

    /// <summary>
    /// Tiles for each filter from which on filters are ready in time for all threads that read them; of fewer, those of several samples are
    /// taken together or threads share output channels.
    /// </summary>
    public const int ManyTiles = 40;

    /// <summary>
    /// Columns that products of matrices should have, where tiles of several samples are taken together: where speed no longer grows with
    /// them.
    /// </summary>
    public const int ColumnsPerProduct = 56;
}
