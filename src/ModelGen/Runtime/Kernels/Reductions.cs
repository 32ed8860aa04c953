using System.ComponentModel;
using System.Runtime.CompilerServices;

namespace ModelGen.Runtime;

/// <summary>
/// One number of a row, and rows taken together element by element: sums, largest and smallest. The order of a sum depends on the width of
/// vectors and on nothing else. Largest and smallest are NaN where one of the elements is.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class Reductions
{
    /// <summary>y = value for <paramref name="n"/> elements.</summary>
    public static void Fill(ref float y, float value, nint n) => Strided.Copy(ref value, 0, ref y, 1, n);

    /// <summary>y += Σ x.</summary>
    public static void Sum(ref float x, nint stride, ref float y, nint n) => y += Row(default(AddOp), 0f, ref x, stride, n);

    /// <summary>y = max(y, max x).</summary>
    public static void Max(ref float x, nint stride, ref float y, nint n) =>
        y = Larger(y, Row(default(MaxOp), float.NegativeInfinity, ref x, stride, n));

    /// <summary>y = min(y, min x).</summary>
    public static void Min(ref float x, nint stride, ref float y, nint n) =>
        y = Smaller(y, Row(default(MinOp), float.PositiveInfinity, ref x, stride, n));

    /// <summary>y += x, element by element.</summary>
    public static void SumRow(ref float x, nint stride, ref float y, nint yStride, nint n) => Strided.Add(ref x, stride, ref y, yStride, n);

    /// <summary>y = max(y, x), element by element.</summary>
    public static void MaxRow(ref float x, nint stride, ref float y, nint yStride, nint n)
    {
        if (stride == 1 && yStride == 1)
        {
            Elementwise.Maximum(ref y, ref x, ref y, n);
            return;
        }
        FoldRow(default(MaxOp), ref x, stride, ref y, yStride, n);
    }

    /// <summary>y = min(y, x), element by element.</summary>
    public static void MinRow(ref float x, nint stride, ref float y, nint yStride, nint n)
    {
        if (stride == 1 && yStride == 1)
        {
            Elementwise.Minimum(ref y, ref x, ref y, n);
            return;
        }
        FoldRow(default(MinOp), ref x, stride, ref y, yStride, n);
    }

    /// <summary>
    /// Of x, outer × n × inner, the position along n of the largest element, outer × inner: the first of equal ones, or the first NaN where
    /// there is one, as in PyTorch.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void ArgMax(ref float x, ref float y, nint outer, int n, int inner)
    {
        for (nint o = 0; o < outer; o++)
        {
            for (int i = 0; i < inner; i++)
            {
                ref float row = ref Unsafe.Add(ref x, o * n * inner + i);
                float largest = row;
                int at = 0;
                for (int k = 1; k < n && !float.IsNaN(largest); k++)
                {
                    float value = Unsafe.Add(ref row, (nint)k * inner);
                    if (value <= largest)
                        continue;
                    (largest, at) = (value, k);
                }
                Unsafe.Add(ref y, o * inner + i) = at;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FoldRow<TOp>(TOp op, ref float x, nint stride, ref float y, nint yStride, nint n) where TOp : struct, IFold
    {
        for (nint i = 0; i < n; i++)
            Unsafe.Add(ref y, i * yStride) = op.Fold(Unsafe.Add(ref y, i * yStride), Unsafe.Add(ref x, i * stride));
    }

    private static float Larger(float a, float b) => float.IsNaN(a) || a > b ? a : b;

    private static float Smaller(float a, float b) => float.IsNaN(a) || a < b ? a : b;

    private static float Row<TOp>(TOp op, float none, ref float x, nint stride, nint n) where TOp : struct, IFold
    {
        if (stride == 1)
            return Target.Run<RowKernel<TOp>, float>(new RowKernel<TOp>(op, none, n), new Operands(ref x));
        float result = none;
        for (nint i = 0; i < n; i++)
            result = op.Fold(result, Unsafe.Add(ref x, i * stride));
        return result;
    }

    private readonly struct RowKernel<TOp>(TOp op, float none, nint n) : IKernel<float>
        where TOp : struct, IFold
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public float Run<S, V>(Operands o, Operands more) where S : struct, ISimd<V> where V : struct
        {
            V empty = S.Broadcast(none), first = empty, second = empty;
            nint width = S.Width, i = 0;
            for (; i <= n - 2 * width; i += 2 * width)
            {
                first = op.Invoke<S, V>(first, S.Load(ref o.First, i));
                second = op.Invoke<S, V>(second, S.Load(ref o.First, i + width));
            }
            for (; i < n; i += width)
                first = op.Invoke<S, V>(first, Partial.Load<S, V>(ref o.First, i, Math.Min(width, n - i), empty));
            V all = op.Invoke<S, V>(first, second);
            ref float lane = ref Unsafe.As<V, float>(ref all);
            float result = lane;
            for (nint l = 1; l < width; l++)
                result = op.Fold(result, Unsafe.Add(ref lane, l));
            return result;
        }
    }

    /// <summary>How elements of a row are taken together, by vectors and one by one.</summary>
    internal interface IFold : IBinary
    {
        float Fold(float a, float b);
    }

    internal readonly struct AddOp : IFold
    {
        public V Invoke<S, V>(V a, V b) where S : struct, ISimd<V> where V : struct => S.Add(a, b);

        public float Fold(float a, float b) => a + b;
    }

    internal readonly struct MaxOp : IFold
    {
        public V Invoke<S, V>(V a, V b) where S : struct, ISimd<V> where V : struct => Pooling.Max<S, V>(a, b);

        public float Fold(float a, float b) => Larger(a, b);
    }

    internal readonly struct MinOp : IFold
    {
        public V Invoke<S, V>(V a, V b) where S : struct, ISimd<V> where V : struct =>
            default(Elementwise.MinimumOp).Invoke<S, V>(a, b);

        public float Fold(float a, float b) => Smaller(a, b);
    }
}
