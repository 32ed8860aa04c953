using System.ComponentModel;
using System.Runtime.CompilerServices;

namespace ModelGen.Runtime;

/// <summary>
/// Batch normalisation on the channel-blocked layout. A pixel is 16 consecutive floats, one per channel; pixel (s, b, r, column) lies at
/// s·sampleStride + b·blockStride + r·rowStride + 16·column, the reference being at pixel (0, 0) inside the halo. Per-channel vectors
/// (weight, mean, sums) have channelBlocks × 16 floats.
/// </summary>
/// <remarks>
/// Source: Ioffe and Szegedy, Batch normalization, 2015; the meaning of momentum and of the unbiased variance is PyTorch's.
/// </remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public static partial class BatchNorm
{
    private const int Lanes = ChannelSum.Lanes;

    /// <summary>
    /// stats = [mean][1 / √(variance + eps)][biased variance]. The variance does not suffer from a mean
    /// that is large beside it. From one of the three to the next it is <paramref name="channels"/> floats: all channels, rounded up to
    /// whole blocks, of which <paramref name="channelBlocks"/> may be some.
    /// </summary>
    public static void Statistics(
        ref float x, ref float stats, nint channels,
        int samples, nint sampleStride, int channelBlocks, nint blockStride, int rows, nint rowStride, int columns, float eps) =>
        Target.Run(
            new StatisticsKernel(channels, samples, sampleStride, channelBlocks, blockStride, rows, rowStride, columns, eps),
            new Operands(ref x, ref stats));

    private readonly struct StatisticsKernel(
        nint channels, int samples, nint sampleStride, int channelBlocks, nint blockStride, int rows, nint rowStride, int columns,
        float eps) : IKernel
    {
        public void Run<S, V>(Operands o, Operands more) where S : struct, ISimd<V> where V : struct =>
            Statistics<S, V>(
                ref o.First, ref o.Second, channels, samples, sampleStride, channelBlocks, blockStride, rows, rowStride,
                columns, eps);
    }

    /// <summary>
    /// y = (x − mean) · invStd · weight + bias, or <paramref name="floor"/> where that is less, which is 0 for ReLU; y may be x. x and y
    /// share extents, not strides. NaN stays.
    /// </summary>
    public static void Normalize(
        ref float x, ref float mean, ref float invStd, ref float weight, ref float bias, ref float y,
        int samples, nint sampleStride, int channelBlocks, nint blockStride, int rows, nint rowStride, int columns,
        nint ySampleStride, nint yBlockStride, nint yRowStride, float floor = float.NegativeInfinity) =>
        Target.Run(
            new NormalizeKernel(
                samples, sampleStride, channelBlocks, blockStride, rows, rowStride, columns, ySampleStride, yBlockStride, yRowStride,
                floor),
            new Operands(ref x, ref mean, ref invStd), new Operands(ref weight, ref bias, ref y));

    private readonly struct NormalizeKernel(
        int samples, nint sampleStride, int channelBlocks, nint blockStride, int rows, nint rowStride, int columns, nint ySampleStride,
        nint yBlockStride, nint yRowStride, float floor) : IKernel
    {
        public void Run<S, V>(Operands o, Operands more) where S : struct, ISimd<V> where V : struct =>
            Normalize<S, V>(
                ref o.First, ref o.Second, ref o.Third, ref more.First, ref more.Second, ref more.Third, samples, sampleStride,
                channelBlocks, blockStride, rows, rowStride, columns, ySampleStride, yBlockStride, yRowStride, floor);
    }

    /// <summary>invStd = 1 / √(variance + eps), computed in double: once per network, not per image.</summary>
    public static void InvStdFromVariance(ref float variance, ref float invStd, int n, float eps)
    {
        for (nint i = 0; i < n; i++)
            Unsafe.Add(ref invStd, i) = (float)(1.0 / Math.Sqrt((double)Unsafe.Add(ref variance, i) + eps));
    }

    /// <summary>
    /// running = (1 − momentum)·running + momentum·batch, with the variance made unbiased by count / (count − 1). For a count of 1, which
    /// <see cref="CheckCount"/> refuses, the variance is taken as it is.
    /// </summary>
    /// <param name="runningMean">Updated; <paramref name="channels"/> floats.</param>
    /// <param name="runningVar">Updated; <paramref name="channels"/> floats.</param>
    /// <param name="stats">What <see cref="Statistics"/> wrote: three parts of <paramref name="channels"/> floats.</param>
    /// <param name="channels">Channels rounded up to whole blocks: channelBlocks × 16.</param>
    /// <param name="momentum">Weight of the batch.</param>
    /// <param name="count">Values per channel: samples × rows × columns.</param>
    public static void UpdateRunning(ref float runningMean, ref float runningVar, ref float stats, int channels, float momentum, int count)
    {
        for (nint c = 0; c < channels; c++)
            Average(ref Unsafe.Add(ref runningMean, c), ref Unsafe.Add(ref runningVar, c), Unsafe.Add(ref stats, c),
                Unsafe.Add(ref stats, 2 * channels + c), momentum, count);
    }

    /// <summary>
    /// Reports averages that <see cref="UpdateRunning"/> would make, and that are not finite; <paramref name="stride"/> is from one row of
    /// the statistics to the next.
    /// </summary>
    public static void CheckRunning(
        ref float runningMean, ref float runningVar, ref float stats, int channels, int stride, float momentum, int count,
        UpdateReport report)
    {
        for (nint c = 0; c < channels; c++)
        {
            float mean = Unsafe.Add(ref runningMean, c), variance = Unsafe.Add(ref runningVar, c);
            Average(ref mean, ref variance, Unsafe.Add(ref stats, c), Unsafe.Add(ref stats, 2 * stride + c), momentum, count);
            if (float.IsFinite(mean) && float.IsFinite(variance))
                continue;
            report.Add(UpdateFault.RunningAverages);
            return;
        }
    }

    private static void Average(ref float mean, ref float variance, float batchMean, float batchVariance, float momentum, int count)
    {
        double unbiased = count > 1 ? count / (count - 1.0) : 1.0;
        mean = (float)((1.0 - momentum) * mean + (double)momentum * batchMean);
        variance = (float)((1.0 - momentum) * variance + momentum * unbiased * batchVariance);
    }

    /// <summary>Refuses to train on one value per channel, as PyTorch does: the variance is 0, the unbiased variance undefined.</summary>
    /// <exception cref="InvalidOperationException"><paramref name="count"/> is below 2.</exception>
    public static void CheckCount(long count, string network, string layer)
    {
        if (count < 2)
        {
            throw new InvalidOperationException(
                string.Create(System.Globalization.CultureInfo.InvariantCulture,
                    $"{network}: BatchNorm2d '{layer}' needs 2 or more values per channel (samples × height × width) to train, got "
                        + $"{count}."));
        }
    }

    // Piece by piece: the piece's mean, then sums of deviations from it and of their squares while it is in the first cache. Pieces are
    // joined in double, relative to the first piece's mean: one pass over memory with the accuracy of two.
    internal static void Statistics<S, V>(
        ref float x, ref float stats, nint channels,
        int samples, nint sampleStride, int channelBlocks, nint blockStride, int rows, nint rowStride, int columns, float eps)
        where S : struct, ISimd<V> where V : struct
    {
        Span<float> origin = stackalloc float[Lanes], mean = stackalloc float[Lanes];
        Span<float> sum = stackalloc float[Lanes], squares = stackalloc float[Lanes];
        Span<double> totalSum = stackalloc double[Lanes], totalSquares = stackalloc double[Lanes];
        double count = (double)samples * rows * columns;
        int step = ChannelSum.RowsPerPiece(columns);
        for (int b = 0; b < channelBlocks; b++)
        {
            totalSum.Clear();
            totalSquares.Clear();
            for (int s = 0; s < samples; s++)
            {
                for (int r = 0; r < rows; r += step)
                {
                    ref float piece = ref Unsafe.Add(ref x, s * sampleStride + b * blockStride + r * rowStride);
                    int pieceRows = Math.Min(step, rows - r);
                    double pixels = (double)pieceRows * columns;
                    for (int lane = 0; lane < Lanes; lane += S.Width)
                        PieceMoments<S, V>(ref piece, lane, pieceRows, rowStride, columns, ref mean[0], ref sum[0], ref squares[0]);
                    if (s == 0 && r == 0)
                        mean.CopyTo(origin);
                    for (int lane = 0; lane < Lanes; lane++)
                    {
                        // The deviations' own mean corrects the rounding of the piece's mean.
                        double residue = sum[lane] / pixels, offset = (double)mean[lane] - origin[lane] + residue;
                        totalSum[lane] += pixels * offset;
                        totalSquares[lane] += squares[lane] - sum[lane] * residue + pixels * offset * offset;
                    }
                }
            }

            for (int lane = 0; lane < Lanes; lane++)
            {
                double offset = totalSum[lane] / count, variance = Math.Max(0.0, totalSquares[lane] / count - offset * offset);
                nint channel = b * Lanes + lane;
                Unsafe.Add(ref stats, channel) = (float)(origin[lane] + offset);
                Unsafe.Add(ref stats, channels + channel) = (float)(1.0 / Math.Sqrt(variance + eps));
                Unsafe.Add(ref stats, 2 * channels + channel) = (float)variance;
            }
        }
    }

    /// <summary>One vector of lanes: the mean of a piece, and Σ(x − mean) and Σ(x − mean)² with that rounded mean.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void PieceMoments<S, V>(
        ref float piece, int lane, int rows, nint rowStride, int columns, ref float mean, ref float sum, ref float squares)
        where S : struct, ISimd<V> where V : struct
    {
        ref float x = ref Unsafe.Add(ref piece, lane);
        V m = S.Multiply(ChannelSum.Sum<S, V>(ref x, rows, rowStride, columns), S.Broadcast((float)(1.0 / ((double)rows * columns))));
        V sum0 = S.Broadcast(0f), sum1 = sum0, squares0 = sum0, squares1 = sum0;
        for (int r = 0; r < rows; r++)
        {
            nint at = r * rowStride, end = at + (nint)columns * Lanes;
            for (; at <= end - 2 * Lanes; at += 2 * Lanes)
            {
                V d0 = S.Subtract(S.Load(ref x, at), m), d1 = S.Subtract(S.Load(ref x, at + Lanes), m);
                sum0 = S.Add(sum0, d0);
                sum1 = S.Add(sum1, d1);
                squares0 = S.FusedMultiplyAdd(d0, d0, squares0);
                squares1 = S.FusedMultiplyAdd(d1, d1, squares1);
            }

            if (at < end)
            {
                V d = S.Subtract(S.Load(ref x, at), m);
                sum0 = S.Add(sum0, d);
                squares0 = S.FusedMultiplyAdd(d, d, squares0);
            }
        }

        S.Store(m, ref mean, lane);
        S.Store(S.Add(sum0, sum1), ref sum, lane);
        S.Store(S.Add(squares0, squares1), ref squares, lane);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Normalize<S, V>(
        ref float x, ref float mean, ref float invStd, ref float weight, ref float bias, ref float y,
        int samples, nint sampleStride, int channelBlocks, nint blockStride, int rows, nint rowStride, int columns,
        nint ySampleStride, nint yBlockStride, nint yRowStride, float floor = float.NegativeInfinity)
        where S : struct, ISimd<V> where V : struct
    {
        V least = S.Broadcast(floor);
        for (int s = 0; s < samples; s++)
        {
            for (int b = 0; b < channelBlocks; b++)
            {
                for (int lane = 0; lane < Lanes; lane += S.Width)
                {
                    nint channel = b * Lanes + lane;
                    V m = S.Load(ref mean, channel), offset = S.Load(ref bias, channel);
                    V factor = S.Multiply(S.Load(ref invStd, channel), S.Load(ref weight, channel));
                    for (int r = 0; r < rows; r++)
                    {
                        ref float from = ref Unsafe.Add(ref x, s * sampleStride + b * blockStride + r * rowStride + lane);
                        ref float to = ref Unsafe.Add(ref y, s * ySampleStride + b * yBlockStride + r * yRowStride + lane);
                        nint end = (nint)columns * Lanes;
                        for (nint i = 0; i < end; i += Lanes)
                            S.Store(S.Max(least, S.FusedMultiplyAdd(S.Subtract(S.Load(ref from, i), m), factor, offset)), ref to, i);
                    }
                }
            }
        }
    }
}
