namespace ModelGen.Generator.FrontEnds;

/// <summary>Names of what the generated part of a class declares. Methods may be overloaded, the nested classes are partial and may be extended.</summary>
internal static class GeneratedMembers
{
    public static readonly string[] Properties =
        ["InputLength", "OutputLength", "ParameterCount", "MultiplyAdds", "Batch", "ArenaBytes", "Summary", "Parallelism", "Scheduler"];

    /// <summary>With the types of their parameters.</summary>
    public static readonly Dictionary<string, string> Methods = new(StringComparer.Ordinal)
    {
        ["CreateWeights"] = "int",
        ["LoadWeights"] = "string",
        ["Forward"] = "System.ReadOnlySpan<float>, System.Span<float>",
    };

    public static bool IsClass(string name, bool isTrainable) => name == "Weights" || (isTrainable && name == "Trainer");

    public static bool Has(string name, bool isTrainable) => IsClass(name, isTrainable) || Methods.ContainsKey(name) || Properties.Contains(name);
}
