using ModelGen.Generator.Collections;
using ModelGen.Generator.Diagnostics;
using ModelGen.Generator.Graphs;

namespace ModelGen.Generator.Ops;

/// <summary>A part along one dimension, which is also the gradient of <see cref="Concat"/>.</summary>
internal sealed class Slice : Operator
{
    public override string Name => "Slice";

    public override LayerDescription Layer => new("slice",
        "What lies from start to end along one dimension, or every step-th of that; as `x[:, start:end:step]` in PyTorch.",
        "ONNX, Slice; PyTorch, torch.narrow")
    { ShapeRule = "A×B×C, with dim 2, to A×⌈(end − start) / step⌉×C.", Example = "Slice(Dim = 1, Start = 0, End = 4)" };

    public override EquatableArray<AttributeSpec> Attributes =>
    [
        Concat.Dimension("cut"),
        new("start", AttributeKind.Int, 0, "The first that is taken; negative counts from the end."),
        new("end", AttributeKind.Int, int.MaxValue,
            "The one after the last that is taken; negative counts from the end, and the end is the largest."),
        new("step", AttributeKind.Int, 1, "From each that is taken to the next.", 1),
    ];

    /// <summary>The attributes of a part without steps.</summary>
    /// <param name="axis">The dimension, from 0 without the batch.</param>
    public static AttributeMap Part(int axis, int start, int end) => AttributeMap.Of(("dim", axis + 1), ("start", start), ("end", end));

    /// <summary>The dimension of a node, from 0 without the batch.</summary>
    public static int AxisOf(Node node) => AxisOf(node.Shape, node);

    /// <summary>The same where the result does not have it any more.</summary>
    /// <param name="input">The shape of what is read.</param>
    public static int AxisOf(Shape input, Node node) => Require.Axis(node.Op, "dim", node.Attributes.Int("dim"), input.Rank);

    public override int BuildLayer(GraphBuilder graph, int[] inputs, AttributeMap attributes, string name)
    {
        var call = CallOf(graph, inputs, attributes, name);
        (int axis, int start, int end) = RangeOf(call);
        return graph.Add(Name, inputs, Part(axis, start, end).With("step", attributes["step"]), name);
    }

    public override TensorType Infer(OperatorCall call)
    {
        (int axis, int start, int end) = RangeOf(call);
        int step = call.Attributes.Int("step");
        return call.Inputs[0] with { Shape = call.Inputs[0].Shape.With(axis, 1 + (end - start - 1) / step) };
    }

    public override void Gradient(GradientContext context, Node node, int gradient)
    {
        if (!context.Needs(node.Inputs[0]))
            return;
        int axis = AxisOf(node);
        AttributeMap attributes = node.Attributes.Without("end").With("size", context.TypeOf(node.Inputs[0]).Shape[axis]);
        context.Accumulate(node.Inputs[0], context.Graph.Add("SliceGradient", [gradient], attributes, node.Name));
    }

    private static (int Axis, int Start, int End) RangeOf(OperatorCall call)
    {
        Require.InputCount(call, 1, 1);
        Shape shape = call.Inputs[0].Shape;
        int axis = Require.Axis(call.Label, "dim", call.Attributes.Int("dim"), shape.Rank);
        int size = shape[axis], start = FromBeginning(call.Attributes.Int("start")), end = FromBeginning(call.Attributes.Int("end"));
        return start < end ? (axis, start, end)
            : throw new ShapeException(ProblemIds.InvalidArgument, FormattableString.Invariant(
                $"{call.Label}: nothing lies from {call.Attributes["start"]} to {call.Attributes["end"]} along dimension {axis + 1} of ")
                    + FormattableString.Invariant($"{shape}, which has 0 to {size - 1}"));

        int FromBeginning(int index) => Math.Min(Math.Max(index < 0 ? size + index : index, 0), size);
    }
}

/// <summary>The gradient of <see cref="Slice"/>: zeros, in which the part's gradient lies.</summary>
internal sealed class SliceGradient : Operator
{
    public override string Name => "SliceGradient";

    public override EquatableArray<AttributeSpec> Attributes =>
    [
        Concat.Dimension("cut"),
        new("start", AttributeKind.Int, 0, "Where the first goes.", 0),
        new("step", AttributeKind.Int, 1, "From each to the next.", 1),
        new("size", AttributeKind.Int, null, "How long the dimension is.", 1),
    ];

    public override TensorType Infer(OperatorCall call)
    {
        Require.InputCount(call, 1, 1);
        Shape shape = call.Inputs[0].Shape;
        int axis = Require.Axis(call.Label, "dim", call.Attributes.Int("dim"), shape.Rank);
        (int start, int step, int size) = (call.Attributes.Int("start"), call.Attributes.Int("step"), call.Attributes.Int("size"));
        return start + (shape[axis] - 1L) * step < size
            ? call.Inputs[0] with { Shape = shape.With(axis, size) }
            : throw new ShapeException(ProblemIds.InvalidArgument, FormattableString.Invariant(
                $"{call.Label}: {shape[axis]} from {start} on, {step} apart, do not fit into {size}"));
    }
}
