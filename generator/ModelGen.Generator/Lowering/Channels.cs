using ModelGen.Generator.Graphs;
using ModelGen.Generator.Kernels;
using ModelGen.Generator.Layouts;

namespace ModelGen.Generator.Lowering;

/// <summary>Channels one behind the other.</summary>
internal sealed class ConcatLowering : OperatorLowering
{
    public override LayoutCoupling Coupling => LayoutCoupling.Kind;

    public override Layout? RequiredLayout(ILayoutContext context, Node node, int input) => ChannelCopies.Required(context, node, input);

    public override Layout ResultLayout(ILayoutContext context, Node node) => ChannelCopies.Result(context, node);

    public override KernelCall Lower(LoweringContext context, Node node)
    {
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

/// <summary>Some neighbouring channels.</summary>
internal sealed class SliceLowering : OperatorLowering
{
    public override LayoutCoupling Coupling => LayoutCoupling.Kind;

    public override Layout? RequiredLayout(ILayoutContext context, Node node, int input) => ChannelCopies.Required(context, node, input);

    public override Layout ResultLayout(ILayoutContext context, Node node) => ChannelCopies.Result(context, node);

    public override KernelCall Lower(LoweringContext context, Node node)
    {
        Layout y = context.Of(node.Id);
        var image = new DividedImage(y);
        return LoweringContext.Call(
            image.Kernel(ChannelCopies.Copy(image, context.Of(node.Inputs[0]), 0, node.Attributes.Int("start"), y, 1, 0,
            node.Attributes.Int("length"))), node);
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
