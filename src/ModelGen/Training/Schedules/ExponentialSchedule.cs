namespace ModelGen;

/// <summary>The rate times <c>gamma</c> at each step; as torch's ExponentialLR.</summary>
public sealed class ExponentialSchedule : LearningRateSchedule
{
    private readonly float _initial, _gamma;

    /// <summary>Creates the schedule.</summary>
    /// <param name="learningRate">The first rate, above 0.</param>
    /// <param name="gamma">What the rate is multiplied by, above 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is not what it has to be.</exception>
    public ExponentialSchedule(float learningRate, float gamma) =>
        (_initial, _gamma) = (Positive(learningRate, nameof(learningRate)), Positive(gamma, nameof(gamma)));

    private protected override double Rate(long step) => _initial * Math.Pow(_gamma, step);
}
