using System.ComponentModel;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace ModelGen.Runtime;

/// <summary>
/// F(2×2, 3×3) with strides of 2: 25 products for 4 results in place of 36. Along one dimension the first and the last tap see the even
/// inputs, as F(2, 2) interpolated at 0, 1 and ∞, and the middle one the odd inputs, as it stands (Yepez and Ko 2020, Stride 2 1-D, 2-D,
/// and 3-D Winograd for convolutional neural networks).
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly struct WinogradF2x3By2 : IWinogradTile
{
    /// <inheritdoc/>
    public static int Size => 2;

    /// <inheritdoc/>
    public static int Taps => 3;

    /// <inheritdoc/>
    public static int Patch => 5;

    /// <inheritdoc/>
    public static int TileStep => 4;

    /// <inheritdoc/>
    public static int Filters => 4;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void FilterPoints(ref Vector<double> taps, ref Vector<double> points, nint stride)
    {
        (Vector<double> g0, Vector<double> g1, Vector<double> g2) = (taps, Unsafe.Add(ref taps, 1), Unsafe.Add(ref taps, 2));
        points = g0;
        Unsafe.Add(ref points, stride) = g0 + g2;
        Unsafe.Add(ref points, 2 * stride) = g2;
        Unsafe.Add(ref points, 3 * stride) = g1;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void InputPoints<S, V>(ref float from, nint stride, ref float points, nint distance)
        where S : struct, ISimd<V> where V : struct
    {
        V d2 = S.Load(ref from, 2 * stride);
        S.Store(S.Subtract(S.Load(ref from, 0), d2), ref points, 0);
        S.Store(d2, ref points, distance);
        S.Store(S.Subtract(S.Load(ref from, 4 * stride), d2), ref points, 2 * distance);
        S.Store(S.Load(ref from, stride), ref points, 3 * distance);
        S.Store(S.Load(ref from, 3 * stride), ref points, 4 * distance);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Results<S, V>(ref float from, nint stride, out V y0, out V y1, out V y2, out V y3)
        where S : struct, ISimd<V> where V : struct
    {
        V m1 = S.Load(ref from, stride);
        y0 = S.Add(S.Add(S.Load(ref from, 0), m1), S.Load(ref from, 3 * stride));
        y1 = S.Add(S.Add(m1, S.Load(ref from, 2 * stride)), S.Load(ref from, 4 * stride));
        y2 = y3 = default;
    }
}
