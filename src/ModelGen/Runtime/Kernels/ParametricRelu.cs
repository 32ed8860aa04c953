using System.ComponentModel;
using System.Runtime.CompilerServices;

namespace ModelGen.Runtime;

/// <summary>
/// Leaky ReLU with learned slopes: one for all channels (a distance of 0 between slopes) or one for each (of 1). Images of one pixel are
/// features.
/// </summary>
/// <remarks>Source: He et al., Delving deep into rectifiers, 2015, §2.1.</remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class ParametricRelu
{
    /// <summary>y = x where x &gt; 0, else slope × x; y lies as x does and may be x.</summary>
    /// <param name="x">Pixel (0, 0) of the first channel.</param>
    /// <param name="slopes">The first channel's slope; those of blocks are padded to whole ones.</param>
    /// <param name="y">The result.</param>
    /// <param name="slopeStep">Floats from one channel's slope to the next: 0 or 1.</param>
    /// <param name="image">How x and y lie, and which planes are computed.</param>
    /// <param name="samples">Samples of the batch.</param>
    public static void Forward(ref float x, ref float slopes, ref float y, int slopeStep, in ImageLayout image, int samples) =>
        Target.Run(new ForwardKernel(slopeStep, image, samples), new Operands(ref x, ref slopes, ref y));

    private readonly struct ForwardKernel(int slopeStep, ImageLayout image, int samples) : IKernel
    {
        public void Run<S, V>(Operands o, Operands more) where S : struct, ISimd<V> where V : struct =>
            Map<S, V>(ref o.First, ref o.First, ref o.Second, ref o.Third, slopeStep, image, samples);
    }

    /// <summary>dx = dy where x &gt; 0, else slope × dy; all lie alike, and dx may be x or dy.</summary>
    /// <param name="x">The input.</param>
    /// <param name="slopes">The first channel's slope.</param>
    /// <param name="dy">The gradient of the result.</param>
    /// <param name="dx">The gradient of the input.</param>
    /// <param name="slopeStep">Floats from one channel's slope to the next: 0 or 1.</param>
    /// <param name="image">How the images lie, and which planes are computed.</param>
    /// <param name="samples">Samples of the batch.</param>
    public static void Gradient(
        ref float x, ref float slopes, ref float dy, ref float dx, int slopeStep, in ImageLayout image, int samples) =>
        Target.Run(new GradientKernel(slopeStep, image, samples), new Operands(ref x, ref dy, ref slopes), new Operands(ref dx));

    private readonly struct GradientKernel(int slopeStep, ImageLayout image, int samples) : IKernel
    {
        public void Run<S, V>(Operands o, Operands more) where S : struct, ISimd<V> where V : struct =>
            Map<S, V>(ref o.First, ref o.Second, ref o.Third, ref more.First, slopeStep, image, samples);
    }

    /// <summary>The gradient of the slopes: Σ over samples and pixels of dy × min(x, 0), in double over rows.</summary>
    /// <param name="x">The input.</param>
    /// <param name="dy">The gradient of the result; lies as x does.</param>
    /// <param name="slopes">The gradient of the first channel's slope.</param>
    /// <param name="slopeStep">Floats from one channel's slope to the next: 0 for one sum over all channels, or 1.</param>
    /// <param name="image">How x and dy lie, and which planes are summed.</param>
    /// <param name="samples">Samples of the batch.</param>
    public static void SlopeGradient(ref float x, ref float dy, ref float slopes, int slopeStep, in ImageLayout image, int samples) =>
        Target.Run(new SlopeGradientKernel(slopeStep, image, samples), new Operands(ref x, ref dy, ref slopes));

    private readonly struct SlopeGradientKernel(int slopeStep, ImageLayout image, int samples) : IKernel
    {
        public void Run<S, V>(Operands o, Operands more) where S : struct, ISimd<V> where V : struct =>
            SlopeGradient<S, V>(ref o.First, ref o.Second, ref o.Third, slopeStep, image, samples);
    }

    // y = v where x > 0, else slope × v.
    internal static void Map<S, V>(
        ref float x, ref float v, ref float slopes, ref float y, int slopeStep, in ImageLayout image, int samples)
        where S : struct, ISimd<V> where V : struct
    {
        for (int s = 0; s < samples; s++)
        {
            for (int plane = image.FirstPlane; plane < image.EndPlane; plane++)
            {
                ref float slope = ref Unsafe.Add(ref slopes, plane * image.Lanes * slopeStep);
                nint at = s * image.SampleStride + plane * image.PlaneStride;
                for (int r = 0; r < image.Rows; r++, at += image.RowStride)
                {
                    ref float signs = ref Unsafe.Add(ref x, at);
                    ref float from = ref Unsafe.Add(ref v, at);
                    ref float to = ref Unsafe.Add(ref y, at);
                    if (image.Blocked)
                        MapPixels<S, V>(ref signs, ref from, ref slope, ref to, slopeStep, image.Columns);
                    else
                        Elementwise.Map<S, V, Elementwise.LeakyReluGradientOp>(new(slope), ref signs, ref from, ref to, image.Columns);
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void MapPixels<S, V>(ref float x, ref float v, ref float slope, ref float y, int slopeStep, int columns)
        where S : struct, ISimd<V> where V : struct
    {
        V zero = S.Broadcast(0f);
        for (int lane = 0; lane < ImageLayout.Block; lane += S.Width)
        {
            V factor = slopeStep == 0 ? S.Broadcast(slope) : S.Load(ref slope, lane);
            nint at = lane;
            for (int c = 0; c < columns; c++, at += ImageLayout.Block)
            {
                V value = S.Load(ref v, at);
                S.Store(S.ConditionalSelect(S.LessThan(zero, S.Load(ref x, at)), value, S.Multiply(value, factor)), ref y, at);
            }
        }
    }

    internal static void SlopeGradient<S, V>(
        ref float x, ref float dy, ref float slopes, int slopeStep, in ImageLayout image, int samples)
        where S : struct, ISimd<V> where V : struct
    {
        // Float along a row, double over rows.
        Span<double> total = stackalloc double[ImageLayout.Block];
        double all = 0;
        for (int plane = image.FirstPlane; plane < image.EndPlane; plane++)
        {
            total.Clear();
            for (int s = 0; s < samples; s++)
            {
                nint at = s * image.SampleStride + plane * image.PlaneStride;
                for (int r = 0; r < image.Rows; r++, at += image.RowStride)
                {
                    if (image.Blocked)
                        AddPixels<S, V>(ref Unsafe.Add(ref x, at), ref Unsafe.Add(ref dy, at), image.Columns, total);
                    else
                        total[0] += RowSum<S, V>(ref Unsafe.Add(ref x, at), ref Unsafe.Add(ref dy, at), image.Columns);
                }
            }
            // Lanes beyond the last channel are nobody's.
            int lanes = Math.Min(image.Lanes, image.Channels - plane * image.Lanes);
            for (int lane = 0; lane < image.Lanes; lane++)
            {
                if (slopeStep != 0)
                    Unsafe.Add(ref slopes, plane * image.Lanes + lane) = lane < lanes ? (float)total[lane] : 0f;
                else if (lane < lanes)
                    all += total[lane];
            }
        }
        if (slopeStep == 0)
            slopes = (float)all;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddPixels<S, V>(ref float x, ref float dy, int columns, Span<double> total)
        where S : struct, ISimd<V> where V : struct
    {
        Span<float> sums = stackalloc float[ImageLayout.Block];
        V zero = S.Broadcast(0f);
        for (int lane = 0; lane < ImageLayout.Block; lane += S.Width)
        {
            V sum = zero;
            nint at = lane;
            for (int c = 0; c < columns; c++, at += ImageLayout.Block)
                sum = S.FusedMultiplyAdd(S.Min(zero, S.Load(ref x, at)), S.Load(ref dy, at), sum);
            S.Store(sum, ref sums[0], lane);
        }
        for (int lane = 0; lane < ImageLayout.Block; lane++)
            total[lane] += sums[lane];
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float RowSum<S, V>(ref float x, ref float dy, nint n) where S : struct, ISimd<V> where V : struct
    {
        V zero = S.Broadcast(0f), sum = zero;
        nint i = 0;
        for (; i <= n - S.Width; i += S.Width)
            sum = S.FusedMultiplyAdd(S.Min(zero, S.Load(ref x, i)), S.Load(ref dy, i), sum);
        if (i < n)
        {
            V few = S.Min(zero, Partial.Load<S, V>(ref x, i, n - i, zero));
            sum = S.FusedMultiplyAdd(few, Partial.Load<S, V>(ref dy, i, n - i, zero), sum);
        }
        return S.HorizontalSum(sum);
    }
}
