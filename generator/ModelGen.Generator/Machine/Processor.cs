namespace ModelGen.Generator.Machine;

/// <summary>
/// What a core can do, as kernels are chosen by it: AVX-512, two multiply-adds of 512 bits a cycle and 1 MB of second cache (EPYC, Zen 4).
/// On others the choice is the same, and nearly as good. The numbers are measured, or fitted to measurements, with
/// <code>dotnet run -c Release --project tests/ModelGen.Benchmarks -- layers --network resnet18</code>
/// (<c>vgg16</c>, <c>resnet50</c>, …; <c>trainlayers</c> where training is meant), which prints each step's time and its share of the peak,
/// for the network with the number and without it.
/// </summary>
internal static class Processor
{
    /// <summary>
    /// Multiply-adds that must be under way to keep a core busy: 4 cycles of latency × 2 units. The sums of a tile are at least so many,
    /// where there is enough to do.
    /// </summary>
    public const int MultiplyAddsUnderWay = 8;

    /// <summary>Multiply-adds of floats in a cycle: 2 units × 16 lanes.</summary>
    public const double ProductsPerCycle = 32;

    /// <summary>
    /// Bytes of weights that arrive from memory in a cycle, while a core computes: the fully connected layers of <c>vgg16</c>.
    /// </summary>
    public const double BytesPerCycle = 6;

    /// <summary>
    /// Floats of transformed patches and sums, or of filters, that stay in the second cache: 800 KB of 1 MB. <c>layers --network vgg16</c>,
    /// steps by Winograd's algorithm.
    /// </summary>
    public const int SecondCacheFloats = 200_000;

    /// <summary>
    /// Floats of weights that may be fetched ahead as a whole without pushing out what is in use: 256 KB of the second cache. <c>layers
    /// --network resnet50</c>.
    /// </summary>
    public const int MostPrefetchedFloats = 65_536;

    /// <summary>
    /// How far ahead larger ones are fetched, in floats: the latency of memory at <see cref="BytesPerCycle"/>, some times over.
    /// </summary>
    public const int PrefetchDistanceFloats = 2_048;

    /// <summary>
    /// Streams of weights, read side by side, that memory gives faster than one. <c>layers --network vgg16</c>, <c>fc1</c>.
    /// </summary>
    public const int Streams = 4;
}
