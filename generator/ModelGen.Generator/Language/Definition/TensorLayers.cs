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
        ("Multiply", "*", "op_Multiply")];

    /// <summary>The C# operator that stands for a layer of two inputs; null for most.</summary>
    public static string? OperatorOf(string layer) => Operators.FirstOrDefault(o => o.Layer == layer).Token;

    /// <summary>The layer that a method of <c>Tensor</c> stands for, also where it is an operator.</summary>
    public static string LayerOf(string method) => Operators.FirstOrDefault(o => o.Method == method).Layer ?? method;
}
