using ModelGen.Generator.Collections;
using ModelGen.Generator.Diagnostics;
using ModelGen.Generator.Graphs;

namespace ModelGen.Generator.Ops;

/// <summary>eˣ divided by the sum of eˣ along one dimension, shifted by the largest so that nothing overflows.</summary>
internal sealed class Softmax : Operator
{
    public override string Name => "Softmax";

    public override LayerDescription Layer =>
        new("softmax", "Probabilities: eˣ / Σeˣ along one dimension.",
        "Bridle 1990, Probabilistic interpretation of feedforward classification network outputs")
    { ShapeRule = "Any shape, unchanged.", Example = "Softmax" };

    public override EquatableArray<AttributeSpec> Attributes =>
        [new("dim", AttributeKind.Int, 1, "The dimension of the classes, the batch being dimension 0; negative counts from the end.")];

    public override TensorType Infer(OperatorCall call)
    {
        Require.InputCount(call, 1, 1);
        Axis(call.Label, call.Inputs[0].Shape, call.Attributes);
        return call.Inputs[0];
    }

    public override void Gradient(GradientContext context, Node node, int gradient)
    {
        if (context.Needs(node.Inputs[0]))
            context.Accumulate(node.Inputs[0], context.Graph.Add("SoftmaxGradient", [node.Id, gradient], node.Attributes, node.Name));
    }

    /// <summary>The dimension of the classes, without the batch.</summary>
    public static int Axis(string label, Shape shape, AttributeMap attributes) =>
        Require.Axis(label, "dim", attributes.Int("dim"), shape.Rank);
}

/// <summary>dL/dx of softmax from y and dL/dy: y · (dy − Σ y·dy).</summary>
internal sealed class SoftmaxGradient : Operator
{
    public override string Name => "SoftmaxGradient";

    public override EquatableArray<AttributeSpec> Attributes => new Softmax().Attributes;

    public override TensorType Infer(OperatorCall call) => call.Inputs[0];
}

/// <summary>How many samples have their largest logit at the label.</summary>
internal sealed class CountCorrect : Operator
{
    public override string Name => "CountCorrect";

    public override TensorType Infer(OperatorCall call) => TensorType.Fixed();
}
