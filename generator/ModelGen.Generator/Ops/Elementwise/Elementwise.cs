using ModelGen.Generator.Collections;
using ModelGen.Generator.Diagnostics;
using ModelGen.Generator.Graphs;

namespace ModelGen.Generator.Ops;

/// <summary>
/// Operators that treat each element by itself: one loop over the memory, whatever the layout, in place where the input is not needed any
/// more. Each is a row of <see cref="Rows"/>.
/// </summary>
internal sealed partial class Elementwise(string name, int inputs, string runtime, bool mapsZeroToZero) : Operator
{
    public static IEnumerable<Operator> Rows =>
    [
        new Elementwise("Relu", 1, "Relu", true)
        {
            Description = new("relu", "max(x, 0); NaN stays NaN. The gradient at 0 is 0.",
                "Nair and Hinton 2010, Rectified linear units improve restricted Boltzmann machines")
            { ShapeRule = "Any shape, unchanged.", Example = "Relu" },
            GradientOperator = "ReluGradient",
        },
        new Elementwise("Tanh", 1, "Tanh", true)
        {
            Description = new("tanh", "Hyperbolic tangent, within 2 units in the last place.",
                "LeCun et al. 1998, Efficient BackProp, §4.4")
            { ShapeRule = "Any shape, unchanged.", Example = "Tanh" },
            GradientOperator = "TanhGradient",
        },
        new Elementwise("Sigmoid", 1, "Sigmoid", false)
        {
            Description = new("sigmoid", "Logistic function 1 / (1 + e⁻ˣ), within 2 units in the last place.",
                "Rumelhart, Hinton and Williams 1986")
            { ShapeRule = "Any shape, unchanged.", Example = "Sigmoid" },
            GradientOperator = "SigmoidGradient",
        },
        new Elementwise(OpNames.Add, 2, "Add", true)
        {
            Description = new("add", "Sum of two or more inputs: the end of a shortcut.",
                "He et al. 2016, Deep residual learning, §3.2", 2, 8)
            { ShapeRule = SeveralShapes, Example = "Add(\"bn2\", \"input\")" },
        },
        new Elementwise("Maximum", 2, "Maximum", true)
        {
            Description = new("maximum",
                "The largest of two or more inputs, element by element; NaN wins. The gradient goes to the larger of two, half to each "
                + "where they are equal.",
                "Goodfellow et al. 2013, Maxout networks", 2, 8)
            { ShapeRule = SeveralShapes, Example = "Maximum(\"conv1\", \"conv2\")" },
        },
        new Elementwise("Affine", 1, "Affine", false)
        {
            Description = new("affine", "scale · x + shift with two constants: the scaling of residuals, the 1 − x of a gate.",
                "Szegedy et al. 2017, Inception-v4, §3.3")
            { ShapeRule = "Any shape, unchanged.", Example = "Affine(Scale = 0.2)" },
            Constants =
            [
                new("scale", AttributeKind.Float, 1.0, "The factor."),
                new("shift", AttributeKind.Float, 0.0, "What is added."),
            ],
        },
        new Elementwise("Relu6", 1, "Relu6", true)
        {
            Description = new("relu", "min(max(x, 0), 6); NaN stays NaN. The gradient at 0 and 6 is 0.",
                "Howard et al. 2017, MobileNets; Krizhevsky 2010, Convolutional deep belief networks on CIFAR-10, §2")
            { ShapeRule = "Any shape, unchanged.", Example = "Relu6" },
            GradientOperator = "Relu6Gradient",
        },
        new Elementwise("LeakyRelu", 1, "LeakyRelu", true)
        {
            Description = new("relu", "x where it is positive, negativeSlope · x elsewhere.",
                "Maas, Hannun and Ng 2013, Rectifier nonlinearities improve neural network acoustic models, §2")
            { ShapeRule = "Any shape, unchanged.", Example = "LeakyRelu(NegativeSlope = 0.1)" },
            GradientOperator = "LeakyReluGradient",
            Constants = [NegativeSlope],
        },
        new Elementwise("Elu", 1, "Elu", true)
        {
            Description = new("elu", "x where it is positive, alpha · (eˣ − 1) elsewhere.",
                "Clevert, Unterthiner and Hochreiter 2016, Fast and accurate deep network learning by exponential linear units, §3")
            { ShapeRule = "Any shape, unchanged.", Example = "Elu" },
            GradientOperator = "EluGradient",
            Constants = [EluAlpha],
        },
        new Elementwise("Softplus", 1, "Softplus", false)
        {
            Description = new("softplus", "ln(1 + eˣ).",
                "Dugas et al. 2001, Incorporating second-order functional knowledge for better option pricing, §2")
            { ShapeRule = "Any shape, unchanged.", Example = "Softplus" },
            GradientOperator = "SoftplusGradient",
        },
        new Elementwise("Silu", 1, "Silu", true)
        {
            Description = new("silu", "x / (1 + e⁻ˣ), also called swish.",
                "Elfwing, Uchibe and Doya 2018, Sigmoid-weighted linear units for neural network function approximation, §2")
            { ShapeRule = "Any shape, unchanged.", Example = "Silu" },
            GradientOperator = "SiluGradient",
            GradientReadsInput = true,
        },
        new Elementwise("MaximumGradient", 3, "MaximumGradient", true),
        new Elementwise("Relu6Gradient", 2, "Relu6Gradient", true),
        new Elementwise("LeakyReluGradient", 2, "LeakyReluGradient", true) { Constants = [NegativeSlope] },
        new Elementwise("EluGradient", 2, "EluGradient", true) { Constants = [EluAlpha] },
        new Elementwise("SoftplusGradient", 2, "SoftplusGradient", true),
        new Elementwise("SiluGradient", 2, "SiluGradient", true),
        new Elementwise("ReluGradient", 2, "ReluGradient", true),
        new Elementwise("TanhGradient", 2, "TanhGradient", true),
        new Elementwise("SigmoidGradient", 2, "SigmoidGradient", true),
        .. Units,
        .. Functions,
        .. OfOperands,
    ];

    // Gradients are computed from results, which tell on which side of 0 the input was only if these are not negative.
    private static AttributeSpec NegativeSlope => new("negativeSlope", AttributeKind.Float, 0.01, "Slope left of 0; not negative.");

    private static AttributeSpec EluAlpha =>
        new("alpha", AttributeKind.Float, 1.0, "What the result tends to left of 0, negated; not negative.");

    public override string Name => name;

    public override bool TakesConstants => Description is not null;

    /// <summary>How many operands it reads.</summary>
    public int InputCount => inputs;

    /// <summary>The method of the runtime's <c>Elementwise</c>.</summary>
    public string Runtime => runtime;

    /// <summary>Whether the function of zeros is zero.</summary>
    public bool MapsZeroToZero => mapsZeroToZero;

    public override EquatableArray<AttributeSpec> Attributes => Form is null ? Constants : [.. Constants, Form];

    public override LayerDescription? Layer => Description;

    /// <summary>The operator that takes the result y and dL/dy to dL/dx; for the others the rule is below.</summary>
    public string? GradientOperator { get; init; }

    /// <summary>Whether that operator takes the input x in place of the result, which does not tell it.</summary>
    public bool GradientReadsInput { get; init; }

    /// <summary>Numbers that the runtime function takes behind the length, in this order.</summary>
    public EquatableArray<AttributeSpec> Constants { get; init; } = [];

    /// <summary>Whether the gradient is 0 wherever there is one, so that none is handed on.</summary>
    public bool IsFlat { get; init; }

    private LayerDescription? Description { get; init; }

    // What is wrong with the constants; null for nothing.
    private Func<OperatorCall, string?>? Fault { get; init; }

    // A word that names another row: the operator's name with that word behind it, unless the word is the default.
    private AttributeSpec? Form { get; init; }

    // A layer with more than two inputs is a chain of layers of two; what is repeated is an operator of its own.
    public override int BuildLayer(GraphBuilder graph, int[] operands, AttributeMap attributes, string layerName)
    {
        if (Form is not null)
        {
            string word = attributes[Form.Name].Word;
            string row = word == Form.Default!.Value.Word ? name : name + char.ToUpperInvariant(word[0]) + word.Substring(1);
            return graph.Add(row, operands, WithoutLayerOnly(attributes), layerName);
        }
        return inputs == 2 && operands.Length >= 2 ? Binary.Build(graph, name, name, operands, attributes, layerName)
            : base.BuildLayer(graph, operands, attributes, layerName);
    }

    public override TensorType Infer(OperatorCall call)
    {
        Require.InputCount(call, inputs, inputs);
        Require.SameShapes(call);
        foreach (string constant in new[] { "negativeSlope", "alpha" })
        {
            if (call.Attributes.TryGet(constant, out AttributeValue value) && value.Number < 0)
                throw new ShapeException(ProblemIds.InvalidArgument, $"{call.Label}: {constant} must not be negative, got {value}");
        }
        if (Fault?.Invoke(call) is string fault)
            throw new ShapeException(ProblemIds.InvalidArgument, $"{call.Label}: {fault}");
        return call.Inputs[0];
    }

    public override void Gradient(GradientContext context, Node node, int gradient)
    {
        if (Binary.Names.Contains(name))
        {
            Binary.Gradient(context, name, node, gradient);
            return;
        }
        for (int i = 0; i < node.Inputs.Count; i++)
        {
            if (IsFlat || !context.Needs(node.Inputs[i]))
                continue;
            int share = name switch
            {
                "Neg" => context.Graph.Add(name, [gradient], AttributeMap.Empty, node.Name),
                "PowConstant" => PowerGradient(context, node, gradient),
                _ when IsStep => context.Graph.Add("Affine", [gradient], AttributeMap.Of(("scale", 0.0), ("shift", 0.0)), node.Name),
                "Affine" => context.Graph.Add(name, [gradient], node.Attributes.With("shift", 0.0), node.Name),
                _ when GradientOperator is string op => context.Graph.Add(
                    op, [GradientReadsInput ? node.Inputs[0] : node.Id, gradient], node.Attributes, node.Name),
                _ => throw new InvalidOperationException($"{name} appears only in backward passes and has no gradient of its own"),
            };
            context.Accumulate(node.Inputs[i], share);
        }
    }
}
