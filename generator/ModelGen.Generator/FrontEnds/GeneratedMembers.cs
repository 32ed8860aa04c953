using ModelGen.Generator.Emit;

namespace ModelGen.Generator.FrontEnds;

/// <summary>Names of what the generated part of a class declares. Methods may be overloaded, the nested classes are partial and may be extended.</summary>
internal static class GeneratedMembers
{
    public static readonly string[] Properties =
        ["InputLength", "OutputLength", "ParameterCount", "MultiplyAdds", "Batch", "ArenaBytes", "Summary", "Parallelism", "Scheduler"];

    // With the types of their parameters.
    private static readonly Dictionary<string, string> Methods = new(StringComparer.Ordinal)
    {
        ["CreateWeights"] = "int",
        ["LoadWeights"] = "string, ModelGen.WeightLoadOptions?",
        ["Forward"] = "System.ReadOnlySpan<float>, System.Span<float>",
        ["Profile"] = "System.ReadOnlySpan<float>, System.Span<float>, System.Span<long>",
    };

    /// <summary>The types of the parameters of a method with that name; null where there is none.</summary>
    public static string? ParametersOf(string name, Extras extras) =>
        Methods.TryGetValue(name, out string? parameters) && (name != "Profile" || extras.HasFlag(Extras.Profile)) ? parameters : null;

    public static bool IsClass(string name, Extras extras) => name == "Weights" || (extras.HasFlag(Extras.Trainer) && name == "Trainer");

    public static bool Has(string name, Extras extras) => IsClass(name, extras) || ParametersOf(name, extras) is not null || Properties.Contains(name);
}
