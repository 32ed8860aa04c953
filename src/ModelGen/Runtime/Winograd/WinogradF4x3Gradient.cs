using System.ComponentModel;
using System.Runtime.CompilerServices;

namespace ModelGen.Runtime;

/// <summary>Of <see cref="WinogradF4x3"/>.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly struct WinogradF4x3Gradient : IWinogradGradient
{
    /// <inheritdoc/>
    public static int Size => 4;

    /// <inheritdoc/>
    public static int Patch => 6;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void GradientPoints<S, V>(ref float from, nint stride, ref float points, nint distance)
        where S : struct, ISimd<V> where V : struct
    {
        V d0 = S.Load(ref from, 0), d1 = S.Load(ref from, stride), d2 = S.Load(ref from, 2 * stride), d3 = S.Load(ref from, 3 * stride);
        S.Store(d0, ref points, 0);
        V even = S.FusedMultiplyAdd(S.Broadcast(0.5f), d2, d0);
        V odd = S.FusedMultiplyAdd(S.Broadcast(SixPoints.RootHalf / 2), d3, S.Multiply(S.Broadcast(SixPoints.RootHalf), d1));
        S.Store(S.Add(even, odd), ref points, distance);
        S.Store(S.Subtract(even, odd), ref points, 2 * distance);
        even = S.FusedMultiplyAdd(S.Broadcast(2f), d2, d0);
        odd = S.FusedMultiplyAdd(S.Broadcast(2 * SixPoints.RootTwo), d3, S.Multiply(S.Broadcast(SixPoints.RootTwo), d1));
        S.Store(S.Add(even, odd), ref points, 3 * distance);
        S.Store(S.Subtract(even, odd), ref points, 4 * distance);
        S.Store(d3, ref points, 5 * distance);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void FilterTaps<S, V>(ref float from, nint stride, out V g0, out V g1, out V g2)
        where S : struct, ISimd<V> where V : struct
    {
        V m1 = S.Load(ref from, stride), m2 = S.Load(ref from, 2 * stride), m3 = S.Load(ref from, 3 * stride),
            m4 = S.Load(ref from, 4 * stride);
        (V nearSum, V farSum) = (S.Add(m1, m2), S.Add(m3, m4));
        g0 = S.FusedMultiplyAdd(S.Broadcast(-1 / 1.5f), nearSum, S.FusedMultiplyAdd(S.Broadcast(1 / 6f), farSum, S.Load(ref from, 0)));
        g1 = S.FusedMultiplyAdd(
            S.Broadcast(SixPoints.RootHalf / -1.5f), S.Subtract(m1, m2),
            S.Multiply(S.Broadcast(SixPoints.RootTwo / 6f), S.Subtract(m3, m4)));
        g2 = S.FusedMultiplyAdd(
            S.Broadcast(-1 / 3f), nearSum, S.FusedMultiplyAdd(S.Broadcast(1 / 3f), farSum, S.Load(ref from, 5 * stride)));
    }
}
