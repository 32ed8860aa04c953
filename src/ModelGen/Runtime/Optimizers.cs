using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ModelGen.Runtime;

/// <summary>Parameter updates, one pass over memory each.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class Optimizers
{
    /// <summary>
    /// Stochastic gradient descent as torch.optim.SGD (dampening 0) defines it:
    /// g = gradient + weightDecay·p; v = momentum·v + g; p −= learningRate · (nesterov ? g + momentum·v : v).
    /// </summary>
    /// <param name="parameter">p, updated; <paramref name="n"/> floats.</param>
    /// <param name="gradient">Only read.</param>
    /// <param name="velocity">v, updated; 0 before the first step. Neither read nor written (it may be a null reference) when momentum is 0.</param>
    /// <param name="n">Number of parameters, ≥ 0.</param>
    /// <param name="learningRate">Step size.</param>
    /// <param name="momentum">What is kept of the velocity.</param>
    /// <param name="weightDecay">Weight of the L2 penalty's gradient.</param>
    /// <param name="nesterov">Look ahead along the velocity.</param>
    public static void Sgd(
        ref float parameter, ref float gradient, ref float velocity, nint n, float learningRate, float momentum, float weightDecay, bool nesterov)
    {
        if (Vector512.IsHardwareAccelerated)
            Sgd<Simd512, Vector512<float>>(ref parameter, ref gradient, ref velocity, n, learningRate, momentum, weightDecay, nesterov);
        else if (Vector256.IsHardwareAccelerated)
            Sgd<Simd256, Vector256<float>>(ref parameter, ref gradient, ref velocity, n, learningRate, momentum, weightDecay, nesterov);
        else
            Sgd<Simd128, Vector128<float>>(ref parameter, ref gradient, ref velocity, n, learningRate, momentum, weightDecay, nesterov);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Sgd<S, V>(
        ref float parameter, ref float gradient, ref float velocity, nint n, float learningRate, float momentum, float weightDecay, bool nesterov)
        where S : struct, ISimd<V> where V : struct
    {
        nint width = S.Width, i = 0;
        V zero = S.Broadcast(0f);
        bool moving = momentum != 0f;
        for (; i <= n - width; i += width)
        {
            V p = S.Load(ref parameter, i), v = moving ? S.Load(ref velocity, i) : zero;
            (p, v) = Step<S, V>(p, S.Load(ref gradient, i), v, learningRate, momentum, weightDecay, nesterov);
            S.Store(p, ref parameter, i);
            if (moving)
                S.Store(v, ref velocity, i);
        }

        if (i < n)
        {
            V p = Partial.Load<S, V>(ref parameter, i, n - i, zero), v = moving ? Partial.Load<S, V>(ref velocity, i, n - i, zero) : zero;
            (p, v) = Step<S, V>(p, Partial.Load<S, V>(ref gradient, i, n - i, zero), v, learningRate, momentum, weightDecay, nesterov);
            Partial.Store<S, V>(p, ref parameter, i, n - i);
            if (moving)
                Partial.Store<S, V>(v, ref velocity, i, n - i);
        }
    }

    // The branches do not change within a call, so they are predicted; the loop is bound by memory.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (V P, V Velocity) Step<S, V>(V p, V g, V v, float learningRate, float momentum, float weightDecay, bool nesterov)
        where S : struct, ISimd<V> where V : struct
    {
        // Skipped rather than multiplied by 0: an infinite parameter must not turn into NaN.
        if (weightDecay != 0f)
            g = S.FusedMultiplyAdd(p, S.Broadcast(weightDecay), g);
        v = momentum != 0f ? S.FusedMultiplyAdd(v, S.Broadcast(momentum), g) : g;
        V step = nesterov ? S.FusedMultiplyAdd(v, S.Broadcast(momentum), g) : v;
        return (S.FusedMultiplyAdd(step, S.Broadcast(-learningRate), p), v);
    }
}
