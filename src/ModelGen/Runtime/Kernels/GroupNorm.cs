using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ModelGen.Runtime;

/// <summary>
/// Group normalisation on the channel-blocked layout, which <see cref="BatchNorm"/> describes. Each sample has its own statistics, as many
/// rows as that method's, of <c>channels</c> floats: all channels rounded up to whole blocks, of which <c>channelBlocks</c> may be some.
/// </summary>
/// <remarks>Source: Wu and He, Group normalization, 2018.</remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class GroupNorm
{
    private const int Lanes = ChannelSum.Lanes;

    // Rows of a sample's statistics, and of its sums.
    private const int StatisticsRows = 3, SumRows = 2;

    /// <summary>stats = [the group's mean][1 / √(its variance + eps)][the channel's variance], for each channel of each sample.</summary>
    /// <remarks><paramref name="groups"/> of neighbouring channels, of the <paramref name="realChannels"/> that there are.</remarks>
    public static void Statistics(
        ref float x, ref float stats, nint channels,
        int samples, nint sampleStride, int channelBlocks, nint blockStride, int rows, nint rowStride, int columns,
        int realChannels, int groups, float eps)
    {
        for (int s = 0; s < samples; s++)
        {
            ref float own = ref Unsafe.Add(ref stats, s * StatisticsRows * channels);
            BatchNorm.Statistics(
                ref Unsafe.Add(ref x, s * sampleStride), ref own, channels,
                1, sampleStride, channelBlocks, blockStride, rows, rowStride, columns, eps);
            Join(ref own, channels, realChannels / groups, groups, eps);
        }
    }

    // Of means and variances of channels with as many values each: the mean of the means, and the mean of the variances and of the squares
    // of what each mean is off.
    private static void Join(ref float stats, nint channels, int channelsOfGroup, int groups, float eps)
    {
        for (nint group = 0; group < groups; group++)
        {
            ref float means = ref Unsafe.Add(ref stats, group * channelsOfGroup);
            ref float inverses = ref Unsafe.Add(ref means, channels);
            ref float variances = ref Unsafe.Add(ref inverses, channels);
            double mean = 0, variance = 0;
            for (nint c = 0; c < channelsOfGroup; c++)
                mean += Unsafe.Add(ref means, c);
            mean /= channelsOfGroup;
            for (nint c = 0; c < channelsOfGroup; c++)
            {
                double off = Unsafe.Add(ref means, c) - mean;
                variance += Unsafe.Add(ref variances, c) + off * off;
            }
            float inverse = (float)(1 / Math.Sqrt(variance / channelsOfGroup + eps));
            for (nint c = 0; c < channelsOfGroup; c++)
                (Unsafe.Add(ref means, c), Unsafe.Add(ref inverses, c)) = ((float)mean, inverse);
        }
    }

    /// <summary>y = (x − mean) / √(variance + eps) · weight + bias; y may be x. Null references for weight and bias mean 1 and 0.</summary>
    public static void Normalize(
        ref float x, ref float stats, ref float weight, ref float bias, ref float y, nint channels,
        int samples, nint sampleStride, int channelBlocks, nint blockStride, int rows, nint rowStride, int columns)
    {
        var image = new Blocks(samples, sampleStride, channelBlocks, blockStride, rows, rowStride, columns);
        if (Vector512.IsHardwareAccelerated)
            Normalize<Simd512, Vector512<float>>(ref x, ref stats, ref weight, ref bias, ref y, channels, image);
        else if (Vector256.IsHardwareAccelerated)
            Normalize<Simd256, Vector256<float>>(ref x, ref stats, ref weight, ref bias, ref y, channels, image);
        else
            Normalize<Simd128, Vector128<float>>(ref x, ref stats, ref weight, ref bias, ref y, channels, image);
    }

    /// <summary>sums = [Σ dy][Σ dy·x̂], for each channel of each sample. x and dy share extents, not strides.</summary>
    public static void GradientSums(
        ref float x, ref float stats, ref float dy, ref float sums, nint channels,
        int samples, nint sampleStride, int channelBlocks, nint blockStride, int rows, nint rowStride, int columns,
        nint dySampleStride, nint dyBlockStride, nint dyRowStride)
    {
        for (int s = 0; s < samples; s++)
        {
            BatchNorm.GradientSums(
                ref Unsafe.Add(ref x, s * sampleStride), ref Unsafe.Add(ref stats, s * StatisticsRows * channels),
                ref Unsafe.Add(ref dy, s * dySampleStride), ref Unsafe.Add(ref sums, s * SumRows * channels), channels,
                1, sampleStride, channelBlocks, blockStride, rows, rowStride, columns, dySampleStride, dyBlockStride, dyRowStride);
        }
    }

    /// <summary>
    /// dx = (weight·dy − mean(weight·dy) − x̂ · mean(weight·dy·x̂)) / √(variance + eps), the means being the group's; dx may be dy or x. A
    /// null reference for the weight means 1; <paramref name="sums"/> are what <see cref="GradientSums"/> wrote.
    /// </summary>
    public static void GradientInput(
        ref float x, ref float stats, ref float dy, ref float sums, ref float weight, ref float dx, nint channels,
        int samples, nint sampleStride, int channelBlocks, nint blockStride, int rows, nint rowStride, int columns,
        int realChannels, int groups)
    {
        var image = new Blocks(samples, sampleStride, channelBlocks, blockStride, rows, rowStride, columns);
        int ofGroup = realChannels / groups;
        if (Vector512.IsHardwareAccelerated)
        {
            GradientInput<Simd512, Vector512<float>>(
                ref x, ref stats, ref dy, ref sums, ref weight, ref dx, channels, image, ofGroup, groups);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            GradientInput<Simd256, Vector256<float>>(
                ref x, ref stats, ref dy, ref sums, ref weight, ref dx, channels, image, ofGroup, groups);
        }
        else
        {
            GradientInput<Simd128, Vector128<float>>(
                ref x, ref stats, ref dy, ref sums, ref weight, ref dx, channels, image, ofGroup, groups);
        }
    }

    /// <summary>Where the pixels of a batch of images lie, in blocks.</summary>
    internal readonly record struct Blocks(
        int Samples, nint SampleStride, int ChannelBlocks, nint BlockStride, int Rows, nint RowStride, int Columns);

    internal static void Normalize<S, V>(
        ref float x, ref float stats, ref float weight, ref float bias, ref float y, nint channels, Blocks image)
        where S : struct, ISimd<V> where V : struct
    {
        for (int s = 0; s < image.Samples; s++)
        {
            ref float own = ref Unsafe.Add(ref stats, s * StatisticsRows * channels);
            for (int b = 0; b < image.ChannelBlocks; b++)
            {
                for (int lane = 0; lane < Lanes; lane += S.Width)
                {
                    nint channel = b * Lanes + lane, first = s * image.SampleStride + b * image.BlockStride + lane;
                    V mean = S.Load(ref own, channel);
                    V factor = S.Load(ref own, channels + channel);
                    if (!Unsafe.IsNullRef(ref weight))
                        factor = S.Multiply(factor, S.Load(ref weight, channel));
                    V shift = Unsafe.IsNullRef(ref bias) ? S.Broadcast(0f) : S.Load(ref bias, channel);
                    for (int r = 0; r < image.Rows; r++)
                    {
                        nint at = first + r * image.RowStride, end = at + (nint)image.Columns * Lanes;
                        for (; at < end; at += Lanes)
                            S.Store(S.FusedMultiplyAdd(S.Subtract(S.Load(ref x, at), mean), factor, shift), ref y, at);
                    }
                }
            }
        }
    }

    internal static void GradientInput<S, V>(
        ref float x, ref float stats, ref float dy, ref float sums, ref float weight, ref float dx, nint channels, Blocks image,
        int channelsOfGroup, int groups)
        where S : struct, ISimd<V> where V : struct
    {
        Span<float> offsets = stackalloc float[Lanes], slopes = stackalloc float[Lanes];
        double count = (double)channelsOfGroup * image.Rows * image.Columns;
        for (int s = 0; s < image.Samples; s++)
        {
            ref float own = ref Unsafe.Add(ref stats, s * StatisticsRows * channels);
            ref float ownSums = ref Unsafe.Add(ref sums, s * SumRows * channels);
            (int group, float offset, float slope) = (-1, 0, 0);
            for (int b = 0; b < image.ChannelBlocks; b++)
            {
                for (int lane = 0; lane < Lanes; lane++)
                {
                    int its = (b * Lanes + lane) / channelsOfGroup;
                    if (its != group && its < groups)
                    {
                        group = its;
                        offset = Mean(ref ownSums, ref weight, group);
                        slope = Mean(ref Unsafe.Add(ref ownSums, channels), ref weight, group);
                    }
                    (offsets[lane], slopes[lane]) = (offset, slope);
                }
                for (int lane = 0; lane < Lanes; lane += S.Width)
                {
                    nint channel = b * Lanes + lane, first = s * image.SampleStride + b * image.BlockStride + lane;
                    V mean = S.Load(ref own, channel), inverse = S.Load(ref own, channels + channel);
                    V factor = Unsafe.IsNullRef(ref weight) ? inverse : S.Multiply(inverse, S.Load(ref weight, channel));
                    V away = S.Multiply(inverse, S.Load(ref offsets[0], lane));
                    V along = S.Multiply(S.Multiply(inverse, inverse), S.Load(ref slopes[0], lane));
                    for (int r = 0; r < image.Rows; r++)
                    {
                        nint at = first + r * image.RowStride, end = at + (nint)image.Columns * Lanes;
                        for (; at < end; at += Lanes)
                        {
                            V taken = S.FusedMultiplyAdd(S.Subtract(S.Load(ref x, at), mean), along, away);
                            S.Store(S.Subtract(S.Multiply(S.Load(ref dy, at), factor), taken), ref dx, at);
                        }
                    }
                }
            }
        }

        float Mean(ref float values, ref float factors, int group)
        {
            double sum = 0;
            for (nint c = (nint)group * channelsOfGroup; c < (nint)(group + 1) * channelsOfGroup; c++)
                sum += (double)Unsafe.Add(ref values, c) * (Unsafe.IsNullRef(ref factors) ? 1 : Unsafe.Add(ref factors, c));
            return (float)(sum / count);
        }
    }
}
