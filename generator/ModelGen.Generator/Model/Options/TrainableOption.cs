using ModelGen.Generator.Collections;
using ModelGen.Generator.Graphs;
using ModelGen.Generator.Ops;

namespace ModelGen.Generator.Model;

/// <summary>What <c>[Trainable]</c> and <c>trainable</c> of a network file say: a row each.</summary>
internal static class TrainableOption
{
    private const string AllGradients = "Then all gradients have to be there before the first update, which takes as much memory as the "
        + "trained parameters do";

    private static readonly List<Option> Rows = [];

    public static readonly IntegerOption BatchSize = Row(new IntegerOption("BatchSize", 32, least: 1,
        "The most samples of one step; memory is planned for this many, and a last batch may have fewer."));

    public static readonly WordOption Loss = Row(new WordOption("Loss", LossOperator.Names,
        "What training makes small."));

    public static readonly NumberOption LabelSmoothing = Row(new NumberOption("LabelSmoothing", 0, new NumberRange(AtLeast: 0, Below: 1),
        "Share of the target that is spread evenly over all classes (Szegedy et al. 2016, Rethinking the inception architecture for "
        + "computer vision, §7).")
    {
        OfLoss = OpNames.CrossEntropy,
    });

    public static readonly IntegerOption IgnoreIndex = Row(new IntegerOption("IgnoreIndex", WeightedCrossEntropy.Ignored, int.MinValue,
        "The label of what does not count: neither loss nor gradient, nor in evaluation.")
    {
        OfLoss = OpNames.CrossEntropy,
        Remarks = "Losses are divided by the weights of the labels that count. Of vectors of scores -100 is a label that does not count "
            + "only where another setting of this kind is given.",
    });

    public static readonly TextOption ClassWeights = Row(new TextOption("ClassWeights",
        "A weight for each class, with commas between: `0.2, 1, 1`.")
    {
        OfLoss = OpNames.CrossEntropy,
        Remarks = "Losses are divided by the sum of the labels' weights. Without them all are 1.",
    });

    public static readonly NumberOption SmoothL1Beta = Row(new NumberOption("SmoothL1Beta", 1, new NumberRange(Above: 0),
        "The difference at which the parabola becomes a line.")
    {
        OfLoss = OpNames.SmoothL1,
    });

    public static readonly NumberOption FocalAlpha = Row(new NumberOption("FocalAlpha", 0.25f, new NumberRange(AtLeast: 0, Below: 1),
        "The weight of targets of 1; those of 0 have 1 − alpha.")
    {
        OfLoss = OpNames.Focal,
    });

    public static readonly NumberOption FocalGamma = Row(new NumberOption("FocalGamma", 2, new NumberRange(AtLeast: 0),
        "How little counts what is right already; 0 for binary cross entropy.")
    {
        OfLoss = OpNames.Focal,
    });

    public static readonly NumberOption DiceSmooth = Row(new NumberOption("DiceSmooth", 1, new NumberRange(Above: 0),
        "What is added above and below the fraction, so that empty masks have one.")
    {
        OfLoss = OpNames.Dice,
    });

    public static readonly NumberOption HuberDelta = Row(new NumberOption("HuberDelta", 1, new NumberRange(Above: 0),
        "The difference at which the parabola becomes a line.")
    {
        OfLoss = OpNames.Huber,
    });

    public static readonly NumberOption HingeMargin = Row(new NumberOption("HingeMargin", 1, NumberRange.Finite,
        "How far above the other scores the label's should be.")
    {
        OfLoss = OpNames.Hinge,
    });

    public static readonly IntegerOption HingePower = Row(new IntegerOption("HingePower", 1, least: 1, most: 2,
        "The power of differences: 2 for the squared hinge.")
    {
        OfLoss = OpNames.Hinge,
    });

    public static readonly WordOption Optimizer = Row(new WordOption("Optimizer", OptimizerTable.Names,
        "What updates the parameters; its settings are the trainer's, and may change between steps."));

    public static readonly FlagOption ClipGradients = Row(new FlagOption("ClipGradients",
        "Whether gradients can be scaled down to a norm, `MaxGradientNorm` of the optimizer.")
    {
        Remarks = AllGradients + ".",
    });

    public static readonly FlagOption CheckUpdates = Row(new FlagOption("CheckUpdates",
        "Whether a step looks, before it changes anything, whether what it is going to write is finite, and throws a "
        + "`NonFiniteUpdateException` otherwise.")
    {
        Remarks = AllGradients + ", and parameters and gradients are read twice. Without it the same is found while parameters are "
            + "updated, and the trainer can "
            + "only go on from a checkpoint. Trainers that clip gradients, and accumulate none, have all gradients there and look anyway.",
    });

    public static readonly FlagOption AccumulateGradients = Row(new FlagOption("AccumulateGradients",
        "Whether the trainer has a method `Accumulate`, so that a step can be on more samples than fit into memory.")
    {
        Remarks = "The sums of gradients take as much memory as the trained parameters do.",
    });

    public static readonly FlagOption Checkpoint = Row(new FlagOption("Checkpoint",
        "Whether a step forgets most activations and computes them again when the backward pass comes to them (activation "
        + "checkpointing): the same bits in "
        + "less memory, for up to a third more time.")
    {
        Remarks = "Which ones is chosen when the network is compiled. Files that hold a trainer's state, also called checkpoints, have "
            + "nothing to do with it.",
    });

    public static readonly OptionalNumberOption AuxiliaryWeight = Row(
        new OptionalNumberOption("AuxiliaryWeight", new NumberRange(AtLeast: 0),
        "Of networks with several outputs, where it has to be said: the weight of each output's loss beside that of `output`, which has "
        + "1; 0 leaves the "
        + "others out of training.")
    {
        Remarks = "The auxiliary classifiers of GoogLeNet have 0.3, that of Inception v3 0.4. All learn the same labels or targets.",
    });

    public static readonly TextOption Freeze = Row(new TextOption("Freeze",
        "Names of parameters that keep their values, with `*` for any characters, separated by commas: `features.*, fc1.weight`.")
    {
        Remarks = "What only they need is not computed. A batch normalisation whose weight and bias are frozen keeps its running "
            + "averages too and normalises "
            + "by them; dropout stays.",
    });

    /// <summary>All, in their order.</summary>
    public static EquatableArray<Option> All { get; } = Rows.ToEquatableArray();

    private static T Row<T>(T option) where T : Option
    {
        Rows.Add(option);
        return option;
    }
}
