using System.ComponentModel;
using System.Runtime.CompilerServices;

namespace ModelGen.Runtime;

/// <summary>
/// Products of matrices whose rows lie apart and whose columns are neighbours. Every element is the sum of its products in their order,
/// whatever the width of vectors and wherever it stands, with fused multiply-adds where the processor has them.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class MatrixProduct
{
    /// <summary>
    /// y = a · b, rows × inner by inner × columns to rows × columns. Of a both rows and columns may lie apart, of b and y rows; y is none
    /// of the operands.
    /// </summary>
    public static void Multiply(
        ref float a, nint aRow, nint aColumn, ref float b, nint bRow, ref float y, nint yRow, int rows, int inner, int columns) =>
        Target.RunOn(new Kernel(aRow, aColumn, bRow, yRow, rows, inner, columns), columns, new Operands(ref a, ref b, ref y));

    private readonly struct Kernel(nint aRow, nint aColumn, nint bRow, nint yRow, int rows, int inner, int columns) : IKernel
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Run<S, V>(Operands o, Operands more) where S : struct, ISimd<V> where V : struct =>
            Multiply<S, V>(ref o.First, aRow, aColumn, ref o.Second, bRow, ref o.Third, yRow, rows, inner, columns);
    }

    // Tiles of four rows by two vectors: eight sums, two vectors of b and one element of a take eleven registers of sixteen. A column of
    // tiles goes down all rows, so that its part of b stays in the cache.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Multiply<S, V>(
        ref float a, nint aRow, nint aColumn, ref float b, nint bRow, ref float y, nint yRow, int rows, int inner, int columns)
        where S : struct, ISimd<V> where V : struct
    {
        int width = S.Width, column = 0;
        for (; column <= columns - 2 * width; column += 2 * width)
        {
            int row = 0;
            for (; row <= rows - 4; row += 4)
                FourByTwo<S, V>(ref Unsafe.Add(ref a, row * aRow), aRow, aColumn, ref Unsafe.Add(ref b, column), bRow,
                    ref Unsafe.Add(ref y, row * yRow + column), yRow, inner);
            for (; row < rows; row++)
            {
                for (int half = 0; half < 2; half++)
                    One<S, V>(ref Unsafe.Add(ref a, row * aRow), aColumn, ref Unsafe.Add(ref b, column + half * width), bRow,
                        ref Unsafe.Add(ref y, row * yRow + column + half * width), inner, width);
            }
        }
        for (; column < columns; column += width)
        {
            int count = Math.Min(width, columns - column);
            for (int row = 0; row < rows; row++)
                One<S, V>(ref Unsafe.Add(ref a, row * aRow), aColumn, ref Unsafe.Add(ref b, column), bRow,
                    ref Unsafe.Add(ref y, row * yRow + column), inner, count);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void FourByTwo<S, V>(
        ref float a, nint aRow, nint aColumn, ref float b, nint bRow, ref float y, nint yRow, int inner)
        where S : struct, ISimd<V> where V : struct
    {
        V s00 = S.Broadcast(0f), s01 = s00, s10 = s00, s11 = s00, s20 = s00, s21 = s00, s30 = s00, s31 = s00;
        ref float second = ref Unsafe.Add(ref a, aRow);
        ref float third = ref Unsafe.Add(ref second, aRow);
        ref float fourth = ref Unsafe.Add(ref third, aRow);
        for (int k = 0; k < inner; k++)
        {
            V b0 = S.Load(ref b, k * bRow), b1 = S.Load(ref b, k * bRow + S.Width);
            V element = S.Broadcast(Unsafe.Add(ref a, k * aColumn));
            s00 = S.FusedMultiplyAdd(element, b0, s00);
            s01 = S.FusedMultiplyAdd(element, b1, s01);
            element = S.Broadcast(Unsafe.Add(ref second, k * aColumn));
            s10 = S.FusedMultiplyAdd(element, b0, s10);
            s11 = S.FusedMultiplyAdd(element, b1, s11);
            element = S.Broadcast(Unsafe.Add(ref third, k * aColumn));
            s20 = S.FusedMultiplyAdd(element, b0, s20);
            s21 = S.FusedMultiplyAdd(element, b1, s21);
            element = S.Broadcast(Unsafe.Add(ref fourth, k * aColumn));
            s30 = S.FusedMultiplyAdd(element, b0, s30);
            s31 = S.FusedMultiplyAdd(element, b1, s31);
        }
        nint width = S.Width;
        S.Store(s00, ref y, 0);
        S.Store(s01, ref y, width);
        S.Store(s10, ref y, yRow);
        S.Store(s11, ref y, yRow + width);
        S.Store(s20, ref y, 2 * yRow);
        S.Store(s21, ref y, 2 * yRow + width);
        S.Store(s30, ref y, 3 * yRow);
        S.Store(s31, ref y, 3 * yRow + width);
    }

    // A vector of one row, of which perhaps only the first floats are there.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void One<S, V>(ref float a, nint aColumn, ref float b, nint bRow, ref float y, int inner, int count)
        where S : struct, ISimd<V> where V : struct
    {
        V zero = S.Broadcast(0f), sum = zero;
        if (count == S.Width)
        {
            for (int k = 0; k < inner; k++)
                sum = S.FusedMultiplyAdd(S.Broadcast(Unsafe.Add(ref a, k * aColumn)), S.Load(ref b, k * bRow), sum);
            S.Store(sum, ref y, 0);
            return;
        }
        for (int k = 0; k < inner; k++)
            sum = S.FusedMultiplyAdd(
                S.Broadcast(Unsafe.Add(ref a, k * aColumn)), Partial.Load<S, V>(ref b, k * bRow, count, zero), sum);
        Partial.Store<S, V>(sum, ref y, 0, count);
    }
}
