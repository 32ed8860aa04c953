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
        return LoweringContext.Call(new RuntimeKernel(
            $"{{2=}} = {(weight == 1 ? "" : Literals.Float(weight) + " * ")}{loss.Function}({{0}}, {{1}}, "
                + $"{LossCalls.Arguments(loss, context.TypeOf(node.Inputs[0]).Shape, node)})"), node);
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
    public static string Gradient(LossOperator loss, Node node)
    {
        string weight = Literals.Float(node.Attributes.Float("weight"));
        string scale = node.Inputs.Count == 2 ? weight : node.Attributes.Float("weight") == 1 ? "{2=}" : $"{weight} * {{2=}}";
        return $"{loss.GradientFunction}({{0}}, {{1}}, {{{node.Inputs.Count}}}, {Arguments(loss, node.Shape, node)}, {scale})";
    }

    /// <summary>Where predictions lie, then the numbers of the formula.</summary>
    public static string Arguments(LossOperator loss, Shape predictions, Node node) =>
        Geometry(loss, predictions) + string.Concat(loss.Constants.Select(c =>
        ", " + (c.Kind == AttributeKind.Int ? $"{node.Attributes.Int(c.Name)}" : Literals.Float(node.Attributes.Float(c.Name)))));

    private static string Geometry(LossOperator loss, Shape predictions) => loss switch
    {
        CrossEntropy => ClassLayouts.LogitGeometry(predictions),
        Hinge => $"{{samples}}, {ClassLayouts.Of(predictions).Length}, {predictions[0]}",
        _ => $"{{samples}}, {ClassLayouts.Of(predictions).Length}, {predictions.Length}",
    };
}
