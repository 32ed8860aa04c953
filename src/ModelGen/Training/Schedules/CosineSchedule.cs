namespace ModelGen;

/// <summary>
/// Half a cosine from the first rate to <c>etaMin</c> in <c>tMax</c> steps, and back up in as many; as torch's CosineAnnealingLR. With
/// restarts the rate jumps back instead, and each descent takes <c>periodFactor</c> times as long as the one before; as
/// CosineAnnealingWarmRestarts.
/// </summary>
/// <remarks>Source: Loshchilov and Hutter 2017, SGDR: stochastic gradient descent with warm restarts.</remarks>
public sealed class CosineSchedule : LearningRateSchedule
{
    private readonly float _initial, _etaMin;
    private readonly long _tMax;
    private readonly int _periodFactor;

    /// <summary>Creates the schedule.</summary>
    /// <param name="learningRate">The first rate, above 0.</param>
    /// <param name="tMax">Steps to the lowest rate, at least 1.</param>
    /// <param name="etaMin">The lowest rate, at least 0.</param>
    /// <param name="periodFactor">0 for no restarts, otherwise at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is not what it has to be.</exception>
    public CosineSchedule(float learningRate, long tMax, float etaMin = 0f, int periodFactor = 0)
    {
        (_initial, _tMax, _etaMin) = (
            Positive(learningRate, nameof(learningRate)), Positive(tMax, nameof(tMax)), NotNegative(etaMin, nameof(etaMin)));
        _periodFactor = periodFactor >= 0 ? periodFactor
            : throw new ArgumentOutOfRangeException(nameof(periodFactor), periodFactor, "The factor must not be negative.");
    }

    private protected override double Rate(long step)
    {
        if (_periodFactor == 0)
            return Cosine(_initial, _etaMin, (double)step / _tMax);
        if (_periodFactor == 1)
            return Cosine(_initial, _etaMin, (double)(step % _tMax) / _tMax);
        long period = _tMax;
        while (step >= period)
            (step, period) = (step - period, period > long.MaxValue / _periodFactor ? long.MaxValue : period * _periodFactor);
        return Cosine(_initial, _etaMin, (double)step / period);
    }
}
