namespace ModelGen;

/// <summary>The rate times <c>gamma</c> every <c>stepSize</c> steps; as torch's StepLR.</summary>
public sealed class StepSchedule : LearningRateSchedule
{
    private readonly float _initial, _gamma;
    private readonly long _stepSize;

    /// <summary>Creates the schedule.</summary>
    /// <param name="learningRate">The first rate, above 0.</param>
    /// <param name="stepSize">Steps with one rate, at least 1.</param>
    /// <param name="gamma">What the rate is multiplied by then, above 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is not what it has to be.</exception>
    public StepSchedule(float learningRate, long stepSize, float gamma = 0.1f) =>
        (_initial, _stepSize, _gamma) = (
            Positive(learningRate, nameof(learningRate)), Positive(stepSize, nameof(stepSize)), Positive(gamma, nameof(gamma)));

    private protected override double Rate(long step) => _initial * Math.Pow(_gamma, step / _stepSize);
}
