using System.ComponentModel;
using System.Runtime.CompilerServices;

namespace ModelGen.Runtime;

/// <summary>An image times one factor for each channel of each sample, and the gradient of the factors.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class ChannelFactors
{
    /// <summary>y = x × factor of the channel. y lies as x does and may be x; all are in blocks or all in planes.</summary>
    /// <param name="x">Pixel (0, 0) of the first channel.</param>
    /// <param name="factors">The first channel's factor.</param>
    /// <param name="y">The result.</param>
    /// <param name="image">How x and y lie, and which planes are computed.</param>
    /// <param name="factorLayout">How the factors lie: images of one pixel.</param>
    /// <param name="samples">Samples of the batch.</param>
    public static void Multiply(
        ref float x, ref float factors, ref float y, in ImageLayout image, in ImageLayout factorLayout, int samples) =>
        Target.Run(new MultiplyKernel(image, factorLayout, samples), new Operands(ref x, ref factors, ref y));

    private readonly struct MultiplyKernel(ImageLayout image, ImageLayout factorLayout, int samples) : IKernel
    {
        public void Run<S, V>(Operands o, Operands more) where S : struct, ISimd<V> where V : struct =>
            Multiply<S, V>(ref o.First, ref o.Second, ref o.Third, image, factorLayout, samples);
    }

    /// <summary>df = Σ over the pixels of a channel of x × dy.</summary>
    /// <param name="x">The image.</param>
    /// <param name="xLayout">How it lies.</param>
    /// <param name="dy">The gradient of the product.</param>
    /// <param name="dyLayout">How it lies.</param>
    /// <param name="df">The gradient of the factors.</param>
    /// <param name="factorLayout">How it lies.</param>
    /// <param name="samples">Samples of the batch.</param>
    public static void Gradient(
        ref float x, in ImageLayout xLayout, ref float dy, in ImageLayout dyLayout, ref float df, in ImageLayout factorLayout,
        int samples) =>
        Target.Run(new GradientKernel(xLayout, dyLayout, factorLayout, samples), new Operands(ref x, ref dy, ref df));

    private readonly struct GradientKernel(ImageLayout xLayout, ImageLayout dyLayout, ImageLayout factorLayout, int samples) : IKernel
    {
        public void Run<S, V>(Operands o, Operands more) where S : struct, ISimd<V> where V : struct =>
            Gradient<S, V>(ref o.First, xLayout, ref o.Second, dyLayout, ref o.Third, factorLayout, samples);
    }

    internal static void Multiply<S, V>(
        ref float x, ref float factors, ref float y, in ImageLayout image, in ImageLayout factorLayout, int samples)
        where S : struct, ISimd<V> where V : struct
    {
        for (int s = 0; s < samples; s++)
        {
            for (int plane = image.FirstPlane; plane < image.EndPlane; plane++)
            {
                nint at = s * image.SampleStride + plane * image.PlaneStride;
                ref float factor = ref Unsafe.Add(ref factors, s * factorLayout.SampleStride + plane * factorLayout.PlaneStride);
                for (int r = 0; r < image.Rows; r++, at += image.RowStride)
                {
                    if (image.Blocked)
                        MultiplyPixels<S, V>(ref Unsafe.Add(ref x, at), ref factor, ref Unsafe.Add(ref y, at), image.Columns);
                    else
                        Elementwise.Map<S, V, Elementwise.ScaleOp>(
                            new(factor), ref Unsafe.Add(ref x, at), ref Unsafe.Add(ref y, at), image.Columns);
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void MultiplyPixels<S, V>(ref float x, ref float factor, ref float y, int columns) where S : struct, ISimd<V>
        where V : struct
    {
        for (int lane = 0; lane < ImageLayout.Block; lane += S.Width)
        {
            V factors = S.Load(ref factor, lane);
            nint at = lane;
            for (int c = 0; c < columns; c++, at += ImageLayout.Block)
                S.Store(S.Multiply(S.Load(ref x, at), factors), ref y, at);
        }
    }

    internal static void Gradient<S, V>(
        ref float x, in ImageLayout xLayout, ref float dy, in ImageLayout dyLayout, ref float df, in ImageLayout factorLayout, int samples)
        where S : struct, ISimd<V> where V : struct
    {
        // Float along a row, double over rows.
        Span<double> total = stackalloc double[ImageLayout.Block];
        for (int s = 0; s < samples; s++)
        {
            for (int plane = 0; plane < xLayout.Planes; plane++)
            {
                ref float image = ref Unsafe.Add(ref x, s * xLayout.SampleStride + plane * xLayout.PlaneStride);
                ref float gradient = ref Unsafe.Add(ref dy, s * dyLayout.SampleStride + plane * dyLayout.PlaneStride);
                ref float result = ref Unsafe.Add(ref df, s * factorLayout.SampleStride + plane * factorLayout.PlaneStride);
                total.Clear();
                for (int r = 0; r < xLayout.Rows; r++)
                {
                    ref float row = ref Unsafe.Add(ref image, r * xLayout.RowStride);
                    ref float gradientRow = ref Unsafe.Add(ref gradient, r * dyLayout.RowStride);
                    if (xLayout.Blocked)
                        AddPixels<S, V>(ref row, ref gradientRow, xLayout.Columns, total);
                    else
                        total[0] += Dot<S, V>(ref row, ref gradientRow, xLayout.Columns);
                }
                for (int lane = 0; lane < xLayout.Lanes; lane++)
                    Unsafe.Add(ref result, lane) = (float)total[lane];
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddPixels<S, V>(ref float x, ref float dy, int columns, Span<double> total) where S : struct, ISimd<V>
        where V : struct
    {
        Span<float> sums = stackalloc float[ImageLayout.Block];
        for (int lane = 0; lane < ImageLayout.Block; lane += S.Width)
        {
            V sum = S.Broadcast(0f);
            nint at = lane;
            for (int c = 0; c < columns; c++, at += ImageLayout.Block)
                sum = S.FusedMultiplyAdd(S.Load(ref x, at), S.Load(ref dy, at), sum);
            S.Store(sum, ref sums[0], lane);
        }
        for (int lane = 0; lane < ImageLayout.Block; lane++)
            total[lane] += sums[lane];
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Dot<S, V>(ref float x, ref float dy, nint n) where S : struct, ISimd<V> where V : struct
    {
        V sum = S.Broadcast(0f);
        nint i = 0;
        for (; i <= n - S.Width; i += S.Width)
            sum = S.FusedMultiplyAdd(S.Load(ref x, i), S.Load(ref dy, i), sum);
        if (i < n)
        {
            V zero = S.Broadcast(0f);
            sum = S.FusedMultiplyAdd(Partial.Load<S, V>(ref x, i, n - i, zero), Partial.Load<S, V>(ref dy, i, n - i, zero), sum);
        }
        return S.HorizontalSum(sum);
    }
}
