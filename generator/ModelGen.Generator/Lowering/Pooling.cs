using ModelGen.Generator.Graphs;
using ModelGen.Generator.Kernels;
using ModelGen.Generator.Layouts;
using ModelGen.Generator.Ops;

namespace ModelGen.Generator.Lowering;

/// <summary>How operators on windows of each channel are done: in blocks or planes, as their results are.</summary>
internal abstract class PoolingLowering : OperatorLowering
{
    public override LayoutCoupling Coupling => LayoutCoupling.Kind;

    public override Layout? RequiredLayout(ILayoutContext context, Node node, int input) =>
        PoolLayouts.SameKindAsResult(context, node, input);
}

/// <summary>The largest of each window.</summary>
internal sealed class MaxPoolLowering : PoolingLowering
{
    public override KernelCall Lower(LoweringContext context, Node node) =>
        LoweringContext.Call(
            new PoolKernel(PoolOperation.Max, Window.Of(node.Attributes), context.Of(node.Inputs[0]), context.Of(node.Id)), node);
}

/// <summary>The mean of each window.</summary>
internal sealed class AvgPoolLowering : PoolingLowering
{
    public override KernelCall Lower(LoweringContext context, Node node) =>
        LoweringContext.Call(
            new PoolKernel(OperationOf(node), Window.Of(node.Attributes), context.Of(node.Inputs[0]), context.Of(node.Id)), node);

    public static PoolOperation OperationOf(Node node) =>
        node.Attributes.Flag("countIncludePad") ? PoolOperation.Average : PoolOperation.AverageWithoutPadding;
}

/// <summary>The gradient of the largest of each window.</summary>
internal sealed class MaxPoolGradientLowering : PoolingLowering
{
    public override KernelCall Lower(LoweringContext context, Node node)
    {
        var window = Window.Of(node.Attributes);
        return LoweringContext.Call(
            new MaxPoolGradientKernel(window, context.Of(node.Inputs[0]), context.Of(node.Inputs[1]), context.Of(node.Id)), node);
    }
}

/// <summary>The gradient of the mean of each window.</summary>
internal sealed class AvgPoolGradientLowering : PoolingLowering
{
    public override KernelCall Lower(LoweringContext context, Node node) =>
        LoweringContext.Call(new AvgPoolGradientKernel(
            AvgPoolLowering.OperationOf(node), Window.Of(node.Attributes), context.Of(node.Inputs[0]), context.Of(node.Id)), node);
}

/// <summary>Means over windows that divide the image.</summary>
internal sealed class AdaptivePoolingLowering : PoolingLowering
{
    public override KernelCall Lower(LoweringContext context, Node node) => Lower("Average", context, node);

    public static KernelCall Lower(string method, LoweringContext context, Node node)
    {
        (Layout x, Layout y) = (context.Of(node.Inputs[0]), context.Of(node.Id));
        RuntimeCall call = RuntimeCall.Of("AdaptivePooling." + method,
            RuntimeImage.First(0, x), RuntimeImage.Of(x), RuntimeImage.First(1, y),
            CallArgument.Joined(RuntimeImage.Of(y), CallArgument.OnlyUnits), CallArgument.Samples);
        return LoweringContext.Call(new RuntimeKernel(call, method == "Average" ? y.Planes : 1), node);
    }
}

/// <summary>Their gradient.</summary>
internal sealed class AdaptivePoolingGradientLowering : PoolingLowering
{
    public override KernelCall Lower(LoweringContext context, Node node) => AdaptivePoolingLowering.Lower("Gradient", context, node);
}

/// <summary>Layouts of operators that work channel by channel: blocked or planes, as the result is; halos do not matter to them.</summary>
internal static class PoolLayouts
{
    public static Layout? SameKindAsResult(ILayoutContext context, Node node, int input)
    {
        LayoutKind kind = context.Chosen(node.Id).Kind;
        Layout now = context.Of(node.Inputs[input])!;
        return now.Kind == kind && now.IsImage ? null : new Layout(kind, context.TypeOf(node.Inputs[input]).Shape, Halo.None);
    }
}
