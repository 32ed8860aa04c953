using System.ComponentModel;
using System.Runtime.CompilerServices;

namespace ModelGen.Runtime;

/// <summary>
/// Sums over samples and pixels, one per channel: a bias's gradient. Float within a piece that fits the first cache, double over pieces.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class ChannelSum
{
    /// <summary>Floats in a pixel of the channel-blocked layout.</summary>
    internal const int Lanes = KernelContract.Block;

    /// <summary>Pixels in a piece.</summary>
    private const int PiecePixels = Machine.FirstCachePieceFloats / Lanes;

    /// <summary>
    /// sum[16·b + lane] = Σ over samples, rows and columns of dy at s·sampleStride + b·blockStride + r·rowStride + 16·column + lane.
    /// </summary>
    public static void Blocked(
        ref float dy, ref float sum, int samples, nint sampleStride, int channelBlocks, nint blockStride, int rows, nint rowStride,
        int columns) =>
        Target.Run(
            new BlockedKernel(samples, sampleStride, channelBlocks, blockStride, rows, rowStride, columns),
            new Operands(ref dy, ref sum));

    private readonly struct BlockedKernel(
        int samples, nint sampleStride, int channelBlocks, nint blockStride, int rows, nint rowStride, int columns) : IKernel
    {
        public void Run<S, V>(Operands o, Operands more) where S : struct, ISimd<V> where V : struct =>
            Blocked<S, V>(ref o.First, ref o.Second, samples, sampleStride, channelBlocks, blockStride, rows, rowStride, columns);
    }

    /// <summary>sum[c] = Σ over samples, rows and columns of dy at s·sampleStride + c·channelStride + r·rowStride + column.</summary>
    public static void Plain(
        ref float dy, ref float sum, int samples, nint sampleStride, int channels, nint channelStride, int rows, nint rowStride,
        int columns) =>
        Target.Run(
            new PlainKernel(samples, sampleStride, channels, channelStride, rows, rowStride, columns),
            new Operands(ref dy, ref sum));

    private readonly struct PlainKernel(
        int samples, nint sampleStride, int channels, nint channelStride, int rows, nint rowStride, int columns) : IKernel
    {
        public void Run<S, V>(Operands o, Operands more) where S : struct, ISimd<V> where V : struct =>
            Plain<S, V>(ref o.First, ref o.Second, samples, sampleStride, channels, channelStride, rows, rowStride, columns);
    }

    internal static void Blocked<S, V>(
        ref float dy, ref float sum, int samples, nint sampleStride, int channelBlocks, nint blockStride, int rows, nint rowStride,
        int columns)
        where S : struct, ISimd<V> where V : struct
    {
        Span<double> total = stackalloc double[Lanes];
        Span<float> piece = stackalloc float[Lanes];
        int step = RowsPerPiece(columns);
        for (int b = 0; b < channelBlocks; b++)
        {
            total.Clear();
            for (int s = 0; s < samples; s++)
            {
                for (int r = 0; r < rows; r += step)
                {
                    ref float start = ref Unsafe.Add(ref dy, s * sampleStride + b * blockStride + r * rowStride);
                    for (int lane = 0; lane < Lanes; lane += S.Width)
                        S.Store(Sum<S, V>(ref Unsafe.Add(ref start, lane), Math.Min(step, rows - r), rowStride, columns), ref piece[0],
                            lane);
                    for (int lane = 0; lane < Lanes; lane++)
                        total[lane] += piece[lane];
                }
            }

            for (int lane = 0; lane < Lanes; lane++)
                Unsafe.Add(ref sum, b * Lanes + lane) = (float)total[lane];
        }
    }

    /// <summary>Whole rows that make up one piece, at least one.</summary>
    internal static int RowsPerPiece(int columns) => Math.Max(1, PiecePixels / Math.Max(1, columns));

    /// <summary>The sum of one vector of each pixel. Four chains, because an addition takes longer than its turn.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static V Sum<S, V>(ref float x, int rows, nint rowStride, int columns) where S : struct, ISimd<V> where V : struct
    {
        V sum0 = S.Broadcast(0f), sum1 = sum0, sum2 = sum0, sum3 = sum0;
        for (int r = 0; r < rows; r++)
        {
            nint at = r * rowStride, end = at + (nint)columns * Lanes;
            for (; at <= end - 4 * Lanes; at += 4 * Lanes)
            {
                sum0 = S.Add(sum0, S.Load(ref x, at));
                sum1 = S.Add(sum1, S.Load(ref x, at + Lanes));
                sum2 = S.Add(sum2, S.Load(ref x, at + 2 * Lanes));
                sum3 = S.Add(sum3, S.Load(ref x, at + 3 * Lanes));
            }

            for (; at < end; at += Lanes)
                sum0 = S.Add(sum0, S.Load(ref x, at));
        }

        return S.Add(S.Add(sum0, sum1), S.Add(sum2, sum3));
    }

    internal static void Plain<S, V>(
        ref float dy, ref float sum, int samples, nint sampleStride, int channels, nint channelStride, int rows, nint rowStride,
        int columns)
        where S : struct, ISimd<V> where V : struct
    {
        for (int c = 0; c < channels; c++)
        {
            double total = 0;
            for (int s = 0; s < samples; s++)
                total += PlaneSum<S, V>(ref Unsafe.Add(ref dy, s * sampleStride + c * channelStride), rows, rowStride, columns);
            Unsafe.Add(ref sum, c) = (float)total;
        }
    }

    /// <summary>The sum of rows of contiguous floats.</summary>
    internal static double PlaneSum<S, V>(ref float x, int rows, nint rowStride, int columns) where S : struct, ISimd<V> where V : struct
    {
        // Rows without gaps between them are one long row.
        nint length = columns;
        if (rowStride == columns)
            (length, rows) = ((nint)rows * columns, Math.Min(rows, 1));

        const int Chunk = 4096;
        double total = 0;
        for (int r = 0; r < rows; r++)
        {
            ref float row = ref Unsafe.Add(ref x, r * rowStride);
            for (nint i = 0; i < length; i += Chunk)
                total += RowSum<S, V>(ref Unsafe.Add(ref row, i), Math.Min(Chunk, length - i));
        }
        return total;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float RowSum<S, V>(ref float x, nint n) where S : struct, ISimd<V> where V : struct
    {
        V sum0 = S.Broadcast(0f), sum1 = sum0, sum2 = sum0, sum3 = sum0;
        nint width = S.Width, i = 0;
        for (; i <= n - 4 * width; i += 4 * width)
        {
            sum0 = S.Add(sum0, S.Load(ref x, i));
            sum1 = S.Add(sum1, S.Load(ref x, i + width));
            sum2 = S.Add(sum2, S.Load(ref x, i + 2 * width));
            sum3 = S.Add(sum3, S.Load(ref x, i + 3 * width));
        }

        for (; i <= n - width; i += width)
            sum0 = S.Add(sum0, S.Load(ref x, i));
        if (i < n)
            sum1 = S.Add(sum1, Partial.Load<S, V>(ref x, i, n - i, S.Broadcast(0f)));
        return S.HorizontalSum(S.Add(S.Add(sum0, sum1), S.Add(sum2, sum3)));
    }
}
