using ModelGen.Generator.Collections;
using ModelGen.Generator.Graphs;
using ModelGen.Generator.Kernels;
using ModelGen.Generator.Layouts;
using ModelGen.Generator.Ops;

namespace ModelGen.Generator.Lowering;

/// <summary>A convolution, by one of the methods of <see cref="ConvolutionChoice"/>.</summary>
internal sealed class ConvolutionLowering : OperatorLowering
{
    public override LayoutPreference PreferredLayout(OperatorCall call, Shape result) =>
        ConvolutionPlan.Of(call) is { Winograd: not null } or { AddsResidual: true } ? LayoutPreference.BlockedOnly
        : ConvolutionChoice.Prefers(
            call.Inputs[ConvolutionInputs.Filters].Shape, result, call.Attributes.Int("groups"), call.Attributes.Ints("stride")[1]);

    // The other methods look after the edges themselves; should a depthwise convolution come to lie in planes after all, its input is
    // copied to where it has a halo.
    public override Halo RequiredHalo(OperatorCall call, Shape result, int input) => input == ConvolutionInputs.Image
        && ConvolutionChoice.Preferred(call, result) is ConvolutionMethod.AlongRows or ConvolutionMethod.OverChannels
        ? Window.Of(call.Attributes, 1, 1).Padding : Halo.None;

    public override Layout? RequiredLayout(ILayoutContext context, Node node, int input)
    {
        ConvolutionMethod method = MethodOf(context, node);
        Shape shape = context.TypeOf(node.Inputs[input]).Shape;
        ConvolutionInputs inputs = ConvolutionInputs.Of(node);
        if (input == inputs.Residual)
            return ConvolutionChoice.AnyBlocks(context, node.Inputs[input]);
        return input switch
        {
            ConvolutionInputs.Image =>
                ConvolutionChoice.InputLayout(method, context, node, context.TypeOf(node.Inputs[ConvolutionInputs.Filters]).Shape),
            ConvolutionInputs.Filters when ConvolutionPlan.Of(node).Winograd is { } form => Layout.Winograd(shape, form),
            _ => method == ConvolutionMethod.AlongRows ? Layout.Dense(shape) : Layout.Blocked(shape),
        };
    }

    public override Layout ResultLayout(ILayoutContext context, Node node)
    {
        Layout chosen = context.Chosen(node.Id);
        return chosen.IsBlocked && MethodOf(context, node) == ConvolutionMethod.AlongRows ? Layout.Pitched(node.Shape) : chosen;
    }

    public override KernelCall Lower(LoweringContext context, Node node)
    {
        Shape filters = context.TypeOf(node.Inputs[ConvolutionInputs.Filters]).Shape;
        ConvolutionPlan plan = ConvolutionPlan.Of(node);
        ConvolutionInputs inputs = ConvolutionInputs.Of(node);
        var geometry = new ConvolutionGeometry(
            node.Attributes.Int("groups"), Window.Of(node.Attributes, filters[2], filters[3]),
            context.Of(node.Inputs[ConvolutionInputs.Image]), context.Of(node.Id), filters[0], filters[1])
        {
            Batch = context.Batch,
            Residual = inputs.Residual is int residual ? context.Of(node.Inputs[residual]) : null,
            Pool = plan.Pool,
        };
        var epilogue = new Epilogue(inputs.Bias is not null, plan.Activation);
        return LoweringContext.Call(ConvolutionChoice.Of(plan, filters, geometry.Groups, geometry.Output.IsBlocked) switch
        {
            ConvolutionMethod.Winograd =>
                new WinogradConvolution(geometry, epilogue, ConvolutionPlan.FormOf(node)) { SamplesPerProduct = plan.SamplesPerProduct },
            ConvolutionMethod.Depthwise => new ConvolveDepthwise(geometry, epilogue),
            ConvolutionMethod.OverChannels => new ConvolveChannels(geometry, epilogue),
            _ => new ConvolvePixels(geometry, epilogue),
        }, node);
    }

    private static ConvolutionMethod MethodOf(ILayoutContext context, Node node) => ConvolutionChoice.Of(
        ConvolutionPlan.Of(node), context.TypeOf(node.Inputs[ConvolutionInputs.Filters]).Shape, node.Attributes.Int("groups"),
        context.Chosen(node.Id).IsBlocked);
}
