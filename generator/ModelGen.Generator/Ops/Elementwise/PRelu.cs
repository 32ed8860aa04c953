using ModelGen.Generator.Collections;
using ModelGen.Generator.Diagnostics;
using ModelGen.Generator.Graphs;

namespace ModelGen.Generator.Ops;

/// <summary>x where it is positive, slope · x elsewhere, with learned slopes. Inputs: x, slopes [1] or one for each channel [C].</summary>
internal sealed class PRelu : Operator
{
    public override string Name => "PRelu";

    public override LayerDescription Layer => new("prelu",
        "x where it is positive, weight · x elsewhere; the weight is learned, one for all channels or one for each.",
        "He et al. 2015, Delving deep into rectifiers, §2.1")
    { ShapeRule = "Any shape, unchanged. numParameters must be 1 or the number of channels, or of features.", Example = "PRelu" };

    public override EquatableArray<AttributeSpec> Attributes =>
    [
        new("numParameters", AttributeKind.Int, 1, "Number of weights: 1, or one for each channel.", 1) { LayerOnly = true },
        new("init", AttributeKind.Float, 0.25, "What the weights start with.") { LayerOnly = true },
    ];

    public override int BuildLayer(GraphBuilder graph, int[] inputs, AttributeMap attributes, string name)
    {
        var call = CallOf(graph, inputs, attributes, name);
        Require.InputCount(call, 1, 1);
        int count = attributes.Int("numParameters");
        CheckCount(call, count);
        int weight = graph.Parameter(name + ".weight", TensorType.Fixed(count), Initializers.Constant(attributes["init"]));
        Shape shape = call.Inputs[0].Shape;
        if (count == 1 || shape.Rank == 3)
            return graph.Add(Name, [inputs[0], weight], AttributeMap.Empty, name);
        // Features are channels of one pixel, whatever image they were flattened from.
        int image = graph.Add(OpNames.Reshape, [inputs[0]], AttributeMap.Of(("shape", new[] { shape[0], 1, 1 })), name);
        return graph.Add(OpNames.Flatten, [graph.Add(Name, [image, weight], AttributeMap.Empty, name)], AttributeMap.Empty, name);
    }

    public override TensorType Infer(OperatorCall call)
    {
        Require.InputCount(call, 2, 2);
        CheckCount(call, checked((int)call.Inputs[1].Shape.Length));
        return call.Inputs[0];
    }

    public override void Gradient(GradientContext context, Node node, int gradient)
    {
        (int x, int weight) = (node.Inputs[0], node.Inputs[1]);
        if (context.Needs(x))
            context.Accumulate(x, context.Graph.Add("PReluGradient", [x, weight, gradient], AttributeMap.Empty, node.Name));
        if (!context.Needs(weight))
            return;
        AttributeMap count = AttributeMap.Of(("numParameters", context.TypeOf(weight).Shape[0]));
        context.Accumulate(weight, context.Graph.Add("PReluWeightGradient", [x, gradient], count, node.Name));
    }

    private static void CheckCount(OperatorCall call, int count)
    {
        Shape shape = call.Inputs[0].Shape;
        if (count == 1 || (shape.Rank > 0 && count == shape[0]))
            return;
        throw new ShapeException(ProblemIds.ShapesDiffer,
            $"{call.Label}: numParameters must be 1 or the {(shape.Rank > 0 ? shape[0] : 1)} channels of {shape}, got {count}")
        { Attribute = "numParameters" };
    }
}

/// <summary>dL/dx of <see cref="PRelu"/>. Inputs: x, slopes, dL/dy.</summary>
internal sealed class PReluGradient : Operator
{
    public override string Name => "PReluGradient";

    public override TensorType Infer(OperatorCall call) => call.Inputs[0];
}

/// <summary>dL/d(slopes) of <see cref="PRelu"/>: Σ dL/dy · min(x, 0). Inputs: x, dL/dy.</summary>
internal sealed class PReluWeightGradient : Operator
{
    public override string Name => "PReluWeightGradient";

    public override EquatableArray<AttributeSpec> Attributes =>
        [new("numParameters", AttributeKind.Int, 1, "Number of slopes.", 1)];

    public override TensorType Infer(OperatorCall call) => TensorType.Fixed(call.Attributes.Int("numParameters"));
}
