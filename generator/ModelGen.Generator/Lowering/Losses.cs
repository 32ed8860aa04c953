using ModelGen.Generator.Graphs;
using ModelGen.Generator.Kernels;
using ModelGen.Generator.Layouts;
using ModelGen.Generator.Ops;
using ModelGen.Generator.Text;

namespace ModelGen.Generator.Lowering;

/// <summary>A loss.</summary>
internal sealed class LossLowering(LossOperator loss) : OperatorLowering
{
    public override Layout? RequiredLayout(ILayoutContext context, Node node, int input) =>
        ClassLayouts.RequiredOfLogits(context, node, input);

    public override KernelCall Lower(LoweringContext context, Node node)
    {
        float weight = node.Attributes.Float("weight");
        RuntimeCall call = RuntimeCall.Of(
            loss.Function, [.. CallArgument.Operands(2), .. LossCalls.Arguments(loss, context.TypeOf(node.Inputs[0]).Shape, node)]);
        CallArgument assignment = CallArgument.Joined(CallArgument.Value(2), weight == 1 ? " = " : $" = {Literals.Float(weight)} * ");
        return LoweringContext.Call(new RuntimeKernel(call with { Before = assignment }), node);
    }
}

/// <summary>Its gradient.</summary>
internal sealed class LossGradientLowering(LossOperator loss) : OperatorLowering
{
    public override Layout? RequiredLayout(ILayoutContext context, Node node, int input) =>
        ClassLayouts.RequiredOfLogits(context, node, input);

    public override Layout ResultLayout(ILayoutContext context, Node node) => ClassLayouts.Of(node.Shape);

    public override KernelCall Lower(LoweringContext context, Node node) =>
        LoweringContext.Call(new RuntimeKernel(LossCalls.Gradient(loss, node)), node);
}

/// <summary>Calls of the runtime's losses.</summary>
internal static class LossCalls
{
    /// <summary>
    /// The call that computes the gradient, operands being those of the loss, the gradient of the loss where there is one, and the result.
    /// </summary>
    public static RuntimeCall Gradient(LossOperator loss, Node node)
    {
        string weight = Literals.Float(node.Attributes.Float("weight"));
        CallArgument scale = node.Inputs.Count == 2 ? weight
            : node.Attributes.Float("weight") == 1 ? CallArgument.Value(2)
            : CallArgument.Joined($"{weight} * ", CallArgument.Value(2));
        return RuntimeCall.Of(
            loss.GradientFunction,
            [.. CallArgument.Operands(2), CallArgument.Operand(node.Inputs.Count), .. Arguments(loss, node.Shape, node), scale]);
    }

    /// <summary>Where predictions lie, then the numbers of the formula.</summary>
    public static IEnumerable<CallArgument> Arguments(LossOperator loss, Shape predictions, Node node) =>
    [
        .. Geometry(loss, predictions),
        .. loss.Constants.Select(c => c.Kind switch
        {
            AttributeKind.Int => (CallArgument)node.Attributes.Int(c.Name),
            AttributeKind.Word => Weights(WeightedCrossEntropy.Weights(node.Attributes[c.Name].Word)),
            _ => Literals.Float(node.Attributes.Float(c.Name)),
        }),
    ];

    /// <summary>Weights of classes as a span that lies in the program; empty for weights of 1.</summary>
    public static string Weights(IEnumerable<float> weights) => $"[{string.Join(", ", weights.Select(Literals.Float))}]";

    private static IEnumerable<CallArgument> Geometry(LossOperator loss, Shape predictions) => loss switch
    {
        CrossEntropy or WeightedCrossEntropy => ClassLayouts.LogitGeometry(predictions),
        // Of an image a sum for each channel.
        DiceLoss when predictions.Rank == 3 =>
            [CallArgument.Samples, ClassLayouts.Of(predictions).Length, predictions[0], predictions.Length / predictions[0]],
        DiceLoss => [CallArgument.Samples, ClassLayouts.Of(predictions).Length, 1, predictions.Length],
        Hinge => [CallArgument.Samples, ClassLayouts.Of(predictions).Length, predictions[0]],
        _ => [CallArgument.Samples, ClassLayouts.Of(predictions).Length, predictions.Length],
    };
}
