namespace ModelGen;

/// <summary>What training makes small: a mean over the batch.</summary>
public enum Loss
{
    /// <summary>
    /// Of classes: −log softmax(scores)[label]; as <c>torch.nn.CrossEntropyLoss</c>. Of maps, classes × height × width, at each pixel,
    /// with a label for each.
    /// </summary>
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

    /// <summary>
    /// d²/(2·beta) where |d| &lt; beta, d being output − target, and |d| − beta/2 elsewhere, over all elements; as
    /// <c>torch.nn.SmoothL1Loss</c>. The Huber loss over beta: what detectors use for boxes.
    /// </summary>
    SmoothL1,

    /// <summary>
    /// −alpha·target·(1 − p)^gamma·log p − (1 − alpha)·(1 − target)·p^gamma·log(1 − p), p being σ(output), over all elements; of targets 0
    /// and 1 as <c>torchvision.ops.sigmoid_focal_loss</c> (Lin et al. 2017, Focal loss for dense object detection).
    /// </summary>
    Focal,

    /// <summary>
    /// Of masks: 1 − (2·Σ p·target + smooth) / (Σ p² + Σ target² + smooth), p being σ(output), with sums over the pixels of a channel; the
    /// mean over channels (Milletari et al. 2016, V-Net, §3). Of vectors, whose elements are one sum, the same.
    /// </summary>
    Dice,
}
