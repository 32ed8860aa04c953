namespace ModelGen;

/// <summary>
/// A learning rate for each step, or for each epoch, whichever the caller counts; with the meaning torch.optim.lr_scheduler gives it, computed from the number alone, so that nothing has to be kept.
/// <code>
/// var schedule = new CosineSchedule(0.1f, steps).AfterWarmup(500);
/// for (int step = 0; step &lt; steps; step++)
/// {
///     schedule.Apply(trainer.Optimizer, step);
///     trainer.Step(images, labels);
/// }
/// </code>
/// </summary>
/// <remarks><see cref="ReduceOnPlateau"/> depends on results and is none.</remarks>
public abstract class LearningRateSchedule
{
    private protected LearningRateSchedule()
    {
    }

    /// <summary>The learning rate of a step, the first being 0: finite and at least 0. One that grows beyond the largest float stays there.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The step is negative.</exception>
    public float At(long step) => step >= 0 ? (float)BoundedRate(step) : throw new ArgumentOutOfRangeException(nameof(step), step, "Steps begin with 0.");

    /// <summary>Sets an optimizer's learning rate to that of a step.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The step is negative.</exception>
    public void Apply(GradientDescent optimizer, long step)
    {
        ArgumentNullException.ThrowIfNull(optimizer);
        optimizer.LearningRate = At(step);
    }

    /// <summary>
    /// This schedule times a factor that grows evenly from <paramref name="startFactor"/> to 1 in the first <paramref name="steps"/> steps: torch's LinearLR chained with it. The schedule counts from the
    /// start of the warm-up.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer than 1 steps, or the factor is not from 0 to 1.</exception>
    public LearningRateSchedule WithWarmup(long steps, float startFactor = 0f) => new Warmup(this, steps, startFactor, isDelayed: false);

    /// <summary>
    /// <paramref name="steps"/> steps in which the rate grows evenly from <paramref name="startFactor"/> of this schedule's first to all of it, and then this schedule from its beginning.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer than 1 steps, or the factor is not from 0 to 1.</exception>
    public LearningRateSchedule AfterWarmup(long steps, float startFactor = 0f) => new Warmup(this, steps, startFactor, isDelayed: true);

    /// <summary>The rate of a step that is not negative; infinite where a factor above 1 has made it so.</summary>
    private protected abstract double Rate(long step);

    private double BoundedRate(long step) => Math.Min(Rate(step), float.MaxValue);

    private protected static float Positive(float value, string name) => float.IsFinite(value) && value > 0f
        ? value : throw new ArgumentOutOfRangeException(name, value, $"{name} must be a finite number above 0.");

    private protected static long Positive(long value, string name) => value > 0
        ? value : throw new ArgumentOutOfRangeException(name, value, $"{name} must be at least 1.");

    private protected static float NotNegative(float value, string name) => float.IsFinite(value) && value >= 0f
        ? value : throw new ArgumentOutOfRangeException(name, value, $"{name} must be a finite number of at least 0.");

    // Half a cosine from one rate to the other. Not as a difference from one of them, in which the smaller one would be lost.
    private protected static double Cosine(double from, double to, double share)
    {
        double weight = (1 + Math.Cos(Math.PI * share)) / 2;
        return from * weight + to * (1 - weight);
    }

    private sealed class Warmup : LearningRateSchedule
    {
        private readonly LearningRateSchedule _schedule;
        private readonly long _steps;
        private readonly double _start;
        private readonly bool _isDelayed;

        public Warmup(LearningRateSchedule schedule, long steps, float startFactor, bool isDelayed)
        {
            if (!(startFactor is >= 0f and <= 1f))
                throw new ArgumentOutOfRangeException(nameof(startFactor), startFactor, "The factor must be from 0 to 1.");
            (_schedule, _steps, _start, _isDelayed) = (schedule, Positive(steps, nameof(steps)), startFactor, isDelayed);
        }

        private protected override double Rate(long step)
        {
            long inner = _isDelayed ? Math.Max(0, step - _steps) : step;
            return _schedule.BoundedRate(inner) * (step < _steps ? _start + (1 - _start) * step / _steps : 1);
        }
    }
}

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
        (_initial, _stepSize, _gamma) = (Positive(learningRate, nameof(learningRate)), Positive(stepSize, nameof(stepSize)), Positive(gamma, nameof(gamma)));

    private protected override double Rate(long step) => _initial * Math.Pow(_gamma, step / _stepSize);
}

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

/// <summary>The rate times <c>gamma</c> at each step; as torch's ExponentialLR.</summary>
public sealed class ExponentialSchedule : LearningRateSchedule
{
    private readonly float _initial, _gamma;

    /// <summary>Creates the schedule.</summary>
    /// <param name="learningRate">The first rate, above 0.</param>
    /// <param name="gamma">What the rate is multiplied by, above 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is not what it has to be.</exception>
    public ExponentialSchedule(float learningRate, float gamma) => (_initial, _gamma) = (Positive(learningRate, nameof(learningRate)), Positive(gamma, nameof(gamma)));

    private protected override double Rate(long step) => _initial * Math.Pow(_gamma, step);
}

/// <summary>
/// Half a cosine from the first rate to <c>etaMin</c> in <c>tMax</c> steps, and back up in as many; as torch's CosineAnnealingLR. With restarts the rate jumps back instead, and each descent takes
/// <c>periodFactor</c> times as long as the one before; as CosineAnnealingWarmRestarts.
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
        (_initial, _tMax, _etaMin) = (Positive(learningRate, nameof(learningRate)), Positive(tMax, nameof(tMax)), NotNegative(etaMin, nameof(etaMin)));
        _periodFactor = periodFactor >= 0 ? periodFactor : throw new ArgumentOutOfRangeException(nameof(periodFactor), periodFactor, "The factor must not be negative.");
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

/// <summary>One rise and one fall, both half cosines, over all of training; as torch's OneCycleLR, of which the momentum is left alone.</summary>
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
    public OneCycleSchedule(float maxLearningRate, long totalSteps, float pctStart = 0.3f, float divFactor = 25f, float finalDivFactor = 1e4f)
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
        ? rate : throw new ArgumentOutOfRangeException(name, factor, MessageText.Invariant($"The {which} rate would be {rate}, more than a float can be."));
}
