using ModelGen.Generator.Graphs;
using ModelGen.Generator.Kernels;
using ModelGen.Generator.Layouts;
using ModelGen.Generator.Ops;

namespace ModelGen.Generator.Lowering;

/// <summary>Filters rotated for the pass backwards.</summary>
internal sealed class TransposeFiltersLowering : OperatorLowering
{
    // Whichever convolution reads the result asks for the layout it wants; parameters that no one has asked for yet are blocked by output
    // channel.
    public override Layout? RequiredLayout(ILayoutContext context, Node node, int input) =>
        context.Of(node.Inputs[0]) ?? Layout.Blocked(context.TypeOf(node.Inputs[0]).Shape);

    public override Layout ResultLayout(ILayoutContext context, Node node) => Layout.Blocked(node.Shape);

    public override KernelCall Lower(LoweringContext context, Node node)
    {
        (Layout filters, Layout rotated, int groups) = (context.Of(node.Inputs[0]), context.Of(node.Id), node.Attributes.Int("groups"));
        return LoweringContext.Call(groups == 1 && filters.IsBlocked && rotated.IsBlocked
            ? new RuntimeKernel(
                RuntimeCall.Of("FilterRotation.Rotate", [.. CallArgument.Operands(2), filters.Dims[0], filters.Dims[1],
                    filters.Dims[2] * filters.Dims[3], CallArgument.ThreadPart]),
                Layout.DivideUp(filters.Dims[1], Layout.Block))
            : new TransposeFiltersKernel(filters, rotated, groups), node);
    }
}

/// <summary>The gradient with respect to filters, by direct sums.</summary>
internal sealed class ConvWeightGradientLowering : OperatorLowering
{
    public override Halo RequiredHalo(OperatorCall call, Shape result, int input) =>
        input == 0 ? Window.Of(call.Attributes).Padding : Halo.None;

    public override Layout? RequiredLayout(ILayoutContext context, Node node, int input)
    {
        ConvolutionMethod method = MethodOf(context, node);
        if (input == 0)
        {
            return method == ConvolutionMethod.Depthwise ? ConvolutionChoice.BlocksWithHalo(context, node)
                : ConvolutionChoice.InputLayout(method, context, node, node.Shape);
        }
        Layout gradient = context.Of(node.Inputs[1])!;
        return method != ConvolutionMethod.AlongRows || gradient.Kind == LayoutKind.Pitched ? null : Layout.Pitched(gradient.Dims);
    }

    public override Layout ResultLayout(ILayoutContext context, Node node) =>
        MethodOf(context, node) == ConvolutionMethod.AlongRows ? Layout.Dense(node.Shape) : Layout.Blocked(node.Shape);

    public override KernelCall Lower(LoweringContext context, Node node)
    {
        var geometry = new ConvolutionGeometry(
            node.Attributes.Int("groups"), Window.Of(node.Attributes), context.Of(node.Inputs[0]), context.Of(node.Inputs[1]),
            node.Shape[0], node.Shape[1]) { Batch = context.Batch };
        return LoweringContext.Call(
            ConvolutionChoice.Of(ConvolutionPlan.Direct, node.Shape, geometry.Groups, context.Of(node.Id).IsBlocked) switch
            {
                ConvolutionMethod.Depthwise => new WeightGradientDepthwise(geometry),
                ConvolutionMethod.OverChannels => new WeightGradientChannels(geometry),
                _ => new WeightGradientPixels(geometry),
            }, node);
    }

    // As the gradient lies.
    private static ConvolutionMethod MethodOf(ILayoutContext context, Node node) =>
        ConvolutionChoice.Of(ConvolutionPlan.Direct, node.Shape, node.Attributes.Int("groups"), context.Of(node.Inputs[1])!.IsBlocked);
}

/// <summary>Zeros between pixels.</summary>
internal sealed class InsertZerosLowering : OperatorLowering
{
    public override LayoutCoupling Coupling => LayoutCoupling.Kind;

    public override Layout? RequiredLayout(ILayoutContext context, Node node, int input) =>
        PoolLayouts.SameKindAsResult(context, node, input);

    public override KernelCall Lower(LoweringContext context, Node node)
    {
        var (stride, offset) = (node.Attributes.Ints("stride"), node.Attributes.Ints("offset"));
        return LoweringContext.Call(
            new InsertZerosKernel(context.Of(node.Inputs[0]), context.Of(node.Id), stride[0], stride[1], offset[0], offset[1]), node);
    }
}

/// <summary>The gradient of a bias.</summary>
internal sealed class ChannelSumLowering : OperatorLowering
{
    public override Layout ResultLayout(ILayoutContext context, Node node) =>
        context.Of(node.Inputs[0])!.IsBlocked ? Layout.Blocked(node.Shape) : Layout.Dense(node.Shape);

    // Features that lie in memory as an image are not one channel a feature: they are put in order first.
    public override Layout? RequiredLayout(ILayoutContext context, Node node, int input) =>
        context.Of(node.Inputs[0])!.Dims == context.TypeOf(node.Inputs[0]).Shape ? null
            : Layout.Blocked(context.TypeOf(node.Inputs[0]).Shape);

    public override KernelCall Lower(LoweringContext context, Node node)
    {
        Layout x = context.Of(node.Inputs[0]);
        (string method, int lanes) = x.IsBlocked ? ("Blocked", Layout.Block) : ("Plain", 1);
        RuntimeCall call = RuntimeCall.Of("ChannelSum." + method,
            BatchNormKernels.Planes(0, x), CallArgument.Operand(1, lanes), CallArgument.Samples, x.Length,
                CallArgument.UnitCount, x.PlaneStride,
            x.Height, x.RowStride, x.Width);
        return LoweringContext.Call(new RuntimeKernel(call, x.Planes), node);
    }
}
