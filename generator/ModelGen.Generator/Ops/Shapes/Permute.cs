using ModelGen.Generator.Collections;
using ModelGen.Generator.Diagnostics;
using ModelGen.Generator.Graphs;

namespace ModelGen.Generator.Ops;

/// <summary>The dimensions in another order.</summary>
internal sealed class Permute : Operator
{
    public override string Name => "Permute";

    public override bool TakesConstants => true;

    public override LayerDescription Layer => new("permute", "The dimensions in another order.", "PyTorch, torch.permute")
    { ShapeRule = "A×B×C, with dims 0, 3, 1, 2, to C×A×B.", Example = "Permute(0, 2, 3, 1)" };

    public override EquatableArray<AttributeSpec> Attributes =>
    [
        new("dims", AttributeKind.Ints, null,
            "For each dimension of the result, which one of the input it is; the batch, 0, stays the first."),
    ];

    /// <summary>The attributes for an order of dimensions, from 0 without the batch.</summary>
    public static AttributeMap By(IEnumerable<int> axes) =>
        AttributeMap.Of(("dims", new[] { 0 }.Concat(axes.Select(a => a + 1)).ToArray()));

    /// <summary>The order, from 0 without the batch.</summary>
    public static int[] AxesOf(Node node) => AxesOf(node.Op, node.Attributes, node.Shape.Rank);

    public override int BuildLayer(GraphBuilder graph, int[] inputs, AttributeMap attributes, string name)
    {
        var call = CallOf(graph, inputs, attributes, name);
        Require.InputCount(call, 1, 1);
        return graph.Add(Name, inputs, By(AxesOf(call.Label, attributes, call.Inputs[0].Shape.Rank)), name);
    }

    public override TensorType Infer(OperatorCall call)
    {
        Require.InputCount(call, 1, 1);
        Shape shape = call.Inputs[0].Shape;
        return call.Inputs[0] with { Shape = Shape.Of([.. AxesOf(call.Label, call.Attributes, shape.Rank).Select(a => shape[a])]) };
    }

    public override void Gradient(GradientContext context, Node node, int gradient)
    {
        int[] axes = AxesOf(node);
        if (context.Needs(node.Inputs[0]))
            context.Accumulate(node.Inputs[0],
                context.Graph.Add(Name, [gradient], By(Enumerable.Range(0, axes.Length).Select(a => Array.IndexOf(axes, a))), node.Name));
    }

    private static int[] AxesOf(string label, AttributeMap attributes, int rank)
    {
        EquatableArray<int> dims = attributes.Ints("dims");
        if (dims.Count != rank + 1 || dims[0] != 0)
        {
            throw new ShapeException(ProblemIds.InvalidArgument, FormattableString.Invariant(
                $"{label}: dims must name all {rank + 1} dimensions, the batch, 0, first, got {string.Join(", ", dims)}"));
        }
        return Require.Axes(label, "dims", dims.Skip(1), rank);
    }
}

/// <summary>Two dimensions exchanged: a <see cref="Permute"/>.</summary>
internal sealed class Transpose : Operator
{
    public override string Name => "Transpose";

    public override bool TakesConstants => true;

    public override bool IsComposite => true;

    public override LayerDescription Layer => new("transpose", "Two dimensions exchanged.", "PyTorch, torch.transpose")
    { ShapeRule = "A×B×C, with dims 1 and 3, to C×B×A.", Example = "Transpose(1, 2)" };

    public override EquatableArray<AttributeSpec> Attributes =>
    [
        new("dim0", AttributeKind.Int, null, "One of them, the batch being dimension 0; negative counts from the end."),
        new("dim1", AttributeKind.Int, null, "The other."),
    ];

    public override int BuildLayer(GraphBuilder graph, int[] inputs, AttributeMap attributes, string name) =>
        graph.Add("Permute", inputs, Permute.By(AxesOf(CallOf(graph, inputs, attributes, name))), name);

    public override TensorType Infer(OperatorCall call) => call.Inputs[0] with
    {
        Shape = Shape.Of([.. AxesOf(call).Select(a => call.Inputs[0].Shape[a])]),
    };

    private static int[] AxesOf(OperatorCall call)
    {
        Require.InputCount(call, 1, 1);
        int rank = call.Inputs[0].Shape.Rank;
        int first = Require.Axis(call.Label, "dim0", call.Attributes.Int("dim0"), rank),
            second = Require.Axis(call.Label, "dim1", call.Attributes.Int("dim1"), rank);
        int[] axes = [.. Enumerable.Range(0, rank)];
        (axes[first], axes[second]) = (second, first);
        return axes;
    }
}
