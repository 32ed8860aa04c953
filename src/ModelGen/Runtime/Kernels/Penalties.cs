using System.Runtime.CompilerServices;

namespace ModelGen.Runtime;

/// <summary>The gradient as the rules take it: scaled, and with the penalties.</summary>
internal readonly struct Penalties(GradientDescent settings, UpdateStep step, bool isDecoupled = false)
{
    private readonly float _scale = step.Scale;
    private readonly float _l1 = step.IsPenalized ? settings.L1Penalty : 0f;
    private readonly float _decay = step.IsPenalized && !isDecoupled ? settings.WeightDecay : 0f;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Of<S, V>(V p, V g) where S : struct, ISimd<V> where V : struct
    {
        g = S.Multiply(g, S.Broadcast(_scale));
        if (_l1 != 0f)
        {
            V sign = S.BitOr(S.BitAnd(p, S.Broadcast(-0f)), S.Broadcast(_l1)), zero = S.Broadcast(0f);
            g = S.Add(g, S.ConditionalSelect(S.Equal(p, zero), zero, sign));
        }
        // Skipped rather than multiplied by 0: an infinite parameter must not turn into NaN.
        return _decay != 0f ? S.FusedMultiplyAdd(p, S.Broadcast(_decay), g) : g;
    }
}
