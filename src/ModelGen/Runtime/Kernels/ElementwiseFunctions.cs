using System.Runtime.CompilerServices;

namespace ModelGen.Runtime;

// Functions of ONNX and of torch's namespace: the public form of each above its formula. Their gradients are in
// ElementwiseSlopes.cs.
public static partial class Elementwise
{
    /// <summary>y = e^x, ≤ 1 ULP; see <see cref="VectorMath"/>.</summary>
    public static void Exp(ref float x, ref float y, nint n) => Map(default(ExpOp), ref x, ref y, n);

    /// <summary>y = ln x; −∞ at 0, NaN below.</summary>
    public static void Log(ref float x, ref float y, nint n) => Map(default(LogOp), ref x, ref y, n);

    /// <summary>y = √x, correctly rounded.</summary>
    public static void Sqrt(ref float x, ref float y, nint n) => Map(default(SqrtOp), ref x, ref y, n);

    /// <summary>y = 1 / x.</summary>
    public static void Reciprocal(ref float x, ref float y, nint n) => Map(default(ReciprocalOp), ref x, ref y, n);

    /// <summary>y = erf x.</summary>
    public static void Erf(ref float x, ref float y, nint n) => Map(default(ErfOp), ref x, ref y, n);

    /// <summary>y = sin x.</summary>
    public static void Sin(ref float x, ref float y, nint n) => Map(default(SinOp), ref x, ref y, n);

    /// <summary>y = cos x.</summary>
    public static void Cos(ref float x, ref float y, nint n) => Map(default(CosOp), ref x, ref y, n);

    /// <summary>y = |x|.</summary>
    public static void Abs(ref float x, ref float y, nint n) => Map(default(AbsOp), ref x, ref y, n);

    /// <summary>y = −x.</summary>
    public static void Neg(ref float x, ref float y, nint n) => Map(default(NegOp), ref x, ref y, n);

    /// <summary>y = 1 where x &gt; 0, −1 where x &lt; 0, 0 elsewhere: at NaN too, as in PyTorch.</summary>
    public static void Sign(ref float x, ref float y, nint n) => Map(default(SignOp), ref x, ref y, n);

    /// <summary>y = the largest whole number that is not larger than x.</summary>
    public static void Floor(ref float x, ref float y, nint n) => Map(default(FloorOp), ref x, ref y, n);

    /// <summary>y = the least whole number that is not less than x.</summary>
    public static void Ceil(ref float x, ref float y, nint n) => Map(default(CeilOp), ref x, ref y, n);

    /// <summary>y = the whole number nearest to x, the even one of two.</summary>
    public static void Round(ref float x, ref float y, nint n) => Map(default(RoundOp), ref x, ref y, n);

    /// <summary>y = min(max(x, min), max). NaN stays NaN.</summary>
    public static void Clamp(ref float x, ref float y, nint n, float min, float max) => Map(new ClampOp(min, max), ref x, ref y, n);

    internal readonly struct ExpOp : IUnary
    {
        [MethodImpl(Inline)]
        public V Invoke<S, V>(V x) where S : struct, ISimd<V> where V : struct => VectorMath.Exp<S, V>(x);
    }

    internal readonly struct LogOp : IUnary
    {
        [MethodImpl(Inline)]
        public V Invoke<S, V>(V x) where S : struct, ISimd<V> where V : struct => VectorMath.Log<S, V>(x);
    }

    internal readonly struct SqrtOp : IUnary
    {
        [MethodImpl(Inline)]
        public V Invoke<S, V>(V x) where S : struct, ISimd<V> where V : struct => S.Sqrt(x);
    }

    internal readonly struct ReciprocalOp : IUnary
    {
        [MethodImpl(Inline)]
        public V Invoke<S, V>(V x) where S : struct, ISimd<V> where V : struct => S.Divide(S.Broadcast(1f), x);
    }

    internal readonly struct ErfOp : IUnary
    {
        [MethodImpl(Inline)]
        public V Invoke<S, V>(V x) where S : struct, ISimd<V> where V : struct => VectorMath.Erf<S, V>(x);
    }

    internal readonly struct SinOp : IUnary
    {
        [MethodImpl(Inline)]
        public V Invoke<S, V>(V x) where S : struct, ISimd<V> where V : struct => VectorMath.Sin<S, V>(x);
    }

    internal readonly struct CosOp : IUnary
    {
        [MethodImpl(Inline)]
        public V Invoke<S, V>(V x) where S : struct, ISimd<V> where V : struct => VectorMath.Cos<S, V>(x);
    }

    internal readonly struct AbsOp : IUnary
    {
        [MethodImpl(Inline)]
        public V Invoke<S, V>(V x) where S : struct, ISimd<V> where V : struct => S.BitAndNot(x, S.Broadcast(-0f));
    }

    internal readonly struct NegOp : IUnary
    {
        [MethodImpl(Inline)]
        public V Invoke<S, V>(V x) where S : struct, ISimd<V> where V : struct => S.BitXor(x, S.Broadcast(-0f));
    }

    internal readonly struct SignOp : IUnary
    {
        [MethodImpl(Inline)]
        public V Invoke<S, V>(V x) where S : struct, ISimd<V> where V : struct
        {
            V zero = S.Broadcast(0f), one = S.Broadcast(1f);
            return S.Subtract(S.BitAnd(S.LessThan(zero, x), one), S.BitAnd(S.LessThan(x, zero), one));
        }
    }

    internal readonly struct RoundOp : IUnary
    {
        [MethodImpl(Inline)]
        public V Invoke<S, V>(V x) where S : struct, ISimd<V> where V : struct => VectorMath.Round<S, V>(x);
    }

    internal readonly struct FloorOp : IUnary
    {
        [MethodImpl(Inline)]
        public V Invoke<S, V>(V x) where S : struct, ISimd<V> where V : struct
        {
            V rounded = VectorMath.Round<S, V>(x);
            return S.ConditionalSelect(S.LessThan(x, rounded), S.Subtract(rounded, S.Broadcast(1f)), rounded);
        }
    }

    internal readonly struct CeilOp : IUnary
    {
        // What is rounded up from below 0 is −0.
        [MethodImpl(Inline)]
        public V Invoke<S, V>(V x) where S : struct, ISimd<V> where V : struct
        {
            V rounded = VectorMath.Round<S, V>(x), sign = S.Broadcast(-0f);
            V above = S.ConditionalSelect(sign, x, S.BitAndNot(S.Add(rounded, S.Broadcast(1f)), sign));
            return S.ConditionalSelect(S.LessThan(rounded, x), above, rounded);
        }
    }

    internal readonly struct ClampOp(float min, float max) : IUnary
    {
        private readonly float _min = min, _max = max;

        // x comes second in both: that is the operand kept when it is NaN.
        [MethodImpl(Inline)]
        public V Invoke<S, V>(V x) where S : struct, ISimd<V> where V : struct => S.Min(S.Broadcast(_max), S.Max(S.Broadcast(_min), x));
    }
}
