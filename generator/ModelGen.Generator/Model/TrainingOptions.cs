using System.Globalization;
using ModelGen.Generator.Collections;
using ModelGen.Generator.Graphs;
using ModelGen.Generator.Ops;

namespace ModelGen.Generator.Model;

/// <summary>What <c>[Trainable]</c> says, checked: the values of <see cref="TrainableOption"/>.</summary>
internal sealed record TrainingOptions : OptionSet
{
    public TrainingOptions(int batchSize, string loss, float labelSmoothing)
    {
        this[TrainableOption.BatchSize] = batchSize;
        this[TrainableOption.Loss] = loss;
        this[TrainableOption.LabelSmoothing] = labelSmoothing;
    }

    /// <summary>What was said, as it was written.</summary>
    public TrainingOptions(AttributeMap said)
        : base(TrainableOption.All, said)
    {
    }

    public int BatchSize => this[TrainableOption.BatchSize];

    /// <summary>Name of the loss, an operator.</summary>
    public string Loss => this[TrainableOption.Loss];

    /// <summary>Name of the optimizer, one of <see cref="OptimizerTable.Names"/>.</summary>
    public string Optimizer => this[TrainableOption.Optimizer];

    /// <summary>Whether a step looks before it changes anything: with all gradients there anyway, that takes no memory.</summary>
    public bool ChecksFirst => this[TrainableOption.CheckUpdates]
        || (this[TrainableOption.ClipGradients] && !this[TrainableOption.AccumulateGradients]);

    /// <summary>Patterns of the names of parameters that keep their values; see <see cref="NamePattern"/>.</summary>
    public EquatableArray<string> Frozen
    {
        get => NamePattern.Split(this[TrainableOption.Freeze]).ToEquatableArray();
        init => this[TrainableOption.Freeze] = string.Join(", ", value);
    }

    /// <summary>Whether training is on classes rather than on numbers.</summary>
    public bool IsOfClasses => LossOperator.IsOfClasses(Loss);

    /// <summary>The weight of each class; empty where all are 1. What is no number is NaN.</summary>
    public float[] ClassWeights => [.. this[TrainableOption.ClassWeights].Split(',').Where(w => w.Trim().Length > 0)
        .Select(w => float.TryParse(w, NumberStyles.Float, CultureInfo.InvariantCulture, out float weight) ? weight : float.NaN)];

    /// <summary>Whether labels may say that they do not count: of maps, and where that or weights are said.</summary>
    /// <param name="scores">The shape of the output.</param>
    public bool IgnoresLabels(Shape scores) => Loss == OpNames.CrossEntropy
        && (scores.Rank > 1 || this[TrainableOption.IgnoreIndex] != WeightedCrossEntropy.Ignored || ClassWeights.Length > 0);

    /// <summary>The operator of the loss of an output.</summary>
    /// <param name="scores">The shape of the output.</param>
    public string LossOf(Shape scores) => IgnoresLabels(scores) ? OpNames.WeightedCrossEntropy : Loss;

    /// <summary>The attributes of the loss of an output.</summary>
    /// <param name="scores">The shape of the output.</param>
    public AttributeMap LossAttributes(Shape scores, float weight) => !IgnoresLabels(scores) ? LossAttributes(weight) : AttributeMap.Of(
        ("labelSmoothing", this[TrainableOption.LabelSmoothing]), ("ignoreIndex", this[TrainableOption.IgnoreIndex]),
        ("classWeights", WeightedCrossEntropy.Word(ClassWeights)), ("weight", weight));

    /// <summary>The attributes of the loss as it is without weights.</summary>
    public AttributeMap LossAttributes(float weight) => Loss switch
    {
        OpNames.CrossEntropy => AttributeMap.Of(("labelSmoothing", this[TrainableOption.LabelSmoothing]), ("weight", weight)),
        OpNames.Hinge => AttributeMap.Of(
            ("margin", this[TrainableOption.HingeMargin]), ("p", this[TrainableOption.HingePower]), ("weight", weight)),
        OpNames.SmoothL1 => AttributeMap.Of(("beta", this[TrainableOption.SmoothL1Beta]), ("weight", weight)),
        OpNames.Focal => AttributeMap.Of(
            ("alpha", this[TrainableOption.FocalAlpha]), ("gamma", this[TrainableOption.FocalGamma]), ("weight", weight)),
        OpNames.Dice => AttributeMap.Of(("smooth", this[TrainableOption.DiceSmooth]), ("weight", weight)),
        OpNames.Huber => AttributeMap.Of(("delta", this[TrainableOption.HuberDelta]), ("weight", weight)),
        _ => AttributeMap.Of(("weight", weight)),
    };

    /// <summary>Whether a parameter is trained.</summary>
    public bool Trains(Node parameter) =>
        Initializers.IsTrainable(parameter) && !Frozen.Any(pattern => NamePattern.Matches(pattern, parameter.Name));
}
