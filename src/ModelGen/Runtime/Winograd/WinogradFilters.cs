using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ModelGen.Runtime;

// The filters: once, when weights are loaded, or in each step of training.
public static partial class Winograd
{
    private const int ChannelsPerTranspose = Machine.ChannelsPerTranspose;

    // Taps of the largest filter, down and across.
    private const int LargestFilter = 5;

    /// <summary>
    /// Filters [O][C][r][r] to [T.Filters²][O/16][C][16]: G·g·Gᵀ for each, in double, zeros for lanes beyond the last output channel.
    /// </summary>
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

    /// <summary>
    /// The same of filters · weight / √(variance + eps), rounded to float before they are transformed: batch normalisation folded into the
    /// filters before it.
    /// </summary>
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
        ref float filters, ref float weight, ref float variance, ref float transformed, int outChannels, int channels, float eps, int part,
        int parts)
        where T : struct, IWinogradTile
    {
        int blocks = (outChannels + Lanes - 1) / Lanes;
        (int firstBlock, int endBlock) = Units.OfPart(part, parts, blocks);
        nint point = (nint)blocks * channels * Lanes;
        int taps = T.Taps * T.Taps;
        nint row = (nint)channels * taps;
        Span<double> factors = stackalloc double[Lanes];
        Span<float> strip = stackalloc float[ChannelsPerTranspose * taps * Lanes];
        ref float transposed = ref MemoryMarshal.GetReference(strip);
        for (nint block = firstBlock; block < endBlock; block++)
        {
            nint first = block * Lanes;
            int lanes = (int)Math.Min(Lanes, outChannels - first);
            ref double factor = ref Packing.FactorsOf(factors, ref weight, ref variance, first, lanes, eps);
            for (nint channel = 0; channel < channels; channel += ChannelsPerTranspose)
            {
                int count = (int)Math.Min(ChannelsPerTranspose, channels - channel);
                Packing.Transpose(
                    ref Unsafe.Add(ref filters, first * row + channel * taps), row, count * taps, lanes, ref factor, ref transposed);
                TransformBlock<T>(ref transposed, ref Unsafe.Add(ref transformed, (block * channels + channel) * Lanes), count, point);
            }
        }
    }

    /// <summary>The same of filters as training keeps them, [O/16][C][r][r][16].</summary>
    /// <param name="filters">Read.</param>
    /// <param name="transformed">Written.</param>
    /// <param name="outChannels">Output channels.</param>
    /// <param name="channels">Input channels.</param>
    /// <param name="part">Which part of the blocks of 16 output channels is wanted.</param>
    /// <param name="parts">How many parts there are.</param>
    public static void TransformBlocks<T>(ref float filters, ref float transformed, int outChannels, int channels, int part, int parts)
        where T : struct, IWinogradTile
    {
        int blocks = (outChannels + Lanes - 1) / Lanes;
        (int firstBlock, int endBlock) = Units.OfPart(part, parts, blocks);
        nint point = (nint)blocks * channels * Lanes, row = (nint)channels * Lanes;
        for (nint block = firstBlock; block < endBlock; block++)
            TransformBlock<T>(
                ref Unsafe.Add(ref filters, block * row * T.Taps * T.Taps), ref Unsafe.Add(ref transformed, block * row), channels, point);
    }

    /// <summary>
    /// The same, rotated by 180° and with inputs and outputs exchanged, for the gradient with respect to the image: [points][C/16][O][16].
    /// </summary>
    /// <param name="filters">[O/16][C][r][r][16], read.</param>
    /// <param name="transformed">Written.</param>
    /// <param name="outChannels">Output channels of the filters.</param>
    /// <param name="channels">Input channels of the filters.</param>
    /// <param name="part">Which part of the blocks of 16 input channels is wanted.</param>
    /// <param name="parts">How many parts there are.</param>
    public static void TransformRotated<T>(ref float filters, ref float transformed, int outChannels, int channels, int part, int parts)
        where T : struct, IWinogradTile
    {
        int blocks = (channels + Lanes - 1) / Lanes, taps = T.Taps * T.Taps;
        (int firstBlock, int endBlock) = Units.OfPart(part, parts, blocks);
        nint point = (nint)blocks * outChannels * Lanes;
        Span<float> strip = stackalloc float[ChannelsPerTranspose * taps * Lanes];
        ref float rotated = ref MemoryMarshal.GetReference(strip);
        for (nint block = firstBlock; block < endBlock; block++)
        {
            for (nint output = 0; output < outChannels; output += ChannelsPerTranspose)
            {
                FilterRotation.RotateBlock(ref filters, ref rotated, outChannels, channels, taps, block, output);
                TransformBlock<T>(
                    ref rotated, ref Unsafe.Add(ref transformed, (block * outChannels + output) * Lanes),
                    (int)Math.Min(ChannelsPerTranspose, outChannels - output), point);
            }
        }
    }

    // 16 filters of each of some channels, their taps [channels][r][r][16].
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void TransformBlock<T>(ref float taps, ref float transformed, int channels, nint point)
        where T : struct, IWinogradTile
    {
        (nint patch, nint filter) = (T.Filters, T.Taps);
        // [patch][r] for each half of a vector of floats, then a column of taps or a row of points.
        Span<Vector<double>> memory = stackalloc Vector<double>[2 * LargestPatch * LargestFilter + 2 * LargestPatch];
        ref Vector<double> low = ref MemoryMarshal.GetReference(memory);
        ref Vector<double> high = ref Unsafe.Add(ref low, LargestPatch * LargestFilter);
        ref Vector<double> lowLine = ref Unsafe.Add(ref high, LargestPatch * LargestFilter);
        ref Vector<double> highLine = ref Unsafe.Add(ref lowLine, LargestPatch);
        for (nint at = 0; at < (nint)channels * Lanes; at += Vector<float>.Count)
        {
            ref float g = ref Unsafe.Add(ref taps, at / Lanes * filter * filter * Lanes + at % Lanes);
            for (nint column = 0; column < filter; column++)
            {
                for (nint row = 0; row < filter; row++)
                    Vector.Widen(
                        Packing.Load(ref g, (row * filter + column) * Lanes), out Unsafe.Add(ref lowLine, row),
                        out Unsafe.Add(ref highLine, row));
                T.FilterPoints(ref lowLine, ref Unsafe.Add(ref low, column), filter);
                T.FilterPoints(ref highLine, ref Unsafe.Add(ref high, column), filter);
            }
            for (nint i = 0; i < patch; i++)
            {
                T.FilterPoints(ref Unsafe.Add(ref low, i * filter), ref lowLine, 1);
                T.FilterPoints(ref Unsafe.Add(ref high, i * filter), ref highLine, 1);
                for (nint j = 0; j < patch; j++)
                    Packing.Store(
                        Vector.Narrow(Unsafe.Add(ref lowLine, j), Unsafe.Add(ref highLine, j)), ref transformed, (i * patch + j) * point
                        + at);
            }
        }
    }
}
