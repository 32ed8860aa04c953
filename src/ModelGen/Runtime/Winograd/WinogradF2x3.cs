using System.ComponentModel;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace ModelGen.Runtime;

/// <summary>
/// F(2×2, 3×3): 16 products for 4 results, four ninths of the multiply-adds, with filters less than twice their size. Interpolated at 0, ±1
/// and ∞.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly struct WinogradF2x3 : IWinogradTile
{
    /// <inheritdoc/>
    public static int Size => 2;

    /// <inheritdoc/>
    public static int Taps => 3;

    /// <inheritdoc/>
    public static int Patch => 4;

    /// <inheritdoc/>
    public static int TileStep => 2;

    /// <inheritdoc/>
    public static int Filters => 4;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void FilterPoints(ref Vector<double> taps, ref Vector<double> points, nint stride)
    {
        (Vector<double> g0, Vector<double> g1, Vector<double> g2) = (taps, Unsafe.Add(ref taps, 1), Unsafe.Add(ref taps, 2));
        points = g0;
        Unsafe.Add(ref points, stride) = (g0 + g1 + g2) * 0.5;
        Unsafe.Add(ref points, 2 * stride) = (g0 - g1 + g2) * 0.5;
        Unsafe.Add(ref points, 3 * stride) = g2;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void InputPoints<S, V>(ref float from, nint stride, ref float points, nint distance)
        where S : struct, ISimd<V> where V : struct
    {
        V d1 = S.Load(ref from, stride);
        V d2 = S.Load(ref from, 2 * stride);
        S.Store(S.Subtract(S.Load(ref from, 0), d2), ref points, 0);
        S.Store(S.Add(d1, d2), ref points, distance);
        S.Store(S.Subtract(d2, d1), ref points, 2 * distance);
        S.Store(S.Subtract(S.Load(ref from, 3 * stride), d1), ref points, 3 * distance);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Results<S, V>(ref float from, nint stride, out V y0, out V y1, out V y2, out V y3)
        where S : struct, ISimd<V> where V : struct
    {
        V m1 = S.Load(ref from, stride);
        V m2 = S.Load(ref from, 2 * stride);
        y0 = S.Add(S.Load(ref from, 0), S.Add(m1, m2));
        y1 = S.Add(S.Subtract(m1, m2), S.Load(ref from, 3 * stride));
        y2 = y3 = default;
    }
}
