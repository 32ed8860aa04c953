using ModelGen.Generator.Collections;
using ModelGen.Generator.Graphs;
using ModelGen.Generator.Kernels;
using ModelGen.Generator.Layouts;
using ModelGen.Generator.Lowering;

namespace ModelGen.Generator.Ops;

/// <summary>Filters [O, C/g, kh, kw] turned by 180° and with inputs and outputs exchanged within each group: [C, O/g, kh, kw].</summary>
internal sealed class TransposeFilters : Operator
{
    public override string Name => OpNames.TransposeFilters;

    public override EquatableArray<AttributeSpec> Attributes => [new("groups", AttributeKind.Int, 1, "Groups of the convolution.", 1)];

    public override TensorType Infer(OperatorCall call)
    {
        Shape filters = call.Inputs[0].Shape;
        int groups = call.Attributes.Int("groups");
        return TensorType.Fixed(filters[1] * groups, filters[0] / groups, filters[2], filters[3]);
    }

    // Whichever convolution reads the result asks for the layout it wants; parameters that no one has asked for yet are blocked by output channel.
    public override Layout? RequiredLayout(ILayoutContext context, Node node, int input) =>
        context.Of(node.Inputs[0]) ?? Layout.Blocked(context.TypeOf(node.Inputs[0]).Shape);

    public override Layout ResultLayout(ILayoutContext context, Node node) => Layout.Blocked(node.Shape);

    public override KernelCall Lower(LoweringContext context, Node node)
    {
        (Layout filters, Layout turned, int groups) = (context.Of(node.Inputs[0]), context.Of(node.Id), node.Attributes.Int("groups"));
        return LoweringContext.Call(groups == 1 && filters.IsBlocked && turned.IsBlocked
            ? new RuntimeKernel($"Turning.Filters({{0}}, {{1}}, {filters.Dims[0]}, {filters.Dims[1]}, {filters.Dims[2] * filters.Dims[3]}, {{part}})", Layout.DivideUp(filters.Dims[1], Layout.Block))
            : new TransposeFiltersKernel(filters, turned, groups), node);
    }
}

/// <summary>dL/dW of a convolution from its input [C, H, W] and dL/dy [O, H', W']: the correlation of the two, summed over the batch.</summary>
internal sealed class ConvWeightGradient : Operator
{
    public override string Name => OpNames.ConvWeightGradient;

    public override EquatableArray<AttributeSpec> Attributes => new Conv2d().Attributes;

    public override TensorType Infer(OperatorCall call)
    {
        var kernel = call.Attributes.Ints("kernelSize");
        int channels = call.Inputs[0].Shape[0] / call.Attributes.Int("groups");
        return TensorType.Fixed(call.Inputs[1].Shape[0], channels, kernel[0], kernel[1]);
    }

    // Of one sample.
    public override long MultiplyAdds(OperatorCall call)
    {
        Shape gradient = call.Inputs[1].Shape;
        return checked(Infer(call).Shape.Length * gradient[1] * gradient[2]);
    }

    public override Halo RequiredHalo(OperatorCall call, int input) => input == 0 ? Window.Of(call.Attributes).Padding : Halo.None;

    public override Layout? RequiredLayout(ILayoutContext context, Node node, int input)
    {
        bool channels = UsesChannels(context, node);
        if (input == 0)
            return ConvolutionChoice.InputLayout(context, node, channels, needsBlocks: ConvolutionChoice.IsDepthwise(node.Shape, node.Attributes.Int("groups")));
        Layout gradient = context.Of(node.Inputs[1])!;
        return channels || gradient.Kind == LayoutKind.Pitched ? null : Layout.Pitched(gradient.Dims);
    }

    public override Layout ResultLayout(ILayoutContext context, Node node) =>
        UsesChannels(context, node) ? Layout.Blocked(node.Shape) : Layout.Dense(node.Shape);

    public override KernelCall Lower(LoweringContext context, Node node)
    {
        var geometry = new ConvolutionGeometry(
            node.Attributes.Int("groups"), Window.Of(node.Attributes), context.Of(node.Inputs[0]), context.Of(node.Inputs[1]),
            node.Shape[0], node.Shape[1]) { Batch = context.Batch };
        Kernel kernel = !context.Of(node.Id).IsBlocked ? new WeightGradientPixels(geometry)
            : ConvolutionChoice.IsDepthwise(node.Shape, geometry.Groups) ? new WeightGradientDepthwise(geometry)
            : new WeightGradientChannels(geometry);
        return LoweringContext.Call(kernel, node);
    }

    private static bool UsesChannels(ILayoutContext context, Node node) =>
        context.Of(node.Inputs[1])!.IsBlocked
        && ConvolutionChoice.CanUseChannels(node.Shape, node.Attributes.Int("groups"), context.Of(node.Inputs[0]));
}

/// <summary>
/// Places the pixels of an image on a larger canvas of zeros: pixel (y, x) goes to (offset + y·stride, offset + x·stride), or nowhere where that is
/// outside. Undoes the stride of a convolution.
/// </summary>
internal sealed class InsertZeros : Operator
{
    public override string Name => "InsertZeros";

    public override EquatableArray<AttributeSpec> Attributes =>
    [
        new("stride", AttributeKind.Pair, new[] { 1, 1 }, "Distance of neighbouring pixels on the canvas.", 1),
        new("offset", AttributeKind.Pair, new[] { 0, 0 }, "Place of the first pixel; may be negative."),
        new("size", AttributeKind.Pair, null, "Height and width of the canvas.", 1),
    ];

    public override TensorType Infer(OperatorCall call)
    {
        var size = call.Attributes.Ints("size");
        return TensorType.Sample(call.Inputs[0].Shape[0], size[0], size[1]);
    }

    public override LayoutCoupling Coupling => LayoutCoupling.Kind;

    public override Layout? RequiredLayout(ILayoutContext context, Node node, int input) =>
        PoolLayouts.SameKindAsResult(context, node, input);

    public override KernelCall Lower(LoweringContext context, Node node)
    {
        var (stride, offset) = (node.Attributes.Ints("stride"), node.Attributes.Ints("offset"));
        return LoweringContext.Call(new InsertZerosKernel(context.Of(node.Inputs[0]), context.Of(node.Id), stride[0], stride[1], offset[0], offset[1]), node);
    }
}

/// <summary>Sum over the batch and all pixels of each channel: the gradient of a bias. [C, H, W] or [C] gives [C].</summary>
internal sealed class ChannelSum : Operator
{
    public override string Name => "ChannelSum";

    public override TensorType Infer(OperatorCall call) => TensorType.Fixed(call.Inputs[0].Shape[0]);

    public override Layout ResultLayout(ILayoutContext context, Node node) =>
        context.Of(node.Inputs[0])!.IsBlocked ? Layout.Blocked(node.Shape) : Layout.Dense(node.Shape);

    // Features that lie in memory as an image are not one channel a feature: they are put in order first.
    public override Layout? RequiredLayout(ILayoutContext context, Node node, int input) =>
        context.Of(node.Inputs[0])!.Dims == context.TypeOf(node.Inputs[0]).Shape ? null : Layout.Blocked(context.TypeOf(node.Inputs[0]).Shape);

    public override KernelCall Lower(LoweringContext context, Node node)
    {
        Layout x = context.Of(node.Inputs[0]);
        (string method, int lanes) = x.IsBlocked ? ("Blocked", Layout.Block) : ("Plain", 1);
        string call = $"ChannelSum.{method}({BatchNormKernels.Planes(0, x)}, {{1+{lanes}}}, {{samples}}, {x.Length}, {{count}}, {x.PlaneStride}, {x.Height}, {x.RowStride}, {x.Width})";
        return LoweringContext.Call(new RuntimeKernel(call, x.Planes), node);
    }
}
