using System.ComponentModel;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace ModelGen.Runtime;

/// <summary>One size of Winograd's algorithm: its transforms along one dimension. A tile has <see cref="Size"/> results and reads two inputs more.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public interface IWinogradTile
{
    /// <summary>Results of a tile along one dimension.</summary>
    static abstract int Size { get; }

    /// <summary>G times three taps of some filters, in double: done once, when weights are loaded.</summary>
    static abstract void FilterPoints(Vector<double> g0, Vector<double> g1, Vector<double> g2, ref Vector<double> points, nint stride);

    /// <summary>One row of Bᵀ·d: inputs at the distance <paramref name="stride"/> to points at the distance <paramref name="distance"/>.</summary>
    static abstract void InputPoints<S, V>(ref float from, nint stride, ref float points, nint distance) where S : struct, ISimd<V> where V : struct;

    /// <summary>One row of Aᵀ·m: points at the distance <paramref name="stride"/> to results, of which those beyond <see cref="Size"/> mean nothing.</summary>
    static abstract void Results<S, V>(ref float from, nint stride, out V y0, out V y1, out V y2, out V y3) where S : struct, ISimd<V> where V : struct;
}

/// <summary>
/// F(4×4, 3×3): 36 products for 16 results, a quarter of the multiply-adds. Interpolated at 0, ±√½, ±√2 and ∞, which rounds less than the usual 0, ±1, ±2 (Alam et al. 2022,
/// Winograd convolution for deep neural networks: efficient point selection).
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly struct Winograd4 : IWinogradTile
{
    private const float RootHalf = 0.70710678118654752f;
    private const float RootTwo = 1.41421356237309505f;

    /// <inheritdoc/>
    public static int Size => 4;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void FilterPoints(Vector<double> g0, Vector<double> g1, Vector<double> g2, ref Vector<double> points, nint stride)
    {
        (Vector<double> even, Vector<double> odd) = ((g0 + g2 * 0.5) * (1 / -1.5), g1 * (0.70710678118654752 / -1.5));
        points = g0;
        Unsafe.Add(ref points, stride) = even + odd;
        Unsafe.Add(ref points, 2 * stride) = even - odd;
        (even, odd) = ((g0 + g2 * 2) * (1.0 / 6), g1 * (1.41421356237309505 / 6));
        Unsafe.Add(ref points, 3 * stride) = even + odd;
        Unsafe.Add(ref points, 4 * stride) = even - odd;
        Unsafe.Add(ref points, 5 * stride) = g2;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void InputPoints<S, V>(ref float from, nint stride, ref float points, nint distance)
        where S : struct, ISimd<V> where V : struct
    {
        V d0 = S.Load(ref from, 0);
        V d1 = S.Load(ref from, stride);
        V d2 = S.Load(ref from, 2 * stride);
        V d3 = S.Load(ref from, 3 * stride);
        V d4 = S.Load(ref from, 4 * stride);
        V d5 = S.Load(ref from, 5 * stride);
        V minusTwoAndHalf = S.Broadcast(-2.5f);
        S.Store(S.FusedMultiplyAdd(minusTwoAndHalf, d2, S.Add(d0, d4)), ref points, 0);
        V even = S.FusedMultiplyAdd(S.Broadcast(-2f), d2, d4);
        V odd = S.FusedMultiplyAdd(S.Broadcast(-RootTwo), d1, S.Multiply(S.Broadcast(RootHalf), d3));
        S.Store(S.Add(even, odd), ref points, distance);
        S.Store(S.Subtract(even, odd), ref points, 2 * distance);
        even = S.FusedMultiplyAdd(S.Broadcast(-0.5f), d2, d4);
        odd = S.FusedMultiplyAdd(S.Broadcast(-RootHalf), d1, S.Multiply(S.Broadcast(RootTwo), d3));
        S.Store(S.Add(even, odd), ref points, 3 * distance);
        S.Store(S.Subtract(even, odd), ref points, 4 * distance);
        S.Store(S.FusedMultiplyAdd(minusTwoAndHalf, d3, S.Add(d1, d5)), ref points, 5 * distance);
    }

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
        y1 = S.FusedMultiplyAdd(S.Broadcast(RootTwo), farDifference, S.Multiply(S.Broadcast(RootHalf), nearDifference));
        y2 = S.FusedMultiplyAdd(S.Broadcast(2f), farSum, S.Multiply(S.Broadcast(0.5f), nearSum));
        y3 = S.FusedMultiplyAdd(
            S.Broadcast(2 * RootTwo), farDifference, S.FusedMultiplyAdd(S.Broadcast(RootHalf / 2), nearDifference, S.Load(ref from, 5 * stride)));
    }
}

/// <summary>F(2×2, 3×3): 16 products for 4 results, four ninths of the multiply-adds, with filters less than twice their size. Interpolated at 0, ±1 and ∞.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly struct Winograd2 : IWinogradTile
{
    /// <inheritdoc/>
    public static int Size => 2;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void FilterPoints(Vector<double> g0, Vector<double> g1, Vector<double> g2, ref Vector<double> points, nint stride)
    {
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
