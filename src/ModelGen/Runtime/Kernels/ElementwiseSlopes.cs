using System.Runtime.CompilerServices;

namespace ModelGen.Runtime;

// Gradients of the functions in ElementwiseUnits.cs and ElementwiseFunctions.cs: dL/dx from dL/dy and, as each says, the input or the
// result.
public static partial class Elementwise
{
    /// <summary>dx = dy / 6 where 0 &lt; y &lt; 1 or y is NaN, else 0.</summary>
    public static void HardSigmoidGradient(ref float y, ref float dy, ref float dx, nint n) =>
        Map(default(HardSigmoidGradientOp), ref y, ref dy, ref dx, n);

    /// <summary>dx = 0 where x ≤ −3, dy where x ≥ 3, dy × (x / 3 + ½) between.</summary>
    public static void HardSwishGradient(ref float x, ref float dy, ref float dx, nint n) =>
        Map(default(HardSwishGradientOp), ref x, ref dy, ref dx, n);

    /// <summary>dx = dy × (Φ(x) + x × φ(x)).</summary>
    public static void GeluGradient(ref float x, ref float dy, ref float dx, nint n) =>
        Map(default(GeluGradientOp), ref x, ref dy, ref dx, n);

    /// <summary>dx = dy × the slope of the tanh form at x.</summary>
    public static void GeluTanhGradient(ref float x, ref float dy, ref float dx, nint n) =>
        Map(default(GeluTanhGradientOp), ref x, ref dy, ref dx, n);

    /// <summary>dx = dy × the slope of Mish at x.</summary>
    public static void MishGradient(ref float x, ref float dy, ref float dx, nint n) =>
        Map(default(MishGradientOp), ref x, ref dy, ref dx, n);

    /// <summary>dx = dy × scale where y &gt; 0, else dy × (y + scale × alpha).</summary>
    public static void SeluGradient(ref float y, ref float dy, ref float dx, nint n) =>
        Map(default(SeluGradientOp), ref y, ref dy, ref dx, n);

    /// <summary>dx = dy where y &gt; 0, else dy × (y / alpha + 1); alpha &gt; 0.</summary>
    public static void CeluGradient(ref float y, ref float dy, ref float dx, nint n, float alpha) =>
        Map(new CeluGradientOp(alpha), ref y, ref dy, ref dx, n);

    /// <summary>dx = dy / (1 + |x|)².</summary>
    public static void SoftsignGradient(ref float x, ref float dy, ref float dx, nint n) =>
        Map(default(SoftsignGradientOp), ref x, ref dy, ref dx, n);

    /// <summary>dx = dy where x &gt; alpha or x is NaN, else 0.</summary>
    public static void ThresholdedReluGradient(ref float x, ref float dy, ref float dx, nint n, float alpha) =>
        Map(new ThresholdedReluGradientOp(alpha), ref x, ref dy, ref dx, n);

    /// <summary>dx = dy where min ≤ x ≤ max, else 0.</summary>
    public static void ClampGradient(ref float x, ref float dy, ref float dx, nint n, float min, float max) =>
        Map(new ClampGradientOp(min, max), ref x, ref dy, ref dx, n);

    /// <summary>dx = dy / x.</summary>
    public static void LogGradient(ref float x, ref float dy, ref float dx, nint n) =>
        Divide(ref dy, ref x, ref dx, n);

    /// <summary>dx = dy / (2 × y).</summary>
    public static void SqrtGradient(ref float y, ref float dy, ref float dx, nint n) =>
        Map(default(SqrtGradientOp), ref y, ref dy, ref dx, n);

    /// <summary>dx = −dy × y².</summary>
    public static void ReciprocalGradient(ref float y, ref float dy, ref float dx, nint n) =>
        Map(default(ReciprocalGradientOp), ref y, ref dy, ref dx, n);

    /// <summary>dx = dy × the sign of x; 0 at 0.</summary>
    public static void AbsGradient(ref float x, ref float dy, ref float dx, nint n) =>
        Map(default(AbsGradientOp), ref x, ref dy, ref dx, n);

    /// <summary>dx = dy × 2/√π × e^(−x²).</summary>
    public static void ErfGradient(ref float x, ref float dy, ref float dx, nint n) =>
        Map(default(ErfGradientOp), ref x, ref dy, ref dx, n);

    /// <summary>dx = dy × cos x.</summary>
    public static void SinGradient(ref float x, ref float dy, ref float dx, nint n) =>
        Map(default(SinGradientOp), ref x, ref dy, ref dx, n);

    /// <summary>dx = −dy × sin x.</summary>
    public static void CosGradient(ref float x, ref float dy, ref float dx, nint n) =>
        Map(default(CosGradientOp), ref x, ref dy, ref dx, n);

    internal readonly struct HardSigmoidGradientOp : IBinary
    {
        [MethodImpl(Inline)]
        public V Invoke<S, V>(V a, V b) where S : struct, ISimd<V> where V : struct
        {
            V closed = S.BitOr(S.LessThanOrEqual(a, S.Broadcast(0f)), S.LessThanOrEqual(S.Broadcast(1f), a));
            return S.ConditionalSelect(closed, S.Broadcast(0f), S.Multiply(b, S.Broadcast(1f / 6)));
        }
    }

    internal readonly struct HardSwishGradientOp : IBinary
    {
        [MethodImpl(Inline)]
        public V Invoke<S, V>(V a, V b) where S : struct, ISimd<V> where V : struct
        {
            V between = S.Multiply(b, S.FusedMultiplyAdd(a, S.Broadcast(1f / 3), S.Broadcast(0.5f)));
            V open = S.ConditionalSelect(S.LessThanOrEqual(S.Broadcast(3f), a), b, between);
            return S.ConditionalSelect(S.LessThanOrEqual(a, S.Broadcast(-3f)), S.Broadcast(0f), open);
        }
    }

    internal readonly struct GeluGradientOp : IBinary
    {
        [MethodImpl(Inline)]
        public V Invoke<S, V>(V a, V b) where S : struct, ISimd<V> where V : struct => S.Multiply(b, VectorMath.GeluSlope<S, V>(a));
    }

    internal readonly struct GeluTanhGradientOp : IBinary
    {
        [MethodImpl(Inline)]
        public V Invoke<S, V>(V a, V b) where S : struct, ISimd<V> where V : struct => S.Multiply(b, VectorMath.GeluTanhSlope<S, V>(a));
    }

    internal readonly struct MishGradientOp : IBinary
    {
        [MethodImpl(Inline)]
        public V Invoke<S, V>(V a, V b) where S : struct, ISimd<V> where V : struct => S.Multiply(b, VectorMath.MishSlope<S, V>(a));
    }

    internal readonly struct SeluGradientOp : IBinary
    {
        [MethodImpl(Inline)]
        public V Invoke<S, V>(V a, V b) where S : struct, ISimd<V> where V : struct
        {
            V below = S.Add(a, S.Broadcast(SeluScale * SeluAlpha));
            return S.Multiply(b, S.ConditionalSelect(S.LessThan(S.Broadcast(0f), a), S.Broadcast(SeluScale), below));
        }
    }

    internal readonly struct CeluGradientOp(float alpha) : IBinary
    {
        private readonly float _alpha = alpha;

        [MethodImpl(Inline)]
        public V Invoke<S, V>(V a, V b) where S : struct, ISimd<V> where V : struct
        {
            V below = S.Multiply(b, S.Add(S.Divide(a, S.Broadcast(_alpha)), S.Broadcast(1f)));
            return S.ConditionalSelect(S.LessThan(S.Broadcast(0f), a), b, below);
        }
    }

    internal readonly struct SoftsignGradientOp : IBinary
    {
        [MethodImpl(Inline)]
        public V Invoke<S, V>(V a, V b) where S : struct, ISimd<V> where V : struct
        {
            V sum = S.Add(S.Broadcast(1f), S.BitAndNot(a, S.Broadcast(-0f)));
            return S.Divide(S.Divide(b, sum), sum);
        }
    }

    internal readonly struct ThresholdedReluGradientOp(float alpha) : IBinary
    {
        private readonly float _alpha = alpha;

        [MethodImpl(Inline)]
        public V Invoke<S, V>(V a, V b) where S : struct, ISimd<V> where V : struct =>
            S.ConditionalSelect(S.LessThanOrEqual(a, S.Broadcast(_alpha)), S.Broadcast(0f), b);
    }

    internal readonly struct ClampGradientOp(float min, float max) : IBinary
    {
        private readonly float _min = min, _max = max;

        [MethodImpl(Inline)]
        public V Invoke<S, V>(V a, V b) where S : struct, ISimd<V> where V : struct =>
            S.BitAnd(S.BitAnd(S.LessThanOrEqual(S.Broadcast(_min), a), S.LessThanOrEqual(a, S.Broadcast(_max))), b);
    }

    internal readonly struct SqrtGradientOp : IBinary
    {
        [MethodImpl(Inline)]
        public V Invoke<S, V>(V a, V b) where S : struct, ISimd<V> where V : struct => S.Divide(b, S.Add(a, a));
    }

    internal readonly struct ReciprocalGradientOp : IBinary
    {
        [MethodImpl(Inline)]
        public V Invoke<S, V>(V a, V b) where S : struct, ISimd<V> where V : struct =>
            S.BitXor(S.Multiply(S.Multiply(b, a), a), S.Broadcast(-0f));
    }

    internal readonly struct AbsGradientOp : IBinary
    {
        [MethodImpl(Inline)]
        public V Invoke<S, V>(V a, V b) where S : struct, ISimd<V> where V : struct
        {
            V zero = S.Broadcast(0f), turned = S.BitXor(b, S.BitAnd(a, S.Broadcast(-0f)));
            return S.ConditionalSelect(S.BitOr(S.LessThan(a, zero), S.LessThan(zero, a)), turned, zero);
        }
    }

    internal readonly struct ErfGradientOp : IBinary
    {
        [MethodImpl(Inline)]
        public V Invoke<S, V>(V a, V b) where S : struct, ISimd<V> where V : struct => S.Multiply(b, VectorMath.ErfSlope<S, V>(a));
    }

    internal readonly struct SinGradientOp : IBinary
    {
        [MethodImpl(Inline)]
        public V Invoke<S, V>(V a, V b) where S : struct, ISimd<V> where V : struct => S.Multiply(b, VectorMath.Cos<S, V>(a));
    }

    internal readonly struct CosGradientOp : IBinary
    {
        [MethodImpl(Inline)]
        public V Invoke<S, V>(V a, V b) where S : struct, ISimd<V> where V : struct =>
            S.BitXor(S.Multiply(b, VectorMath.Sin<S, V>(a)), S.Broadcast(-0f));
    }
}
