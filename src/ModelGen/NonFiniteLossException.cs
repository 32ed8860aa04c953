namespace ModelGen;

/// <summary>
/// The loss of a training step is NaN or infinite. The step has changed nothing: neither parameters nor running averages nor the optimizer's state.
/// </summary>
public sealed class NonFiniteLossException : ArithmeticException
{
    /// <summary>For generated code.</summary>
    public NonFiniteLossException(string networkName, long step, float loss, string where)
        : base(MessageText.Invariant($"{networkName}: the loss of step {step} is {loss}; {where}. The step has changed nothing."))
    {
        NetworkName = networkName;
        Step = step;
        Loss = loss;
        Where = where;
    }

    /// <summary>The network's class.</summary>
    public string NetworkName { get; }

    /// <summary>The step, the first of a trainer being 1.</summary>
    public long Step { get; }

    /// <summary>NaN or an infinity.</summary>
    public float Loss { get; }

    /// <summary>Where the first value is that is not finite: an input, a parameter, or the result of a layer.</summary>
    public string Where { get; }
}
