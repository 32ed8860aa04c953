namespace ModelGen;

/// <summary>What an epoch came to.</summary>
/// <param name="Epoch">Counted from 1.</param>
/// <param name="Loss">Mean loss in training.</param>
/// <param name="Validation">Of the network after the epoch.</param>
/// <param name="IsBest">Whether no epoch before it had as good a validation.</param>
public readonly record struct EpochResult(int Epoch, double Loss, Evaluation Validation, bool IsBest)
{
    private readonly EquatableValues _metrics;

    /// <summary>The values of <see cref="Fit.Metrics"/>, in their order.</summary>
    public IReadOnlyList<double> Metrics
    {
        get => _metrics.Values;
        init => _metrics = new EquatableValues(value);
    }

    // Records compare what they hold, and lists would be compared by reference.
    private readonly struct EquatableValues(IReadOnlyList<double> values) : IEquatable<EquatableValues>
    {
        public IReadOnlyList<double> Values => values ?? [];

        public bool Equals(EquatableValues other) => Values.SequenceEqual(other.Values);

        public override bool Equals(object? obj) => obj is EquatableValues other && Equals(other);

        public override int GetHashCode() => Values.Count;
    }
}

/// <summary>Where training stands in the middle of an epoch.</summary>
/// <param name="Epoch">The epoch under way, counted from 1.</param>
/// <param name="Epochs">The epochs of the whole run.</param>
/// <param name="Step">Steps of this epoch that are done.</param>
/// <param name="Steps">All steps of an epoch.</param>
/// <param name="Loss">Mean loss of the samples since the epoch's start.</param>
/// <param name="SamplesPerSecond">Training speed since the epoch's start.</param>
/// <param name="Left">The time that the rest of the run takes if it goes on as it went.</param>
public readonly record struct StepProgress(int Epoch, int Epochs, int Step, int Steps, double Loss, double SamplesPerSecond, TimeSpan Left);
