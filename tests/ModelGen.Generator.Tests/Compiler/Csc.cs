using System.Diagnostics;
using System.Text.RegularExpressions;
using ModelGen.Generator.Discovery;

namespace ModelGen.Generator.Tests.Compiler;

/// <summary>
/// The C# compiler of the SDK, as a build runs it: with the generator as it is shipped, in a process of its own. Other tests put the
/// diagnostics of generator and compiler together themselves; what the compiler leaves out, and in what order it tells the rest, is seen
/// here alone.
/// </summary>
internal sealed partial class Csc : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("modelgen-csc-").FullName;
    private readonly List<string> _arguments = [];

    public Csc()
    {
        string framework = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
        _arguments.AddRange(["-nologo", "-nostdlib", "-target:library", "-nullable:enable", "-utf8output", "-preferreduilang:en"]);
        foreach (string assembly in Directory.GetFiles(framework, "*.dll").Where(IsManaged)
            .Append(typeof(NetworkAttribute).Assembly.Location))
            Reference(assembly);
        _arguments.Add($"-analyzer:\"{typeof(NetworkGenerator).Assembly.Location}\"");
    }

    /// <summary>Of the newest SDK that is installed.</summary>
    private static string Compiler
    {
        get
        {
            string root = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "../../.."));
            return Directory.GetDirectories(Path.Combine(root, "sdk")).Select(d => Path.Combine(d, "Roslyn/bincore/csc.dll"))
                .Where(File.Exists)
                .OrderBy(f => Version.TryParse(Path.GetFileName(Path.GetFullPath(Path.Combine(f, "../../.."))), out Version? version)
                    ? version : new Version()).Last();
        }
    }

    public Csc Option(string argument)
    {
        _arguments.Add(argument);
        return this;
    }

    public Csc Reference(string assembly) => Option($"-reference:\"{assembly}\"");

    public Csc File_(string path) => Option($"\"{path}\"");

    public Csc Source(string name, string text) => File_(Write(name, text));

    public Csc Additional(string name, string text) => Option($"-additionalfile:\"{Write(name, text)}\"");

    /// <summary>
    /// Switches off all that can be switched off: analyzers, and the given diagnostics in every way that there is but for pragmas, which
    /// stand in sources.
    /// </summary>
    public Csc Silence(IEnumerable<string> ids)
    {
        string[] all = [.. ids];
        string severities = string.Concat(all.Select(id => $"dotnet_diagnostic.{id}.severity = none\n"));
        string rules = string.Concat(all.Select(id => $"<Rule Id=\"{id}\" Action=\"None\" />"));
        return Option("-skipanalyzers+").Option("-warn:0").Option("-nowarn:" + string.Join(',', all))
            .Option("-analyzerconfig:\""
                + $"{Write("global.editorconfig", $"is_global = true\ndotnet_analyzer_diagnostic.severity = none\n{severities}")}\"")
            .Option("-analyzerconfig:\""
                + $"{Write(".editorconfig", $"root = true\n[*]\ngenerated_code = true\ndotnet_analyzer_diagnostic.severity = none\n{severities}")}\"")
            .Option("-ruleset:\""
                + $"{Write("all.ruleset", $"<RuleSet Name=\"None\" ToolsVersion=\"17.0\"><IncludeAll Action=\"None\" /><Rules AnalyzerId=\"ModelGen.Generator\" RuleNamespace=\"ModelGen.Generator\">{rules}</Rules></RuleSet>")}\"");
    }

    /// <summary>Compiles; what is said, in the compiler's order.</summary>
    /// <param name="output">Where the assembly goes; null for somewhere.</param>
    public async Task<CscResult> Run(string? output = null)
    {
        string response = Write("arguments.rsp",
            string.Join('\n', _arguments.Append($"-out:\"{output ?? Path.Combine(_directory, "out.dll")}\"")));
        string dotnet = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
        using Process process = Process.Start(new ProcessStartInfo(dotnet,
            ["exec", Compiler, "-noconfig", "@" + response]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string text = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        CscLine[] lines = [.. Line().Matches(text)
            .Select(m => new CscLine(Path.GetFileName(m.Groups["file"].Value), m.Groups["severity"].Value, m.Groups["id"].Value,
                m.Groups["message"].Value))];
        return new CscResult(process.ExitCode, lines, text + await errors);
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private string Write(string name, string text)
    {
        string path = Path.Combine(_directory, name);
        File.WriteAllText(path, text);
        return path;
    }

    private static bool IsManaged(string file) =>
        Path.GetFileName(file) is string name
            && (name.StartsWith("System.", StringComparison.Ordinal) || name.StartsWith("Microsoft.", StringComparison.Ordinal)
            || name is "mscorlib.dll" or "netstandard.dll")
        && !name.Contains(".Native", StringComparison.Ordinal) && !name.Contains("DiaSymReader", StringComparison.Ordinal);

    [GeneratedRegex(@"^((?<file>[^\n(]*)\((\d+),(\d+)\): )?(?<severity>error|warning) (?<id>[A-Z]+\d+): (?<message>[^\r\n]*)",
        RegexOptions.Multiline)]
    private static partial Regex Line();
}

/// <summary>What a compilation came to.</summary>
internal sealed record CscResult(int ExitCode, IReadOnlyList<CscLine> Lines, string Text);

/// <summary>A line of the compiler.</summary>
/// <param name="File">The name of the file, without its path; empty where there is none.</param>
internal sealed record CscLine(string File, string Severity, string Id, string Message)
{
    public bool IsOurs => Id.StartsWith("MG", StringComparison.Ordinal);

    public override string ToString() => $"{File}: {Severity} {Id}: {Message}";
}
