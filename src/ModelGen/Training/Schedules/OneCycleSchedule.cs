namespace ModelGen;

/// <summary>
/// One rise and one fall, both half cosines, over all of training; as torch's OneCycleLR, of which the momentum is left alone.
/// </summary>
/// <remarks>Source: Smith and Topin 2019, Super-convergence: very fast training of neural networks using large learning rates.</remarks>
public sealed class OneCycleSchedule : LearningRateSchedule
{
    private readonly double _highest, _first, _last, _top, _end;

    /// <summary>Creates the schedule.</summary>
    /// <param name="maxLearningRate">The highest rate, above 0.</param>
    /// <param name="totalSteps">All steps, at least 2; later ones have the lowest rate.</param>
    /// <param name="pctStart">Share of the steps in which the rate rises, above 0 and less than 1.</param>
    /// <param name="divFactor">The first rate is the highest divided by this, above 0; no rate may be more than a float can be.</param>
    /// <param name="finalDivFactor">The lowest rate is the first divided by this, above 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is not what it has to be.</exception>
    public OneCycleSchedule(
        float maxLearningRate, long totalSteps, float pctStart = 0.3f, float divFactor = 25f, float finalDivFactor = 1e4f)
    {
        if (totalSteps < 2)
            throw new ArgumentOutOfRangeException(nameof(totalSteps), totalSteps, "A rise and a fall take at least 2 steps.");
        if (!(pctStart is > 0f and < 1f))
            throw new ArgumentOutOfRangeException(nameof(pctStart), pctStart, "The share must be above 0 and less than 1.");
        _highest = Positive(maxLearningRate, nameof(maxLearningRate));
        _first = Finite(_highest / Positive(divFactor, nameof(divFactor)), divFactor, nameof(divFactor), "first");
        _last = Finite(_first / Positive(finalDivFactor, nameof(finalDivFactor)), finalDivFactor, nameof(finalDivFactor), "lowest");
        // The decimal that was meant: 0.3f of 20 steps are 6.
        (_top, _end) = ((double)(decimal)pctStart * totalSteps - 1, totalSteps - 1);
    }

    // Where the share is of one step, that one is the top, and nothing rises.
    private protected override double Rate(long step) => step > _end ? _last
        : step < _top ? Cosine(_first, _highest, step / _top)
        : Cosine(_highest, _last, (step - _top) / (_end - _top));

    private static double Finite(double rate, float factor, string name, string which) => rate <= float.MaxValue
        ? rate : throw new ArgumentOutOfRangeException(
            name, factor, MessageText.Invariant($"The {which} rate would be {rate}, more than a float can be."));
}
