using System.Runtime.CompilerServices;
using ModelGen.Runtime;

namespace ModelGen;

/// <summary>
/// Stochastic gradient descent with momentum, weight decay and Nesterov's variant, with the meaning torch.optim.SGD gives them
/// (dampening 0). For networks with <c>[Trainable]</c> that name no other optimizer.
/// </summary>
/// <remarks>
/// A step computes g = gradient + WeightDecay·p, v = Momentum·v + g and p −= LearningRate·(Nesterov ? g + Momentum·v : v), with v = 0 at
/// the start. Source: Sutskever et al., On the importance of initialization and momentum in deep learning, 2013.
/// </remarks>
public sealed class Sgd : GradientDescent
{
    private float _momentum;
    private bool _nesterov;

    /// <summary>Creates the optimizer.</summary>
    /// <param name="learningRate">Step size, finite and ≥ 0.</param>
    /// <param name="momentum">What is kept of the velocity from step to step, finite and ≥ 0; usually 0.9.</param>
    /// <param name="weightDecay">Weight of the L2 penalty's gradient, finite and ≥ 0; usually 1e-4.</param>
    /// <param name="nesterov">Look ahead along the velocity; needs a momentum above 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is NaN, infinite or negative.</exception>
    /// <exception cref="ArgumentException"><paramref name="nesterov"/> without momentum.</exception>
    public Sgd(float learningRate = 0.01f, float momentum = 0f, float weightDecay = 0f, bool nesterov = false)
        : base(learningRate, weightDecay)
    {
        Momentum = momentum;
        Nesterov = nesterov;
    }

    /// <summary>What is kept of the velocity from step to step; 0 unless set.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is NaN, infinite or negative, or 0 while <see cref="Nesterov"/> is
    /// set.</exception>
    public float Momentum
    {
        get => _momentum;
        set
        {
            if (_nesterov && value == 0f)
                throw new ArgumentOutOfRangeException(
                    nameof(Momentum), value, "Nesterov needs a Momentum above 0; switch Nesterov off first.");
            _momentum = Checked(value, nameof(Momentum));
        }
    }

    /// <summary>Look ahead along the velocity; false unless set.</summary>
    /// <exception cref="ArgumentException">Set to true while <see cref="Momentum"/> is 0.</exception>
    public bool Nesterov
    {
        get => _nesterov;
        set
        {
            if (value && _momentum == 0f)
                throw new ArgumentException("Nesterov needs a Momentum above 0; set Momentum first.", nameof(Nesterov));
            _nesterov = value;
        }
    }

    internal override IEnumerable<OptimizerSetting> Settings =>
    [
        .. base.Settings,
        // Which momentum is valid depends on Nesterov, so that is off meanwhile.
        new(nameof(Momentum), () => Momentum, value => (Nesterov, Momentum) = (false, value)),
        OptimizerSetting.Flag(nameof(Nesterov), () => Nesterov, value => Nesterov = value),
    ];

    internal override void Update(in UpdateCall call) => call.Run(new Rule(this, call.Step), keepsFirst: Momentum != 0f);

    // Its branches do not change within a call, so they are predicted; the loop is bound by memory.
    internal readonly struct Rule(Sgd settings, UpdateStep step) : IUpdateRule
    {
        private readonly Penalties _penalties = new(settings, step);
        private readonly float _rate = -settings.LearningRate;
        private readonly float _momentum = settings.Momentum;
        private readonly bool _nesterov = settings.Nesterov;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Update<S, V>(V p, V g, ref V velocity, ref V b, ref V c) where S : struct, ISimd<V> where V : struct
        {
            g = _penalties.Of<S, V>(p, g);
            velocity = _momentum != 0f ? S.FusedMultiplyAdd(velocity, S.Broadcast(_momentum), g) : g;
            V step = _nesterov ? S.FusedMultiplyAdd(velocity, S.Broadcast(_momentum), g) : velocity;
            return S.FusedMultiplyAdd(step, S.Broadcast(_rate), p);
        }
    }
}
