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
