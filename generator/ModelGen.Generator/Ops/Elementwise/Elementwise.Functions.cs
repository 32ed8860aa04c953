using ModelGen.Generator.Graphs;

namespace ModelGen.Generator.Ops;

// Activations of newer networks, and ONNX's functions of floats.
internal sealed partial class Elementwise
{
    private const string AnyShape = "Any shape, unchanged.";

    private static IEnumerable<Operator> Units =>
    [
        new Elementwise("HardSigmoid", 1, "HardSigmoid", false)
        {
            Description = new("hardsigmoid", "min(max(x + 3, 0), 6) / 6; NaN stays NaN. The gradient at −3 and 3 is 0.",
                "Howard et al. 2019, Searching for MobileNetV3, §5.2; torch.nn.Hardsigmoid")
            { ShapeRule = AnyShape, Example = "HardSigmoid" },
            GradientOperator = "HardSigmoidGradient",
        },
        new Elementwise("HardSwish", 1, "HardSwish", true)
        {
            Description = new("hardswish", "x · min(max(x + 3, 0), 6) / 6.",
                "Howard et al. 2019, Searching for MobileNetV3, §5.2; torch.nn.Hardswish")
            { ShapeRule = AnyShape, Example = "HardSwish" },
            GradientOperator = "HardSwishGradient",
            GradientReadsInput = true,
        },
        new Elementwise("Gelu", 1, "Gelu", true)
        {
            Description = new("gelu",
                "x · Φ(x), Φ being the standard normal distribution, or x · (1 + tanh(√(2/π) · (x + 0.044715 · x³))) / 2.",
                "Hendrycks and Gimpel 2016, Gaussian error linear units, §2; torch.nn.GELU")
            { ShapeRule = AnyShape, Example = "Gelu" },
            GradientOperator = "GeluGradient",
            GradientReadsInput = true,
            Form = new("approximate", AttributeKind.Word, "none", "none for Φ itself, tanh for the formula with the hyperbolic tangent.")
            { LayerOnly = true, Words = ["none", "tanh"], EnumName = "GeluApproximation" },
        },
        new Elementwise("GeluTanh", 1, "GeluTanh", true) { GradientOperator = "GeluTanhGradient", GradientReadsInput = true },
        new Elementwise("Mish", 1, "Mish", true)
        {
            Description = new("mish", "x · tanh(ln(1 + eˣ)).", "Misra 2020, Mish: a self regularized non-monotonic activation function, §2")
            { ShapeRule = AnyShape, Example = "Mish" },
            GradientOperator = "MishGradient",
            GradientReadsInput = true,
        },
        new Elementwise("Selu", 1, "Selu", true)
        {
            Description = new("selu",
                "1.0507 · x where it is positive, 1.0507 · 1.6733 · (eˣ − 1) elsewhere: activations keep mean 0 and variance 1.",
                "Klambauer et al. 2017, Self-normalizing neural networks, §2")
            { ShapeRule = AnyShape, Example = "Selu" },
            GradientOperator = "SeluGradient",
        },
        new Elementwise("Celu", 1, "Celu", true)
        {
            Description = new("celu", "x where it is positive, alpha · (exp(x / alpha) − 1) elsewhere.",
                "Barron 2017, Continuously differentiable exponential linear units")
            { ShapeRule = AnyShape, Example = "Celu(Alpha = 0.5)" },
            GradientOperator = "CeluGradient",
            Constants = [CeluAlpha],
            Fault = call => call.Attributes.Float("alpha") > 0 ? null : $"alpha must be positive, got {call.Attributes["alpha"]}",
        },
        new Elementwise("Softsign", 1, "Softsign", true)
        {
            Description = new("softsign", "x / (1 + |x|).",
                "Glorot and Bengio 2010, Understanding the difficulty of training deep feedforward neural networks, §3")
            { ShapeRule = AnyShape, Example = "Softsign" },
            GradientOperator = "SoftsignGradient",
            GradientReadsInput = true,
        },
        new Elementwise("ThresholdedRelu", 1, "ThresholdedRelu", true)
        {
            Description = new("relu", "x where it is larger than alpha, 0 elsewhere; NaN stays NaN. The gradient at alpha is 0.",
                "Konda, Memisevic and Krueger 2015, Zero-bias autoencoders and the benefits of co-adapting features, §3")
            { ShapeRule = AnyShape, Example = "ThresholdedRelu(Alpha = 0.5)" },
            GradientOperator = "ThresholdedReluGradient",
            GradientReadsInput = true,
            Constants = [Threshold],
        },
        new Elementwise("Clamp", 1, "Clamp", false)
        {
            Description = new("clamp", "min(max(x, min), max); NaN stays NaN. At min and max the gradient passes.",
                "torch.clamp; ONNX, Clip")
            { ShapeRule = AnyShape, Example = "Clamp(-1, 1)" },
            GradientOperator = "ClampGradient",
            GradientReadsInput = true,
            Constants = [Least, Most],
            Fault = call => call.Attributes.Float("min") <= call.Attributes.Float("max") ? null
                : $"min must not be larger than max, got {call.Attributes["min"]} and {call.Attributes["max"]}",
        },
        new Elementwise("HardSigmoidGradient", 2, "HardSigmoidGradient", true),
        new Elementwise("HardSwishGradient", 2, "HardSwishGradient", true),
        new Elementwise("GeluGradient", 2, "GeluGradient", true),
        new Elementwise("GeluTanhGradient", 2, "GeluTanhGradient", true),
        new Elementwise("MishGradient", 2, "MishGradient", true),
        new Elementwise("SeluGradient", 2, "SeluGradient", true),
        new Elementwise("CeluGradient", 2, "CeluGradient", true) { Constants = [CeluAlpha] },
        new Elementwise("SoftsignGradient", 2, "SoftsignGradient", true),
        new Elementwise("ThresholdedReluGradient", 2, "ThresholdedReluGradient", true) { Constants = [Threshold] },
        new Elementwise("ClampGradient", 2, "ClampGradient", true) { Constants = [Least, Most] },
    ];

    private static IEnumerable<Operator> Functions =>
    [
        new Elementwise("Exp", 1, "Exp", false)
        {
            Description = new("exp", "eˣ, within 1 unit in the last place.", "torch.exp") { ShapeRule = AnyShape, Example = "Exp" },
            GradientOperator = OpNames.Multiply,
        },
        new Elementwise("Log", 1, "Log", false)
        {
            Description = new("log", "ln x; −∞ at 0, NaN below.", "torch.log") { ShapeRule = AnyShape, Example = "Log" },
            GradientOperator = "LogGradient",
            GradientReadsInput = true,
        },
        new Elementwise("Sqrt", 1, "Sqrt", true)
        {
            Description = new("sqrt", "√x, correctly rounded; NaN below 0.", "torch.sqrt") { ShapeRule = AnyShape, Example = "Sqrt" },
            GradientOperator = "SqrtGradient",
        },
        new Elementwise("Reciprocal", 1, "Reciprocal", false)
        {
            Description = new("reciprocal", "1 / x.", "torch.reciprocal") { ShapeRule = AnyShape, Example = "Reciprocal" },
            GradientOperator = "ReciprocalGradient",
        },
        new Elementwise("Erf", 1, "Erf", true)
        {
            Description = new("erf", "2/√π · ∫₀ˣ exp(−t²) dt, the error function.", "torch.erf") { ShapeRule = AnyShape, Example = "Erf" },
            GradientOperator = "ErfGradient",
            GradientReadsInput = true,
        },
        new Elementwise("Sin", 1, "Sin", true)
        {
            Description = new("sin", "sin x, x in radians.", "torch.sin") { ShapeRule = AnyShape, Example = "Sin" },
            GradientOperator = "SinGradient",
            GradientReadsInput = true,
        },
        new Elementwise("Cos", 1, "Cos", false)
        {
            Description = new("cos", "cos x, x in radians.", "torch.cos") { ShapeRule = AnyShape, Example = "Cos" },
            GradientOperator = "CosGradient",
            GradientReadsInput = true,
        },
        new Elementwise("Abs", 1, "Abs", true)
        {
            Description = new("abs", "|x|. The gradient at 0 is 0.", "torch.abs") { ShapeRule = AnyShape, Example = "Abs" },
            GradientOperator = "AbsGradient",
            GradientReadsInput = true,
        },
        new Elementwise("Neg", 1, "Neg", true)
        {
            Description = new("neg", "−x.", "torch.neg") { ShapeRule = AnyShape, Example = "Neg" },
        },
        new Elementwise("Sign", 1, "Sign", true)
        {
            Description = new("sign", "1 where x is positive, −1 where it is negative, 0 elsewhere. Nothing is learned through it.",
                "torch.sign")
            { ShapeRule = AnyShape, Example = "Sign" },
            IsFlat = true,
        },
        new Elementwise("Floor", 1, "Floor", true)
        {
            Description = new("floor", "The largest whole number that is not larger than x. Nothing is learned through it.", "torch.floor")
            { ShapeRule = AnyShape, Example = "Floor" },
            IsFlat = true,
        },
        new Elementwise("Ceil", 1, "Ceil", true)
        {
            Description = new("ceil", "The least whole number that is not less than x. Nothing is learned through it.", "torch.ceil")
            { ShapeRule = AnyShape, Example = "Ceil" },
            IsFlat = true,
        },
        new Elementwise("Round", 1, "Round", true)
        {
            Description = new("round", "The whole number nearest to x, the even one of two. Nothing is learned through it.", "torch.round")
            { ShapeRule = AnyShape, Example = "Round" },
            IsFlat = true,
        },
        new Elementwise("LogGradient", 2, "LogGradient", false),
        new Elementwise("SqrtGradient", 2, "SqrtGradient", false),
        new Elementwise("ReciprocalGradient", 2, "ReciprocalGradient", true),
        new Elementwise("ErfGradient", 2, "ErfGradient", true),
        new Elementwise("SinGradient", 2, "SinGradient", true),
        new Elementwise("CosGradient", 2, "CosGradient", true),
        new Elementwise("AbsGradient", 2, "AbsGradient", true),
    ];

    private static AttributeSpec CeluAlpha =>
        new("alpha", AttributeKind.Float, 1.0, "What the result tends to left of 0, negated; positive.");

    private static AttributeSpec Threshold => new("alpha", AttributeKind.Float, 1.0, "What x must exceed; not negative.");

    private static AttributeSpec Least => new("min", AttributeKind.Float, null, "The least result.");

    private static AttributeSpec Most => new("max", AttributeKind.Float, null, "The largest result.");
}
