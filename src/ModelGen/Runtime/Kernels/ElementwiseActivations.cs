using System.Runtime.CompilerServices;

namespace ModelGen.Runtime;

// Activations beside relu, tanh and sigmoid, and the larger of two: the public form of each above its formula. Gradients are computed from
// results, but for SiLU's, whose results belong to two inputs each left of its least one.
public static partial class Elementwise
{
    /// <summary>y = min(max(x, 0), 6). NaN stays NaN.</summary>
    public static void Relu6(ref float x, ref float y, nint n) => Map(default(Relu6Op), ref x, ref y, n);

    /// <summary>dx = dy where 0 &lt; y &lt; 6 or y is NaN, else 0.</summary>
    public static void Relu6Gradient(ref float y, ref float dy, ref float dx, nint n) =>
        Map(default(Relu6GradientOp), ref y, ref dy, ref dx, n);

    /// <summary>y = x where x &gt; 0, else slope × x.</summary>
    public static void LeakyRelu(ref float x, ref float y, nint n, float slope) => Map(new LeakyReluOp(slope), ref x, ref y, n);

    /// <summary>dx = dy where y &gt; 0, else slope × dy; slope ≥ 0.</summary>
    public static void LeakyReluGradient(ref float y, ref float dy, ref float dx, nint n, float slope) =>
        Map(new LeakyReluGradientOp(slope), ref y, ref dy, ref dx, n);

    /// <summary>y = x where x &gt; 0, else alpha × (e^x − 1), to full relative accuracy near 0.</summary>
    public static void Elu(ref float x, ref float y, nint n, float alpha) => Map(new EluOp(alpha), ref x, ref y, n);

    /// <summary>dx = dy where y &gt; 0, else dy × (y + alpha); alpha ≥ 0.</summary>
    public static void EluGradient(ref float y, ref float dy, ref float dx, nint n, float alpha) =>
        Map(new EluGradientOp(alpha), ref y, ref dy, ref dx, n);

    /// <summary>y = ln(1 + e^x).</summary>
    public static void Softplus(ref float x, ref float y, nint n) => Map(default(SoftplusOp), ref x, ref y, n);

    /// <summary>dx = dy × (1 − e^−y), which is dy × sigmoid(x).</summary>
    public static void SoftplusGradient(ref float y, ref float dy, ref float dx, nint n) =>
        Map(default(SoftplusGradientOp), ref y, ref dy, ref dx, n);

    /// <summary>y = x / (1 + e^−x), ≤ 3 ULP. NaN where x is −∞, as in PyTorch.</summary>
    public static void Silu(ref float x, ref float y, nint n) => Map(default(SiluOp), ref x, ref y, n);

    /// <summary>dx = dy × s × (1 + x × (1 − s)) with s = 1 / (1 + e^−x).</summary>
    public static void SiluGradient(ref float x, ref float dy, ref float dx, nint n) =>
        Map(default(SiluGradientOp), ref x, ref dy, ref dx, n);

    /// <summary>y = scale × x + shift.</summary>
    public static void Affine(ref float x, ref float y, nint n, float scale, float shift) =>
        Map(new AffineOp(scale, shift), ref x, ref y, n);

    /// <summary>y = max(a, b); NaN where either is.</summary>
    public static void Maximum(ref float a, ref float b, ref float y, nint n) => Map(default(MaximumOp), ref a, ref b, ref y, n);

    /// <summary>The gradient of max(a, b) for a: dy where a is larger, half of it where both are equal, as in PyTorch.</summary>
    public static void MaximumGradient(ref float a, ref float b, ref float dy, ref float da, nint n) =>
        Map(default(MaximumGradientOp), ref a, ref b, ref dy, ref da, n);

    internal readonly struct Relu6Op : IUnary
    {
        // x comes second in both: that is the operand kept when it is NaN.
        [MethodImpl(Inline)]
        public V Invoke<S, V>(V x) where S : struct, ISimd<V> where V : struct => S.Min(S.Broadcast(6f), S.Max(S.Broadcast(0f), x));
    }

    internal readonly struct Relu6GradientOp : IBinary
    {
        [MethodImpl(Inline)]
        public V Invoke<S, V>(V a, V b) where S : struct, ISimd<V> where V : struct
        {
            V closed = S.BitOr(S.LessThanOrEqual(a, S.Broadcast(0f)), S.LessThanOrEqual(S.Broadcast(6f), a));
            return S.ConditionalSelect(closed, S.Broadcast(0f), b);
        }
    }

    internal readonly struct LeakyReluOp(float slope) : IUnary
    {
        private readonly float _slope = slope;

        [MethodImpl(Inline)]
        public V Invoke<S, V>(V x) where S : struct, ISimd<V> where V : struct =>
            S.ConditionalSelect(S.LessThan(S.Broadcast(0f), x), x, S.Multiply(x, S.Broadcast(_slope)));
    }

    internal readonly struct LeakyReluGradientOp(float slope) : IBinary
    {
        private readonly float _slope = slope;

        [MethodImpl(Inline)]
        public V Invoke<S, V>(V a, V b) where S : struct, ISimd<V> where V : struct =>
            S.ConditionalSelect(S.LessThan(S.Broadcast(0f), a), b, S.Multiply(b, S.Broadcast(_slope)));
    }

    internal readonly struct EluOp(float alpha) : IUnary
    {
        private readonly float _alpha = alpha;

        [MethodImpl(Inline)]
        public V Invoke<S, V>(V x) where S : struct, ISimd<V> where V : struct =>
            S.ConditionalSelect(
                S.LessThan(S.Broadcast(0f), x), x, S.Multiply(VectorMath.ExpMinusOneBelowZero<S, V>(x), S.Broadcast(_alpha)));
    }

    internal readonly struct EluGradientOp(float alpha) : IBinary
    {
        private readonly float _alpha = alpha;

        [MethodImpl(Inline)]
        public V Invoke<S, V>(V a, V b) where S : struct, ISimd<V> where V : struct =>
            S.ConditionalSelect(S.LessThan(S.Broadcast(0f), a), b, S.Multiply(b, S.Add(a, S.Broadcast(_alpha))));
    }

    internal readonly struct SoftplusOp : IUnary
    {
        [MethodImpl(Inline)]
        public V Invoke<S, V>(V x) where S : struct, ISimd<V> where V : struct => VectorMath.Softplus<S, V>(x);
    }

    internal readonly struct SoftplusGradientOp : IBinary
    {
        [MethodImpl(Inline)]
        public V Invoke<S, V>(V a, V b) where S : struct, ISimd<V> where V : struct
        {
            V minusY = S.BitXor(a, S.Broadcast(-0f));
            return S.Multiply(b, S.BitXor(VectorMath.ExpMinusOneBelowZero<S, V>(minusY), S.Broadcast(-0f)));
        }
    }

    internal readonly struct SiluOp : IUnary
    {
        [MethodImpl(Inline)]
        public V Invoke<S, V>(V x) where S : struct, ISimd<V> where V : struct => S.Multiply(x, VectorMath.Sigmoid<S, V>(x));
    }

    internal readonly struct SiluGradientOp : IBinary
    {
        [MethodImpl(Inline)]
        public V Invoke<S, V>(V a, V b) where S : struct, ISimd<V> where V : struct
        {
            V sigmoid = VectorMath.Sigmoid<S, V>(a);
            V slope = S.Add(S.Broadcast(1f), S.Multiply(a, S.Subtract(S.Broadcast(1f), sigmoid)));
            return S.Multiply(S.Multiply(b, sigmoid), slope);
        }
    }

    internal readonly struct AffineOp(float scale, float shift) : IUnary
    {
        private readonly float _scale = scale;
        private readonly float _shift = shift;

        [MethodImpl(Inline)]
        public V Invoke<S, V>(V x) where S : struct, ISimd<V>
            where V : struct => S.FusedMultiplyAdd(x, S.Broadcast(_scale), S.Broadcast(_shift));
    }

    internal readonly struct MaximumOp : IBinary
    {
        [MethodImpl(Inline)]
        public V Invoke<S, V>(V a, V b) where S : struct, ISimd<V> where V : struct => Pooling.Max<S, V>(a, b);
    }

    internal readonly struct MaximumGradientOp : ITernary
    {
        [MethodImpl(Inline)]
        public V Invoke<S, V>(V a, V b, V c) where S : struct, ISimd<V> where V : struct
        {
            V share = S.ConditionalSelect(S.Equal(a, b), S.Multiply(c, S.Broadcast(0.5f)), c);
            return S.ConditionalSelect(S.LessThan(a, b), S.Broadcast(0f), share);
        }
    }
}
