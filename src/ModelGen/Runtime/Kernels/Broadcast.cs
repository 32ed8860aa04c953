using System.ComponentModel;
using System.Runtime.CompilerServices;

namespace ModelGen.Runtime;

/// <summary>
/// Functions of two rows of which one may repeat a single element (stride 0), or of which any may lie apart; by vectors where all strides
/// are 0 or 1. The result is none of the operands.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class Broadcast
{
    /// <summary>y = a + b.</summary>
    public static void Add(ref float a, nint aStride, ref float b, nint bStride, ref float y, nint yStride, nint n) =>
        Map(default(Elementwise.AddOp), ref a, aStride, ref b, bStride, ref y, yStride, n);

    /// <summary>y = a − b.</summary>
    public static void Subtract(ref float a, nint aStride, ref float b, nint bStride, ref float y, nint yStride, nint n) =>
        Map(default(Elementwise.SubtractOp), ref a, aStride, ref b, bStride, ref y, yStride, n);

    /// <summary>y = a × b.</summary>
    public static void Multiply(ref float a, nint aStride, ref float b, nint bStride, ref float y, nint yStride, nint n) =>
        Map(default(Elementwise.MultiplyOp), ref a, aStride, ref b, bStride, ref y, yStride, n);

    /// <summary>y = a / b.</summary>
    public static void Divide(ref float a, nint aStride, ref float b, nint bStride, ref float y, nint yStride, nint n) =>
        Map(default(Elementwise.DivideOp), ref a, aStride, ref b, bStride, ref y, yStride, n);

    /// <summary>y = max(a, b).</summary>
    public static void Maximum(ref float a, nint aStride, ref float b, nint bStride, ref float y, nint yStride, nint n) =>
        Map(default(Elementwise.MaximumOp), ref a, aStride, ref b, bStride, ref y, yStride, n);

    /// <summary>y = min(a, b).</summary>
    public static void Minimum(ref float a, nint aStride, ref float b, nint bStride, ref float y, nint yStride, nint n) =>
        Map(default(Elementwise.MinimumOp), ref a, aStride, ref b, bStride, ref y, yStride, n);

    /// <summary>y = a^b.</summary>
    public static void Pow(ref float a, nint aStride, ref float b, nint bStride, ref float y, nint yStride, nint n)
    {
        for (nint i = 0; i < n; i++)
            Unsafe.Add(ref y, i * yStride) = MathF.Pow(Unsafe.Add(ref a, i * aStride), Unsafe.Add(ref b, i * bStride));
    }

    /// <summary>y = 1 where a is larger, ½ where both are equal, 0 elsewhere.</summary>
    public static void MaximumShare(ref float a, nint aStride, ref float b, nint bStride, ref float y, nint yStride, nint n) =>
        Map(default(Elementwise.MaximumShareOp), ref a, aStride, ref b, bStride, ref y, yStride, n);

    /// <summary>y = a^b × ln a; 0 where a = 0 and b ≥ 0.</summary>
    public static void PowExponentSlope(ref float a, nint aStride, ref float b, nint bStride, ref float y, nint yStride, nint n)
    {
        for (nint i = 0; i < n; i++)
            Unsafe.Add(ref y, i * yStride) = Elementwise.PowExponentSlope(Unsafe.Add(ref a, i * aStride), Unsafe.Add(ref b, i * bStride));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Map<TOp>(TOp op, ref float a, nint aStride, ref float b, nint bStride, ref float y, nint yStride, nint n)
        where TOp : struct, IBinary =>
        Target.RunOn(new Kernel<TOp>(op, aStride, bStride, yStride, n), n, new Operands(ref a, ref b, ref y));

    private readonly struct Kernel<TOp>(TOp op, nint aStride, nint bStride, nint yStride, nint n) : IKernel
        where TOp : struct, IBinary
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Run<S, V>(Operands o, Operands more) where S : struct, ISimd<V> where V : struct =>
            Map<S, V, TOp>(op, ref o.First, aStride, ref o.Second, bStride, ref o.Third, yStride, n);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Map<S, V, TOp>(
        TOp op, ref float a, nint aStride, ref float b, nint bStride, ref float y, nint yStride, nint n)
        where S : struct, ISimd<V> where V : struct where TOp : struct, IBinary
    {
        nint i = 0;
        if (yStride == 1 && (aStride | bStride) is 0 or 1)
        {
            V single = S.Broadcast(a), other = S.Broadcast(b);
            for (; i <= n - S.Width; i += S.Width)
            {
                V left = aStride == 0 ? single : S.Load(ref a, i), right = bStride == 0 ? other : S.Load(ref b, i);
                S.Store(op.Invoke<S, V>(left, right), ref y, i);
            }
        }
        for (; i < n; i++)
        {
            V result = op.Invoke<S, V>(S.Broadcast(Unsafe.Add(ref a, i * aStride)), S.Broadcast(Unsafe.Add(ref b, i * bStride)));
            Partial.Store<S, V>(result, ref y, i * yStride, 1);
        }
    }
}
