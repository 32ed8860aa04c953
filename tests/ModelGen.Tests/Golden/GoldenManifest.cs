using System.Globalization;
using System.Text.Json;

namespace ModelGen.Tests.Golden;

/// <summary>Every case that make_golden.py makes, by name, and why some are not run: data/manifest.json is the script's own list.</summary>
internal static class GoldenManifest
{
    private const string NoOperator = "the compiler has no such operator";

    /// <summary>Operators whose cases are not run. Those of which the compiler has none must not have one.</summary>
    public static IReadOnlyDictionary<string, string> OperatorsNotRun { get; } = new Dictionary<string, string>
    {
        ["DeformConv2d"] = NoOperator,
        ["MaxUnpool2d"] = "indices are those of the pooling, which the layer is given in place of numbers; segnet_mini runs it",
        ["LpPool2d"] = NoOperator,
        ["LayerNorm"] = NoOperator,
        ["Highway"] = NoOperator,
    };

    /// <summary>Single cases, and networks, that are not run.</summary>
    public static IReadOnlyDictionary<string, string> CasesNotRun { get; } = new Dictionary<string, string>
    {
        ["slice_000"] = "gives a length in place of an end; tensors.json has the cases of Slice",
    };

    /// <summary>Each case with the operator whose it is; networks have none.</summary>
    public static IReadOnlyList<(string Case, string? Operator)> All { get; } = Read();

    /// <summary>Null for what must be run.</summary>
    public static string? WhyNot((string Case, string? Operator) entry) =>
        CasesNotRun.TryGetValue(entry.Case, out string? reason) || OperatorsNotRun.TryGetValue(entry.Operator ?? "", out reason) ? reason
            : null;

    public static bool IsForWantOfTheOperator(string reason) => reason == NoOperator;

    private static IReadOnlyList<(string Case, string? Operator)> Read()
    {
        JsonElement manifest = GoldenData.Manifest;
        return
        [
            .. manifest.GetProperty("ops").EnumerateObject().SelectMany(op => Enumerable.Range(0, op.Value.GetInt32())
                .Select(i => (string.Create(CultureInfo.InvariantCulture, $"{op.Name.ToLowerInvariant()}_{i:D3}"), (string?)op.Name))),
            .. manifest.Texts("networks").Concat(manifest.Texts("zoo")).Select(name => (name, (string?)null)),
        ];
    }
}
