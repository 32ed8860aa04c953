using System.Runtime.CompilerServices;

namespace ModelGen.Runtime;

/// <summary>A function of one vector, for <see cref="Elementwise"/>.</summary>
internal interface IUnary
{
    V Invoke<S, V>(V x) where S : struct, ISimd<V> where V : struct;
}

/// <summary>A function of two vectors, for <see cref="Elementwise"/>.</summary>
internal interface IBinary
{
    V Invoke<S, V>(V a, V b) where S : struct, ISimd<V> where V : struct;
}

/// <summary>A function of three vectors, for <see cref="Elementwise"/>.</summary>
internal interface ITernary
{
    V Invoke<S, V>(V a, V b, V c) where S : struct, ISimd<V> where V : struct;
}

// The operations themselves, one formula each; the loops that drive them are in Elementwise.cs.
public static partial class Elementwise
{
    private const MethodImplOptions Inline = MethodImplOptions.AggressiveInlining;

    internal readonly struct ReluOp : IUnary
    {
        // x comes second: that is the operand kept when it is NaN.
        [MethodImpl(Inline)]
        public V Invoke<S, V>(V x) where S : struct, ISimd<V> where V : struct => S.Max(S.Broadcast(0f), x);
    }

    internal readonly struct TanhOp : IUnary
    {
        [MethodImpl(Inline)]
        public V Invoke<S, V>(V x) where S : struct, ISimd<V> where V : struct => VectorMath.Tanh<S, V>(x);
    }

    internal readonly struct SigmoidOp : IUnary
    {
        [MethodImpl(Inline)]
        public V Invoke<S, V>(V x) where S : struct, ISimd<V> where V : struct => VectorMath.Sigmoid<S, V>(x);
    }

    internal readonly struct ScaleOp(float factor) : IUnary
    {
        private readonly float _factor = factor;

        [MethodImpl(Inline)]
        public V Invoke<S, V>(V x) where S : struct, ISimd<V> where V : struct => S.Multiply(x, S.Broadcast(_factor));
    }

    internal readonly struct AddOp : IBinary
    {
        [MethodImpl(Inline)]
        public V Invoke<S, V>(V a, V b) where S : struct, ISimd<V> where V : struct => S.Add(a, b);
    }

    internal readonly struct MultiplyOp : IBinary
    {
        [MethodImpl(Inline)]
        public V Invoke<S, V>(V a, V b) where S : struct, ISimd<V> where V : struct => S.Multiply(a, b);
    }

    internal readonly struct ReluGradientOp : IBinary
    {
        [MethodImpl(Inline)]
        public V Invoke<S, V>(V a, V b) where S : struct, ISimd<V> where V : struct =>
            S.ConditionalSelect(S.LessThanOrEqual(a, S.Broadcast(0f)), S.Broadcast(0f), b);
    }

    internal readonly struct TanhGradientOp : IBinary
    {
        [MethodImpl(Inline)]
        public V Invoke<S, V>(V a, V b) where S : struct, ISimd<V> where V : struct =>
            S.Multiply(b, S.Subtract(S.Broadcast(1f), S.Multiply(a, a)));
    }

    internal readonly struct SigmoidGradientOp : IBinary
    {
        [MethodImpl(Inline)]
        public V Invoke<S, V>(V a, V b) where S : struct, ISimd<V> where V : struct =>
            S.Multiply(S.Multiply(b, S.Subtract(S.Broadcast(1f), a)), a);
    }
}
