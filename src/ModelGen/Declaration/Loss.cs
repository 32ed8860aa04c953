namespace ModelGen;

/// <summary>What training makes small: a mean over the batch.</summary>
public enum Loss
{
    /// <summary>Of classes: −log softmax(scores)[label]; as <c>torch.nn.CrossEntropyLoss</c>.</summary>
    CrossEntropy,

    /// <summary>
    /// Of classes: Σ max(0, margin − score[label] + score[i])^power / classes over the other classes i; as <c>torch.nn.MultiMarginLoss</c>.
    /// </summary>
    Hinge,

    /// <summary>(output − target)², over all elements; as <c>torch.nn.MSELoss</c>.</summary>
    MeanSquaredError,

    /// <summary>|output − target|, over all elements; as <c>torch.nn.L1Loss</c>.</summary>
    MeanAbsoluteError,

    /// <summary>
    /// d²/2 where |d| ≤ delta, d being output − target, and delta·(|d| − delta/2) elsewhere, over all elements; as
    /// <c>torch.nn.HuberLoss</c>.
    /// </summary>
    Huber,

    /// <summary>
    /// −target·log σ(output) − (1 − target)·log(1 − σ(output)), targets being 0 to 1, over all elements; as
    /// <c>torch.nn.BCEWithLogitsLoss</c>.
    /// </summary>
    BinaryCrossEntropyWithLogits,
}
