using System.ComponentModel;
using System.Runtime.CompilerServices;

namespace ModelGen.Runtime;

/// <summary>Copies ranges of channels from one image to another: concatenation and its gradient.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class ChannelCopy
{
    /// <summary>
    /// Copies <paramref name="count"/> channels, from <paramref name="first"/> on in <paramref name="x"/> to <paramref name="target"/> on
    /// in <paramref name="y"/>. Rows and columns are those of both; both are in blocks or both in planes. No other channel of y changes.
    /// </summary>
    /// <param name="x">Pixel (0, 0) of the first channel.</param>
    /// <param name="from">How x lies.</param>
    /// <param name="first">First channel read.</param>
    /// <param name="y">Pixel (0, 0) of the first channel.</param>
    /// <param name="to">How y lies, and which planes of it are written.</param>
    /// <param name="target">First channel written.</param>
    /// <param name="count">Channels copied.</param>
    /// <param name="samples">Samples of the batch.</param>
    public static void Copy(ref float x, in ImageLayout from, int first, ref float y, in ImageLayout to, int target, int count, int samples)
    {
        int block = from.Lanes;
        // What lies in the planes that are wanted.
        int before = Math.Max(0, to.FirstPlane * block - target);
        count = Math.Min(count, to.EndPlane * block - target);
        (first, target, count) = (first + before, target + before, count - before);
        for (int s = 0; s < samples; s++)
        {
            // Channels that are neighbours in a block on both sides go together.
            for (int done = 0; done < count;)
            {
                int source = first + done;
                int destination = target + done;
                int run = Math.Min(count - done, block - Math.Max(source % block, destination % block));
                ref float read = ref Unsafe.Add(ref x, s * from.SampleStride + source / block * from.PlaneStride + source % block);
                ref float write = ref Unsafe.Add(ref y, s * to.SampleStride + destination / block * to.PlaneStride + destination % block);
                if (run == block)
                    CopyRows(ref read, from.RowStride, ref write, to.RowStride, from.Rows, (nint)from.Columns * block);
                else
                    CopyLanes(ref read, from.RowStride, ref write, to.RowStride, from.Rows, from.Columns, run);
                done += run;
            }
        }
    }

    private static void CopyRows(ref float x, nint xStride, ref float y, nint yStride, int rows, nint length)
    {
        // Rows without gaps between them are one long row.
        if (xStride == length && yStride == length)
            (rows, length) = (1, rows * length);
        for (int r = 0; r < rows; r++)
            Elementwise.Copy(ref Unsafe.Add(ref x, r * xStride), ref Unsafe.Add(ref y, r * yStride), length);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void CopyLanes(ref float x, nint xStride, ref float y, nint yStride, int rows, int columns, int lanes)
    {
        for (int r = 0; r < rows; r++)
        {
            ref float read = ref Unsafe.Add(ref x, r * xStride);
            ref float write = ref Unsafe.Add(ref y, r * yStride);
            for (int c = 0; c < columns; c++)
            {
                int lane = 0;
                for (; lane <= lanes - Simd128.Width; lane += Simd128.Width)
                    Simd128.Store(Simd128.Load(ref read, lane), ref write, lane);
                for (; lane < lanes; lane++)
                    Unsafe.Add(ref write, lane) = Unsafe.Add(ref read, lane);
                read = ref Unsafe.Add(ref read, ImageLayout.Block);
                write = ref Unsafe.Add(ref write, ImageLayout.Block);
            }
        }
    }
}
