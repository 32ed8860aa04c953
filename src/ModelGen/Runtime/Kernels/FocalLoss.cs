using System.Runtime.CompilerServices;

namespace ModelGen.Runtime;

/// <summary>
/// −α·t·(1 − p)^γ·ln p − (1 − α)·(1 − t)·p^γ·ln(1 − p), p being σ(x): binary cross entropy in which what is right already counts little.
/// </summary>
/// <remarks>
/// Of targets 0 and 1 torchvision.ops.sigmoid_focal_loss. Source: Lin et al. 2017, Focal loss for dense object detection, §3. Powers come
/// from softplus, as ln p = −softplus(−x), so that nothing is a difference of what is nearly equal.
/// </remarks>
internal readonly struct FocalLoss(float alpha, float gamma) : IElementLoss
{
    private readonly float _alpha = alpha, _gamma = gamma;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Loss<S, V>(V x, V target) where S : struct, ISimd<V> where V : struct
    {
        (V right, V wrong) = Softpluses<S, V>(x);
        V ofOne = S.Multiply(Power<S, V>(wrong), right), ofZero = S.Multiply(Power<S, V>(right), wrong);
        return Mixed<S, V>(ofOne, ofZero, target);
    }

    // Derivatives of both: −(1 − p)^γ·(γ·p·softplus(−x) + 1 − p) and p^γ·(γ·(1 − p)·softplus(x) + p).
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Gradient<S, V>(V x, V target) where S : struct, ISimd<V> where V : struct
    {
        (V right, V wrong) = Softpluses<S, V>(x);
        V minus = S.Broadcast(-0f), gamma = S.Broadcast(_gamma);
        V p = VectorMath.Sigmoid<S, V>(x), q = VectorMath.Sigmoid<S, V>(S.BitXor(x, minus));
        V ofOne = S.Multiply(Power<S, V>(wrong), S.FusedMultiplyAdd(S.Multiply(gamma, p), right, q));
        V ofZero = S.Multiply(Power<S, V>(right), S.FusedMultiplyAdd(S.Multiply(gamma, q), wrong, p));
        return Mixed<S, V>(S.BitXor(ofOne, minus), ofZero, target);
    }

    // softplus(−x) = −ln p and softplus(x) = −ln(1 − p).
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (V Right, V Wrong) Softpluses<S, V>(V x) where S : struct, ISimd<V> where V : struct
    {
        V minus = S.Broadcast(-0f), zero = S.Broadcast(0f), near = VectorMath.Softplus<S, V>(S.BitOr(x, minus));
        return (S.Add(S.Max(zero, S.BitXor(x, minus)), near), S.Add(S.Max(zero, x), near));
    }

    // e^(−γ·softplus).
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private V Power<S, V>(V softplus) where S : struct, ISimd<V> where V : struct =>
        VectorMath.ExpNoOverflow<S, V>(S.Multiply(softplus, S.Broadcast(-_gamma)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private V Mixed<S, V>(V ofOne, V ofZero, V target) where S : struct, ISimd<V> where V : struct
    {
        V one = S.Multiply(S.Multiply(S.Broadcast(_alpha), target), ofOne);
        return S.FusedMultiplyAdd(S.Multiply(S.Broadcast(1f - _alpha), S.Subtract(S.Broadcast(1f), target)), ofZero, one);
    }
}
