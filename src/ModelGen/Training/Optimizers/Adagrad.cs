using System.Runtime.CompilerServices;
using ModelGen.Runtime;

namespace ModelGen;

/// <summary>
/// Adagrad, with the meaning torch.optim.Adagrad gives its settings. For networks with <c>[Trainable(Optimizer = Optimizer.Adagrad)]</c>.
/// </summary>
/// <remarks>
/// Step t, from 0, computes g = gradient + WeightDecay·p, s = s + g² and p −= LearningRate/(1 + t·LearningRateDecay) · g / (√s + Epsilon),
/// with s = InitialAccumulator at the start. Source: Duchi, Hazan and Singer 2011, Adaptive subgradient methods for online learning and
/// stochastic optimization.
/// </remarks>
public sealed class Adagrad : GradientDescent
{
    private float _learningRateDecay, _initialAccumulator, _epsilon;

    /// <summary>Creates the optimizer.</summary>
    /// <param name="learningRate">Step size, finite and ≥ 0.</param>
    /// <param name="learningRateDecay">How fast the step size falls with the number of steps, finite and ≥ 0.</param>
    /// <param name="initialAccumulator">Where the sum of squared gradients starts, finite and ≥ 0.</param>
    /// <param name="epsilon">Added to the root of that sum, finite and ≥ 0.</param>
    /// <param name="weightDecay">Weight of the L2 penalty's gradient, finite and ≥ 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is not what it has to be.</exception>
    public Adagrad(
        float learningRate = 0.01f, float learningRateDecay = 0f, float initialAccumulator = 0f, float epsilon = 1e-10f,
        float weightDecay = 0f)
        : base(learningRate, weightDecay)
    {
        LearningRateDecay = learningRateDecay;
        InitialAccumulator = initialAccumulator;
        Epsilon = epsilon;
    }

    /// <summary>How fast the step size falls: after 1/LearningRateDecay steps it is half as large; 0 unless set.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is NaN, infinite or negative.</exception>
    public float LearningRateDecay
    {
        get => _learningRateDecay;
        set => _learningRateDecay = Checked(value, nameof(LearningRateDecay));
    }

    /// <summary>
    /// Where the sum of squared gradients starts; 0 unless set. It is added in each step, so a change later counts as if it had been from
    /// the start.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is NaN, infinite or negative.</exception>
    public float InitialAccumulator
    {
        get => _initialAccumulator;
        set => _initialAccumulator = Checked(value, nameof(InitialAccumulator));
    }

    /// <summary>Added to the root of the sum of squares; 1e-10 unless set.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is NaN, infinite or negative.</exception>
    public float Epsilon
    {
        get => _epsilon;
        set => _epsilon = Checked(value, nameof(Epsilon));
    }

    internal override IEnumerable<OptimizerSetting> Settings =>
    [
        .. base.Settings,
        new(nameof(LearningRateDecay), () => LearningRateDecay, value => LearningRateDecay = value),
        new(nameof(InitialAccumulator), () => InitialAccumulator, value => InitialAccumulator = value),
        new(nameof(Epsilon), () => Epsilon, value => Epsilon = value),
    ];

    internal override void Update(in UpdateCall call) => call.Run(new Rule(this, call.Step));

    internal readonly struct Rule(Adagrad settings, UpdateStep step) : IUpdateRule
    {
        private readonly Penalties _penalties = new(settings, step);
        private readonly float _rate = (float)(-settings.LearningRate / (1.0 + step.Updates * (double)settings.LearningRateDecay));
        private readonly float _initial = settings.InitialAccumulator;
        private readonly float _epsilon = settings.Epsilon;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Update<S, V>(V p, V g, ref V square, ref V b, ref V c) where S : struct, ISimd<V> where V : struct
        {
            g = _penalties.Of<S, V>(p, g);
            square = S.FusedMultiplyAdd(g, g, square);
            V deviation = S.Add(S.Sqrt(S.Add(square, S.Broadcast(_initial))), S.Broadcast(_epsilon));
            return S.FusedMultiplyAdd(S.Divide(g, deviation), S.Broadcast(_rate), p);
        }
    }
}
