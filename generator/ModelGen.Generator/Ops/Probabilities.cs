using ModelGen.Generator.Collections;
using ModelGen.Generator.Diagnostics;
using ModelGen.Generator.Graphs;
using ModelGen.Generator.Kernels;
using ModelGen.Generator.Layouts;
using ModelGen.Generator.Lowering;

namespace ModelGen.Generator.Ops;

/// <summary>eˣ divided by the sum of eˣ along one dimension, shifted by the largest so that nothing overflows.</summary>
internal sealed class Softmax : Operator
{
    public override string Name => "Softmax";

    public override LayerDescription Layer => new("softmax", "Probabilities: eˣ / Σeˣ along one dimension.", "Bridle 1990, Probabilistic interpretation of feedforward classification network outputs")
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

    public override EquatableArray<int> InPlaceInputs => [0];

    public override Layout? RequiredLayout(ILayoutContext context, Node node, int input) => ClassLayouts.Of(node.Shape);

    public override Layout ResultLayout(ILayoutContext context, Node node) => ClassLayouts.Of(node.Shape);

    public override KernelCall Lower(LoweringContext context, Node node) =>
        LoweringContext.Call(new RuntimeKernel($"Softmax.Forward({{0}}, {{1}}, {Geometry(node)})"), node);

    /// <summary>The arguments (samples, sampleStride, outer, outerStride, classes, classStride, inner).</summary>
    public static string Geometry(Node node)
    {
        int axis = Axis(node.Op, node.Shape, node.Attributes);
        long inner = 1;
        for (int i = axis + 1; i < node.Shape.Rank; i++)
            inner *= node.Shape[i];
        long outer = node.Shape.Length / inner / node.Shape[axis];
        return $"{{samples}}, {ClassLayouts.Of(node.Shape).Length}, {outer}, {node.Shape[axis] * inner}, {node.Shape[axis]}, {inner}, {inner}";
    }

    private static int Axis(string label, Shape shape, AttributeMap attributes)
    {
        int dim = attributes.Int("dim");
        int axis = dim < 0 ? shape.Rank + dim : dim - 1;
        return axis >= 0 && axis < shape.Rank
            ? axis
            : throw new ShapeException(ProblemIds.InvalidArgument, $"{label}: dim {attributes["dim"]} does not exist; with the batch there are {shape.Rank + 1}, so 1 to {shape.Rank} or -{shape.Rank} to -1");
    }
}

/// <summary>dL/dx of softmax from y and dL/dy: y · (dy − Σ y·dy).</summary>
internal sealed class SoftmaxGradient : Operator
{
    public override string Name => "SoftmaxGradient";

    public override EquatableArray<AttributeSpec> Attributes => new Softmax().Attributes;

    public override TensorType Infer(OperatorCall call) => call.Inputs[0];

    public override Layout? RequiredLayout(ILayoutContext context, Node node, int input) => ClassLayouts.Of(node.Shape);

    public override Layout ResultLayout(ILayoutContext context, Node node) => ClassLayouts.Of(node.Shape);

    public override KernelCall Lower(LoweringContext context, Node node) =>
        LoweringContext.Call(new RuntimeKernel($"Softmax.Gradient({{0}}, {{1}}, {{2}}, {Softmax.Geometry(node)})"), node);
}

/// <summary>How many samples have their largest logit at the label.</summary>
internal sealed class CountCorrect : Operator
{
    public override string Name => "CountCorrect";

    public override TensorType Infer(OperatorCall call) => TensorType.Fixed();

    public override Layout? RequiredLayout(ILayoutContext context, Node node, int input) => ClassLayouts.RequiredOfLogits(context, node, input);

    public override KernelCall Lower(LoweringContext context, Node node) => LoweringContext.Call(new RuntimeKernel(
        $"{{2=}} = CrossEntropy.CountCorrect({{0}}, {{1}}, {ClassLayouts.LogitGeometry(context.TypeOf(node.Inputs[0]).Shape)})"), node);
}

/// <summary>Layouts of what works along classes: features padded to whole vectors, maps dense.</summary>
internal static class ClassLayouts
{
    public static Layout Of(Shape shape) => shape.Rank == 1 ? Layout.Blocked(shape) : Layout.Dense(shape);

    public static Layout? RequiredOfLogits(ILayoutContext context, Node node, int input) =>
        input == 0 ? Of(context.TypeOf(node.Inputs[0]).Shape) : null;

    /// <summary>The arguments (samples, sampleStride, classes, classStride, inner).</summary>
    public static string LogitGeometry(Shape logits)
    {
        long inner = logits.Length / logits[0];
        return $"{{samples}}, {Of(logits).Length}, {logits[0]}, {inner}, {inner}";
    }
}
