namespace ModelGen.Generator.Language.Definition;

/// <summary>
/// How a layer is written as a method of <c>Tensor</c>: what must be given first, then what has a default, then the name. The methods and
/// their interpretation both follow this.
/// </summary>
internal static class TensorLayers
{
    /// <summary>The parameter that names the layer.</summary>
    public const string Name = "name";

    /// <summary>The second of two inputs.</summary>
    public const string Other = "other";

    /// <summary>All inputs but the first.</summary>
    public const string Others = "others";

    /// <summary>All inputs, of the static method.</summary>
    public const string Inputs = "inputs";

    private static readonly (string Layer, string Token, string Method)[] Operators = [("Add", "+", "op_Addition"),
        ("Multiply", "*", "op_Multiply"), ("Subtract", "-", "op_Subtraction"), ("Divide", "/", "op_Division")];

    /// <summary>The C# operator that stands for a layer of two inputs; null for most.</summary>
    public static string? OperatorOf(string layer) => Operators.FirstOrDefault(o => o.Layer == layer).Token;

    /// <summary>The layer that a method of <c>Tensor</c> stands for, also where it is an operator.</summary>
    public static string LayerOf(string method) => Operators.FirstOrDefault(o => o.Method == method).Layer ?? method;

    /// <summary>The methods that give several tensors, by slices.</summary>
    public static bool GivesSeveral(string method) => method is "Split" or "Chunk";

    /// <summary>The layers, one reading the other, that an operator between a tensor and a number is; null for none.</summary>
    /// <param name="method">The operator's name in metadata.</param>
    /// <param name="number">The number; 0 for operators of the tensor alone.</param>
    /// <param name="isLeft">Whether it is the left operand.</param>
    public static IReadOnlyList<(string Layer, LayerArgument[] Arguments)>? OfNumber(
        string method, double number, bool isLeft) => method switch
    {
        "op_Addition" => [Affine(1, number)],
        "op_Subtraction" => [isLeft ? Affine(-1, number) : Affine(1, -number)],
        "op_UnaryNegation" => [Affine(-1, 0)],
        "op_Multiply" => [Affine(number, 0)],
        "op_Division" when isLeft => [("Pow", [new("exponent", -1.0)]), Affine(number, 0)],
        "op_Division" => [Affine(1 / number, 0)],
        "op_GreaterThan" => [("Greater", [new("value", number)])],
        "op_LessThan" => [("Less", [new("value", number)])],
        "op_GreaterThanOrEqual" => [("GreaterEqual", [new("value", number)])],
        "op_LessThanOrEqual" => [("LessEqual", [new("value", number)])],
        _ => null,
    };

    private static (string, LayerArgument[]) Affine(double scale, double shift) =>
        ("Affine", [new("scale", scale), new("shift", shift)]);
}
