using ModelGen.Generator.Collections;
using ModelGen.Generator.Diagnostics;
using ModelGen.Generator.Graphs;

namespace ModelGen.Generator.Ops;

/// <summary>Dimensions of size 1, and those that are missing in front, repeated to a size.</summary>
internal sealed class Expand : Operator
{
    public override string Name => "Expand";

    public override bool TakesConstants => true;

    public override LayerDescription Layer => new("expand",
        "Repeats what has size 1 along a dimension, or does not have the dimension, to a larger shape.", "PyTorch, torch.Tensor.expand")
    { ShapeRule = "1×B, with shape 3, 4, −1, to 3×4×B.", Example = "Expand(4, -1, -1)" };

    public override EquatableArray<AttributeSpec> Attributes =>
    [
        new("shape", AttributeKind.Ints, null, "The sizes of a sample, without the batch; -1 for a dimension that stays as it is.", -1),
    ];

    public override int BuildLayer(GraphBuilder graph, int[] inputs, AttributeMap attributes, string name)
    {
        var call = CallOf(graph, inputs, attributes, name);
        return graph.Add(Name, inputs, AttributeMap.Of(("shape", Infer(call).Shape.Dimensions)), name);
    }

    public override TensorType Infer(OperatorCall call)
    {
        Require.InputCount(call, 1, 1);
        (Shape from, int[] sizes) = (call.Inputs[0].Shape, [.. call.Attributes.Ints("shape")]);
        int added = sizes.Length - from.Rank;
        for (int i = 0; i < sizes.Length; i++)
        {
            int now = i >= added && added >= 0 ? from[i - added] : 1;
            if (sizes[i] == -1 && i >= added && added >= 0)
                sizes[i] = now;
            if (sizes[i] < 1 || (now != 1 && now != sizes[i]))
                throw Misfit(call);
        }
        if (added < 0)
            throw Misfit(call);
        return Require.Size(call, Require.Rank(call, call.Inputs[0] with { Shape = Shape.Of(sizes) }));
    }

    public override void Gradient(GradientContext context, Node node, int gradient)
    {
        if (context.Needs(node.Inputs[0]))
            context.Accumulate(node.Inputs[0], ToType(context, gradient, context.TypeOf(node.Inputs[0]), node.Name));
    }

    /// <summary>
    /// Adds up a gradient along the dimensions in which a value of a type was repeated, and over the batch where the value is the same for
    /// all samples.
    /// </summary>
    public static int ToType(GradientContext context, int gradient, TensorType type, string name)
    {
        int sum = ToShape(context, gradient, type.Shape, name);
        return type.PerSample || !context.TypeOf(sum).PerSample ? sum
            : context.Graph.Add("SampleSum", [sum], AttributeMap.Empty, name);
    }

    private static int ToShape(GradientContext context, int gradient, Shape shape, string name)
    {
        Shape now = context.TypeOf(gradient).Shape;
        if (now == shape)
            return gradient;
        int added = now.Rank - shape.Rank;
        int[] repeated = [.. Enumerable.Range(0, now.Rank).Where(i => i < added || (shape[i - added] == 1 && now[i] != 1))];
        int sum = repeated.Length == 0 ? gradient : context.Graph.Add("ReduceSum", [gradient],
            Reduction.Keeping(repeated), name);
        return context.TypeOf(sum).Shape == shape ? sum : context.Graph.Add(OpNames.Reshape, [sum], Reshape.To(shape), name);
    }

    private static ShapeException Misfit(OperatorCall call) => new(ProblemIds.ShapesDiffer,
        $"{call.Label}: {call.Inputs[0].Shape} cannot be repeated to {new Shape(call.Attributes.Ints("shape"))}; counted from the last, "
            + "each dimension must be 1, the same, or missing, and -1 stands for one that is there");
}

/// <summary>Single places along one dimension, in any order, perhaps more than once: PyTorch's index_select, ONNX's Gather.</summary>
internal sealed class IndexSelect : Operator
{
    public override string Name => "IndexSelect";

    public override LayerDescription Layer => new("select",
        "What lies at the given places along one dimension, in their order; a place may be given more than once.",
        "PyTorch, torch.index_select; ONNX, Gather")
    { ShapeRule = "A×B×C, with dim 2 and k indices, to A×k×C.", Example = "IndexSelect(1, 2, 0, 1)" };

    public override EquatableArray<AttributeSpec> Attributes =>
    [
        new("dim", AttributeKind.Int, null, "The dimension, the batch being dimension 0; negative counts from the end."),
        new("indices", AttributeKind.Ints, null, "The places; negative ones count from the end."),
    ];

    public override int BuildLayer(GraphBuilder graph, int[] inputs, AttributeMap attributes, string name)
    {
        (int axis, int[] indices) = Places(CallOf(graph, inputs, attributes, name));
        return graph.Add(Name, inputs, AttributeMap.Of(("dim", axis + 1), ("indices", indices)), name);
    }

    public override TensorType Infer(OperatorCall call)
    {
        (int axis, int[] indices) = Places(call);
        return Require.Size(call, call.Inputs[0] with { Shape = call.Inputs[0].Shape.With(axis, indices.Length) });
    }

    public override void Gradient(GradientContext context, Node node, int gradient)
    {
        Shape shape = context.TypeOf(node.Inputs[0]).Shape;
        if (context.Needs(node.Inputs[0]))
            context.Accumulate(node.Inputs[0], context.Graph.Add("IndexAdd", [gradient],
                node.Attributes.With("size", shape[Slice.AxisOf(node)]), node.Name));
    }

    private static (int Axis, int[] Indices) Places(OperatorCall call)
    {
        Require.InputCount(call, 1, 1);
        Shape shape = call.Inputs[0].Shape;
        int axis = Require.Axis(call.Label, "dim", call.Attributes.Int("dim"), shape.Rank);
        EquatableArray<int> given = call.Attributes.Ints("indices");
        foreach (int index in given.Where(i => i < -shape[axis] || i >= shape[axis]))
        {
            throw new ShapeException(ProblemIds.InvalidArgument, FormattableString.Invariant(
                $"{call.Label}: there is no {index} along dimension {axis + 1} of {shape}, which has 0 to {shape[axis] - 1}"));
        }
        return given.Count > 0 ? (axis, [.. given.Select(i => i < 0 ? shape[axis] + i : i)])
            : throw new ShapeException(ProblemIds.InvalidArgument, $"{call.Label} needs at least one index");
    }
}

/// <summary>The gradient of <see cref="IndexSelect"/>: each place gets the sum of what was read from it.</summary>
internal sealed class IndexAdd : Operator
{
    public override string Name => "IndexAdd";

    public override EquatableArray<AttributeSpec> Attributes =>
        [.. new IndexSelect().Attributes, new("size", AttributeKind.Int, null, "How long the dimension is.", 1)];

    public override TensorType Infer(OperatorCall call)
    {
        Require.InputCount(call, 1, 1);
        Shape shape = call.Inputs[0].Shape;
        int axis = Require.Axis(call.Label, "dim", call.Attributes.Int("dim"), shape.Rank), size = call.Attributes.Int("size");
        EquatableArray<int> indices = call.Attributes.Ints("indices");
        return indices.Count == shape[axis] && indices.All(i => i >= 0 && i < size)
            ? call.Inputs[0] with { Shape = shape.With(axis, size) }
            : throw new ShapeException(ProblemIds.ShapesDiffer, FormattableString.Invariant(
                $"{call.Label} needs an index below {size} for each of {shape[axis]}"));
    }
}

/// <summary>Inputs of one shape along a new dimension: <see cref="Concat"/> of each with one more.</summary>
internal sealed class Stack : Operator
{
    public override string Name => "Stack";

    public override bool IsComposite => true;

    public override LayerDescription Layer => new("stack", "Inputs of one shape one behind the other along a new dimension.",
        "PyTorch, torch.stack", 2, 256)
    { ShapeRule = "k inputs A×B, with dim 2, to A×k×B.", Example = "Stack(\"a\", \"b\", Dim = 1)" };

    public override EquatableArray<AttributeSpec> Attributes =>
    [
        new("dim", AttributeKind.Int, 1,
            "Which dimension of the result is the new one, the batch being dimension 0; negative counts from the end."),
    ];

    public override int BuildLayer(GraphBuilder graph, int[] inputs, AttributeMap attributes, string name)
    {
        var call = CallOf(graph, inputs, attributes, name);
        TensorType stacked = Infer(call);
        int axis = Require.Axis(call.Label, "dim", attributes.Int("dim"), stacked.Shape.Rank);
        AttributeMap single = Reshape.To(stacked.Shape.With(axis, 1));
        int[] parts = [.. inputs.Select(i => graph.Add(OpNames.Reshape, [i], single, name))];
        return graph.Add(OpNames.Concat, parts, AttributeMap.Of(("dim", axis + 1)), name);
    }

    public override TensorType Infer(OperatorCall call)
    {
        Require.InputCount(call, 2, 256);
        Require.SameShapes(call);
        List<int> sizes = [.. call.Inputs[0].Shape.Dimensions];
        sizes.Insert(Require.Axis(call.Label, "dim", call.Attributes.Int("dim"), sizes.Count + 1), call.Inputs.Count);
        return Require.Size(call, Require.Rank(call, call.Inputs[0] with { Shape = Shape.Of([.. sizes]) }));
    }
}
