using System.Numerics;
using System.Runtime.CompilerServices;

namespace ModelGen.Runtime;

// What all forms with six points, 0, ±√½, ±√2 and ∞, share.
internal static class SixPoints
{
    public const float RootHalf = (float)ExactRootHalf;
    public const float RootTwo = (float)ExactRootTwo;

    private const double ExactRootHalf = 0.70710678118654752;
    private const double ExactRootTwo = 1.41421356237309505;

    // The polynomial of the taps at the points, over the product of the differences to the other points: given are its value at 0, its even
    // terms and its odd ones over the point at √½ and √2, and its highest coefficient.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(
        Vector<double> atZero, Vector<double> nearEven, Vector<double> nearOdd, Vector<double> farEven, Vector<double> farOdd,
        Vector<double> highest, ref Vector<double> points, nint stride)
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
