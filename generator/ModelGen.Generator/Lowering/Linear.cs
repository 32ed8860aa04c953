using ModelGen.Generator.Collections;
using ModelGen.Generator.Graphs;
using ModelGen.Generator.Kernels;
using ModelGen.Generator.Layouts;
using ModelGen.Generator.Ops;

namespace ModelGen.Generator.Lowering;

/// <summary>A fully connected layer: in memory a convolution whose kernel covers the whole input.</summary>
internal class LinearLowering : OperatorLowering
{
    public override LayoutPreference PreferredLayout(OperatorCall call, Shape result) => LayoutPreference.Blocked;

    public override Layout? RequiredLayout(ILayoutContext context, Node node, int input) => input switch
    {
        0 => null,
        1 => WeightLayout(context, node),
        _ => Layout.Blocked(node.Shape),
    };

    public override Layout ResultLayout(ILayoutContext context, Node node) => Layout.Blocked(node.Shape);

    public override KernelCall Lower(LoweringContext context, Node node)
    {
        var geometry = GeometryOf(context.Of(node.Inputs[0]), context.Of(node.Id), node.Shape[0]) with { Batch = context.Batch };
        return LoweringContext.Call(KernelOf(geometry, new Epilogue(node.Inputs.Count == 3, LinearPlan.Of(node).Activation)), node);
    }

    protected virtual Layout WeightLayout(ILayoutContext context, Node node) =>
        WeightLayout(ResultLayout(context, node), context.Of(node.Inputs[0])!);

    protected virtual Kernel KernelOf(ConvolutionGeometry geometry, Epilogue epilogue) => new ConvolveChannels(geometry, epilogue);

    /// <summary>The weights in blocks of 16 results, the rest in the order in which the input lies in memory.</summary>
    public static Layout WeightLayout(Layout output, Layout input) =>
        Layout.Blocked(new Shape(output.Dims.Dimensions.Concat(input.Dims.Dimensions).ToEquatableArray()));

    public static ConvolutionGeometry GeometryOf(Layout input, Layout output, int outFeatures) =>
        new(1, new Window(input.Height, input.Width, 1, 1, Halo.None, 1, 1), input, output, outFeatures,
            input.Channels) { IsFullyConnected = true };
}

/// <summary>The same with weights in bfloat16.</summary>
internal sealed class LinearBFloat16Lowering : LinearLowering
{
    protected override Layout WeightLayout(ILayoutContext context, Node node) => Layout.BFloat16(context.TypeOf(node.Inputs[1]).Shape);

    protected override Kernel KernelOf(ConvolutionGeometry geometry, Epilogue epilogue) => new LinearBFloat16(geometry, epilogue);
}

/// <summary>Its gradient with respect to the features.</summary>
internal sealed class LinearInputGradientLowering : OperatorLowering
{
    public override LayoutPreference PreferredLayout(OperatorCall call, Shape result) => LayoutPreference.Blocked;

    // The weight as the layer has it; no one has asked for one that is frozen at the end of the backward pass.
    public override Layout? RequiredLayout(ILayoutContext context, Node node, int input) =>
        input == 0 ? Layout.Blocked(context.TypeOf(node.Inputs[0]).Shape) : context.Of(node.Inputs[1])
            ?? Layout.Blocked(context.TypeOf(node.Inputs[1]).Shape);

    // Where the weight's inputs are those of an image, results may be written to an image too. One of single pixels is the same as features
    // in order.
    public override Layout ResultLayout(ILayoutContext context, Node node)
    {
        Layout chosen = context.Chosen(node.Id);
        bool isImage = context.Of(node.Inputs[1]) is { IsBlocked: true } weight && weight.Dims.Rank == 4
            && weight.Dims.Dimensions.Skip(1).SequenceEqual(chosen.Dims.Dimensions);
        return chosen.IsBlocked && isImage ? chosen : Layout.Blocked(node.Shape);
    }

    public override KernelCall Lower(LoweringContext context, Node node)
    {
        Layout dx = context.Of(node.Id);
        RuntimeCall call = RuntimeCall.Of("LinearGradient.Input",
            [
                .. CallArgument.Operands(2), RuntimeImage.First(2, dx), CallArgument.Samples, context.TypeOf(node.Inputs[0]).Shape[0],
                context.Of(node.Inputs[0]).Length, RuntimeImage.Of(dx), CallArgument.UnitRange,
            ]);
        return LoweringContext.Call(
            new RuntimeKernel(call, Layout.DivideUp(node.Shape[0], KernelContract.LinearGradientChunk)), node);
    }
}

/// <summary>Its gradient with respect to the weight.</summary>
internal sealed class LinearWeightGradientLowering : OperatorLowering
{
    public override Layout? RequiredLayout(ILayoutContext context, Node node, int input) =>
        input == 0 ? null : Layout.Blocked(context.TypeOf(node.Inputs[1]).Shape);

    public override Layout ResultLayout(ILayoutContext context, Node node) =>
        LinearLowering.WeightLayout(Layout.Blocked(context.TypeOf(node.Inputs[1]).Shape), context.Of(node.Inputs[0])!);

    public override KernelCall Lower(LoweringContext context, Node node)
    {
        var geometry = LinearLowering.GeometryOf(context.Of(node.Inputs[0]), context.Of(node.Inputs[1]),
            node.Shape[0]) with { Batch = context.Batch };
        return LoweringContext.Call(new WeightGradientChannels(geometry), node);
    }
}
