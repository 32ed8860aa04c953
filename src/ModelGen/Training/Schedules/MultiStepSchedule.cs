namespace ModelGen;

/// <summary>The rate times <c>gamma</c> at each milestone; as torch's MultiStepLR.</summary>
public sealed class MultiStepSchedule : LearningRateSchedule
{
    private readonly float _initial, _gamma;
    private readonly long[] _milestones;

    /// <summary>Creates the schedule.</summary>
    /// <param name="learningRate">The first rate, above 0.</param>
    /// <param name="milestones">The steps from which on the rate is lower, in any order; one that is there twice counts twice.</param>
    /// <param name="gamma">What the rate is multiplied by at each, above 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is not what it has to be.</exception>
    public MultiStepSchedule(float learningRate, IEnumerable<long> milestones, float gamma = 0.1f)
    {
        ArgumentNullException.ThrowIfNull(milestones);
        (_initial, _milestones, _gamma) = (Positive(learningRate, nameof(learningRate)), [.. milestones], Positive(gamma, nameof(gamma)));
    }

    private protected override double Rate(long step)
    {
        int passed = 0;
        foreach (long milestone in _milestones)
            passed += step >= milestone ? 1 : 0;
        return _initial * Math.Pow(_gamma, passed);
    }
}
