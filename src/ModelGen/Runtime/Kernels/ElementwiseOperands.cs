using System.Runtime.CompilerServices;

namespace ModelGen.Runtime;

// Functions of two operands beside sum, product and maximum, comparisons, and powers: the public form of each above its formula.
public static partial class Elementwise
{
    /// <summary>y = a − b.</summary>
    public static void Subtract(ref float a, ref float b, ref float y, nint n) => Map(default(SubtractOp), ref a, ref b, ref y, n);

    /// <summary>y = a / b.</summary>
    public static void Divide(ref float a, ref float b, ref float y, nint n) => Map(default(DivideOp), ref a, ref b, ref y, n);

    /// <summary>y = min(a, b); NaN where either is.</summary>
    public static void Minimum(ref float a, ref float b, ref float y, nint n) => Map(default(MinimumOp), ref a, ref b, ref y, n);

    /// <summary>y = 1 where a = b, else 0.</summary>
    public static void EqualMask(ref float a, ref float b, ref float y, nint n) => Map(default(EqualOp), ref a, ref b, ref y, n);

    /// <summary>y = a^b, each as the platform's library has it.</summary>
    public static void Pow(ref float a, ref float b, ref float y, nint n)
    {
        for (nint i = 0; i < n; i++)
            Unsafe.Add(ref y, i) = MathF.Pow(Unsafe.Add(ref a, i), Unsafe.Add(ref b, i));
    }

    /// <summary>y = a^b × ln a, the slope of a^b along b; 0 where a = 0 and b ≥ 0, as in PyTorch.</summary>
    public static void PowExponentSlope(ref float a, ref float b, ref float y, nint n)
    {
        for (nint i = 0; i < n; i++)
            Unsafe.Add(ref y, i) = PowExponentSlope(Unsafe.Add(ref a, i), Unsafe.Add(ref b, i));
    }

    internal static float PowExponentSlope(float a, float b) => a == 0 && b >= 0 ? 0 : MathF.Pow(a, b) * MathF.Log(a);

    /// <summary>y = x^exponent, as the platform's library has it; squares are products.</summary>
    public static void PowConstant(ref float x, ref float y, nint n, float exponent)
    {
        if (exponent == 2)
        {
            Multiply(ref x, ref x, ref y, n);
            return;
        }
        for (nint i = 0; i < n; i++)
            Unsafe.Add(ref y, i) = MathF.Pow(Unsafe.Add(ref x, i), exponent);
    }

    /// <summary>y = 1 where x &gt; value, else 0.</summary>
    public static void Greater(ref float x, ref float y, nint n, float value) => Map(new GreaterOp(value), ref x, ref y, n);

    /// <summary>y = 1 where x ≥ value, else 0.</summary>
    public static void GreaterEqual(ref float x, ref float y, nint n, float value) => Map(new GreaterEqualOp(value), ref x, ref y, n);

    /// <summary>y = 1 where x &lt; value, else 0.</summary>
    public static void Less(ref float x, ref float y, nint n, float value) => Map(new LessOp(value), ref x, ref y, n);

    /// <summary>y = 1 where x ≤ value, else 0.</summary>
    public static void LessEqual(ref float x, ref float y, nint n, float value) => Map(new LessEqualOp(value), ref x, ref y, n);

    internal readonly struct SubtractOp : IBinary
    {
        [MethodImpl(Inline)]
        public V Invoke<S, V>(V a, V b) where S : struct, ISimd<V> where V : struct => S.Subtract(a, b);
    }

    internal readonly struct DivideOp : IBinary
    {
        [MethodImpl(Inline)]
        public V Invoke<S, V>(V a, V b) where S : struct, ISimd<V> where V : struct => S.Divide(a, b);
    }

    internal readonly struct MinimumOp : IBinary
    {
        // The second operand is kept where it is NaN; where the first one is, that is put back.
        [MethodImpl(Inline)]
        public V Invoke<S, V>(V a, V b) where S : struct, ISimd<V> where V : struct =>
            S.ConditionalSelect(S.Equal(a, a), S.Min(a, b), a);
    }

    internal readonly struct MaximumShareOp : IBinary
    {
        [MethodImpl(Inline)]
        public V Invoke<S, V>(V a, V b) where S : struct, ISimd<V> where V : struct =>
            S.ConditionalSelect(S.LessThan(a, b), S.Broadcast(0f), S.ConditionalSelect(S.Equal(a, b), S.Broadcast(0.5f), S.Broadcast(1f)));
    }

    internal readonly struct EqualOp : IBinary
    {
        [MethodImpl(Inline)]
        public V Invoke<S, V>(V a, V b) where S : struct, ISimd<V> where V : struct => S.BitAnd(S.Equal(a, b), S.Broadcast(1f));
    }

    internal readonly struct GreaterOp(float value) : IUnary
    {
        private readonly float _value = value;

        [MethodImpl(Inline)]
        public V Invoke<S, V>(V x) where S : struct, ISimd<V> where V : struct =>
            S.BitAnd(S.LessThan(S.Broadcast(_value), x), S.Broadcast(1f));
    }

    internal readonly struct GreaterEqualOp(float value) : IUnary
    {
        private readonly float _value = value;

        [MethodImpl(Inline)]
        public V Invoke<S, V>(V x) where S : struct, ISimd<V> where V : struct =>
            S.BitAnd(S.LessThanOrEqual(S.Broadcast(_value), x), S.Broadcast(1f));
    }

    internal readonly struct LessOp(float value) : IUnary
    {
        private readonly float _value = value;

        [MethodImpl(Inline)]
        public V Invoke<S, V>(V x) where S : struct, ISimd<V> where V : struct =>
            S.BitAnd(S.LessThan(x, S.Broadcast(_value)), S.Broadcast(1f));
    }

    internal readonly struct LessEqualOp(float value) : IUnary
    {
        private readonly float _value = value;

        [MethodImpl(Inline)]
        public V Invoke<S, V>(V x) where S : struct, ISimd<V> where V : struct =>
            S.BitAnd(S.LessThanOrEqual(x, S.Broadcast(_value)), S.Broadcast(1f));
    }
}
