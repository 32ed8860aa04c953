using System.ComponentModel;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace ModelGen.Runtime;

/// <summary>One form of Winograd's algorithm, F(m×m, r×r), also with strides: its transforms along one dimension.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public interface IWinogradTile
{
    /// <summary>m: results of a tile along one dimension.</summary>
    static abstract int Size { get; }

    /// <summary>r: taps of a filter along one dimension.</summary>
    static abstract int Taps { get; }

    /// <summary>Inputs that a tile reads, and points, along one dimension: m + r − 1, or 2·m + r − 2 with a stride of 2.</summary>
    static abstract int Patch { get; }

    /// <summary>Inputs from one tile to the next: m times the stride.</summary>
    static abstract int TileStep { get; }

    /// <summary>Different values of a filter's polynomials, along one dimension: one for each point, except where strides let points share one.</summary>
    static abstract int Filters { get; }

    /// <summary>G times the taps of some filters, which lie side by side, in double: done once, when weights are loaded. Points go to the distance <paramref name="stride"/>.</summary>
    static abstract void FilterPoints(ref Vector<double> taps, ref Vector<double> points, nint stride);

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
            S.Broadcast(2 * SixPoints.RootTwo), farDifference, S.FusedMultiplyAdd(S.Broadcast(SixPoints.RootHalf / 2), nearDifference, S.Load(ref from, 5 * stride)));
    }
}

/// <summary>F(2×2, 5×5): 36 products for 4 results, 9 in place of 25 multiply-adds each. The points, and so the patches, are those of <see cref="WinogradF4x3"/>.</summary>
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
        y1 = S.FusedMultiplyAdd(S.Broadcast(SixPoints.RootTwo), S.Subtract(m3, m4), S.FusedMultiplyAdd(S.Broadcast(SixPoints.RootHalf), S.Subtract(m1, m2), S.Load(ref from, 5 * stride)));
        y2 = y3 = default;
    }
}

/// <summary>F(2×2, 3×3): 16 products for 4 results, four ninths of the multiply-adds, with filters less than twice their size. Interpolated at 0, ±1 and ∞.</summary>
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

/// <summary>
/// F(2×2, 3×3) with strides of 2: 25 products for 4 results in place of 36. Along one dimension the first and the last tap see the even inputs, as F(2, 2) interpolated at 0, 1 and ∞, and the middle one the odd
/// inputs, as it stands (Yepez and Ko 2020, Stride 2 1-D, 2-D, and 3-D Winograd for convolutional neural networks).
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

// What all forms with six points, 0, ±√½, ±√2 and ∞, share.
internal static class SixPoints
{
    public const float RootHalf = (float)ExactRootHalf;
    public const float RootTwo = (float)ExactRootTwo;

    private const double ExactRootHalf = 0.70710678118654752;
    private const double ExactRootTwo = 1.41421356237309505;

    // The polynomial of the taps at the points, over the product of the differences to the other points: given are its value at 0, its even terms and its odd ones over the
    // point at √½ and √2, and its highest coefficient.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(
        Vector<double> atZero, Vector<double> nearEven, Vector<double> nearOdd, Vector<double> farEven, Vector<double> farOdd, Vector<double> highest, ref Vector<double> points, nint stride)
    {
        (Vector<double> even, Vector<double> odd) = (nearEven * (1 / -1.5), nearOdd * (ExactRootHalf / -1.5));
        points = atZero;
        Unsafe.Add(ref points, stride) = even + odd;
        Unsafe.Add(ref points, 2 * stride) = even - odd;
        (even, odd) = (farEven * (1.0 / 6), farOdd * (ExactRootTwo / 6));
        Unsafe.Add(ref points, 3 * stride) = even + odd;
        Unsafe.Add(ref points, 4 * stride) = even - odd;
        Unsafe.Add(ref points, 5 * stride) = highest;
    }

    // Bᵀ·d, which depends on the points alone.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void OfInputs<S, V>(ref float from, nint stride, ref float points, nint distance)
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
}
