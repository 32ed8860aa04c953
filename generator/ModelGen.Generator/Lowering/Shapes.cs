using ModelGen.Generator.Graphs;
using ModelGen.Generator.Kernels;
using ModelGen.Generator.Layouts;

namespace ModelGen.Generator.Lowering;

/// <summary>The same memory.</summary>
internal sealed class FlattenLowering : OperatorLowering
{
    public override LayoutCoupling Coupling => LayoutCoupling.Same;

    public override Layout? RequiredLayout(ILayoutContext context, Node node, int input) => null;

    public override Layout ResultLayout(ILayoutContext context, Node node) => context.Of(node.Inputs[0])!;
}

/// <summary>The same memory.</summary>
internal sealed class ReshapeLowering : OperatorLowering
{
    public override LayoutCoupling Coupling => LayoutCoupling.Same;

    public override Layout? RequiredLayout(ILayoutContext context, Node node, int input) => context.Chosen(node.Id);

    public override Layout ResultLayout(ILayoutContext context, Node node) => context.Of(node.Inputs[0])!;
}

/// <summary>A copy in another layout.</summary>
internal sealed class ReorderLowering : OperatorLowering
{
    public override KernelCall Lower(LoweringContext context, Node node)
    {
        (Layout source, Layout destination) = (context.Of(node.Inputs[0]), context.Of(node.Id));
        bool isPacking = !node.Type.PerSample && PackKernels.CanPack(source, destination);
        return LoweringContext.Call(isPacking ? PackKernels.Pack(destination) : new ReorderKernel(
            source, destination, node.Type.PerSample), node);
    }
}

/// <summary>A border from the image, or its gradient.</summary>
internal sealed class PadLowering(bool isGradient) : OperatorLowering
{
    public override LayoutCoupling Coupling => LayoutCoupling.Kind;

    public override Layout? RequiredLayout(ILayoutContext context, Node node, int input) =>
        PoolLayouts.SameKindAsResult(context, node, input);

    public override KernelCall Lower(LoweringContext context, Node node) =>
        LoweringContext.Call(PadKernel.Of(node, context.Of(node.Inputs[0]), context.Of(node.Id), isGradient), node);
}
