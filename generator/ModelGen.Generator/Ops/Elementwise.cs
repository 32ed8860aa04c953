using ModelGen.Generator.Collections;
using ModelGen.Generator.Differentiation;
using ModelGen.Generator.Graphs;
using ModelGen.Generator.Kernels;
using ModelGen.Generator.Scheduling;

namespace ModelGen.Generator.Ops;

/// <summary>
/// Operators that treat each element by itself: one loop over the memory, whatever the layout, in place where the input is not needed any more.
/// Each is a row of <see cref="Rows"/>.
/// </summary>
internal sealed class Elementwise(string name, int inputs, string runtime, bool mapsZeroToZero) : Operator
{
    public static IEnumerable<Operator> Rows =>
    [
        new Elementwise("Relu", 1, "Relu", true)
        {
            Description = new("relu", "max(x, 0); NaN stays NaN. The gradient at 0 is 0.", "Nair and Hinton 2010, Rectified linear units improve restricted Boltzmann machines")
            { ShapeRule = "Any shape, unchanged.", Example = "Relu" },
            GradientOperator = "ReluGradient",
        },
        new Elementwise("Tanh", 1, "Tanh", true)
        {
            Description = new("tanh", "Hyperbolic tangent, within 2 units in the last place.", "LeCun et al. 1998, Efficient BackProp, §4.4")
            { ShapeRule = "Any shape, unchanged.", Example = "Tanh" },
            GradientOperator = "TanhGradient",
        },
        new Elementwise("Sigmoid", 1, "Sigmoid", false)
        {
            Description = new("sigmoid", "Logistic function 1 / (1 + e⁻ˣ), within 2 units in the last place.", "Rumelhart, Hinton and Williams 1986")
            { ShapeRule = "Any shape, unchanged.", Example = "Sigmoid" },
            GradientOperator = "SigmoidGradient",
        },
        new Elementwise(OpNames.Add, 2, "Add", true)
        {
            Description = new("add", "Sum of two or more inputs of one shape: the end of a shortcut.", "He et al. 2016, Deep residual learning, §3.2", 2, 8)
            { ShapeRule = "Two to eight inputs of one shape to that shape.", Example = "Add(\"bn2\", \"input\")" },
        },
        new Elementwise(OpNames.Multiply, 2, "Multiply", true),
        new Elementwise("ReluGradient", 2, "ReluGradient", true),
        new Elementwise("TanhGradient", 2, "TanhGradient", true),
        new Elementwise("SigmoidGradient", 2, "SigmoidGradient", true),
    ];

    public override string Name => name;

    public override LayerDescription? Layer => Description;

    /// <summary>The operator that takes the result y and dL/dy to dL/dx; for sums and products the rule is below.</summary>
    public string? GradientOperator { get; init; }

    private LayerDescription? Description { get; init; }

    public override LayoutCoupling Coupling => LayoutCoupling.Same;

    public override bool KeepsHaloZero => mapsZeroToZero;

    public override EquatableArray<int> InPlaceInputs => Enumerable.Range(0, inputs).ToEquatableArray();

    // A layer with more than two inputs is a chain of sums of two.
    public override int BuildLayer(GraphBuilder graph, int[] operands, AttributeMap attributes, string layerName)
    {
        if (operands.Length <= inputs)
            return base.BuildLayer(graph, operands, attributes, layerName);
        Require.SameShapes(new OperatorCall(name, layerName, operands.Select(graph.TypeOf).ToEquatableArray(), attributes));
        int sum = operands[0];
        foreach (int operand in operands.Skip(1))
            sum = graph.Add(name, [sum, operand], attributes, layerName);
        return sum;
    }

    public override TensorType Infer(OperatorCall call)
    {
        Require.InputCount(call, inputs, inputs);
        Require.SameShapes(call);
        return call.Inputs[0];
    }

    public override void Gradient(GradientContext context, Node node, int gradient)
    {
        for (int i = 0; i < node.Inputs.Count; i++)
        {
            if (!context.Needs(node.Inputs[i]))
                continue;
            int share = name switch
            {
                OpNames.Add => gradient,
                OpNames.Multiply => context.Graph.Add(OpNames.Multiply, node.Inputs[1 - i], gradient),
                _ when GradientOperator is string op => context.Graph.Add(op, [node.Id, gradient], AttributeMap.Empty, node.Name),
                _ => throw new InvalidOperationException($"{name} appears only in backward passes and has no gradient of its own"),
            };
            context.Accumulate(node.Inputs[i], share);
        }
    }

    // Parameters and their gradients (sums over several uses) need one layout too.
    public override Layout? RequiredLayout(ILayoutContext context, Node node, int input) =>
        node.Type.PerSample ? context.Chosen(node.Id) : context.Of(node.Inputs[0]);

    public override Layout ResultLayout(ILayoutContext context, Node node) =>
        node.Type.PerSample ? context.Chosen(node.Id) : context.Of(node.Inputs[0])!;

    public override KernelCall Lower(LoweringContext context, Node node)
    {
        string operands = string.Join(", ", Enumerable.Range(0, inputs + 1).Select(i => "{" + i + "}"));
        string length = node.Type.PerSample ? $"(nint){context.Of(node.Id).Length} * {{samples}}" : $"{context.Of(node.Id).Length}";
        return LoweringContext.Call(new RuntimeKernel($"Elementwise.{runtime}({operands}, {length})"), node);
    }
}
