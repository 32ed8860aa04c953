using System.ComponentModel;
using System.Runtime.CompilerServices;

namespace ModelGen.Runtime;

/// <summary>
/// Copies and sums of rows whose elements lie apart: what is left of a copy between tensors of any layout when all other loops are written
/// out. Strides are floats from one element to the next; 0 repeats one. Source and destination do not overlap.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class Strided
{
    // Rows and columns that are exchanged together: the lines of memory of both stay in the first cache.
    private const int Tile = 16;

    /// <summary>y = x for <paramref name="n"/> elements.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Copy(ref float x, nint xStride, ref float y, nint yStride, nint n)
    {
        for (nint i = 0; i < n; i++)
            Unsafe.Add(ref y, i * yStride) = Unsafe.Add(ref x, i * xStride);
    }

    /// <summary>y += x for <paramref name="n"/> elements.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Add(ref float x, nint xStride, ref float y, nint yStride, nint n)
    {
        if (xStride == 1 && yStride == 1)
        {
            Elementwise.Add(ref x, ref y, ref y, n);
            return;
        }
        for (nint i = 0; i < n; i++)
            Unsafe.Add(ref y, i * yStride) += Unsafe.Add(ref x, i * xStride);
    }

    /// <summary>
    /// Element (r, c) of y, whose columns are neighbours, is element (c, r) of x, whose rows are: a matrix turned over, in square pieces.
    /// Columns of y are <c>xStride</c> floats apart in x, rows <c>yStride</c> in y.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Transpose(ref float x, nint xStride, ref float y, nint yStride, int rows, int columns)
    {
        for (int top = 0; top < rows; top += Tile)
        {
            int bottom = Math.Min(rows, top + Tile);
            for (int left = 0; left < columns; left += Tile)
            {
                int right = Math.Min(columns, left + Tile);
                for (int r = top; r < bottom; r++)
                {
                    ref float from = ref Unsafe.Add(ref x, r);
                    ref float to = ref Unsafe.Add(ref y, r * yStride);
                    for (int c = left; c < right; c++)
                        Unsafe.Add(ref to, c) = Unsafe.Add(ref from, c * xStride);
                }
            }
        }
    }
}
