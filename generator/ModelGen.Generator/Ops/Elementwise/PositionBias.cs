using ModelGen.Generator.Collections;
using ModelGen.Generator.Graphs;

namespace ModelGen.Generator.Ops;

/// <summary>x plus a learned bias of a sample's shape. Inputs: x, bias.</summary>
internal sealed class PositionBias : Operator
{
    public override string Name => "PositionBias";

    public override LayerDescription Layer => new("position", "Adds a learned bias for each element of a sample, which starts at 0.",
        "Silver et al. 2016, Mastering the game of Go with deep neural networks and tree search, Methods")
    { ShapeRule = "Any shape, unchanged.", Example = "PositionBias" };

    public override int BuildLayer(GraphBuilder graph, int[] inputs, AttributeMap attributes, string name)
    {
        Require.InputCount(CallOf(graph, inputs, attributes, name), 1, 1);
        var type = new TensorType(graph.TypeOf(inputs[0]).Shape, PerSample: false);
        int bias = graph.Parameter(name + ".bias", type, Initializers.Constant("zeros", trainable: true));
        return graph.Add(Name, [inputs[0], bias], attributes, name);
    }

    public override TensorType Infer(OperatorCall call)
    {
        Require.InputCount(call, 2, 2);
        Require.SameShapes(call);
        return call.Inputs[0];
    }

    public override void Gradient(GradientContext context, Node node, int gradient)
    {
        if (context.Needs(node.Inputs[0]))
            context.Accumulate(node.Inputs[0], gradient);
        if (context.Needs(node.Inputs[1]))
            context.Accumulate(node.Inputs[1], context.Graph.Add("SampleSum", [gradient], AttributeMap.Empty, node.Name));
    }
}

/// <summary>The sum over the batch, element by element, in the layout of the samples.</summary>
internal sealed class SampleSum : Operator
{
    public override string Name => "SampleSum";

    public override TensorType Infer(OperatorCall call) => new(call.Inputs[0].Shape, PerSample: false);
}
