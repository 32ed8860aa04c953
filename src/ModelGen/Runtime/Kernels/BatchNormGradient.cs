using System.Runtime.CompilerServices;

namespace ModelGen.Runtime;

// The backward half of batch normalisation. With x̂ = (x − mean)·invStd and M = samples × rows × columns:
// d bias = Σ dy, d weight = Σ dy·x̂, dx = weight·invStd·(dy − Σdy / M − x̂·Σ(dy·x̂) / M).
public static partial class BatchNorm
{
    /// <summary>sums = [Σ dy][Σ dy·x̂], each channelBlocks × 16 floats: the gradients of bias and weight.</summary>
    /// <remarks>
    /// <paramref name="stats"/> is what <see cref="Statistics"/> wrote, with as many <paramref name="channels"/>. x and dy share extents,
    /// not strides.
    /// </remarks>
    public static void GradientSums(
        ref float x, ref float stats, ref float dy, ref float sums, nint channels,
        int samples, nint sampleStride, int channelBlocks, nint blockStride, int rows, nint rowStride, int columns,
        nint dySampleStride, nint dyBlockStride, nint dyRowStride) =>
        Target.Run(
            new GradientSumsKernel(
                channels, samples, sampleStride, channelBlocks, blockStride, rows, rowStride, columns, dySampleStride, dyBlockStride,
                dyRowStride),
            new Operands(ref x, ref stats, ref dy), new Operands(ref sums));

    private readonly struct GradientSumsKernel(
        nint channels, int samples, nint sampleStride, int channelBlocks, nint blockStride, int rows, nint rowStride, int columns,
        nint dySampleStride, nint dyBlockStride, nint dyRowStride) : IKernel
    {
        public void Run<S, V>(Operands o, Operands more) where S : struct, ISimd<V> where V : struct =>
            GradientSums<S, V>(
                ref o.First, ref o.Second, ref o.Third, ref more.First, channels, samples, sampleStride, channelBlocks,
                blockStride, rows, rowStride, columns, dySampleStride, dyBlockStride, dyRowStride);
    }

    /// <summary>dx = weight·invStd·(dy − Σdy / M − x̂·Σ(dy·x̂) / M). dx may be dy or x; the three share extents, not strides.</summary>
    /// <remarks>
    /// <paramref name="sums"/> is what <see cref="GradientSums"/> wrote, with as many <paramref name="channels"/>; <paramref name="count"/>
    /// is M, of the whole batch.
    /// </remarks>
    public static void GradientInput(
        ref float x, ref float stats, ref float weight, ref float sums, ref float dy, ref float dx, nint channels, long count,
        int samples, nint sampleStride, int channelBlocks, nint blockStride, int rows, nint rowStride, int columns,
        nint dySampleStride, nint dyBlockStride, nint dyRowStride, nint dxSampleStride, nint dxBlockStride, nint dxRowStride) =>
        Target.Run(
            new GradientInputKernel(
                channels, count, samples, sampleStride, channelBlocks, blockStride, rows, rowStride, columns, dySampleStride, dyBlockStride,
                dyRowStride, dxSampleStride, dxBlockStride, dxRowStride),
            new Operands(ref x, ref stats, ref weight), new Operands(ref sums, ref dy, ref dx));

    private readonly struct GradientInputKernel(
        nint channels, long count, int samples, nint sampleStride, int channelBlocks, nint blockStride, int rows, nint rowStride,
        int columns, nint dySampleStride, nint dyBlockStride, nint dyRowStride, nint dxSampleStride, nint dxBlockStride,
        nint dxRowStride) : IKernel
    {
        public void Run<S, V>(Operands o, Operands more) where S : struct, ISimd<V> where V : struct =>
            GradientInput<S, V>(
                ref o.First, ref o.Second, ref o.Third, ref more.First, ref more.Second, ref more.Third, channels, count, samples,
                sampleStride, channelBlocks, blockStride, rows, rowStride, columns, dySampleStride, dyBlockStride,
                dyRowStride, dxSampleStride, dxBlockStride, dxRowStride);
    }

    internal static void GradientSums<S, V>(
        ref float x, ref float stats, ref float dy, ref float sums, nint channels,
        int samples, nint sampleStride, int channelBlocks, nint blockStride, int rows, nint rowStride, int columns,
        nint dySampleStride, nint dyBlockStride, nint dyRowStride)
        where S : struct, ISimd<V> where V : struct
    {
        Span<float> piece = stackalloc float[Lanes], products = stackalloc float[Lanes];
        Span<double> total = stackalloc double[Lanes], totalProducts = stackalloc double[Lanes];
        int step = ChannelSum.RowsPerPiece(columns);
        for (int b = 0; b < channelBlocks; b++)
        {
            total.Clear();
            totalProducts.Clear();
            for (int s = 0; s < samples; s++)
            {
                for (int r = 0; r < rows; r += step)
                {
                    ref float px = ref Unsafe.Add(ref x, s * sampleStride + b * blockStride + r * rowStride);
                    ref float pdy = ref Unsafe.Add(ref dy, s * dySampleStride + b * dyBlockStride + r * dyRowStride);
                    for (int lane = 0; lane < Lanes; lane += S.Width)
                    {
                        V mean = S.Load(ref stats, b * Lanes + lane);
                        PieceSums<S, V>(
                            ref Unsafe.Add(ref px, lane), ref Unsafe.Add(ref pdy, lane), mean,
                            Math.Min(step, rows - r), rowStride, dyRowStride, columns, ref piece[lane], ref products[lane]);
                    }

                    for (int lane = 0; lane < Lanes; lane++)
                    {
                        total[lane] += piece[lane];
                        totalProducts[lane] += products[lane];
                    }
                }
            }

            for (int lane = 0; lane < Lanes; lane++)
            {
                nint channel = b * Lanes + lane;
                Unsafe.Add(ref sums, channel) = (float)total[lane];
                Unsafe.Add(ref sums, channels + channel) = (float)(totalProducts[lane] * Unsafe.Add(ref stats, channels + channel));
            }
        }
    }

    /// <summary>Σ dy and Σ dy·(x − mean) over a piece, for one vector of lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void PieceSums<S, V>(
        ref float x, ref float dy, V mean, int rows, nint rowStride, nint dyRowStride, int columns, ref float sum, ref float products)
        where S : struct, ISimd<V> where V : struct
    {
        V sum0 = S.Broadcast(0f), sum1 = sum0, products0 = sum0, products1 = sum0;
        nint length = (nint)columns * Lanes;
        for (int r = 0; r < rows; r++)
        {
            ref float px = ref Unsafe.Add(ref x, r * rowStride);
            ref float pdy = ref Unsafe.Add(ref dy, r * dyRowStride);
            nint i = 0;
            for (; i <= length - 2 * Lanes; i += 2 * Lanes)
            {
                V g0 = S.Load(ref pdy, i), g1 = S.Load(ref pdy, i + Lanes);
                sum0 = S.Add(sum0, g0);
                sum1 = S.Add(sum1, g1);
                products0 = S.FusedMultiplyAdd(g0, S.Subtract(S.Load(ref px, i), mean), products0);
                products1 = S.FusedMultiplyAdd(g1, S.Subtract(S.Load(ref px, i + Lanes), mean), products1);
            }

            if (i < length)
            {
                V g = S.Load(ref pdy, i);
                sum0 = S.Add(sum0, g);
                products0 = S.FusedMultiplyAdd(g, S.Subtract(S.Load(ref px, i), mean), products0);
            }
        }

        S.Store(S.Add(sum0, sum1), ref sum, 0);
        S.Store(S.Add(products0, products1), ref products, 0);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void GradientInput<S, V>(
        ref float x, ref float stats, ref float weight, ref float sums, ref float dy, ref float dx, nint channels, long count,
        int samples, nint sampleStride, int channelBlocks, nint blockStride, int rows, nint rowStride, int columns,
        nint dySampleStride, nint dyBlockStride, nint dyRowStride, nint dxSampleStride, nint dxBlockStride, nint dxRowStride)
        where S : struct, ISimd<V> where V : struct
    {
        nint length = (nint)columns * Lanes;
        V minusPerValue = S.Broadcast((float)(-1.0 / count));
        for (int s = 0; s < samples; s++)
        {
            for (int b = 0; b < channelBlocks; b++)
            {
                for (int lane = 0; lane < Lanes; lane += S.Width)
                {
                    nint channel = b * Lanes + lane;
                    V mean = S.Load(ref stats, channel), invStd = S.Load(ref stats, channels + channel);
                    V factor = S.Multiply(S.Load(ref weight, channel), invStd);
                    V minusMeanDy = S.Multiply(S.Load(ref sums, channel), minusPerValue);
                    V minusSlope = S.Multiply(S.Multiply(S.Load(ref sums, channels + channel), minusPerValue), invStd);
                    for (int r = 0; r < rows; r++)
                    {
                        ref float px = ref Unsafe.Add(ref x, s * sampleStride + b * blockStride + r * rowStride + lane);
                        ref float pdy = ref Unsafe.Add(ref dy, s * dySampleStride + b * dyBlockStride + r * dyRowStride + lane);
                        ref float pdx = ref Unsafe.Add(ref dx, s * dxSampleStride + b * dxBlockStride + r * dxRowStride + lane);
                        for (nint i = 0; i < length; i += Lanes)
                        {
                            V centred = S.Subtract(S.Load(ref px, i), mean);
                            V rest = S.FusedMultiplyAdd(centred, minusSlope, S.Add(S.Load(ref pdy, i), minusMeanDy));
                            S.Store(S.Multiply(rest, factor), ref pdx, i);
                        }
                    }
                }
            }
        }
    }
}
