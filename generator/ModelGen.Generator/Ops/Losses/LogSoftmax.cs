using ModelGen.Generator.Collections;
using ModelGen.Generator.Graphs;

namespace ModelGen.Generator.Ops;

/// <summary>The logarithm of <see cref="Softmax"/>, without its underflow: x − ln Σeˣ along one dimension.</summary>
internal sealed class LogSoftmax : Operator
{
    public override string Name => "LogSoftmax";

    public override LayerDescription Layer => new("logsoftmax", "Logarithms of probabilities: x − ln Σeˣ along one dimension.",
        "Bridle 1990, Probabilistic interpretation of feedforward classification network outputs")
    { ShapeRule = "Any shape, unchanged.", Example = "LogSoftmax" };

    public override EquatableArray<AttributeSpec> Attributes => new Softmax().Attributes;

    public override TensorType Infer(OperatorCall call) => new Softmax().Infer(call);

    public override void Gradient(GradientContext context, Node node, int gradient)
    {
        if (context.Needs(node.Inputs[0]))
            context.Accumulate(node.Inputs[0], context.Graph.Add("LogSoftmaxGradient", [node.Id, gradient], node.Attributes, node.Name));
    }
}

/// <summary>dL/dx of log-softmax from y and dL/dy: dy − eʸ · Σ dy.</summary>
internal sealed class LogSoftmaxGradient : Operator
{
    public override string Name => "LogSoftmaxGradient";

    public override EquatableArray<AttributeSpec> Attributes => new Softmax().Attributes;

    public override TensorType Infer(OperatorCall call) => call.Inputs[0];
}
