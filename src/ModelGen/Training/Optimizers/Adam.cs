using System.Runtime.CompilerServices;
using ModelGen.Runtime;

namespace ModelGen;

/// <summary>
/// Adam, with the meaning torch.optim.Adam gives its settings. For networks with <c>[Trainable(Optimizer = Optimizer.Adam)]</c>.
/// </summary>
/// <remarks>
/// Step t computes g = gradient + WeightDecay·p, m = Beta1·m + (1 − Beta1)·g, v = Beta2·v + (1 − Beta2)·g², and
/// p −= LearningRate · m/(1 − Beta1ᵗ) / (√(v/(1 − Beta2ᵗ)) + Epsilon), with m = v = 0 at the start. Source: Kingma and Ba 2015, Adam: a
/// method for stochastic optimization.
/// </remarks>
public class Adam : GradientDescent
{
    private float _beta1, _beta2, _epsilon;

    /// <summary>Creates the optimizer.</summary>
    /// <param name="learningRate">Step size, finite and ≥ 0.</param>
    /// <param name="beta1">What is kept of the mean of gradients, at least 0 and less than 1.</param>
    /// <param name="beta2">What is kept of the mean of their squares, at least 0 and less than 1.</param>
    /// <param name="epsilon">Added to the root of the latter, finite and ≥ 0.</param>
    /// <param name="weightDecay">Weight of the L2 penalty's gradient, finite and ≥ 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is not what it has to be.</exception>
    public Adam(float learningRate = 1e-3f, float beta1 = 0.9f, float beta2 = 0.999f, float epsilon = 1e-8f, float weightDecay = 0f)
        : base(learningRate, weightDecay)
    {
        Beta1 = beta1;
        Beta2 = beta2;
        Epsilon = epsilon;
    }

    /// <summary>What is kept of the mean of gradients from step to step; 0.9 unless set.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is NaN or not from 0 to less than 1.</exception>
    public float Beta1
    {
        get => _beta1;
        set => _beta1 = CheckedShare(value, nameof(Beta1));
    }

    /// <summary>What is kept of the mean of squared gradients from step to step; 0.999 unless set.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is NaN or not from 0 to less than 1.</exception>
    public float Beta2
    {
        get => _beta2;
        set => _beta2 = CheckedShare(value, nameof(Beta2));
    }

    /// <summary>Added to the root of the mean of squares; 1e-8 unless set.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is NaN, infinite or negative.</exception>
    public float Epsilon
    {
        get => _epsilon;
        set => _epsilon = Checked(value, nameof(Epsilon));
    }

    internal override IEnumerable<OptimizerSetting> Settings =>
    [
        .. base.Settings,
        new(nameof(Beta1), () => Beta1, value => Beta1 = value),
        new(nameof(Beta2), () => Beta2, value => Beta2 = value),
        new(nameof(Epsilon), () => Epsilon, value => Epsilon = value),
    ];

    /// <summary>Whether weight decay shrinks the parameters by itself instead of being part of the gradient.</summary>
    internal virtual bool IsDecoupled => false;

    internal override void Update(in UpdateCall call) => call.Run(new Rule(this, call.Step));

    // Its branches do not change within a call, so they are predicted; the loop is bound by memory.
    internal readonly struct Rule(Adam settings, UpdateStep step) : IUpdateRule
    {
        private readonly Penalties _penalties = new(settings, step, settings.IsDecoupled);
        private readonly float _beta1 = settings.Beta1;
        private readonly float _beta2 = settings.Beta2;
        private readonly float _epsilon = settings.Epsilon;
        private readonly float _kept = settings.IsDecoupled && step.IsPenalized ? 1f - settings.LearningRate * settings.WeightDecay : 1f;
        private readonly float _rate = (float)(-settings.LearningRate / Correction(settings.Beta1, step.Updates));
        private readonly float _root = (float)(1.0 / Math.Sqrt(Correction(settings.Beta2, step.Updates)));

        // How much of an average that started at 0 is of gradients.
        private static double Correction(float beta, ulong updates) => 1.0 - Math.Pow(beta, updates + 1.0);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Update<S, V>(V p, V g, ref V mean, ref V square, ref V c) where S : struct, ISimd<V> where V : struct
        {
            g = _penalties.Of<S, V>(p, g);
            if (_kept != 1f)
                p = S.Multiply(p, S.Broadcast(_kept));
            mean = S.FusedMultiplyAdd(mean, S.Broadcast(_beta1), S.Multiply(g, S.Broadcast(1f - _beta1)));
            square = S.FusedMultiplyAdd(square, S.Broadcast(_beta2), S.Multiply(S.Multiply(g, g), S.Broadcast(1f - _beta2)));
            V deviation = S.FusedMultiplyAdd(S.Sqrt(square), S.Broadcast(_root), S.Broadcast(_epsilon));
            return S.FusedMultiplyAdd(S.Divide(mean, deviation), S.Broadcast(_rate), p);
        }
    }
}
