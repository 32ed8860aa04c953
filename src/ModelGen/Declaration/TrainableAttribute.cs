namespace ModelGen;

/// <summary>
/// Asks for a <c>Trainer</c> too: forward, loss, backward and update in one plan, of the output named <c>output</c>, which is the last
/// layer's result where there are no others.
/// </summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class TrainableAttribute : Attribute
{
    /// <summary>The most samples of one step, at least 1; memory is planned for this many, and a last batch may have fewer.</summary>
    public int BatchSize { get; set; } = 32;

    /// <summary>What training makes small.</summary>
    public Loss Loss { get; set; } = Loss.CrossEntropy;

    /// <summary>
    /// Share of the target that is spread evenly over all classes, at least 0 and less than 1 (Szegedy et al. 2016, Rethinking the
    /// inception architecture for computer vision, §7).
    /// </summary>
    /// <remarks>Of <see cref="Loss.CrossEntropy"/>.</remarks>
    public double LabelSmoothing { get; set; }

    /// <summary>Of <see cref="Loss.Huber"/>: the difference, above 0, at which the parabola becomes a line.</summary>
    public double HuberDelta { get; set; } = 1;

    /// <summary>Of <see cref="Loss.Hinge"/>: how far above the other scores the label's should be; finite.</summary>
    public double HingeMargin { get; set; } = 1;

    /// <summary>Of <see cref="Loss.Hinge"/>: 1, or 2 for the squared hinge.</summary>
    public int HingePower { get; set; } = 1;

    /// <summary>What updates the parameters; its settings are the trainer's, and may change between steps.</summary>
    public Optimizer Optimizer { get; set; } = Optimizer.Sgd;

    /// <summary>
    /// Whether gradients can be scaled down to a norm, <c>MaxGradientNorm</c> of the optimizer. Then all gradients have to be there before
    /// the first update, which takes as much memory as the trained parameters do.
    /// </summary>
    public bool ClipGradients { get; set; }

    /// <summary>
    /// Whether a step looks, before it changes anything, whether what it is going to write is finite, and throws a
    /// <see cref="NonFiniteUpdateException"/> otherwise. Then all gradients have to be there before the first update, which takes as much
    /// memory as the trained parameters do, and parameters and gradients are read twice. Without it the same is found while parameters are
    /// updated, and the trainer can only go on from a checkpoint. Trainers that clip gradients, and accumulate none, have all gradients
    /// there and look anyway.
    /// </summary>
    public bool CheckUpdates { get; set; }

    /// <summary>
    /// Whether the trainer has a method <c>Accumulate</c>, so that a step can be on more samples than fit into memory. The sums of
    /// gradients take as much memory as the trained parameters do.
    /// </summary>
    public bool AccumulateGradients { get; set; }

    /// <summary>
    /// Whether a step forgets most activations and computes them again when the backward pass comes to them (activation checkpointing): the
    /// same bits in less memory, for up to a third more time. Which ones is chosen when the network is compiled. Files that hold a
    /// trainer's state, also called checkpoints, have nothing to do with it.
    /// </summary>
    public bool Checkpoint { get; set; }

    /// <summary>
    /// Of networks with several outputs: the weight of each output's loss beside <c>output</c>'s, which has 1; the auxiliary classifiers of
    /// GoogLeNet have 0.3, that of Inception v3 0.4. All learn the same labels or targets. 0 leaves the other outputs out of training.
    /// </summary>
    public double AuxiliaryWeight { get; set; }

    /// <summary>
    /// Names of parameters that keep their values, with <c>*</c> for any characters, separated by commas: <c>"features.*, fc1.weight"</c>.
    /// What only they need is not computed. A batch normalisation whose weight and bias are frozen keeps its running averages too and
    /// normalises by them; dropout stays.
    /// </summary>
    public string? Freeze { get; set; }
}
