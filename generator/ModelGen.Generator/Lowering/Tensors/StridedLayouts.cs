using ModelGen.Generator.Collections;
using ModelGen.Generator.Graphs;
using ModelGen.Generator.Kernels;
using ModelGen.Generator.Layouts;
using ModelGen.Generator.Ops;

namespace ModelGen.Generator.Lowering;

/// <summary>
/// Layouts of operators that know of an operand only where each of its dimensions goes on: any but several blocks of channels, which are
/// put in order first.
/// </summary>
internal static class StridedLayouts
{
    public static Layout? Required(ILayoutContext context, Node node, int input)
    {
        (int value, Shape shape) = (node.Inputs[input], context.TypeOf(node.Inputs[input]).Shape);
        return context.Of(value) is { } now && now.StridesOver(shape) is null ? Layout.Dense(shape) : null;
    }

    public static Layout Result(ILayoutContext context, Node node)
    {
        Layout plain = Layout.Dense(node.Shape);
        if (!node.Type.PerSample)
            return plain;
        Layout chosen = context.Chosen(node.Id);
        return chosen.StridesOver(node.Shape) is null ? plain : chosen;
    }

    /// <summary>Where an input or the result of a node lies.</summary>
    public static StridedOperand Operand(LoweringContext context, int value) =>
        StridedOperand.Of(context.Of(value), context.TypeOf(value).PerSample);

    /// <summary>Floats from one element to the next, along each dimension.</summary>
    public static EquatableArray<int> Strides(LoweringContext context, int value) =>
        context.Of(value).StridesOver(context.TypeOf(value).Shape)
            ?? throw new InvalidOperationException($"{context.Of(value)} has no strides");

    /// <summary>
    /// The strides over a larger shape, to which a value is repeated: 0 along dimensions that it does not have, or of which it has one.
    /// </summary>
    public static int[] Repeated(LoweringContext context, int value, Shape shape)
    {
        (EquatableArray<int> strides, Shape own) = (Strides(context, value), context.TypeOf(value).Shape);
        int added = shape.Rank - own.Rank;
        return [.. Enumerable.Range(0, shape.Rank).Select(i =>
            i < added || (own[i - added] == 1 && shape[i] != 1) ? 0 : strides[i - added])];
    }
}

/// <summary>An operator on tensors of any rank, which reads and writes by strides.</summary>
internal abstract class StridedLowering : OperatorLowering
{
    public override LayoutPreference PreferredLayout(OperatorCall call, Shape result) => LayoutPreference.Dense;

    public override Layout? RequiredLayout(ILayoutContext context, Node node, int input) => StridedLayouts.Required(context, node, input);

    public override Layout ResultLayout(ILayoutContext context, Node node) => StridedLayouts.Result(context, node);
}

/// <summary>What copies elements to other places.</summary>
internal sealed class StridedCopyLowering : StridedLowering
{
    public override KernelCall Lower(LoweringContext context, Node node) => LoweringContext.Call(node.Op switch
    {
        "Permute" => StridedCopies.Permute(context, node),
        "Expand" => StridedCopies.Expand(context, node),
        "SliceGradient" => StridedCopies.SliceGradient(context, node),
        "IndexSelect" or "IndexAdd" => StridedCopies.Places(context, node),
        _ => throw new InvalidOperationException($"{node.Op} is no copy"),
    }, node);
}

/// <summary>The kernels of copies.</summary>
internal static class StridedCopies
{
    public static Kernel Permute(LoweringContext context, Node node)
    {
        (int[] axes, EquatableArray<int> strides) = (Ops.Permute.AxesOf(node), StridedLayouts.Strides(context, node.Inputs[0]));
        return Copy(context, node, 0, [.. axes.Select(a => strides[a])], node.Shape);
    }

    public static Kernel Expand(LoweringContext context, Node node) =>
        Copy(context, node, 0, StridedLayouts.Repeated(context, node.Inputs[0], node.Shape), node.Shape);

    public static Kernel Slice(LoweringContext context, Node node)
    {
        int axis = Ops.Slice.AxisOf(node);
        int[] strides = [.. StridedLayouts.Strides(context, node.Inputs[0])];
        int start = node.Attributes.Int("start") * strides[axis];
        strides[axis] *= node.Attributes.Int("step");
        return Copy(context, node, start, strides, node.Shape);
    }

    public static Kernel SliceGradient(LoweringContext context, Node node)
    {
        (int axis, Layout target) = (Ops.Slice.AxisOf(node), context.Of(node.Id));
        Shape part = context.TypeOf(node.Inputs[0]).Shape;
        EquatableArray<int> from = StridedLayouts.Strides(context, node.Inputs[0]);
        int[] to = [.. StridedLayouts.Strides(context, node.Id)];
        int start = target.Origin + node.Attributes.Int("start") * to[axis];
        to[axis] *= node.Attributes.Int("step");
        var copied = new CopiedPart(StridedLayouts.Operand(context, node.Inputs[0]), start, Loops(part, from, to));
        return new StridedCopyKernel([copied], target, node.Op) { ClearsFirst = true };
    }

    public static Kernel Concat(LoweringContext context, Node node)
    {
        (int axis, Layout target) = (Ops.Concat.AxisOf(node), context.Of(node.Id));
        EquatableArray<int> to = StridedLayouts.Strides(context, node.Id);
        var parts = new List<CopiedPart>();
        int start = 0;
        foreach (int input in node.Inputs)
        {
            Shape shape = context.TypeOf(input).Shape;
            parts.Add(new(StridedLayouts.Operand(context, input), target.Origin + start * to[axis],
                Loops(shape, StridedLayouts.Strides(context, input), to)));
            start += shape[axis];
        }
        return new StridedCopyKernel(parts.ToEquatableArray(), target, "Join");
    }

    /// <summary>Of given places, or to them.</summary>
    public static Kernel Places(LoweringContext context, Node node)
    {
        (int axis, Layout target, bool adds) = (Ops.Slice.AxisOf(node), context.Of(node.Id), node.Op == "IndexAdd");
        Shape shape = adds ? context.TypeOf(node.Inputs[0]).Shape : node.Shape;
        EquatableArray<int> from = StridedLayouts.Strides(context, node.Inputs[0]), to = StridedLayouts.Strides(context, node.Id);
        var places = new CopiedPlaces(
            node.Attributes.Ints("indices"), (adds ? to : from)[axis], (adds ? from : to)[axis], OfSource: !adds);
        var part = new CopiedPart(StridedLayouts.Operand(context, node.Inputs[0]), target.Origin,
            Loops(shape.With(axis, 1), from, to), places);
        return new StridedCopyKernel([part], target, node.Op) { ClearsFirst = adds, Adds = adds };
    }

    private static StridedCopyKernel Copy(LoweringContext context, Node node, int start, IReadOnlyList<int> strides, Shape shape)
    {
        StridedOperand source = StridedLayouts.Operand(context, node.Inputs[0]);
        Layout target = context.Of(node.Id);
        var part = new CopiedPart(source with { Origin = source.Origin + start }, target.Origin,
            Loops(shape, strides, StridedLayouts.Strides(context, node.Id)));
        return new StridedCopyKernel([part], target, node.Op) { PerSample = node.Type.PerSample };
    }

    private static EquatableArray<StridedLoop> Loops(Shape shape, IReadOnlyList<int> from, IReadOnlyList<int> to) =>
        [.. shape.Dimensions.Select((size, axis) => StridedLoop.Of(size, from[axis], to[axis]))];
}
