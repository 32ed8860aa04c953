namespace ModelGen;

/// <summary>Adam, with the meaning torch.optim.Adam gives its settings. For networks with <c>[Trainable(Optimizer = Optimizer.Adam)]</c>.</summary>
/// <remarks>
/// Step t computes g = gradient + WeightDecay·p, m = Beta1·m + (1 − Beta1)·g, v = Beta2·v + (1 − Beta2)·g², and
/// p −= LearningRate · m/(1 − Beta1ᵗ) / (√(v/(1 − Beta2ᵗ)) + Epsilon), with m = v = 0 at the start. Source: Kingma and Ba 2015, Adam: a method for stochastic optimization.
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
}
