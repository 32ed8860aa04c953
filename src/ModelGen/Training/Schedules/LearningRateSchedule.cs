namespace ModelGen;

/// <summary>
/// A learning rate for each step, or for each epoch, whichever the caller counts; with the meaning torch.optim.lr_scheduler gives it,
/// computed from the number alone, so that nothing has to be kept.
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

    /// <summary>
    /// The learning rate of a step, the first being 0: finite and at least 0. One that grows beyond the largest float stays there.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The step is negative.</exception>
    public float At(long step) =>
        step >= 0 ? (float)BoundedRate(step) : throw new ArgumentOutOfRangeException(nameof(step), step, "Steps begin with 0.");

    /// <summary>Sets an optimizer's learning rate to that of a step.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The step is negative.</exception>
    public void Apply(GradientDescent optimizer, long step)
    {
        ArgumentNullException.ThrowIfNull(optimizer);
        optimizer.LearningRate = At(step);
    }

    /// <summary>
    /// This schedule times a factor that grows evenly from <paramref name="startFactor"/> to 1 in the first <paramref name="steps"/> steps:
    /// torch's LinearLR chained with it. The schedule counts from the start of the warm-up.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer than 1 steps, or the factor is not from 0 to 1.</exception>
    public LearningRateSchedule WithWarmup(long steps, float startFactor = 0f) => new Warmup(this, steps, startFactor, isDelayed: false);

    /// <summary>
    /// <paramref name="steps"/> steps in which the rate grows evenly from <paramref name="startFactor"/> of this schedule's first to all of
    /// it, and then this schedule from its beginning.
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
