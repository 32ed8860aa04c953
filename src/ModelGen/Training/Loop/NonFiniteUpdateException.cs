namespace ModelGen;

/// <summary>
/// The loss of a training step is finite, and a gradient, an update or a running average is not. Networks with <c>[Trainable(CheckUpdates =
/// true)]</c>, and those that clip gradients and accumulate none, look before anything changes; others find it while they update, and
/// <see cref="NonFiniteException.HasChanged"/> says so.
/// </summary>
public sealed class NonFiniteUpdateException : NonFiniteException
{
    /// <summary>For generated code.</summary>
    public NonFiniteUpdateException(string networkName, long step, string parameter, string what, bool hasChanged)
        : base(networkName, step, MessageText.Invariant($"{networkName}: step {step}: {what}. {(hasChanged ? Changed : Unchanged)}"))
    {
        Parameter = parameter;
        HasChanged = hasChanged;
    }

    private const string Unchanged = "The step has changed nothing.";

    private const string Changed =
        "Parameters have changed by then, so the trainer goes on only by LoadCheckpoint; [Trainable(CheckUpdates = true)] looks before "
            + "anything changes.";

    /// <summary>The parameter by its key; of running averages both, separated by a comma.</summary>
    public string Parameter { get; }

    /// <inheritdoc/>
    public override bool HasChanged { get; }
}
