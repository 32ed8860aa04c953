namespace ModelGen;

/// <summary>
/// Lowers the learning rate when a result, such as the loss on other data, has not become better for some time; with the meaning of torch's
/// ReduceLROnPlateau.
/// <code>
/// var plateau = new ReduceOnPlateau(patience: 5);
/// plateau.Observe(trainer.Optimizer, trainer.Evaluate(images, labels).Loss); // after each epoch
/// </code>
/// </summary>
public sealed class ReduceOnPlateau
{
    private readonly bool _isHigherBetter;
    private readonly float _factor, _threshold, _minimum;
    private readonly int _patience, _cooldown;
    private double _best;
    private int _badResults, _cooldownLeft;

    /// <summary>Creates the observer.</summary>
    /// <param name="isHigherBetter">True of an accuracy, false of a loss.</param>
    /// <param name="factor">What the rate is multiplied by, above 0 and less than 1.</param>
    /// <param name="patience">Results that may be no better before the rate is lowered at the next one, ≥ 0.</param>
    /// <param name="threshold">How much better, as a share of the best, a result must be to count, ≥ 0.</param>
    /// <param name="cooldown">Results after that which do not count, ≥ 0.</param>
    /// <param name="minLearningRate">The lowest rate, ≥ 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is not what it has to be.</exception>
    public ReduceOnPlateau(
        bool isHigherBetter = false, float factor = 0.1f, int patience = 10, float threshold = 1e-4f, int cooldown = 0,
        float minLearningRate = 0f)
    {
        if (!(factor is > 0f and < 1f))
            throw new ArgumentOutOfRangeException(nameof(factor), factor, "The factor must be above 0 and less than 1.");
        ArgumentOutOfRangeException.ThrowIfNegative(patience);
        ArgumentOutOfRangeException.ThrowIfNegative(cooldown);
        if (!(threshold >= 0f && float.IsFinite(threshold)))
            throw new ArgumentOutOfRangeException(nameof(threshold), threshold, "The threshold must be a finite number of at least 0.");
        if (!(minLearningRate >= 0f && float.IsFinite(minLearningRate)))
            throw new ArgumentOutOfRangeException(
                nameof(minLearningRate), minLearningRate, "The lowest rate must be a finite number of at least 0.");
        (_isHigherBetter, _factor, _patience, _threshold, _cooldown, _minimum) = (
            isHigherBetter, factor, patience, threshold, cooldown, minLearningRate);
        Best = isHigherBetter ? double.NegativeInfinity : double.PositiveInfinity;
    }

    /// <summary>The best result so far; infinite before the first. May be set to go on where another observer was.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is NaN.</exception>
    public double Best
    {
        get => _best;
        set => _best = double.IsNaN(value) ? throw new ArgumentOutOfRangeException(nameof(Best), value, "Nothing would be better than NaN.")
            : value;
    }

    /// <summary>How many results since then have been no better. May be set to go on where another observer was.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative.</exception>
    public int BadResults
    {
        get => _badResults;
        set => _badResults = NotNegative(value, nameof(BadResults));
    }

    /// <summary>
    /// How many more results do not count because the rate has just been lowered. May be set to go on where another observer was.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative.</exception>
    public int CooldownLeft
    {
        get => _cooldownLeft;
        set => _cooldownLeft = NotNegative(value, nameof(CooldownLeft));
    }

    /// <summary>Takes a result and, if it is time, lowers the optimizer's learning rate. NaN is no better than anything.</summary>
    /// <returns>Whether the rate was lowered.</returns>
    public bool Observe(GradientDescent optimizer, double result)
    {
        ArgumentNullException.ThrowIfNull(optimizer);
        bool isBetter = _isHigherBetter ? result > Best * (1 + (double)_threshold) : result < Best * (1 - (double)_threshold);
        if (isBetter)
            (Best, BadResults) = (result, 0);
        else
            BadResults = Math.Min(BadResults, int.MaxValue - 1) + 1;
        if (CooldownLeft > 0)
            (CooldownLeft, BadResults) = (CooldownLeft - 1, 0);
        if (BadResults <= _patience)
            return false;
        (CooldownLeft, BadResults) = (_cooldown, 0);
        float lower = Math.Max(optimizer.LearningRate * _factor, _minimum);
        bool isLower = lower < optimizer.LearningRate;
        if (isLower)
            optimizer.LearningRate = lower;
        return isLower;
    }

    private static int NotNegative(int value, string name) => value >= 0
        ? value : throw new ArgumentOutOfRangeException(name, value, $"{name} must not be negative.");
}
