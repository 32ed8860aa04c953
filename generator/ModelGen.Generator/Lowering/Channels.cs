using ModelGen.Generator.Graphs;
using ModelGen.Generator.Kernels;
using ModelGen.Generator.Layouts;
using ModelGen.Generator.Ops;

namespace ModelGen.Generator.Lowering;

/// <summary>What is done along one dimension: of channels by kernels of images, of others by strides.</summary>
internal abstract class ChannelsOrStridesLowering : OperatorLowering
{
    public sealed override LayoutCoupling Coupling => LayoutCoupling.Kind;

    public sealed override LayoutCoupling CouplingOf(OperatorCall call, int input) =>
        IsOfChannels(call.Inputs[0].Shape.Rank, call.Attributes) ? LayoutCoupling.Kind : LayoutCoupling.None;

    public sealed override LayoutPreference PreferredLayout(OperatorCall call, Shape result) =>
        IsOfChannels(result.Rank, call.Attributes) ? LayoutPreference.Image : LayoutPreference.Dense;

    public sealed override Layout? RequiredLayout(ILayoutContext context, Node node, int input) => IsOfChannels(node)
        ? ChannelCopies.Required(context, node, input) : StridedLayouts.Required(context, node, input);

    public sealed override Layout ResultLayout(ILayoutContext context, Node node) => IsOfChannels(node)
        ? ChannelCopies.Result(context, node) : StridedLayouts.Result(context, node);

    /// <summary>Whether kernels of images can do it.</summary>
    protected bool IsOfChannels(Node node) => IsOfChannels(node.Shape.Rank, node.Attributes);

    /// <summary>The same of so many dimensions.</summary>
    protected virtual bool IsOfChannels(int rank, AttributeMap attributes) => Concat.IsOfChannels(rank, attributes);
}

/// <summary>Inputs one behind the other.</summary>
internal sealed class ConcatLowering : ChannelsOrStridesLowering
{
    public override KernelCall Lower(LoweringContext context, Node node)
    {
        if (!IsOfChannels(node))
            return LoweringContext.Call(StridedCopies.Concat(context, node), node);
        Layout y = context.Of(node.Id);
        var copies = new List<RuntimeCall>();
        int target = 0;
        for (int i = 0; i < node.Inputs.Count; i++)
        {
            Layout x = context.Of(node.Inputs[i]);
            if (!context.IsInPlace(node, i))
                copies.Add(ChannelCopies.Copy(new(y), x, i, 0, y, node.Inputs.Count, target, x.Channels));
            target += x.Channels;
        }
        return LoweringContext.Call(new DividedImage(y).Kernel([.. copies]), node);
    }
}

/// <summary>A part along a dimension.</summary>
internal sealed class SliceLowering : ChannelsOrStridesLowering
{
    protected override bool IsOfChannels(int rank, AttributeMap attributes) =>
        base.IsOfChannels(rank, attributes) && attributes.Int("step") == 1 && attributes.Int("start") >= 0;

    public override KernelCall Lower(LoweringContext context, Node node)
    {
        if (!IsOfChannels(node))
            return LoweringContext.Call(StridedCopies.Slice(context, node), node);
        Layout y = context.Of(node.Id);
        var image = new DividedImage(y);
        return LoweringContext.Call(
            image.Kernel(ChannelCopies.Copy(image, context.Of(node.Inputs[0]), 0, node.Attributes.Int("start"), y, 1, 0,
            node.Shape[0])), node);
    }
}

/// <summary>
/// Layouts of operators on ranges of channels, and the call that copies one. Images are blocked or planes, as the result is; features lie
/// as features, not as the image they came from.
/// </summary>
internal static class ChannelCopies
{
    public static Layout? Required(ILayoutContext context, Node node, int input)
    {
        Shape shape = context.TypeOf(node.Inputs[input]).Shape;
        if (shape.Rank == 3)
            return PoolLayouts.SameKindAsResult(context, node, input);
        Layout plain = Plain(shape);
        return context.Of(node.Inputs[input]) == plain ? null : plain;
    }

    public static Layout Result(ILayoutContext context, Node node) => node.Shape.Rank == 3 ? context.Chosen(node.Id) : Plain(node.Shape);

    /// <summary>
    /// The call that copies <paramref name="count"/> channels from operand <paramref name="from"/> to operand <paramref name="to"/>.
    /// </summary>
    public static RuntimeCall Copy(DividedImage image, Layout x, int from, int first, Layout y, int to, int target, int count) =>
        RuntimeCall.Of("ChannelCopy.Copy",
            image.First(from, x), image.Read(x), first, image.First(to, y), image.Written(y), target, count, CallArgument.Samples);

    private static Layout Plain(Shape shape) => shape.Rank == 1 ? Layout.Blocked(shape) : Layout.Dense(shape);
}
