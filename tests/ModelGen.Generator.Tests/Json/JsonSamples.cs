using ModelGen.Generator.Tests.FrontEnds;

namespace ModelGen.Generator.Tests.Json;

/// <summary>The network files beside this one.</summary>
internal static class JsonSamples
{
    private static readonly string Folder = Path.Combine(GeneratedFilesTests.Root(), "tests/ModelGen.Generator.Tests/Json/samples");

    public static string[] Names =>
        [.. Directory.GetFiles(Folder, "*.network.json")
            .Select(f => Path.GetFileName(f).Replace(".network.json", "", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    public static string Read(string name) => File.ReadAllText(Path.Combine(Folder, name + ".network.json"));
}
