using System.Globalization;
using ModelGen.Generator.Collections;
using ModelGen.Generator.Graphs;

namespace ModelGen.Generator.Ops;

/// <summary>
/// <see cref="CrossEntropy"/> in which a label may count nothing and classes have weights: the sum over the labels' weights. Inputs: logits
/// [C] or [C, H, W], labels i32 scalar or [H, W].
/// </summary>
internal sealed class WeightedCrossEntropy : LossOperator
{
    /// <summary>The label that counts nothing unless another is given: PyTorch's.</summary>
    public const int Ignored = -100;

    /// <summary>What stands for weights of 1.</summary>
    public const string Unweighted = "none";

    public override string Name => OpNames.WeightedCrossEntropy;

    public override EquatableArray<AttributeSpec> Constants =>
    [
        .. new CrossEntropy().Constants,
        new("ignoreIndex", AttributeKind.Int, Ignored, "The label that counts nothing."),
        new("classWeights", AttributeKind.Word, Unweighted, "The weight of each class: w and numbers with underscores between."),
    ];

    public override string Function => "WeightedCrossEntropy.Loss";

    public override string GradientFunction => "WeightedCrossEntropy.Gradient";

    /// <summary>Weights as the attribute has them; none for weights of 1.</summary>
    public static string Word(IReadOnlyList<float> weights) => weights.Count == 0 ? Unweighted
        : "w" + string.Join("_", weights.Select(w => w.ToString("R", CultureInfo.InvariantCulture)));

    /// <summary>The weights of the attribute; empty for weights of 1.</summary>
    public static float[] Weights(string word) => word == Unweighted ? []
        : [.. word.Substring(1).Split('_').Select(w => float.Parse(w, CultureInfo.InvariantCulture))];

    public override TensorType Infer(OperatorCall call) => CrossEntropy.OfLogits(call);
}

/// <summary>How many positions whose label counts have their largest logit at it.</summary>
internal sealed class CountCorrectLabels : Operator
{
    public override string Name => OpNames.CountCorrectLabels;

    public override EquatableArray<AttributeSpec> Attributes =>
        [new("ignoreIndex", AttributeKind.Int, WeightedCrossEntropy.Ignored, "The label that counts nothing.")];

    public override TensorType Infer(OperatorCall call) => TensorType.Fixed();
}
