using ModelGen.Generator.Graphs;

namespace ModelGen.Generator.Ops;

// Rows of two operands beside sum, product and maximum, of comparisons with a constant and of powers.
internal sealed partial class Elementwise
{
    private const string TwoShapes = "Two inputs of one shape to that shape; sizes of 1, or dimensions missing in front, are repeated.";

    private const string SeveralShapes =
        "Two to eight inputs of one shape to that shape; sizes of 1, or dimensions missing in front, are repeated.";

    private static IEnumerable<Operator> OfOperands =>
    [
        new Elementwise("Subtract", 2, "Subtract", true)
        {
            Description = new("subtract", "The first input less the second.", "PyTorch, torch.sub", 2, 2)
            { ShapeRule = TwoShapes, Example = "Subtract(\"fc1\", \"fc2\")" },
        },
        new Elementwise("Divide", 2, "Divide", false)
        {
            Description = new("divide", "The first input divided by the second.", "PyTorch, torch.div", 2, 2)
            { ShapeRule = TwoShapes, Example = "Divide(\"fc1\", \"fc2\")" },
        },
        new Elementwise("Minimum", 2, "Minimum", true)
        {
            Description = new("minimum",
                "The smallest of two or more inputs, element by element; NaN wins. The gradient goes to the smaller of two, half to each "
                + "where they are equal.",
                "PyTorch, torch.minimum", 2, 8)
            { ShapeRule = SeveralShapes, Example = "Minimum(\"conv1\", \"conv2\")" },
        },
        Comparison("Greater", ">", true), Comparison("GreaterEqual", "≥", true),
        Comparison("Less", "<", false), Comparison("LessEqual", "≤", false),
        new Elementwise("PowOf", 2, "Pow", false),
        new Elementwise("PowExponentSlope", 2, "PowExponentSlope", false),
        new Elementwise("PowConstant", 1, "PowConstant", false)
        {
            Constants = [new("exponent", AttributeKind.Float, null, "The exponent.")],
        },
        new Elementwise("EqualMask", 2, "EqualMask", false),
    ];

    /// <summary>Whether the function is constant between jumps, so that its gradient is zero.</summary>
    private bool IsStep { get; init; }

    private static Elementwise Comparison(string name, string sign, bool isAbove) => new(name, 1, name, false)
    {
        Description = new(isAbove ? "greater" : "less", $"1 where x {sign} value, 0 elsewhere and for NaN: a mask. Its gradient is zero.",
            $"PyTorch, torch.{(isAbove ? "greater" : "less")}{(name.EndsWith("Equal", StringComparison.Ordinal) ? "_equal" : "")}")
        { ShapeRule = "Any shape, unchanged.", Example = $"{name}(Value = 0.5)" },
        Constants = [new("value", AttributeKind.Float, 0.0, "What is compared with.")],
        IsStep = true,
    };

    // p · x^(p − 1); of a constant zero, also at x = 0.
    private static int PowerGradient(GradientContext context, Node node, int gradient)
    {
        double exponent = node.Attributes["exponent"].Number;
        int slope = exponent == 1 || exponent == 0 ? gradient : context.Graph.Add("PowConstant", [node.Inputs[0]],
            AttributeMap.Of(("exponent", exponent - 1)), node.Name);
        int scaled = context.Graph.Add("Affine", [slope], AttributeMap.Of(("scale", exponent), ("shift", 0.0)), node.Name);
        return slope == gradient ? scaled : context.Graph.Add(OpNames.Multiply, [scaled, gradient], AttributeMap.Empty, node.Name);
    }
}
