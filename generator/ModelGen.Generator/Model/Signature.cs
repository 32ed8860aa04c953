using ModelGen.Generator.Graphs;
using ModelGen.Generator.Text;

namespace ModelGen.Generator.Model;

/// <summary>An input or output of a network as its methods have it.</summary>
/// <param name="Name">The argument's name in C#.</param>
/// <param name="LengthConstant">The public constant with its length.</param>
/// <param name="Shape">The shape of one sample.</param>
internal sealed record Argument(string Name, string LengthConstant, Shape Shape);

/// <summary>
/// How the inputs and outputs of a network appear in its public surface: one span each, in the graph's order, and a constant for each
/// length. A single input or output has the constant <c>InputLength</c> or <c>OutputLength</c>; of several each has one of its own name.
/// </summary>
internal sealed class Signature
{
    public Signature(Graph graph)
        : this([.. graph.Inputs.Select(i => (i.Name, i.Shape))], [.. graph.Outputs.Select(o => (o.Name, graph[o.Value].Shape))])
    {
    }

    public Signature(IReadOnlyList<(string Name, Shape Shape)> inputs, IReadOnlyList<(string Name, Shape Shape)> outputs)
    {
        Inputs = Name(inputs, "InputLength");
        Outputs = Name(outputs, "OutputLength");
    }

    public IReadOnlyList<Argument> Inputs { get; }

    public IReadOnlyList<Argument> Outputs { get; }

    /// <summary>The inputs as parameters, one span each; types in full unless <paramref name="prefix"/> is empty.</summary>
    public string InputParameters(string prefix = "global::System.") =>
        string.Join(", ", Inputs.Select(i => $"{prefix}ReadOnlySpan<float> {i.Name}"));

    /// <summary>The inputs and then the outputs as parameters.</summary>
    public string Parameters(string prefix = "global::System.") =>
        InputParameters(prefix) + string.Concat(Outputs.Select(o => $", {prefix}Span<float> {o.Name}"));

    /// <summary>The inputs as references to their first elements.</summary>
    public string InputReferences() => string.Join(", ", Inputs.Select(i => $"ref float {AsReference(i.Name)}"));

    /// <summary>The inputs and then the outputs as references to their first elements.</summary>
    public string References() => InputReferences() + string.Concat(Outputs.Select(o => $", ref float {AsReference(o.Name)}"));

    /// <summary>The first element of a span, in the user's class.</summary>
    public static string FirstOf(Argument argument) =>
        $"global::System.Runtime.InteropServices.MemoryMarshal.GetReference({argument.Name})";

    /// <summary>A name from outside as an argument of a generated method.</summary>
    public static string Argument(string name) => ReservedNames.AsArgument(Identifiers.Of(name));

    /// <summary>
    /// The same in the private namespace, where types and methods go by their own names, which all begin with a capital: an argument that
    /// does would hide the one that it is called like.
    /// </summary>
    public static string Reference(string name) => AsReference(Argument(name));

    private static string AsReference(string argument) => char.IsUpper(argument[0]) ? "_" + argument : argument;

    private static IReadOnlyList<Argument> Name(IReadOnlyList<(string Name, Shape Shape)> values, string single) =>
        [.. values.Select(v => new Argument(Argument(v.Name), values.Count == 1 ? single : Pascal(v.Name) + "Length", v.Shape))];

    private static string Pascal(string name)
    {
        IEnumerable<string> words = Identifiers.Of(name).Split('_').Where(w => w.Length > 0);
        return Identifiers.Of(string.Concat(words.Select(w => char.ToUpperInvariant(w[0]) + w.Substring(1))));
    }
}
