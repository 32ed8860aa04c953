namespace ModelGen;

/// <summary>
/// The loss of a training step is NaN or infinite. The step has changed nothing: neither parameters nor running averages nor the
/// optimizer's state.
/// </summary>
public sealed class NonFiniteLossException : NonFiniteException
{
    /// <summary>For generated code.</summary>
    public NonFiniteLossException(string networkName, long step, float loss, string where)
        : base(networkName, step,
            MessageText.Invariant($"{networkName}: the loss of step {step} is {loss}; {where}. The step has changed nothing."))
    {
        Loss = loss;
        Where = where;
    }

    /// <inheritdoc/>
    public override bool HasChanged => false;

    /// <summary>NaN or an infinity.</summary>
    public float Loss { get; }

    /// <summary>Where the first value is that is not finite: an input, a parameter, or the result of a layer.</summary>
    public string Where { get; }
}
