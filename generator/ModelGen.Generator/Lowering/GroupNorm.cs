using ModelGen.Generator.Collections;
using ModelGen.Generator.Graphs;
using ModelGen.Generator.Kernels;
using ModelGen.Generator.Layouts;
using ModelGen.Generator.Ops;
using ModelGen.Generator.Text;

namespace ModelGen.Generator.Lowering;

/// <summary>
/// How group normalisation and what belongs to it are done: images in blocks, a row of statistics padded to whole blocks.
/// </summary>
internal abstract class GroupNormOperatorLowering : OperatorLowering
{
    // The images among the inputs lie alike.
    public override Layout? RequiredLayout(ILayoutContext context, Node node, int input)
    {
        TensorType type = context.TypeOf(node.Inputs[input]);
        if (type.Shape.Rank == 2)
            return BatchNormKernels.RowsLayout(type.Shape);
        if (!type.PerSample)
            return Layout.Blocked(type.Shape);
        Layout chosen = context.Chosen(node.Shape.Rank == 3 ? node.Id : node.Inputs[0]);
        return chosen.IsBlocked ? chosen : Layout.Blocked(type.Shape);
    }

    public override Layout ResultLayout(ILayoutContext context, Node node) =>
        node.Shape.Rank == 3 ? context.Chosen(node.Id) : BatchNormKernels.RowsLayout(node.Shape);

    /// <summary>Floats from one row of statistics to the next.</summary>
    protected static int RowLength(Layout image) => Layout.RoundUp(image.Channels, Layout.Block);

    /// <summary>The first block that is wanted of a vector, or a reference to nothing where there is none.</summary>
    protected static CallArgument Vector(Node node, int position) =>
        position < node.Inputs.Count ? CallArgument.Operand(position, Layout.Block) : "ref Unsafe.NullRef<float>()";
}

/// <summary>The normalisation itself; threads share blocks of channels.</summary>
internal sealed class GroupNormLowering : GroupNormOperatorLowering
{
    public override LayoutCoupling CouplingOf(OperatorCall call, int input) =>
        input == GroupNorm.Image ? LayoutCoupling.Same : LayoutCoupling.None;

    public override LayoutPreference PreferredLayout(OperatorCall call, Shape result) => LayoutPreference.BlockedOnly;

    public override KernelCall Lower(LoweringContext context, Node node)
    {
        Layout x = context.Of(node.Id);
        RuntimeCall call = RuntimeCall.Of("GroupNorm.Normalize",
            [
                BatchNormKernels.Planes(GroupNorm.Image, x), CallArgument.Operand(GroupNorm.Statistics, Layout.Block),
                Vector(node, GroupNorm.Weight), Vector(node, GroupNorm.Bias), BatchNormKernels.Planes(node.Inputs.Count, x), RowLength(x),
                .. BatchNormKernels.Geometry(x, blocks: CallArgument.UnitCount),
            ]);
        return LoweringContext.Call(new RuntimeKernel(call, x.Planes)
        {
            LeavesInHalo = HaloEffect.Keeps,
            WritesOver = [GroupNorm.Image],
        }, node);
    }
}

/// <summary>The statistics, of which groups need not end where blocks do.</summary>
internal sealed class GroupStatisticsLowering : GroupNormOperatorLowering
{
    public override KernelCall Lower(LoweringContext context, Node node)
    {
        Layout x = context.Of(node.Inputs[0]);
        RuntimeCall call = RuntimeCall.Of("GroupNorm.Statistics",
            [
                RuntimeImage.First(0, x), CallArgument.Operand(1), RowLength(x), .. BatchNormKernels.Geometry(x), x.Channels,
                node.Attributes.Int("numGroups"), Literals.Float(node.Attributes.Float("eps")),
            ]);
        return LoweringContext.Call(new RuntimeKernel(call), node);
    }
}

/// <summary>Sums over each sample's pixels for the gradients; threads share blocks of channels.</summary>
internal sealed class GroupNormGradientSumsLowering : GroupNormOperatorLowering
{
    public override KernelCall Lower(LoweringContext context, Node node)
    {
        (Layout x, Layout dy) = (context.Of(node.Inputs[0]), context.Of(node.Inputs[2]));
        RuntimeCall call = RuntimeCall.Of("GroupNorm.GradientSums",
            [
                BatchNormKernels.Planes(0, x), CallArgument.Operand(1, Layout.Block), BatchNormKernels.Planes(2, dy),
                CallArgument.Operand(3, Layout.Block), RowLength(x), .. BatchNormKernels.Geometry(x, blocks: CallArgument.UnitCount),
                .. BatchNormKernels.Strides(dy),
            ]);
        return LoweringContext.Call(new RuntimeKernel(call, x.Planes), node);
    }
}

/// <summary>The gradient with respect to the image.</summary>
internal sealed class GroupNormGradientLowering : GroupNormOperatorLowering
{
    private const int Weight = 4;

    public override LayoutCoupling CouplingOf(OperatorCall call, int input) =>
        call.Inputs[input].Shape.Rank == 3 ? LayoutCoupling.Same : LayoutCoupling.None;

    public override LayoutPreference PreferredLayout(OperatorCall call, Shape result) => LayoutPreference.BlockedOnly;

    public override KernelCall Lower(LoweringContext context, Node node)
    {
        Layout x = context.Of(node.Id);
        RuntimeCall call = RuntimeCall.Of("GroupNorm.GradientInput",
            [
                RuntimeImage.First(0, x), CallArgument.Operand(1), RuntimeImage.First(2, x), CallArgument.Operand(3),
                node.Inputs.Count > Weight ? CallArgument.Operand(Weight) : "ref Unsafe.NullRef<float>()",
                RuntimeImage.First(node.Inputs.Count, x), RowLength(x), .. BatchNormKernels.Geometry(x), x.Channels,
                node.Attributes.Int("numGroups"),
            ]);
        return LoweringContext.Call(new RuntimeKernel(call) { LeavesInHalo = HaloEffect.Keeps, WritesOver = [0, 2] }, node);
    }
}
