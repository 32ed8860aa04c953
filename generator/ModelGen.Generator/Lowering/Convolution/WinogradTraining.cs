using ModelGen.Generator.Graphs;
using ModelGen.Generator.Kernels;
using ModelGen.Generator.Layouts;
using ModelGen.Generator.Ops;

namespace ModelGen.Generator.Lowering;

/// <summary>Filters transformed in each step.</summary>
internal sealed class WinogradFiltersLowering : OperatorLowering
{
    public override Layout? RequiredLayout(ILayoutContext context, Node node, int input) =>
        Layout.Blocked(context.TypeOf(node.Inputs[0]).Shape);

    public override Layout ResultLayout(ILayoutContext context, Node node) => Layout.Winograd(node.Shape, ConvolutionPlan.FormOf(node));

    public override KernelCall Lower(LoweringContext context, Node node)
    {
        Shape filters = context.TypeOf(node.Inputs[0]).Shape;
        string method = node.Attributes.Flag("rotated") ? "TransformRotated" : "TransformBlocks";
        RuntimeCall call = RuntimeCall.Of($"Winograd.{method}<{ConvolutionPlan.FormOf(node).Type}>",
            [.. CallArgument.Operands(2), filters[0], filters[1], CallArgument.ThreadPart]);
        return LoweringContext.Call(new RuntimeKernel(call, Layout.DivideUp(node.Shape[0], Layout.Block)), node);
    }
}

/// <summary>The gradient with respect to filters, point by point.</summary>
internal sealed class WinogradWeightGradientLowering : OperatorLowering
{
    public override Layout? RequiredLayout(ILayoutContext context, Node node, int input) =>
        ConvolutionChoice.AnyBlocks(context, node.Inputs[input]);

    public override Layout ResultLayout(ILayoutContext context, Node node) => Layout.Winograd(node.Shape, ConvolutionPlan.FormOf(node));

    public override KernelCall Lower(LoweringContext context, Node node)
    {
        var geometry = new ConvolutionGeometry(1, Window.Of(node.Attributes), context.Of(node.Inputs[0]), context.Of(node.Inputs[1]),
            node.Shape[0], node.Shape[1]) { Batch = context.Batch };
        return LoweringContext.Call(new Kernels.WinogradWeightGradient(geometry, ConvolutionPlan.FormOf(node)), node);
    }
}

/// <summary>The same as taps.</summary>
internal sealed class FilterGradientsLowering : OperatorLowering
{
    public override Layout ResultLayout(ILayoutContext context, Node node) => Layout.Blocked(node.Shape);

    public override KernelCall Lower(LoweringContext context, Node node)
    {
        string type = context.Of(node.Inputs[0]).Form!.Type;
        int blocks = Layout.DivideUp(node.Shape[0], Layout.Block);
        RuntimeCall call = RuntimeCall.Of($"Winograd.FilterGradients<{type}Gradient>",
            [.. CallArgument.Operands(2), blocks, node.Shape[1], CallArgument.UnitRange]);
        return LoweringContext.Call(new RuntimeKernel(call, blocks), node);
    }
}
