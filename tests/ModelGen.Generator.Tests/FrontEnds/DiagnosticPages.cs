using System.Text.RegularExpressions;

namespace ModelGen.Generator.Tests.FrontEnds;

/// <summary>The examples of docs/diagnostics: first what is wrong, then the remedy.</summary>
internal static partial class DiagnosticPages
{
    public static IReadOnlyList<string> Ids =>
        [.. Directory.GetFiles(Path.Combine(GeneratedFilesTests.Root(), "docs/diagnostics"), "MG*.md")
        .Select(f => Path.GetFileNameWithoutExtension(f)).Order()];

    /// <summary>Of a class.</summary>
    public static bool IsOfClass(string id) => id is not ("MG0011" or "MG9999") && !IsOfFile(id);

    /// <summary>Of a network file.</summary>
    public static bool IsOfFile(string id) => id.StartsWith("MG03", StringComparison.Ordinal);

    public static string[] ExamplesOf(string id)
    {
        string page = File.ReadAllText(Path.Combine(GeneratedFilesTests.Root(), "docs/diagnostics", id + ".md"));
        return [.. Blocks().Matches(page).Select(m => m.Groups[1].Value)];
    }

    /// <summary>A whole source of an example, which leaves out what does not matter to it.</summary>
    public static string CompleteSource(string example)
    {
        string network = example.Contains("[Network", StringComparison.Ordinal) || example.Contains("[Input", StringComparison.Ordinal) ? ""
            : "[Network, Input(3, 32, 32)]\n";
        string declaration = example.Contains("class Digits", StringComparison.Ordinal) ? "" : "\npartial class Digits;";
        return "using ModelGen;\n" + network + example + declaration;
    }

    /// <summary>
    /// Whole files of an example: a list of layers stands for a network of them, members for a network with them. The page on two networks
    /// of one class has two.
    /// </summary>
    public static string[] CompleteFiles(string example)
    {
        string text = example.StartsWith('[') ? $"\"layers\": {example}" : example;
        if (!text.StartsWith('{'))
        {
            foreach ((string key, string value) in new[] { ("name", "\"Net\""), ("inputs", "{ \"image\": [3, 32, 32] }"),
                ("layers", "[{ \"op\": \"Relu\" }]") })
                text = Regex.IsMatch(text, $"(^|\n)\"{key}\":") ? text : $"\"{key}\": {value},\n{text}";
            text = $"{{ {text} }}";
        }
        return text.Split("\n---\n");
    }

    [GeneratedRegex("```(?:csharp|json)\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Blocks();
}
