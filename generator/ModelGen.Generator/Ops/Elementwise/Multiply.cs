using ModelGen.Generator.Collections;
using ModelGen.Generator.Diagnostics;
using ModelGen.Generator.Graphs;

namespace ModelGen.Generator.Ops;

/// <summary>
/// The product of two inputs, element by element. The second may have one factor for each channel (C×1×1) of the first (C×H×W). Layers with
/// more inputs, or with the factors first, are built from this.
/// </summary>
internal sealed class Multiply : Operator
{
    private const int MostInputs = 8;

    public override string Name => OpNames.Multiply;

    public override bool TakesConstants => true;

    public override LayerDescription Layer => new("multiply",
        "Product of two or more inputs, element by element: the gate of a highway layer. C×1×1 inputs are factors of the channels of the "
            + "others: squeeze-and-excitation.",
        "Srivastava et al. 2015, Highway networks, §2; Hu et al. 2018, Squeeze-and-excitation networks, §3", 2, MostInputs)
    { ShapeRule = "Two to eight inputs of one shape to that shape; sizes of 1, as in C×1×1 with C×H×W, or dimensions missing in front, are "
            + "repeated.",
        Example = "Multiply(\"conv2\", \"sigmoid1\")" };

    public override int BuildLayer(GraphBuilder graph, int[] inputs, AttributeMap attributes, string name)
    {
        Require.InputCount(CallOf(graph, inputs, attributes, name), 2, MostInputs);
        int product = inputs[0];
        foreach (int factor in inputs.Skip(1))
        {
            bool swap = graph.TypeOf(product).Shape != graph.TypeOf(factor).Shape
                && IsFactorOf(graph.TypeOf(product).Shape, graph.TypeOf(factor).Shape);
            (int x, int y) = swap ? (factor, product) : (product, factor);
            bool isPlain = graph.TypeOf(x) == graph.TypeOf(y)
                || (graph.TypeOf(y).PerSample && IsFactorOf(graph.TypeOf(y).Shape, graph.TypeOf(x).Shape));
            product = isPlain ? graph.Add(Name, [x, y], attributes, name) : Binary.Build(graph, Name, Name, [x, y], attributes, name);
        }
        return product;
    }

    public override TensorType Infer(OperatorCall call)
    {
        Require.InputCount(call, 2, 2);
        (Shape x, Shape factor) = (call.Inputs[0].Shape, call.Inputs[1].Shape);
        return x == factor || IsFactorOf(factor, x)
            ? call.Inputs[0]
            : throw new ShapeException(ProblemIds.ShapesDiffer,
                $"{call.Label} needs inputs of one shape, or C×1×1 with C×H×W, got {x} and {factor}");
    }

    public override void Gradient(GradientContext context, Node node, int gradient)
    {
        (int x, int factor) = (node.Inputs[0], node.Inputs[1]);
        if (context.Needs(x))
            context.Accumulate(x, context.Graph.Add(OpNames.Multiply, gradient, factor));
        if (!context.Needs(factor))
            return;
        string op = context.TypeOf(x).Shape == context.TypeOf(factor).Shape ? OpNames.Multiply : "ChannelFactorsGradient";
        context.Accumulate(factor, context.Graph.Add(op, x, gradient));
    }

    private static bool IsFactorOf(Shape factor, Shape image) =>
        image.Rank == 3 && factor.Rank == 3 && factor[0] == image[0] && factor[1] == 1 && factor[2] == 1;
}

/// <summary>dL/d(factors) of a product with one factor for each channel: Σ over pixels of x · dy. Inputs: x, dy.</summary>
internal sealed class ChannelFactorsGradient : Operator
{
    public override string Name => "ChannelFactorsGradient";

    public override TensorType Infer(OperatorCall call)
    {
        Require.SameShapes(call);
        return TensorType.Sample(call.Inputs[0].Shape[0], 1, 1);
    }
}
