using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ModelGen.Runtime;

// What is done once, when weights are loaded.
public static partial class Winograd
{
    // Channels whose filters are transposed together: 9 KB, which stay in the innermost cache.
    private const int ChannelsTogether = 16;

    private const int Taps = 9;

    /// <summary>Filters [O][C][3][3] to [points][O/16][C][16]: G·g·Gᵀ for each, in double, zeros for lanes beyond the last output channel.</summary>
    /// <param name="filters">Read.</param>
    /// <param name="transformed">Written.</param>
    /// <param name="outChannels">Output channels.</param>
    /// <param name="channels">Input channels.</param>
    /// <param name="part">Which part of the blocks of 16 output channels is wanted.</param>
    /// <param name="parts">How many parts there are.</param>
    public static void TransformFilters<T>(ref float filters, ref float transformed, int outChannels, int channels, int part, int parts)
        where T : struct, IWinogradTile =>
        FoldAndTransformFilters<T>(
            ref filters, ref Unsafe.NullRef<float>(), ref Unsafe.NullRef<float>(), ref transformed, outChannels, channels, 0, part, parts);

    /// <summary>The same of filters · weight / √(variance + eps), rounded to float before they are transformed: batch normalisation folded into the filters before it.</summary>
    /// <param name="filters">Read.</param>
    /// <param name="weight">A float for each output channel; a null reference for no factors.</param>
    /// <param name="variance">A float for each output channel.</param>
    /// <param name="transformed">Written.</param>
    /// <param name="outChannels">Output channels.</param>
    /// <param name="channels">Input channels.</param>
    /// <param name="eps">Added to the variance.</param>
    /// <param name="part">Which part of the blocks of 16 output channels is wanted.</param>
    /// <param name="parts">How many parts there are.</param>
    public static void FoldAndTransformFilters<T>(
        ref float filters, ref float weight, ref float variance, ref float transformed, int outChannels, int channels, float eps, int part, int parts)
        where T : struct, IWinogradTile
    {
        int blocks = (outChannels + Lanes - 1) / Lanes;
        (int firstBlock, int endBlock) = Units.OfPart(part, parts, blocks);
        nint point = (nint)blocks * channels * Lanes;
        nint row = (nint)channels * Taps;
        Span<double> factors = stackalloc double[Lanes];
        Span<float> strip = stackalloc float[ChannelsTogether * Taps * Lanes];
        ref float taps = ref MemoryMarshal.GetReference(strip);
        for (nint block = firstBlock; block < endBlock; block++)
        {
            nint first = block * Lanes;
            int lanes = (int)Math.Min(Lanes, outChannels - first);
            ref double factor = ref Packing.FactorsOf(factors, ref weight, ref variance, first, lanes, eps);
            for (nint channel = 0; channel < channels; channel += ChannelsTogether)
            {
                int together = (int)Math.Min(ChannelsTogether, channels - channel);
                Packing.Transpose(ref Unsafe.Add(ref filters, first * row + channel * Taps), row, together * Taps, lanes, ref factor, ref taps);
                TransformBlock<T>(ref taps, ref Unsafe.Add(ref transformed, (block * channels + channel) * Lanes), together, point);
            }
        }
    }

    // 16 filters of each of some channels, their taps [channels][3][3][16].
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void TransformBlock<T>(ref float taps, ref float transformed, int channels, nint point)
        where T : struct, IWinogradTile
    {
        nint patch = T.Size + 2;
        // [patch][3] for each half of a vector of floats, then [patch].
        Span<Vector<double>> memory = stackalloc Vector<double>[2 * LargestPatch * 3 + 2 * LargestPatch];
        ref Vector<double> low = ref MemoryMarshal.GetReference(memory);
        ref Vector<double> high = ref Unsafe.Add(ref low, LargestPatch * 3);
        ref Vector<double> lowRow = ref Unsafe.Add(ref high, LargestPatch * 3);
        ref Vector<double> highRow = ref Unsafe.Add(ref lowRow, LargestPatch);
        for (nint at = 0; at < (nint)channels * Lanes; at += Vector<float>.Count)
        {
            ref float g = ref Unsafe.Add(ref taps, at / Lanes * Taps * Lanes + at % Lanes);
            for (nint column = 0; column < 3; column++)
            {
                Vector.Widen(Packing.Load(ref g, column * Lanes), out Vector<double> low0, out Vector<double> high0);
                Vector.Widen(Packing.Load(ref g, (3 + column) * Lanes), out Vector<double> low1, out Vector<double> high1);
                Vector.Widen(Packing.Load(ref g, (6 + column) * Lanes), out Vector<double> low2, out Vector<double> high2);
                T.FilterPoints(low0, low1, low2, ref Unsafe.Add(ref low, column), 3);
                T.FilterPoints(high0, high1, high2, ref Unsafe.Add(ref high, column), 3);
            }
            for (nint i = 0; i < patch; i++)
            {
                ref Vector<double> lowTaps = ref Unsafe.Add(ref low, i * 3);
                ref Vector<double> highTaps = ref Unsafe.Add(ref high, i * 3);
                T.FilterPoints(lowTaps, Unsafe.Add(ref lowTaps, 1), Unsafe.Add(ref lowTaps, 2), ref lowRow, 1);
                T.FilterPoints(highTaps, Unsafe.Add(ref highTaps, 1), Unsafe.Add(ref highTaps, 2), ref highRow, 1);
                for (nint j = 0; j < patch; j++)
                    Packing.Store(Vector.Narrow(Unsafe.Add(ref lowRow, j), Unsafe.Add(ref highRow, j)), ref transformed, (i * patch + j) * point + at);
            }
        }
    }
}
