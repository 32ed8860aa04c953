namespace ModelGen;

/// <summary>RMSProp, with the meaning torch.optim.RMSprop gives its settings. For networks with <c>[Trainable(Optimizer = Optimizer.RmsProp)]</c>.</summary>
/// <remarks>
/// A step computes g = gradient + WeightDecay·p, s = Alpha·s + (1 − Alpha)·g², d = g / (√s + Epsilon), b = Momentum·b + d and p −= LearningRate·b, with s = b = 0 at the start. Centered, with
/// a = Alpha·a + (1 − Alpha)·g, s − a² takes the place of s. Source: Tieleman and Hinton 2012, Lecture 6.5; Graves 2013, Generating sequences with recurrent neural networks, §4.2.
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
        float learningRate = 0.01f, float alpha = 0.99f, float epsilon = 1e-8f, float momentum = 0f, bool centered = false, float weightDecay = 0f)
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
}
