namespace ModelGen;

/// <summary>
/// Adam with decoupled weight decay, p −= LearningRate·WeightDecay·p before the step, with the meaning torch.optim.AdamW gives its
/// settings. For networks with <c>[Trainable(Optimizer = Optimizer.AdamW)]</c>.
/// </summary>
/// <remarks>Source: Loshchilov and Hutter 2019, Decoupled weight decay regularization.</remarks>
public sealed class AdamW : Adam
{
    /// <summary>Creates the optimizer.</summary>
    /// <param name="learningRate">Step size, finite and ≥ 0.</param>
    /// <param name="beta1">What is kept of the mean of gradients, at least 0 and less than 1.</param>
    /// <param name="beta2">What is kept of the mean of their squares, at least 0 and less than 1.</param>
    /// <param name="epsilon">Added to the root of the latter, finite and ≥ 0.</param>
    /// <param name="weightDecay">The share of the learning rate by which parameters shrink in a step, finite and ≥ 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is not what it has to be.</exception>
    public AdamW(float learningRate = 1e-3f, float beta1 = 0.9f, float beta2 = 0.999f, float epsilon = 1e-8f, float weightDecay = 0.01f)
        : base(learningRate, beta1, beta2, epsilon, weightDecay)
    {
    }

    internal override bool IsDecoupled => true;
}
