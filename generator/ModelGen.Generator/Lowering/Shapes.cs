using ModelGen.Generator.Graphs;
using ModelGen.Generator.Kernels;
using ModelGen.Generator.Layouts;
using ModelGen.Generator.Ops;

namespace ModelGen.Generator.Lowering;

/// <summary>The same memory.</summary>
internal sealed class FlattenLowering : OperatorLowering
{
    public override LayoutCoupling Coupling => LayoutCoupling.Same;

    public override Layout? RequiredLayout(ILayoutContext context, Node node, int input) => null;

    public override Layout ResultLayout(ILayoutContext context, Node node) => context.Of(node.Inputs[0])!;
}

/// <summary>The same memory: between features and images as these lie, in row-major order otherwise.</summary>
internal sealed class ReshapeLowering : OperatorLowering
{
    public override LayoutCoupling CouplingOf(OperatorCall call, int input) =>
        Reshape.IsBetweenFeaturesAndImage(new Shape(call.Attributes.Ints("shape")), call.Inputs[0].Shape) ? LayoutCoupling.Same
            : LayoutCoupling.None;

    public override LayoutPreference PreferredLayout(OperatorCall call, Shape result) =>
        CouplingOf(call, 0) == LayoutCoupling.Same ? LayoutPreference.None : LayoutPreference.Dense;

    public override Layout? RequiredLayout(ILayoutContext context, Node node, int input)
    {
        Shape from = context.TypeOf(node.Inputs[0]).Shape;
        if (Reshape.IsBetweenFeaturesAndImage(from, node.Shape))
            return context.Chosen(node.Id);
        return context.Of(node.Inputs[0]) is { } now && !(now.Length == from.Length && IsInOrder(now, from)) ? Layout.Dense(from) : null;
    }

    public override Layout ResultLayout(ILayoutContext context, Node node)
    {
        if (Reshape.IsBetweenFeaturesAndImage(context.TypeOf(node.Inputs[0]).Shape, node.Shape))
            return context.Of(node.Inputs[0])!;
        // Features in whole blocks are the same as without.
        Layout blocked = Layout.Blocked(node.Shape);
        return node.Shape.Rank == 1 && blocked.Length == node.Shape.Length ? blocked : Layout.Dense(node.Shape);
    }

    private static bool IsInOrder(Layout layout, Shape shape) =>
        layout.StridesOver(shape) is { } strides && strides == Layout.Dense(shape).StridesOver(shape);
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
