using System.Text.RegularExpressions;
using ModelGen.Generator.Tests.FrontEnds;

namespace ModelGen.Generator.Tests.Json;

/// <summary>The examples of the pages on network files are true: the first reports the page's diagnostic, and the remedy does not.</summary>
public partial class JsonDiagnosticPagesTests
{
    public static TheoryData<string> Ids => [.. Directory.GetFiles(Path.Combine(GeneratedFilesTests.Root(), "docs/diagnostics"), "MG03*.md")
        .Select(f => Path.GetFileNameWithoutExtension(f)).Order()];

    [Theory]
    [MemberData(nameof(Ids))]
    public async Task ExamplesAreTrue(string id)
    {
        string page = await File.ReadAllTextAsync(Path.Combine(GeneratedFilesTests.Root(), "docs/diagnostics", id + ".md"));
        string[] examples = [.. Blocks().Matches(page).Select(m => m.Groups[1].Value)];
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

    // Examples leave out what does not matter to them: a list of layers stands for a network of them, members for a network with them.
    private static async Task<IReadOnlyList<JsonFinding>> Run(string example)
    {
        string text = example.StartsWith('[') ? $"\"layers\": {example}" : example;
        if (!text.StartsWith('{'))
        {
            foreach ((string key, string value) in new[] { ("name", "\"Net\""), ("inputs", "{ \"image\": [3, 32, 32] }"), ("layers", "[{ \"op\": \"Relu\" }]") })
                text = Regex.IsMatch(text, $"(^|\n)\"{key}\":") ? text : $"\"{key}\": {value},\n{text}";
            text = $"{{ {text} }}";
        }
        // The page on two networks of one class shows both.
        string[] files = text.Split("\n---\n");
        return (await CompileJson.Run([.. files.Select((f, i) => ($"{i}.network.json", f))], "Root")).Findings;
    }

    [GeneratedRegex("```json\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Blocks();
}
