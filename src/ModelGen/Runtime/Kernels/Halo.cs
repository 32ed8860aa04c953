using System.ComponentModel;
using System.Runtime.CompilerServices;

namespace ModelGen.Runtime;

/// <summary>The zeros stored around images, which stand for the padding of the layer that reads them.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class Halo
{
    /// <summary>
    /// Sets the halo of <paramref name="planes"/> planes of each sample to zero: whole rows above and below, and the ends of the rows
    /// between.
    /// </summary>
    /// <param name="x">The first float of the first plane, halo included.</param>
    /// <param name="samples">Samples of the batch.</param>
    /// <param name="sampleStride">Floats from one sample to the next.</param>
    /// <param name="planes">Planes of a sample.</param>
    /// <param name="planeStride">Floats from one plane to the next.</param>
    /// <param name="rows">Rows of a plane, halo included.</param>
    /// <param name="rowStride">Floats of a row, halo included.</param>
    /// <param name="top">Rows above.</param>
    /// <param name="bottom">Rows below.</param>
    /// <param name="left">Floats at the start of each row.</param>
    /// <param name="right">Floats at the end of each row.</param>
    public static void Clear(
        ref float x, int samples, int sampleStride, int planes, int planeStride, int rows, int rowStride, int top, int bottom, int left,
        int right)
    {
        for (int sample = 0; sample < samples; sample++)
            Clear(ref Unsafe.Add(ref x, (nint)sample * sampleStride), planes, planeStride, rows, rowStride, top, bottom, left, right);
    }

    private static void Clear(ref float x, int planes, int planeStride, int rows, int rowStride, int top, int bottom, int left, int right)
    {
        for (int plane = 0; plane < planes; plane++)
        {
            ref float first = ref Unsafe.Add(ref x, (nint)plane * planeStride);
            Elementwise.Clear(ref first, top * rowStride);
            Elementwise.Clear(ref Unsafe.Add(ref first, (nint)(rows - bottom) * rowStride), bottom * rowStride);
            for (int row = top; row < rows - bottom; row++)
            {
                ref float start = ref Unsafe.Add(ref first, (nint)row * rowStride);
                Elementwise.Clear(ref start, left);
                Elementwise.Clear(ref Unsafe.Add(ref start, rowStride - right), right);
            }
        }
    }
}
