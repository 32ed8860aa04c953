using System.ComponentModel;
using ModelGen.Runtime;

namespace ModelGen;

/// <summary>What all optimizers have. Settings may be changed between steps, for a learning rate schedule for instance.</summary>
/// <remarks>
/// Penalties are added to the gradients, not to the loss that a step returns: WeightDecay·p, the gradient of WeightDecay/2·p², and
/// L1Penalty·sign(p), that of L1Penalty·|p|.
/// </remarks>
public abstract class GradientDescent
{
    // As torch.nn.utils.clip_grad_norm_ has it.
    private const float SmallestNorm = 1e-6f;

    private float _learningRate, _weightDecay, _l1Penalty, _maxGradientNorm = float.PositiveInfinity;

    private protected GradientDescent(float learningRate, float weightDecay)
    {
        LearningRate = learningRate;
        WeightDecay = weightDecay;
    }

    /// <summary>Step size.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is NaN, infinite or negative.</exception>
    public float LearningRate
    {
        get => _learningRate;
        set => _learningRate = Checked(value, nameof(LearningRate));
    }

    /// <summary>
    /// Weight of the L2 penalty's gradient, usually 1e-4 to 5e-4; of <see cref="AdamW"/> the share of the learning rate by which parameters
    /// shrink in a step.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is NaN, infinite or negative.</exception>
    public float WeightDecay
    {
        get => _weightDecay;
        set => _weightDecay = Checked(value, nameof(WeightDecay));
    }

    /// <summary>Weight of the L1 penalty, whose gradient at 0 is 0; 0 unless set.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is NaN, infinite or negative.</exception>
    public float L1Penalty
    {
        get => _l1Penalty;
        set => _l1Penalty = Checked(value, nameof(L1Penalty));
    }

    /// <summary>
    /// Whether biases and the factors of normalisations, which is all that has one dimension or is called bias, are left out of both
    /// penalties; false unless set.
    /// </summary>
    public bool ExcludeBiasesAndNorms { get; set; }

    /// <summary>
    /// The norm, above 0, to which the gradients of all parameters together are scaled down when they have a larger one, as
    /// <c>torch.nn.utils.clip_grad_norm_</c> does; infinite, which is never, unless set. Only of networks with <c>[Trainable(ClipGradients
    /// = true)]</c>.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is NaN or not above 0.</exception>
    public float MaxGradientNorm
    {
        get => _maxGradientNorm;
        set => _maxGradientNorm = value > 0f
            ? value : throw new ArgumentOutOfRangeException(nameof(MaxGradientNorm), value, $"{nameof(MaxGradientNorm)} must be above 0.");
    }

    /// <summary>For generated code: what gradients are multiplied by.</summary>
    /// <param name="sumOfSquares">Of all gradients, before that.</param>
    /// <returns>NaN where their norm is more than a float can be.</returns>
    /// <param name="scale">What they would be multiplied by if their norm were small.</param>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public float ScaleOf(float sumOfSquares, float scale)
    {
        // A norm that is not known must not pass for one that is very large.
        if (!float.IsFinite(sumOfSquares) && MaxGradientNorm < float.PositiveInfinity)
            return float.NaN;
        float clipped = MaxGradientNorm / (MathF.Sqrt(sumOfSquares) * scale + SmallestNorm);
        return clipped < 1f ? scale * clipped : scale;
    }

    /// <summary>All settings, in an order in which they can be set to any valid combination.</summary>
    internal virtual IEnumerable<OptimizerSetting> Settings =>
    [
        new(nameof(LearningRate), () => LearningRate, value => LearningRate = value),
        new(nameof(WeightDecay), () => WeightDecay, value => WeightDecay = value),
        new(nameof(L1Penalty), () => L1Penalty, value => L1Penalty = value),
        new(nameof(MaxGradientNorm), () => MaxGradientNorm, value => MaxGradientNorm = value),
        OptimizerSetting.Flag(nameof(ExcludeBiasesAndNorms), () => ExcludeBiasesAndNorms, value => ExcludeBiasesAndNorms = value),
    ];

    /// <summary>Changes parameters by their gradients, in place.</summary>
    internal abstract void Update(in UpdateCall call);

    /// <summary>Another one with the same settings, to try values on.</summary>
    internal GradientDescent Copy() => (GradientDescent)MemberwiseClone();

    private protected static float Checked(float value, string name) =>
        float.IsFinite(value) && value >= 0f
            ? value
            : throw new ArgumentOutOfRangeException(name, value, $"{name} must be a finite number of at least 0.");

    /// <summary>Checks the weight of the old value in a running average.</summary>
    private protected static float CheckedShare(float value, string name) =>
        value is >= 0f and < 1f
            ? value
            : throw new ArgumentOutOfRangeException(name, value, $"{name} must be at least 0 and less than 1.");
}
