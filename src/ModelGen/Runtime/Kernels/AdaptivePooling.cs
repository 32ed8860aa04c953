using System.ComponentModel;
using System.Runtime.CompilerServices;

namespace ModelGen.Runtime;

/// <summary>
/// Means over windows that divide an image evenly into a given number: window i of n reads from ⌊i·length/n⌋ up to, not including, ⌈(i +
/// 1)·length/n⌉, as in PyTorch. One window of all pixels is the global mean.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class AdaptivePooling
{
    /// <summary>y = mean of each window of x; as many windows as y has pixels. Both are in blocks or both in planes.</summary>
    /// <param name="x">Pixel (0, 0) of the first channel.</param>
    /// <param name="from">How x lies.</param>
    /// <param name="y">Pixel (0, 0) of the first channel.</param>
    /// <param name="to">How y lies, and which planes of it are computed.</param>
    /// <param name="samples">Samples of the batch.</param>
    public static void Average(ref float x, in ImageLayout from, ref float y, in ImageLayout to, int samples) =>
        Target.Run(new AverageKernel(from, to, samples), new Operands(ref x, ref y));

    private readonly struct AverageKernel(ImageLayout from, ImageLayout to, int samples) : IKernel
    {
        public void Run<S, V>(Operands o, Operands more) where S : struct, ISimd<V> where V : struct =>
            Average<S, V>(ref o.First, from, ref o.Second, to, samples);
    }

    /// <summary>dx = Σ of dy / pixels over the windows that a pixel is in.</summary>
    /// <param name="dy">Pixel (0, 0) of the first channel.</param>
    /// <param name="pooled">How dy lies.</param>
    /// <param name="dx">Pixel (0, 0) of the first channel.</param>
    /// <param name="image">How dx lies.</param>
    /// <param name="samples">Samples of the batch.</param>
    public static void Gradient(ref float dy, in ImageLayout pooled, ref float dx, in ImageLayout image, int samples) =>
        Target.Run(new GradientKernel(pooled, image, samples), new Operands(ref dy, ref dx));

    private readonly struct GradientKernel(ImageLayout pooled, ImageLayout image, int samples) : IKernel
    {
        public void Run<S, V>(Operands o, Operands more) where S : struct, ISimd<V> where V : struct =>
            Gradient<S, V>(ref o.First, pooled, ref o.Second, image, samples);
    }

    internal static void Average<S, V>(ref float x, in ImageLayout from, ref float y, in ImageLayout to, int samples)
        where S : struct, ISimd<V> where V : struct
    {
        for (int s = 0; s < samples; s++)
        {
            for (int plane = to.FirstPlane; plane < to.EndPlane; plane++)
            {
                ref float source = ref Unsafe.Add(ref x, s * from.SampleStride + plane * from.PlaneStride);
                ref float target = ref Unsafe.Add(ref y, s * to.SampleStride + plane * to.PlaneStride);
                for (int oy = 0; oy < to.Rows; oy++)
                {
                    int top = First(oy, from.Rows, to.Rows), rows = First(oy + 1, from.Rows, to.Rows, up: true) - top;
                    for (int ox = 0; ox < to.Columns; ox++)
                    {
                        int left = First(ox, from.Columns, to.Columns), columns = First(ox + 1, from.Columns, to.Columns, up: true) - left;
                        ref float window = ref Unsafe.Add(ref source, top * from.RowStride + left * from.Lanes);
                        ref float mean = ref Unsafe.Add(ref target, oy * to.RowStride + ox * to.Lanes);
                        if (from.Blocked)
                            BlockMean<S, V>(ref window, rows, from.RowStride, columns, ref mean);
                        else
                            mean = (float)(ChannelSum.PlaneSum<S, V>(ref window, rows, from.RowStride, columns) / ((long)rows * columns));
                    }
                }
            }
        }
    }

    private static void BlockMean<S, V>(ref float window, int rows, nint rowStride, int columns, ref float mean) where S : struct, ISimd<V>
        where V : struct
    {
        long pixels = (long)rows * columns;
        int step = ChannelSum.RowsPerPiece(columns);
        if (rows <= step)
        {
            for (int lane = 0; lane < ImageLayout.Block; lane += S.Width)
                S.Store(S.Divide(ChannelSum.Sum<S, V>(ref Unsafe.Add(ref window, lane), rows, rowStride, columns), S.Broadcast(pixels)),
                    ref mean, lane);
            return;
        }
        Span<double> total = stackalloc double[ImageLayout.Block];
        Span<float> piece = stackalloc float[ImageLayout.Block];
        for (int r = 0; r < rows; r += step)
        {
            ref float start = ref Unsafe.Add(ref window, r * rowStride);
            for (int lane = 0; lane < ImageLayout.Block; lane += S.Width)
                S.Store(ChannelSum.Sum<S, V>(ref Unsafe.Add(ref start, lane), Math.Min(step, rows - r), rowStride, columns), ref piece[0],
                    lane);
            for (int lane = 0; lane < ImageLayout.Block; lane++)
                total[lane] += piece[lane];
        }
        for (int lane = 0; lane < ImageLayout.Block; lane++)
            Unsafe.Add(ref mean, lane) = (float)(total[lane] / pixels);
    }

    // Which windows a pixel is in follows the same rule with the two lengths exchanged.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Gradient<S, V>(ref float dy, in ImageLayout pooled, ref float dx, in ImageLayout image, int samples)
        where S : struct, ISimd<V> where V : struct
    {
        for (int s = 0; s < samples; s++)
        {
            for (int plane = 0; plane < image.Planes; plane++)
            {
                ref float source = ref Unsafe.Add(ref dy, s * pooled.SampleStride + plane * pooled.PlaneStride);
                ref float target = ref Unsafe.Add(ref dx, s * image.SampleStride + plane * image.PlaneStride);
                for (int iy = 0; iy < image.Rows; iy++)
                {
                    int firstY = First(iy, pooled.Rows, image.Rows), endY = First(iy + 1, pooled.Rows, image.Rows, up: true);
                    for (int ix = 0; ix < image.Columns; ix++)
                    {
                        int firstX = First(ix, pooled.Columns, image.Columns),
                            endX = First(ix + 1, pooled.Columns, image.Columns, up: true);
                        ref float pixel = ref Unsafe.Add(ref target, iy * image.RowStride + ix * image.Lanes);
                        for (int lane = 0; lane < image.Lanes; lane += S.Width)
                        {
                            V sum = S.Broadcast(0f);
                            float single = 0;
                            for (int oy = firstY; oy < endY; oy++)
                            {
                                int rows = First(oy + 1, image.Rows, pooled.Rows, up: true) - First(oy, image.Rows, pooled.Rows);
                                for (int ox = firstX; ox < endX; ox++)
                                {
                                    int columns = First(ox + 1, image.Columns, pooled.Columns, up: true) - First(
                                        ox, image.Columns, pooled.Columns);
                                    float pixels = (float)((long)rows * columns);
                                    nint at = oy * pooled.RowStride + ox * pooled.Lanes + lane;
                                    if (image.Blocked)
                                        sum = S.Add(sum, S.Divide(S.Load(ref source, at), S.Broadcast(pixels)));
                                    else
                                        single += Unsafe.Add(ref source, at) / pixels;
                                }
                            }
                            if (image.Blocked)
                                S.Store(sum, ref pixel, lane);
                            else
                                pixel = single;
                        }
                    }
                }
            }
        }
    }

    private static int First(int window, int length, int windows, bool up = false) =>
        (int)(((long)window * length + (up ? windows - 1 : 0)) / windows);
}
