using System.Text.RegularExpressions;

namespace ModelGen.Generator.Tests.FrontEnds;

/// <summary>The examples of docs/diagnostics are true: the first reports the page's diagnostic, and the remedy does not.</summary>
public partial class DiagnosticPagesTests
{
    public static TheoryData<string> Ids => [.. Directory.GetFiles(Path.Combine(GeneratedFilesTests.Root(), "docs/diagnostics"), "MG*.md")
        .Select(f => Path.GetFileNameWithoutExtension(f)).Where(id => id != "MG9999" && !id.StartsWith("MG03", StringComparison.Ordinal)).Order()];

    [Theory]
    [MemberData(nameof(Ids))]
    public async Task ExamplesAreTrue(string id)
    {
        string page = await File.ReadAllTextAsync(Path.Combine(GeneratedFilesTests.Root(), "docs/diagnostics", id + ".md"));
        string[] examples = [.. Blocks().Matches(page).Select(m => m.Groups[1].Value)];
        Assert.Equal(2, examples.Length);
        Assert.Equal(id, Assert.Single((await Compile.Run(Complete(examples[0]))).Findings.DistinctBy(f => f.Id)).Id);
        Assert.Empty((await Compile.Run(Complete(examples[1]))).Findings);
    }

    // Examples leave out what does not matter to them.
    private static string Complete(string example)
    {
        string network = example.Contains("[Network", StringComparison.Ordinal) || example.Contains("[Input", StringComparison.Ordinal) ? "" : "[Network, Input(3, 32, 32)]\n";
        string declaration = example.Contains("class Digits", StringComparison.Ordinal) ? "" : "\npartial class Digits;";
        return "using ModelGen;\n" + network + example + declaration;
    }

    [GeneratedRegex("```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Blocks();
}
