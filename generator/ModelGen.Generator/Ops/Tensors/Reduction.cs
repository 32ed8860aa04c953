using ModelGen.Generator.Collections;
using ModelGen.Generator.Graphs;

namespace ModelGen.Generator.Ops;

/// <summary>How a reduction takes elements together.</summary>
internal enum ReductionKind
{
    Sum,
    Mean,
    Max,
    Min,
}

/// <summary>One number for all elements along some dimensions: a row for each kind.</summary>
internal sealed class Reduction(ReductionKind kind, string documentation, string source) : Operator
{
    public static IEnumerable<Operator> Rows =>
    [
        new Reduction(ReductionKind.Sum, "The sum along dimensions.", "PyTorch, torch.sum"),
        new Reduction(ReductionKind.Mean, "The mean along dimensions.", "PyTorch, torch.mean"),
        new Reduction(ReductionKind.Max,
            "The largest element along dimensions; NaN where there is one. Equal ones share the gradient.", "PyTorch, torch.amax"),
        new Reduction(ReductionKind.Min,
            "The smallest element along dimensions; NaN where there is one. Equal ones share the gradient.", "PyTorch, torch.amin"),
    ];

    public ReductionKind Kind => kind;

    public override string Name => $"Reduce{kind}";

    public override LayerDescription Layer => new($"reduce{kind}".ToLowerInvariant(), documentation, source)
    {
        ShapeRule = "A×B×C, with dims 1 and 3, to B, or with keepdim to 1×B×1; all dimensions of a sample unless dims are given.",
        Example = $"{Name}(Dims = new[] {{ 2, 3 }}, Keepdim = true)",
    };

    public override EquatableArray<AttributeSpec> Attributes =>
    [
        new("dims", AttributeKind.Ints, Array.Empty<int>(),
            "The dimensions, the batch being dimension 0; negative ones count from the end. All of a sample unless given."),
        new("keepdim", AttributeKind.Bool, false, "Whether they stay, with size 1."),
    ];

    /// <summary>The attributes for dimensions from 0 without the batch, which stay.</summary>
    public static AttributeMap Keeping(IEnumerable<int> axes) =>
        AttributeMap.Of(("dims", axes.Select(a => a + 1).ToArray()), ("keepdim", true));

    /// <summary>The dimensions that go, from 0 without the batch.</summary>
    public static int[] AxesOf(string label, AttributeMap attributes, int rank)
    {
        int[] axes = Require.Axes(label, "dims", attributes.Ints("dims"), rank);
        return axes.Length > 0 ? axes : [.. Enumerable.Range(0, rank)];
    }

    public override TensorType Infer(OperatorCall call)
    {
        Require.InputCount(call, 1, 1);
        Shape shape = call.Inputs[0].Shape;
        int[] axes = AxesOf(call.Label, call.Attributes, shape.Rank);
        return call.Inputs[0] with
        {
            Shape = call.Attributes.Flag("keepdim") ? Kept(shape, axes)
                : Shape.Of([.. shape.Dimensions.Where((_, axis) => !axes.Contains(axis))]),
        };
    }

    public override void Gradient(GradientContext context, Node node, int gradient)
    {
        int x = node.Inputs[0];
        if (!context.Needs(x))
            return;
        (GraphBuilder graph, Shape shape) = (context.Graph, context.TypeOf(x).Shape);
        int[] axes = AxesOf(node.Op, node.Attributes, shape.Rank);
        Shape kept = Kept(shape, axes);
        long count = axes.Aggregate(1L, (product, axis) => product * shape[axis]);
        int dy = As(gradient);
        if (kind is ReductionKind.Max or ReductionKind.Min)
        {
            // The elements that are the largest get equal parts.
            int largest = graph.Add("EqualMask", [x, Expanded(As(node.Id))], AttributeMap.Empty, node.Name);
            int number = graph.Add("ReduceSum", [largest], Keeping(axes), node.Name);
            int share = Binary.Add(graph, "Divide", dy, number, node.Name);
            context.Accumulate(x, Binary.Add(graph, OpNames.Multiply, largest, share, node.Name));
            return;
        }
        if (kind == ReductionKind.Mean)
            dy = graph.Add("Affine", [dy], AttributeMap.Of(("scale", 1.0 / count), ("shift", 0.0)), node.Name);
        context.Accumulate(x, Expanded(dy));

        int As(int value) => graph.TypeOf(value).Shape == kept ? value : graph.Add(OpNames.Reshape, [value], Reshape.To(kept), node.Name);

        int Expanded(int value) => kept == shape ? value : graph.Add("Expand", [value], Reshape.To(shape), node.Name);
    }

    private static Shape Kept(Shape shape, int[] axes) =>
        Shape.Of([.. shape.Dimensions.Select((size, axis) => axes.Contains(axis) ? 1 : size)]);
}

/// <summary>Where the largest element is along a dimension, as a number.</summary>
internal sealed class ArgMax : Operator
{
    public override string Name => "ArgMax";

    public override LayerDescription Layer => new("argmax",
        "The position of the largest element along a dimension, as a float; the first of equal ones, or of NaN. It has no gradient.",
        "PyTorch, torch.argmax")
    { ShapeRule = "A×B×C, with dim 2, to A×C, or with keepdim to A×1×C.", Example = "ArgMax(Dim = 1)" };

    public override EquatableArray<AttributeSpec> Attributes =>
    [
        new("dim", AttributeKind.Int, -1, "The dimension, the batch being dimension 0; negative counts from the end."),
        new("keepdim", AttributeKind.Bool, false, "Whether it stays, with size 1."),
    ];

    public override TensorType Infer(OperatorCall call)
    {
        Require.InputCount(call, 1, 1);
        Shape shape = call.Inputs[0].Shape;
        int axis = Require.Axis(call.Label, "dim", call.Attributes.Int("dim"), shape.Rank);
        return call.Inputs[0] with
        {
            Shape = call.Attributes.Flag("keepdim") ? shape.With(axis, 1) : Shape.Of([.. shape.Dimensions.Where((_, i) => i != axis)]),
        };
    }
}
