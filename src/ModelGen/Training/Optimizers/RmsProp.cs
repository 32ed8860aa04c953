using System.Runtime.CompilerServices;
using ModelGen.Runtime;

namespace ModelGen;

/// <summary>
/// RMSProp, with the meaning torch.optim.RMSprop gives its settings. For networks with <c>[Trainable(Optimizer = Optimizer.RmsProp)]</c>.
/// </summary>
/// <remarks>
/// A step computes g = gradient + WeightDecay·p, s = Alpha·s + (1 − Alpha)·g², d = g / (√s + Epsilon), b = Momentum·b + d and p −=
/// LearningRate·b, with s = b = 0 at the start. Centered, with a = Alpha·a + (1 − Alpha)·g, s − a² takes the place of s. Source: Tieleman
/// and Hinton 2012, Lecture 6.5; Graves 2013, Generating sequences with recurrent neural networks, §4.2.
/// </remarks>
public sealed class RmsProp : GradientDescent
{
    private float _alpha, _epsilon, _momentum;

    /// <summary>Creates the optimizer.</summary>
    /// <param name="learningRate">Step size, finite and ≥ 0.</param>
    /// <param name="alpha">What is kept of the mean of squared gradients, at least 0 and less than 1.</param>
    /// <param name="epsilon">Added to its root, finite and ≥ 0.</param>
    /// <param name="momentum">What is kept of the velocity from step to step, finite and ≥ 0.</param>
    /// <param name="centered">Divide by the deviation of gradients from their mean instead of by the root of their squares' mean.</param>
    /// <param name="weightDecay">Weight of the L2 penalty's gradient, finite and ≥ 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is not what it has to be.</exception>
    public RmsProp(
        float learningRate = 0.01f, float alpha = 0.99f, float epsilon = 1e-8f, float momentum = 0f, bool centered = false,
        float weightDecay = 0f)
        : base(learningRate, weightDecay)
    {
        Alpha = alpha;
        Epsilon = epsilon;
        Momentum = momentum;
        Centered = centered;
    }

    /// <summary>What is kept of the mean of squared gradients from step to step; 0.99 unless set.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is NaN or not from 0 to less than 1.</exception>
    public float Alpha
    {
        get => _alpha;
        set => _alpha = CheckedShare(value, nameof(Alpha));
    }

    /// <summary>Added to the root of the mean of squares; 1e-8 unless set.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is NaN, infinite or negative.</exception>
    public float Epsilon
    {
        get => _epsilon;
        set => _epsilon = Checked(value, nameof(Epsilon));
    }

    /// <summary>What is kept of the velocity from step to step; 0 unless set.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is NaN, infinite or negative.</exception>
    public float Momentum
    {
        get => _momentum;
        set => _momentum = Checked(value, nameof(Momentum));
    }

    /// <summary>Divide by the deviation of gradients from their mean; false unless set.</summary>
    public bool Centered { get; set; }

    internal override IEnumerable<OptimizerSetting> Settings =>
    [
        .. base.Settings,
        new(nameof(Alpha), () => Alpha, value => Alpha = value),
        new(nameof(Epsilon), () => Epsilon, value => Epsilon = value),
        new(nameof(Momentum), () => Momentum, value => Momentum = value),
        OptimizerSetting.Flag(nameof(Centered), () => Centered, value => Centered = value),
    ];

    internal override void Update(in UpdateCall call) =>
        call.Run(new Rule(this, call.Step), keepsSecond: Centered, keepsThird: Momentum != 0f);

    // Its branches do not change within a call, so they are predicted; the loop is bound by memory.
    internal readonly struct Rule(RmsProp settings, UpdateStep step) : IUpdateRule
    {
        private readonly Penalties _penalties = new(settings, step);
        private readonly float _rate = -settings.LearningRate;
        private readonly float _alpha = settings.Alpha;
        private readonly float _epsilon = settings.Epsilon;
        private readonly float _momentum = settings.Momentum;
        private readonly bool _centered = settings.Centered;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Update<S, V>(V p, V g, ref V square, ref V mean, ref V velocity) where S : struct, ISimd<V> where V : struct
        {
            g = _penalties.Of<S, V>(p, g);
            V alpha = S.Broadcast(_alpha), rest = S.Broadcast(1f - _alpha);
            square = S.FusedMultiplyAdd(square, alpha, S.Multiply(S.Multiply(g, g), rest));
            V variance = square;
            if (_centered)
            {
                mean = S.FusedMultiplyAdd(mean, alpha, S.Multiply(g, rest));
                // Rounded, it may come out below 0 where all gradients are the same. The variance comes second: that is the operand kept
                // when it is NaN.
                variance = S.Max(S.Broadcast(0f), S.Subtract(square, S.Multiply(mean, mean)));
            }
            V step = S.Divide(g, S.Add(S.Sqrt(variance), S.Broadcast(_epsilon)));
            if (_momentum != 0f)
                step = velocity = S.FusedMultiplyAdd(velocity, S.Broadcast(_momentum), step);
            return S.FusedMultiplyAdd(step, S.Broadcast(_rate), p);
        }
    }
}
