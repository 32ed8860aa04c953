using ModelGen.Generator.Collections;
using ModelGen.Generator.Diagnostics;
using ModelGen.Generator.Graphs;

namespace ModelGen.Generator.Ops;

/// <summary>
/// A loss: a scalar, the mean over the batch, from what the network gives and what it should give. Its gradient is the operator
/// <c>NAMEGradient</c> on the same inputs and, unless it is one, the gradient of the loss.
/// </summary>
internal abstract class LossOperator : Operator
{
    /// <summary>All losses by name, in the order in which the enum of the runtime has them.</summary>
    public static EquatableArray<string> Names { get; } =
        [OpNames.CrossEntropy, OpNames.Hinge, OpNames.MeanSquaredError, OpNames.MeanAbsoluteError, OpNames.Huber,
            OpNames.BinaryCrossEntropyWithLogits, OpNames.SmoothL1, OpNames.Focal, OpNames.Dice];

    /// <summary>Whether the loss is of scores and one class for each sample, rather than of numbers and a number for each.</summary>
    public static bool IsOfClasses(string loss) => loss is OpNames.CrossEntropy or OpNames.Hinge or OpNames.WeightedCrossEntropy;

    public sealed override EquatableArray<AttributeSpec> Attributes =>
        [.. Constants, new("weight", AttributeKind.Float, 1.0, "Factor of the loss, where a network has several.")];

    /// <summary>Numbers that the formula has, in the order in which the runtime function takes them behind the geometry.</summary>
    public abstract EquatableArray<AttributeSpec> Constants { get; }

    /// <summary>The class and the method of the runtime library.</summary>
    public abstract string Function { get; }

    /// <summary>The same for the gradient.</summary>
    public abstract string GradientFunction { get; }

    public sealed override void Gradient(GradientContext context, Node node, int gradient)
    {
        if (!context.Needs(node.Inputs[0]))
            return;
        int[] inputs = gradient == GradientSeed.One ? [.. node.Inputs] : [.. node.Inputs, gradient];
        context.Accumulate(node.Inputs[0], context.Graph.Add(Name + LossGradient.Suffix, inputs, node.Attributes, node.Name));
    }

}

/// <summary>dL/dx of a loss.</summary>
internal sealed class LossGradient(LossOperator loss) : Operator
{
    public const string Suffix = "Gradient";

    /// <summary>Of which loss.</summary>
    public LossOperator Loss => loss;

    public override string Name => loss.Name + Suffix;

    public override EquatableArray<AttributeSpec> Attributes => loss.Attributes;

    public override TensorType Infer(OperatorCall call) => call.Inputs[0];

    // Of the mean over the batch.
    public override bool TreatsSamplesAlone => false;
}

/// <summary>
/// Mean over the batch (and over pixels, for maps of logits) of −log softmax(logits)[label]. Inputs: logits [C] or [C, H, W], labels i32
/// scalar or [H, W].
/// </summary>
internal sealed class CrossEntropy : LossOperator
{
    public override string Name => OpNames.CrossEntropy;

    public override EquatableArray<AttributeSpec> Constants =>
        [new("labelSmoothing", AttributeKind.Float, 0.0,
            "Share s of the target that is spread evenly: (1 − s)·onehot + s/C (Szegedy et al. 2016, §7).")];

    public override string Function => "CrossEntropy.Loss";

    public override string GradientFunction => "CrossEntropy.Gradient";

    public override TensorType Infer(OperatorCall call) => OfLogits(call);

    /// <summary>The shape rule of losses of logits and a label for each position.</summary>
    public static TensorType OfLogits(OperatorCall call)
    {
        Require.InputCount(call, 2, 2);
        TensorType logits = call.Inputs[0];
        var positions = logits.Shape.Dimensions.Skip(1).ToEquatableArray();
        if (logits.Shape.Rank is not (1 or 3) || call.Inputs[1].Shape.Dimensions != positions)
            throw new ShapeException(
                ProblemIds.LossShape,
                $"{call.Label} needs logits [C] or [C, H, W] and one label for each position, "
                + $"got {logits.Shape} and {call.Inputs[1].Shape}");
        return TensorType.Fixed();
    }
}

/// <summary>
/// Mean over the batch of Σ max(0, margin − x[label] + x[i])^p / C over the classes i but the label. Inputs: scores [C], labels i32 scalar.
/// </summary>
internal sealed class Hinge : LossOperator
{
    public override string Name => OpNames.Hinge;

    public override EquatableArray<AttributeSpec> Constants =>
    [
        new("margin", AttributeKind.Float, 1.0, "How far the label's score should be above the others."),
        new("p", AttributeKind.Int, 1, "1, or 2 for the squared hinge.", 1),
    ];

    public override string Function => "Hinge.Loss";

    public override string GradientFunction => "Hinge.Gradient";

    public override TensorType Infer(OperatorCall call)
    {
        Require.InputCount(call, 2, 2);
        if (call.Inputs[0].Shape.Rank != 1 || call.Inputs[1].Shape.Rank != 0)
            throw new ShapeException(
                ProblemIds.LossShape,
                $"{call.Label} needs scores [C] and one label, got {call.Inputs[0].Shape} and {call.Inputs[1].Shape}");
        return TensorType.Fixed();
    }
}

/// <summary>The mean over all elements of the batch of what each is off its target. Inputs: predictions and targets of one shape.</summary>
internal class RegressionLoss(string name, params AttributeSpec[] constants) : LossOperator
{
    public static IEnumerable<LossOperator> Rows =>
    [
        new RegressionLoss(OpNames.MeanSquaredError),
        new RegressionLoss(OpNames.MeanAbsoluteError),
        new RegressionLoss(OpNames.Huber, new AttributeSpec("delta", AttributeKind.Float, 1.0, "Where the parabola becomes a line.")),
        new RegressionLoss(OpNames.BinaryCrossEntropyWithLogits),
        new RegressionLoss(OpNames.SmoothL1, new AttributeSpec("beta", AttributeKind.Float, 1.0, "Where the parabola becomes a line.")),
        new RegressionLoss(OpNames.Focal,
            new AttributeSpec("alpha", AttributeKind.Float, 0.25, "Weight of targets of 1; those of 0 have 1 − alpha."),
            new AttributeSpec("gamma", AttributeKind.Float, 2.0, "How little counts what is right already.")),
        new DiceLoss(),
    ];

    public override string Name => name;

    public override EquatableArray<AttributeSpec> Constants => new(constants);

    public override string Function => "Losses." + name;

    public override string GradientFunction => "Losses." + name + LossGradient.Suffix;

    public override TensorType Infer(OperatorCall call)
    {
        Require.InputCount(call, 2, 2);
        if (call.Inputs[0].Shape != call.Inputs[1].Shape)
            throw new ShapeException(
                ProblemIds.LossShape,
                $"{call.Label} needs predictions and targets of one shape, got {call.Inputs[0].Shape} and {call.Inputs[1].Shape}");
        return TensorType.Fixed();
    }
}

/// <summary>
/// The mean over samples and channels, or over vectors, of 1 − (2·Σ p·t + smooth) / (Σ p² + Σ t² + smooth), p being σ(x), over the pixels.
/// Inputs: logits and targets of one shape.
/// </summary>
internal sealed class DiceLoss() : RegressionLoss(
    OpNames.Dice, new AttributeSpec("smooth", AttributeKind.Float, 1.0, "What is added above and below the line."))
{
    public override string Function => "Dice.Loss";

    public override string GradientFunction => "Dice.Gradient";
}
