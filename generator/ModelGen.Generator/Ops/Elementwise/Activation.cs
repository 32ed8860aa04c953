using ModelGen.Generator.Graphs;

namespace ModelGen.Generator.Ops;

/// <summary>
/// The activations that other operators can apply to their results before they store them; their names are those of the operators.
/// </summary>
internal enum Activation
{
    None,
    Relu,
    Relu6,
    Tanh,
    Sigmoid,
    HardSigmoid,
    HardSwish,
    Silu,
    Gelu,
    GeluTanh,
    Mish,
}

/// <summary>Activations by their names.</summary>
internal static class Activations
{
    /// <summary>The activation that an operator is; none for others.</summary>
    public static Activation Of(string op) => Enum.TryParse(op, out Activation activation) ? activation : Activation.None;

    /// <summary>As texts of graphs and comments have it.</summary>
    public static string Word(this Activation activation) => activation.ToString().ToLowerInvariant();

    /// <summary>The activation that a word means; null for other words.</summary>
    public static Activation? Parse(string word) =>
        Enum.GetValues(typeof(Activation)).Cast<Activation?>().FirstOrDefault(a => a != Activation.None && a!.Value.Word() == word);
}

/// <summary>How a node is done whose result may have an activation applied to it before it is stored.</summary>
internal abstract record ActivatedImplementation : Implementation
{
    public Activation Activation { get; init; }

    protected override IEnumerable<string> Words => Activation == Activation.None ? [] : [Activation.Word()];
}

/// <summary>How a batch normalisation is done.</summary>
internal sealed record NormalizationPlan : ActivatedImplementation
{
    private static readonly NormalizationPlan s_plain = new();

    public static NormalizationPlan Of(Node node) => node.Implementation as NormalizationPlan ?? s_plain;

    /// <summary>Reads what <see cref="Implementation.ToString"/> writes; null for other words.</summary>
    public static NormalizationPlan? Read(IReadOnlyList<string> words) =>
        words.Count == 1 && Activations.Parse(words[0]) is Activation activation ? new() { Activation = activation } : null;
}
