using System.Text.RegularExpressions;
using ModelGen.Generator.Tests.FrontEnds;

namespace ModelGen.Generator.Tests.Json;

/// <summary>
/// The examples of the pages on network files are true: the first reports the page's diagnostic, and the remedy does not.
/// </summary>
public partial class JsonDiagnosticPagesTests
{
    public static TheoryData<string> Ids => [.. DiagnosticPages.Ids.Where(DiagnosticPages.IsOfFile)];

    [Theory]
    [MemberData(nameof(Ids))]
    public async Task ExamplesAreTrue(string id)
    {
        string[] examples = DiagnosticPages.ExamplesOf(id);
        Assert.Equal(2, examples.Length);
        Assert.Equal(id, Assert.Single((await Run(examples[0])).DistinctBy(f => f.Id)).Id);
        Assert.Empty(await Run(examples[1]));
    }

    [Fact]
    public async Task TheFormatsPageIsTrue()
    {
        string page = await File.ReadAllTextAsync(Path.Combine(GeneratedFilesTests.Root(), "docs/json.md"));
        string[] examples = [.. Blocks().Matches(page).Select(m => m.Groups[1].Value)];
        Assert.True(examples.Length > 2);
        foreach (string example in examples)
            Assert.Empty(await Run(example));
    }

    private static async Task<IReadOnlyList<JsonFinding>> Run(string example) =>
        (await CompileJson.Run([.. DiagnosticPages.CompleteFiles(example).Select((f, i) => ($"{i}.network.json", f))], "Root")).Findings;

    [GeneratedRegex("```json\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Blocks();
}
