using ModelGen.Generator.Collections;
using ModelGen.Generator.Graphs;
using ModelGen.Generator.Kernels;
using ModelGen.Generator.Layouts;
using ModelGen.Generator.Ops;
using ModelGen.Generator.Text;

namespace ModelGen.Generator.Lowering;

/// <summary>One loop over the memory, whatever the layout.</summary>
internal sealed class ElementwiseLowering(Elementwise row) : OperatorLowering
{
    public override LayoutCoupling Coupling => LayoutCoupling.Same;

    // Parameters and their gradients (sums over several uses) need one layout too.
    public override Layout? RequiredLayout(ILayoutContext context, Node node, int input) =>
        node.Type.PerSample ? context.Chosen(node.Id) : context.Of(node.Inputs[0]);

    public override Layout ResultLayout(ILayoutContext context, Node node) =>
        node.Type.PerSample ? context.Chosen(node.Id) : context.Of(node.Inputs[0])!;

    public override KernelCall Lower(LoweringContext context, Node node)
    {
        string constants = string.Concat(row.Constants.Select(c => ", " + Literals.Float(node.Attributes.Float(c.Name))));
        return LoweringContext.Call(
            new ElementwiseKernel(row.Runtime, row.InputCount, context.Of(node.Id), constants, node.Type.PerSample ? context.Batch
            : 1) { MapsZeros = row.MapsZeroToZero }, node);
    }
}

/// <summary>A product, element by element or with factors of channels.</summary>
internal sealed class MultiplyLowering : OperatorLowering
{
    public override LayoutCoupling CouplingOf(OperatorCall call, int input) =>
        call.Inputs[input].Shape == call.Inputs[0].Shape ? LayoutCoupling.Same : LayoutCoupling.Kind;

    public override LayoutPreference PreferredLayout(OperatorCall call, Shape result) =>
        call.Inputs[1].Shape == result ? LayoutPreference.None : LayoutPreference.Image;

    public override Layout? RequiredLayout(ILayoutContext context, Node node, int input) =>
        IsBroadcast(context.TypeOf(node.Inputs[input]), node)
            ? PoolLayouts.SameKindAsResult(context, node, input) : context.Chosen(node.Id);

    public override KernelCall Lower(LoweringContext context, Node node)
    {
        (Layout x, Layout factor) = (context.Of(node.Id), context.Of(node.Inputs[1]));
        if (!IsBroadcast(context.TypeOf(node.Inputs[1]), node))
            return LoweringContext.Call(new ElementwiseKernel("Multiply", 2, x, "", context.Batch) { MapsZeros = true }, node);
        var image = new DividedImage(x);
        RuntimeKernel kernel = image.Kernel(RuntimeCall.Of("ChannelFactors.Multiply",
            image.First(0, x), RuntimeImage.First(1, factor), image.First(2, x), image.Written(x), RuntimeImage.Of(factor),
            CallArgument.Samples));
        return LoweringContext.Call(kernel with { WritesOver = [0] }, node);
    }

    private static bool IsBroadcast(TensorType input, Node node) => input.Shape != node.Shape;
}

/// <summary>The gradient of factors of channels.</summary>
internal sealed class ChannelFactorsGradientLowering : OperatorLowering
{
    public override LayoutCoupling Coupling => LayoutCoupling.Kind;

    public override Layout? RequiredLayout(ILayoutContext context, Node node, int input) =>
        PoolLayouts.SameKindAsResult(context, node, input);

    public override KernelCall Lower(LoweringContext context, Node node)
    {
        IEnumerable<CallArgument> images = new[] { node.Inputs[0], node.Inputs[1], node.Id }.SelectMany(
            (value, i) => new[] { RuntimeImage.First(i, context.Of(value)), RuntimeImage.Of(context.Of(value)) });
        return LoweringContext.Call(new RuntimeKernel(RuntimeCall.Of("ChannelFactors.Gradient", [.. images, CallArgument.Samples])), node);
    }
}

/// <summary>A bias for each place.</summary>
internal sealed class PositionBiasLowering : OperatorLowering
{
    public override LayoutCoupling Coupling => LayoutCoupling.Same;

    public override Layout? RequiredLayout(ILayoutContext context, Node node, int input) => context.Chosen(node.Id);

    // Zero plus zero: the bias has the same halo.
    public override KernelCall Lower(LoweringContext context, Node node) => LoweringContext.Call(
        new RuntimeKernel(
            RuntimeCall.Of("PositionBias.Add", [.. CallArgument.Operands(3), context.Of(node.Id).Length, CallArgument.Samples]))
        {
            LeavesInHalo = HaloEffect.MapsZeros,
            WritesOver = [0],
        },
        node);
}

/// <summary>The sum over the batch.</summary>
internal sealed class SampleSumLowering : OperatorLowering
{
    public override Layout ResultLayout(ILayoutContext context, Node node) => context.Of(node.Inputs[0])!;

    public override KernelCall Lower(LoweringContext context, Node node) => LoweringContext.Call(
        new RuntimeKernel(
            RuntimeCall.Of("PositionBias.SumSamples", [.. CallArgument.Operands(2), context.Of(node.Id).Length, CallArgument.Samples]))
        {
            LeavesInHalo = HaloEffect.MapsZeros,
        },
        node);
}

/// <summary>What a pass replaces before kernels are chosen; element by element.</summary>
internal sealed class ReplacedLowering : OperatorLowering
{
    public override LayoutCoupling Coupling => LayoutCoupling.Same;
}

/// <summary>A change of each element by a random number.</summary>
internal sealed class RandomElementsLowering(string method, string setting, HaloEffect haloEffect) : OperatorLowering
{
    public override LayoutCoupling Coupling => LayoutCoupling.Same;

    public override KernelCall Lower(LoweringContext context, Node node)
    {
        (int length, string value) = (context.Of(node.Id).Length, Literals.Float(node.Attributes.Float(setting)));
        RuntimeCall call = RuntimeCall.Of(method,
            [
                .. CallArgument.Operands(2), CallArgument.Joined($"(nint){length} * ", CallArgument.Samples), value,
                $"randomSeed + {node.Attributes.Int("stream")}UL", "stepNumber",
                CallArgument.Joined("(ulong)", CallArgument.EarlierSamples, $" * {length}"),
            ]);
        return LoweringContext.Call(new RuntimeKernel(call) { LeavesInHalo = haloEffect, WritesOver = [0] }, node);
    }
}
