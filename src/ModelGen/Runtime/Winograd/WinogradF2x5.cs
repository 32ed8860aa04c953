using System.ComponentModel;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace ModelGen.Runtime;

/// <summary>
/// F(2×2, 5×5): 36 products for 4 results, 9 in place of 25 multiply-adds each. The points, and so the patches, are those of
/// <see cref="WinogradF4x3"/>.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly struct WinogradF2x5 : IWinogradTile
{
    /// <inheritdoc/>
    public static int Size => 2;

    /// <inheritdoc/>
    public static int Taps => 5;

    /// <inheritdoc/>
    public static int Patch => 6;

    /// <inheritdoc/>
    public static int TileStep => 2;

    /// <inheritdoc/>
    public static int Filters => 6;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void FilterPoints(ref Vector<double> taps, ref Vector<double> points, nint stride)
    {
        (Vector<double> g0, Vector<double> g1, Vector<double> g2) = (taps, Unsafe.Add(ref taps, 1), Unsafe.Add(ref taps, 2));
        (Vector<double> g3, Vector<double> g4) = (Unsafe.Add(ref taps, 3), Unsafe.Add(ref taps, 4));
        SixPoints.Store(g0, g0 + g2 * 0.5 + g4 * 0.25, g1 + g3 * 0.5, g0 + g2 * 2 + g4 * 4, g1 + g3 * 2, g4, ref points, stride);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void InputPoints<S, V>(ref float from, nint stride, ref float points, nint distance)
        where S : struct, ISimd<V> where V : struct => SixPoints.OfInputs<S, V>(ref from, stride, ref points, distance);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Results<S, V>(ref float from, nint stride, out V y0, out V y1, out V y2, out V y3)
        where S : struct, ISimd<V> where V : struct
    {
        V m1 = S.Load(ref from, stride);
        V m2 = S.Load(ref from, 2 * stride);
        V m3 = S.Load(ref from, 3 * stride);
        V m4 = S.Load(ref from, 4 * stride);
        y0 = S.Add(S.Load(ref from, 0), S.Add(S.Add(m1, m2), S.Add(m3, m4)));
        y1 = S.FusedMultiplyAdd(
            S.Broadcast(SixPoints.RootTwo), S.Subtract(m3, m4),
            S.FusedMultiplyAdd(S.Broadcast(SixPoints.RootHalf), S.Subtract(m1, m2), S.Load(ref from, 5 * stride)));
        y2 = y3 = default;
    }
}
