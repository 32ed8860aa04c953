using System.Runtime.CompilerServices;

namespace ModelGen.Runtime;

// Further activations: the public form of each above its formula. Their gradients are in ElementwiseSlopes.cs.
public static partial class Elementwise
{
    // Klambauer et al. 2017: with these, mean 0 and variance 1 are a fixed point.
    private const float SeluAlpha = 1.67326324f, SeluScale = 1.05070099f;

    /// <summary>y = min(max(x + 3, 0), 6) / 6.</summary>
    public static void HardSigmoid(ref float x, ref float y, nint n) => Map(default(HardSigmoidOp), ref x, ref y, n);

    /// <summary>y = x × min(max(x + 3, 0), 6) / 6. NaN where x is −∞, as in PyTorch.</summary>
    public static void HardSwish(ref float x, ref float y, nint n) => Map(default(HardSwishOp), ref x, ref y, n);

    /// <summary>y = x × Φ(x), Φ being the standard normal distribution; relatively accurate where it is small, too.</summary>
    public static void Gelu(ref float x, ref float y, nint n) => Map(default(GeluOp), ref x, ref y, n);

    /// <summary>y = x × (1 + tanh(√(2/π) × (x + 0.044715 × x³))) / 2.</summary>
    public static void GeluTanh(ref float x, ref float y, nint n) => Map(default(GeluTanhOp), ref x, ref y, n);

    /// <summary>y = x × tanh(ln(1 + e^x)).</summary>
    public static void Mish(ref float x, ref float y, nint n) => Map(default(MishOp), ref x, ref y, n);

    /// <summary>y = scale × x where x &gt; 0, else scale × alpha × (e^x − 1), with the paper's constants.</summary>
    public static void Selu(ref float x, ref float y, nint n) => Map(default(SeluOp), ref x, ref y, n);

    /// <summary>y = x where x &gt; 0, else alpha × (e^(x / alpha) − 1); alpha &gt; 0.</summary>
    public static void Celu(ref float x, ref float y, nint n, float alpha) => Map(new CeluOp(alpha), ref x, ref y, n);

    /// <summary>y = x / (1 + |x|).</summary>
    public static void Softsign(ref float x, ref float y, nint n) => Map(default(SoftsignOp), ref x, ref y, n);

    /// <summary>y = x where x &gt; alpha, else 0.</summary>
    public static void ThresholdedRelu(ref float x, ref float y, nint n, float alpha) =>
        Map(new ThresholdedReluOp(alpha), ref x, ref y, n);

    internal readonly struct HardSigmoidOp : IUnary
    {
        [MethodImpl(Inline)]
        public V Invoke<S, V>(V x) where S : struct, ISimd<V> where V : struct
        {
            V open = S.Min(S.Broadcast(6f), S.Max(S.Broadcast(0f), S.Add(x, S.Broadcast(3f))));
            return S.Multiply(open, S.Broadcast(1f / 6));
        }
    }

    internal readonly struct HardSwishOp : IUnary
    {
        [MethodImpl(Inline)]
        public V Invoke<S, V>(V x) where S : struct, ISimd<V> where V : struct =>
            S.Multiply(x, default(HardSigmoidOp).Invoke<S, V>(x));
    }

    internal readonly struct GeluOp : IUnary
    {
        [MethodImpl(Inline)]
        public V Invoke<S, V>(V x) where S : struct, ISimd<V> where V : struct => VectorMath.Gelu<S, V>(x);
    }

    internal readonly struct GeluTanhOp : IUnary
    {
        [MethodImpl(Inline)]
        public V Invoke<S, V>(V x) where S : struct, ISimd<V> where V : struct => VectorMath.GeluTanh<S, V>(x);
    }

    internal readonly struct MishOp : IUnary
    {
        [MethodImpl(Inline)]
        public V Invoke<S, V>(V x) where S : struct, ISimd<V> where V : struct => VectorMath.Mish<S, V>(x);
    }

    internal readonly struct SeluOp : IUnary
    {
        [MethodImpl(Inline)]
        public V Invoke<S, V>(V x) where S : struct, ISimd<V> where V : struct =>
            S.ConditionalSelect(
                S.LessThan(S.Broadcast(0f), x), S.Multiply(x, S.Broadcast(SeluScale)),
                S.Multiply(VectorMath.ExpMinusOneBelowZero<S, V>(x), S.Broadcast(SeluScale * SeluAlpha)));
    }

    internal readonly struct CeluOp(float alpha) : IUnary
    {
        private readonly float _alpha = alpha;

        [MethodImpl(Inline)]
        public V Invoke<S, V>(V x) where S : struct, ISimd<V> where V : struct
        {
            V alpha = S.Broadcast(_alpha);
            V below = S.Multiply(VectorMath.ExpMinusOneBelowZero<S, V>(S.Divide(x, alpha)), alpha);
            return S.ConditionalSelect(S.LessThan(S.Broadcast(0f), x), x, below);
        }
    }

    internal readonly struct SoftsignOp : IUnary
    {
        [MethodImpl(Inline)]
        public V Invoke<S, V>(V x) where S : struct, ISimd<V> where V : struct =>
            S.Divide(x, S.Add(S.Broadcast(1f), S.BitAndNot(x, S.Broadcast(-0f))));
    }

    internal readonly struct ThresholdedReluOp(float alpha) : IUnary
    {
        private readonly float _alpha = alpha;

        [MethodImpl(Inline)]
        public V Invoke<S, V>(V x) where S : struct, ISimd<V> where V : struct =>
            S.ConditionalSelect(S.LessThanOrEqual(x, S.Broadcast(_alpha)), S.Broadcast(0f), x);
    }
}
