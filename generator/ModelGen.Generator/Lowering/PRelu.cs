using ModelGen.Generator.Collections;
using ModelGen.Generator.Graphs;
using ModelGen.Generator.Kernels;
using ModelGen.Generator.Layouts;
using ModelGen.Generator.Ops;

namespace ModelGen.Generator.Lowering;

/// <summary>ReLU with learned slopes, or its gradient: images lie alike, slopes as their channels do.</summary>
internal sealed class PReluLowering(string method) : OperatorLowering
{
    public override LayoutCoupling CouplingOf(OperatorCall call, int input) =>
        call.Inputs[input].PerSample ? LayoutCoupling.Same : LayoutCoupling.None;

    public override Layout? RequiredLayout(ILayoutContext context, Node node, int input) =>
        context.TypeOf(node.Inputs[input]).PerSample ? context.Chosen(node.Id)
            : PReluLayouts.OfSlopes(context.TypeOf(node.Inputs[input]).Shape, context.Chosen(node.Id));

    public override KernelCall Lower(LoweringContext context, Node node)
    {
        Layout x = context.Of(node.Id);
        var image = new DividedImage(x);
        IEnumerable<CallArgument> operands = Enumerable.Range(0, node.Inputs.Count + 1)
            .Select(i => i == 1 ? CallArgument.Operand(1) : image.First(i, x));
        RuntimeKernel kernel = image.Kernel(RuntimeCall.Of("ParametricRelu." + method,
            [.. operands, PReluLayouts.Step(context.TypeOf(node.Inputs[1]).Shape), image.Written(x), CallArgument.Samples]));
        return LoweringContext.Call(kernel with { WritesOver = node.Inputs.Count > 2 ? [0, 2] : [0] }, node);
    }
}

/// <summary>The gradient of the slopes.</summary>
internal sealed class PReluWeightGradientLowering : OperatorLowering
{
    // Both lie as the first does.
    public override Layout? RequiredLayout(ILayoutContext context, Node node, int input) =>
        input == 0 ? null : context.Of(node.Inputs[0]);

    public override Layout ResultLayout(ILayoutContext context, Node node) =>
        PReluLayouts.OfSlopes(node.Shape, context.Of(node.Inputs[0])!);

    public override KernelCall Lower(LoweringContext context, Node node)
    {
        Layout x = context.Of(node.Inputs[0]);
        int step = PReluLayouts.Step(node.Shape);
        RuntimeCall call = RuntimeCall.Of("ParametricRelu.SlopeGradient",
            RuntimeImage.First(0, x), RuntimeImage.First(1, x), CallArgument.Operand(2), step,
            step == 0 ? RuntimeImage.Of(x) : CallArgument.Joined(RuntimeImage.Of(x), CallArgument.OnlyUnits), CallArgument.Samples);
        return LoweringContext.Call(new RuntimeKernel(call, step == 0 ? 1 : x.Planes), node);
    }
}

/// <summary>How slopes lie.</summary>
internal static class PReluLayouts
{
    public static Layout OfSlopes(Shape slopes, Layout image) =>
        image.IsBlocked && slopes.Length > 1 ? Layout.Blocked(slopes) : Layout.Dense(slopes);

    /// <summary>Floats from one channel's slope to the next.</summary>
    public static int Step(Shape slopes) => slopes.Length > 1 ? 1 : 0;
}
