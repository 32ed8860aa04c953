using System.ComponentModel;
using System.Runtime.CompilerServices;

namespace ModelGen.Runtime;

/// <summary>What stands in one image where another has the largest of each window: the gradient of max-unpooling.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class PoolGather
{
    /// <summary>y = v at the first largest pixel of x in each window; NaN is the largest. All are in blocks or all in planes.</summary>
    /// <param name="x">Pixel (0, 0) of the first channel of what is compared.</param>
    /// <param name="compared">How x lies.</param>
    /// <param name="v">Pixel (0, 0) of the first channel of what is taken.</param>
    /// <param name="taken">How v lies.</param>
    /// <param name="y">Pixel (0, 0) of the first channel of the result.</param>
    /// <param name="to">How y lies, and which planes of it are computed.</param>
    /// <param name="kernelY">Rows of a window.</param>
    /// <param name="kernelX">Columns of a window.</param>
    /// <param name="strideY">Rows from one window to the next.</param>
    /// <param name="strideX">Columns from one window to the next.</param>
    /// <param name="top">Rows of padding above.</param>
    /// <param name="left">Columns of padding before.</param>
    /// <param name="dilationY">Rows from tap to tap.</param>
    /// <param name="dilationX">Columns from tap to tap.</param>
    /// <param name="samples">Samples of the batch.</param>
    public static void Gather(
        ref float x, in ImageLayout compared, ref float v, in ImageLayout taken, ref float y, in ImageLayout to,
        int kernelY, int kernelX, int strideY, int strideX, int top, int left, int dilationY, int dilationX, int samples) =>
        Target.Run(
            new GatherKernel(compared, taken, to, new(kernelY, kernelX, strideY, strideX, top, left, dilationY, dilationX), samples),
            new Operands(ref x, ref v, ref y));

    private readonly record struct Windows(
        int KernelY, int KernelX, int StrideY, int StrideX, int Top, int Left, int DilationY, int DilationX);

    private readonly struct GatherKernel(ImageLayout compared, ImageLayout taken, ImageLayout to, Windows windows, int samples) : IKernel
    {
        public void Run<S, V>(Operands o, Operands more) where S : struct, ISimd<V> where V : struct
        {
            for (int s = 0; s < samples; s++)
            {
                for (int plane = to.FirstPlane; plane < to.EndPlane; plane++)
                {
                    ref float x = ref Unsafe.Add(ref o.First, s * compared.SampleStride + plane * compared.PlaneStride);
                    ref float v = ref Unsafe.Add(ref o.Second, s * taken.SampleStride + plane * taken.PlaneStride);
                    ref float y = ref Unsafe.Add(ref o.Third, s * to.SampleStride + plane * to.PlaneStride);
                    if (to.Blocked)
                        Pixels<S, V>(ref x, compared, ref v, taken, ref y, to, windows);
                    else
                        Floats(ref x, compared, ref v, taken, ref y, to, windows);
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Pixels<S, V>(
        ref float x, in ImageLayout compared, ref float v, in ImageLayout taken, ref float y, in ImageLayout to, in Windows w)
        where S : struct, ISimd<V> where V : struct
    {
        for (int oy = 0; oy < to.Rows; oy++)
        for (int ox = 0; ox < to.Columns; ox++)
        for (int lane = 0; lane < ImageLayout.Block; lane += S.Width)
        {
            V largest = S.Broadcast(0f), found = largest;
            bool isFirst = true;
            for (int ky = 0; ky < w.KernelY; ky++)
            for (int kx = 0; kx < w.KernelX; kx++)
            {
                (int iy, int ix) = (oy * w.StrideY - w.Top + ky * w.DilationY, ox * w.StrideX - w.Left + kx * w.DilationX);
                if ((uint)iy >= (uint)compared.Rows || (uint)ix >= (uint)compared.Columns)
                    continue;
                V value = S.Load(ref x, iy * compared.RowStride + (nint)ix * ImageLayout.Block + lane);
                V other = S.Load(ref v, iy * taken.RowStride + (nint)ix * ImageLayout.Block + lane);
                if (isFirst)
                    (largest, found, isFirst) = (value, other, false);
                // Larger, or the first NaN: what equals itself is a number.
                V isNumber = S.Equal(largest, largest);
                V isNew = S.BitAnd(isNumber, S.ConditionalSelect(S.Equal(value, value), S.LessThan(largest, value), isNumber));
                largest = S.ConditionalSelect(isNew, value, largest);
                found = S.ConditionalSelect(isNew, other, found);
            }
            S.Store(found, ref y, oy * to.RowStride + (nint)ox * ImageLayout.Block + lane);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Floats(
        ref float x, in ImageLayout compared, ref float v, in ImageLayout taken, ref float y, in ImageLayout to, in Windows w)
    {
        for (int oy = 0; oy < to.Rows; oy++)
        for (int ox = 0; ox < to.Columns; ox++)
        {
            float largest = 0f, found = 0f;
            bool isFirst = true;
            for (int ky = 0; ky < w.KernelY; ky++)
            for (int kx = 0; kx < w.KernelX; kx++)
            {
                (int iy, int ix) = (oy * w.StrideY - w.Top + ky * w.DilationY, ox * w.StrideX - w.Left + kx * w.DilationX);
                if ((uint)iy >= (uint)compared.Rows || (uint)ix >= (uint)compared.Columns)
                    continue;
                float value = Unsafe.Add(ref x, iy * compared.RowStride + ix);
                if (isFirst || value > largest || (float.IsNaN(value) && !float.IsNaN(largest)))
                    (largest, found, isFirst) = (value, Unsafe.Add(ref v, iy * taken.RowStride + ix), false);
            }
            Unsafe.Add(ref y, oy * to.RowStride + ox) = found;
        }
    }
}
