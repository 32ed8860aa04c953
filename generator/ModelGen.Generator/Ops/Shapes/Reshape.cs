using System.Globalization;
using ModelGen.Generator.Collections;
using ModelGen.Generator.Diagnostics;
using ModelGen.Generator.Graphs;

namespace ModelGen.Generator.Ops;

/// <summary>Another shape for the same elements in row-major order. Costs nothing where they lie in that order.</summary>
internal sealed class Reshape : Operator
{
    public override string Name => OpNames.Reshape;

    public override bool TakesConstants => true;

    public override LayerDescription Layer => new("reshape", "Another shape for the same elements, which stay in row-major order.",
        "PyTorch, torch.reshape")
    {
        ShapeRule = "Any shape to any other with as many elements; one size may be -1, which is what is left for it.",
        Example = "Reshape(8, -1)",
    };

    public override EquatableArray<AttributeSpec> Attributes =>
        [new("shape", AttributeKind.Ints, null, "The new sizes of a sample, without the batch; -1, once, for what is left.", -1)];

    /// <summary>The attributes that ask for a shape.</summary>
    public static AttributeMap To(Shape shape) => AttributeMap.Of(("shape", shape.Dimensions));

    /// <summary>The same for given sizes.</summary>
    public static AttributeMap To(params int[] sizes) => To(Shape.Of(sizes));

    /// <summary>Whether one shape is an image and the other its features, which lie as the image does.</summary>
    public static bool IsBetweenFeaturesAndImage(Shape one, Shape other) => (one.Rank, other.Rank) is (1, 3) or (3, 1);

    public override int BuildLayer(GraphBuilder graph, int[] inputs, AttributeMap attributes, string name)
    {
        var call = CallOf(graph, inputs, attributes, name);
        Require.InputCount(call, 1, 1);
        return graph.Add(Name, inputs, To(Complete(call)), name);
    }

    public override TensorType Infer(OperatorCall call)
    {
        Require.InputCount(call, 1, 1);
        return call.Inputs[0] with { Shape = Complete(call) };
    }

    // The shape with what -1 stands for.
    private static Shape Complete(OperatorCall call)
    {
        (int[] sizes, Shape input) = ([.. call.Attributes.Ints("shape")], call.Inputs[0].Shape);
        string asked = sizes.Length == 0 ? "scalar"
            : string.Join("×", sizes.Select(s => s.ToString(CultureInfo.InvariantCulture)));
        if (sizes.Any(s => s is 0 or < -1) || sizes.Count(s => s == -1) > 1)
        {
            throw new ShapeException(ProblemIds.InvalidArgument,
                $"{call.Label}: shape must be sizes of at least 1, one of which may be -1, got {asked}");
        }
        int open = Array.IndexOf(sizes, -1);
        long known = 1;
        foreach (int size in sizes.Where(s => s != -1))
            known = Math.Min(known * size, int.MaxValue);
        if (open >= 0 && input.Length % known == 0)
        {
            sizes[open] = (int)(input.Length / known);
            known = input.Length;
        }
        if (known != input.Length)
        {
            throw new ShapeException(ProblemIds.ShapesDiffer, FormattableString.Invariant(
                $"{call.Label}: {input.Length} elements, {input}, cannot be {asked}, which takes ")
                    + FormattableString.Invariant($"{(open >= 0 ? "a multiple of " : "")}{known}"));
        }
        return Require.Rank(call, call.Inputs[0] with { Shape = Shape.Of(sizes) }).Shape;
    }

    public override void Gradient(GradientContext context, Node node, int gradient)
    {
        if (context.Needs(node.Inputs[0]))
            context.Accumulate(node.Inputs[0],
                context.Graph.Add(Name, [gradient], To(context.TypeOf(node.Inputs[0]).Shape)));
    }

    public override bool IsAlias => true;
}

/// <summary>Dimensions of size 1 left out: a <see cref="Reshape"/>.</summary>
internal sealed class Squeeze : Operator
{
    public override string Name => "Squeeze";

    public override bool TakesConstants => true;

    public override bool IsComposite => true;

    public override LayerDescription Layer => new("squeeze", "Leaves out dimensions of size 1.", "PyTorch, torch.squeeze")
    { ShapeRule = "A×1×B×1 to A×B, or, with dims 2, to A×B×1.", Example = "Squeeze(Dims = new[] { 2 })" };

    public override EquatableArray<AttributeSpec> Attributes =>
    [
        new("dims", AttributeKind.Ints, Array.Empty<int>(),
            "The dimensions that are left out, the batch being dimension 0; all of size 1 unless given."),
    ];

    public override int BuildLayer(GraphBuilder graph, int[] inputs, AttributeMap attributes, string name) =>
        graph.Add(OpNames.Reshape, inputs, Reshape.To(Infer(CallOf(graph, inputs, attributes, name)).Shape), name);

    public override TensorType Infer(OperatorCall call)
    {
        Require.InputCount(call, 1, 1);
        Shape shape = call.Inputs[0].Shape;
        int[] axes = Require.Axes(call.Label, "dims", call.Attributes.Ints("dims"), shape.Rank);
        foreach (int axis in axes.Where(a => shape[a] != 1))
        {
            throw new ShapeException(ProblemIds.ShapesDiffer, FormattableString.Invariant(
                $"{call.Label}: dimension {axis + 1} of {shape} is {shape[axis]}; only those of size 1 can be left out"));
        }
        return call.Inputs[0] with { Shape = Shape.Of([.. shape.Dimensions.Where((size, i) =>
            axes.Length == 0 ? size != 1 : !axes.Contains(i))]) };
    }
}

/// <summary>A dimension of size 1 put in: a <see cref="Reshape"/>.</summary>
internal sealed class Unsqueeze : Operator
{
    public override string Name => "Unsqueeze";

    public override bool TakesConstants => true;

    public override bool IsComposite => true;

    public override LayerDescription Layer => new("unsqueeze", "Puts in a dimension of size 1.", "PyTorch, torch.unsqueeze")
    { ShapeRule = "A×B, with dim 1, to 1×A×B.", Example = "Unsqueeze(1)" };

    public override EquatableArray<AttributeSpec> Attributes =>
    [
        new("dim", AttributeKind.Int, null,
            "Which dimension of the result it is, the batch being dimension 0; negative counts from the end."),
    ];

    public override int BuildLayer(GraphBuilder graph, int[] inputs, AttributeMap attributes, string name) =>
        graph.Add(OpNames.Reshape, inputs, Reshape.To(Infer(CallOf(graph, inputs, attributes, name)).Shape), name);

    public override TensorType Infer(OperatorCall call)
    {
        Require.InputCount(call, 1, 1);
        List<int> sizes = [.. call.Inputs[0].Shape.Dimensions];
        sizes.Insert(Require.Axis(call.Label, "dim", call.Attributes.Int("dim"), sizes.Count + 1), 1);
        return Require.Rank(call, call.Inputs[0] with { Shape = Shape.Of([.. sizes]) });
    }
}
