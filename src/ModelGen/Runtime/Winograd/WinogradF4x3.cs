using System.ComponentModel;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace ModelGen.Runtime;

/// <summary>
/// F(4×4, 3×3): 36 products for 16 results, a quarter of the multiply-adds. Interpolated at 0, ±√½, ±√2 and ∞, which rounds less than the
/// usual 0, ±1, ±2 (Alam et al. 2022, Winograd convolution for deep neural networks: efficient point selection).
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly struct WinogradF4x3 : IWinogradTile
{
    /// <inheritdoc/>
    public static int Size => 4;

    /// <inheritdoc/>
    public static int Taps => 3;

    /// <inheritdoc/>
    public static int Patch => 6;

    /// <inheritdoc/>
    public static int TileStep => 4;

    /// <inheritdoc/>
    public static int Filters => 6;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void FilterPoints(ref Vector<double> taps, ref Vector<double> points, nint stride)
    {
        (Vector<double> g0, Vector<double> g1, Vector<double> g2) = (taps, Unsafe.Add(ref taps, 1), Unsafe.Add(ref taps, 2));
        SixPoints.Store(g0, g0 + g2 * 0.5, g1, g0 + g2 * 2, g1, g2, ref points, stride);
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
        (V nearSum, V nearDifference) = (S.Add(m1, m2), S.Subtract(m1, m2));
        (V farSum, V farDifference) = (S.Add(m3, m4), S.Subtract(m3, m4));
        y0 = S.Add(S.Load(ref from, 0), S.Add(nearSum, farSum));
        y1 = S.FusedMultiplyAdd(S.Broadcast(SixPoints.RootTwo), farDifference, S.Multiply(S.Broadcast(SixPoints.RootHalf), nearDifference));
        y2 = S.FusedMultiplyAdd(S.Broadcast(2f), farSum, S.Multiply(S.Broadcast(0.5f), nearSum));
        y3 = S.FusedMultiplyAdd(
            S.Broadcast(2 * SixPoints.RootTwo), farDifference,
            S.FusedMultiplyAdd(S.Broadcast(SixPoints.RootHalf / 2), nearDifference, S.Load(ref from, 5 * stride)));
    }
}
