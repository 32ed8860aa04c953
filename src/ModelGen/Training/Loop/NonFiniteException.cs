namespace ModelGen;

/// <summary>A training step has met NaN or an infinity where one would make the network useless.</summary>
public abstract class NonFiniteException : ArithmeticException
{
    private protected NonFiniteException(string networkName, long step, string message)
        : base(message)
    {
        NetworkName = networkName;
        Step = step;
    }

    /// <summary>The network's class.</summary>
    public string NetworkName { get; }

    /// <summary>The step, the first of a trainer being 1.</summary>
    public long Step { get; }

    /// <summary>
    /// Whether the step had begun to change parameters when it was found. If not, training can go on with the next batch or other settings;
    /// otherwise the trainer does nothing more until it has loaded a checkpoint.
    /// </summary>
    public abstract bool HasChanged { get; }
}
