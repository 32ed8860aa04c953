using ModelGen.Generator.Collections;
using ModelGen.Generator.Diagnostics;
using ModelGen.Generator.Graphs;
using ModelGen.Generator.Kernels;
using ModelGen.Generator.Layouts;
using ModelGen.Generator.Lowering;
using ModelGen.Generator.Text;

namespace ModelGen.Generator.Ops;

/// <summary>
/// A loss: a scalar, the mean over the batch, from what the network gives and what it should give. Its gradient is the operator <c>NAMEGradient</c> on the same inputs and,
/// unless it is one, the gradient of the loss.
/// </summary>
internal abstract class LossOperator : Operator
{
    /// <summary>All losses by name, in the order in which the enum of the runtime has them.</summary>
    public static EquatableArray<string> Names { get; } =
        [OpNames.CrossEntropy, OpNames.Hinge, OpNames.MeanSquaredError, OpNames.MeanAbsoluteError, OpNames.Huber, OpNames.BinaryCrossEntropyWithLogits];

    /// <summary>Whether the loss is of scores and one class for each sample, rather than of numbers and a number for each.</summary>
    public static bool IsOfClasses(string loss) => loss is OpNames.CrossEntropy or OpNames.Hinge;

    public sealed override EquatableArray<AttributeSpec> Attributes =>
        [.. Constants, new("weight", AttributeKind.Float, 1.0, "Factor of the loss, where a network has several.")];

    /// <summary>Numbers that the formula has, in the order in which the runtime function takes them behind the geometry.</summary>
    protected abstract EquatableArray<AttributeSpec> Constants { get; }

    /// <summary>The class and the method of the runtime library.</summary>
    protected abstract string Function { get; }

    /// <summary>The same for the gradient.</summary>
    protected abstract string GradientFunction { get; }

    /// <summary>What the runtime function takes about where predictions lie.</summary>
    protected abstract string Geometry(Shape predictions);

    public sealed override void Gradient(GradientContext context, Node node, int gradient)
    {
        if (!context.Needs(node.Inputs[0]))
            return;
        int[] inputs = gradient == GradientSeed.One ? [.. node.Inputs] : [.. node.Inputs, gradient];
        context.Accumulate(node.Inputs[0], context.Graph.Add(Name + LossGradient.Suffix, inputs, node.Attributes, node.Name));
    }

    public sealed override Layout? RequiredLayout(ILayoutContext context, Node node, int input) => ClassLayouts.RequiredOfLogits(context, node, input);

    public sealed override KernelCall Lower(LoweringContext context, Node node)
    {
        float weight = node.Attributes.Float("weight");
        return LoweringContext.Call(new RuntimeKernel(
            $"{{2=}} = {(weight == 1 ? "" : Literals.Float(weight) + " * ")}{Function}({{0}}, {{1}}, {Arguments(context.TypeOf(node.Inputs[0]).Shape, node)})"), node);
    }

    /// <summary>The call that computes the gradient, operands being those of the loss, the gradient of the loss where there is one, and the result.</summary>
    public string GradientCall(Node node)
    {
        string weight = Literals.Float(node.Attributes.Float("weight"));
        string scale = node.Inputs.Count == 2 ? weight : node.Attributes.Float("weight") == 1 ? "{2=}" : $"{weight} * {{2=}}";
        return $"{GradientFunction}({{0}}, {{1}}, {{{node.Inputs.Count}}}, {Arguments(node.Shape, node)}, {scale})";
    }

    private string Arguments(Shape predictions, Node node) => Geometry(predictions) + string.Concat(Constants.Select(c =>
        ", " + (c.Kind == AttributeKind.Int ? $"{node.Attributes.Int(c.Name)}" : Literals.Float(node.Attributes.Float(c.Name)))));
}

/// <summary>dL/dx of a loss.</summary>
internal sealed class LossGradient(LossOperator loss) : Operator
{
    public const string Suffix = "Gradient";

    public override string Name => loss.Name + Suffix;

    public override EquatableArray<AttributeSpec> Attributes => loss.Attributes;

    public override TensorType Infer(OperatorCall call) => call.Inputs[0];

    // Of the mean over the batch.
    public override bool TreatsSamplesAlone => false;

    public override Layout? RequiredLayout(ILayoutContext context, Node node, int input) => ClassLayouts.RequiredOfLogits(context, node, input);

    public override Layout ResultLayout(ILayoutContext context, Node node) => ClassLayouts.Of(node.Shape);

    public override KernelCall Lower(LoweringContext context, Node node) => LoweringContext.Call(new RuntimeKernel(loss.GradientCall(node)), node);
}

/// <summary>
/// Mean over the batch (and over pixels, for maps of logits) of −log softmax(logits)[label]. Inputs: logits [C] or [C, H, W], labels i32 scalar or [H, W].
/// </summary>
internal sealed class CrossEntropy : LossOperator
{
    public override string Name => OpNames.CrossEntropy;

    protected override EquatableArray<AttributeSpec> Constants =>
        [new("labelSmoothing", AttributeKind.Float, 0.0, "Share s of the target that is spread evenly: (1 − s)·onehot + s/C (Szegedy et al. 2016, §7).")];

    protected override string Function => "CrossEntropy.Loss";

    protected override string GradientFunction => "CrossEntropy.Gradient";

    protected override string Geometry(Shape predictions) => ClassLayouts.LogitGeometry(predictions);

    public override TensorType Infer(OperatorCall call)
    {
        Require.InputCount(call, 2, 2);
        TensorType logits = call.Inputs[0];
        var positions = logits.Shape.Dimensions.Skip(1).ToEquatableArray();
        if (logits.Shape.Rank is not (1 or 3) || call.Inputs[1].Shape.Dimensions != positions)
            throw new ShapeException(ProblemIds.LossShape, $"{call.Label} needs logits [C] or [C, H, W] and one label for each position, got {logits.Shape} and {call.Inputs[1].Shape}");
        return TensorType.Fixed();
    }
}

/// <summary>Mean over the batch of Σ max(0, margin − x[label] + x[i])^p / C over the classes i but the label. Inputs: scores [C], labels i32 scalar.</summary>
internal sealed class Hinge : LossOperator
{
    public override string Name => OpNames.Hinge;

    protected override EquatableArray<AttributeSpec> Constants =>
    [
        new("margin", AttributeKind.Float, 1.0, "How far the label's score should be above the others."),
        new("p", AttributeKind.Int, 1, "1, or 2 for the squared hinge.", 1),
    ];

    protected override string Function => "Hinge.Loss";

    protected override string GradientFunction => "Hinge.Gradient";

    protected override string Geometry(Shape predictions) => $"{{samples}}, {ClassLayouts.Of(predictions).Length}, {predictions[0]}";

    public override TensorType Infer(OperatorCall call)
    {
        Require.InputCount(call, 2, 2);
        if (call.Inputs[0].Shape.Rank != 1 || call.Inputs[1].Shape.Rank != 0)
            throw new ShapeException(ProblemIds.LossShape, $"{call.Label} needs scores [C] and one label, got {call.Inputs[0].Shape} and {call.Inputs[1].Shape}");
        return TensorType.Fixed();
    }
}

/// <summary>The mean over all elements of the batch of what each is off its target. Inputs: predictions and targets of one shape.</summary>
internal sealed class RegressionLoss(string name, params AttributeSpec[] constants) : LossOperator
{
    public static IEnumerable<LossOperator> Rows =>
    [
        new RegressionLoss(OpNames.MeanSquaredError),
        new RegressionLoss(OpNames.MeanAbsoluteError),
        new RegressionLoss(OpNames.Huber, new AttributeSpec("delta", AttributeKind.Float, 1.0, "Where the parabola becomes a line.")),
        new RegressionLoss(OpNames.BinaryCrossEntropyWithLogits),
    ];

    public override string Name => name;

    protected override EquatableArray<AttributeSpec> Constants => new(constants);

    protected override string Function => "Losses." + name;

    protected override string GradientFunction => "Losses." + name + LossGradient.Suffix;

    protected override string Geometry(Shape predictions) => $"{{samples}}, {ClassLayouts.Of(predictions).Length}, {predictions.Length}";

    public override TensorType Infer(OperatorCall call)
    {
        Require.InputCount(call, 2, 2);
        if (call.Inputs[0].Shape != call.Inputs[1].Shape)
            throw new ShapeException(ProblemIds.LossShape, $"{call.Label} needs predictions and targets of one shape, got {call.Inputs[0].Shape} and {call.Inputs[1].Shape}");
        return TensorType.Fixed();
    }
}
