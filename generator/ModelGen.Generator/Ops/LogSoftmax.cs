using ModelGen.Generator.Collections;
using ModelGen.Generator.Graphs;
using ModelGen.Generator.Kernels;
using ModelGen.Generator.Layouts;
using ModelGen.Generator.Lowering;

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

    public override EquatableArray<int> InPlaceInputs => [0];

    public override Layout? RequiredLayout(ILayoutContext context, Node node, int input) => ClassLayouts.Of(node.Shape);

    public override Layout ResultLayout(ILayoutContext context, Node node) => ClassLayouts.Of(node.Shape);

    public override KernelCall Lower(LoweringContext context, Node node) =>
        LoweringContext.Call(new RuntimeKernel($"LogSoftmax.Forward({{0}}, {{1}}, {Softmax.Geometry(node)})"), node);
}

/// <summary>dL/dx of log-softmax from y and dL/dy: dy − eʸ · Σ dy.</summary>
internal sealed class LogSoftmaxGradient : Operator
{
    public override string Name => "LogSoftmaxGradient";

    public override EquatableArray<AttributeSpec> Attributes => new Softmax().Attributes;

    public override TensorType Infer(OperatorCall call) => call.Inputs[0];

    public override Layout? RequiredLayout(ILayoutContext context, Node node, int input) => ClassLayouts.Of(node.Shape);

    public override Layout ResultLayout(ILayoutContext context, Node node) => ClassLayouts.Of(node.Shape);

    public override KernelCall Lower(LoweringContext context, Node node) =>
        LoweringContext.Call(new RuntimeKernel($"LogSoftmax.Gradient({{0}}, {{1}}, {{2}}, {Softmax.Geometry(node)})"), node);
}
