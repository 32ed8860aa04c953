using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using ModelGen.Generator.Discovery;

namespace ModelGen.Generator.Tests.FrontEnds;

/// <summary>Compiles source text as a user's project would, with the generator.</summary>
internal static class Compile
{
    // The oldest language that generated code supports.
    public static readonly CSharpParseOptions ParseOptions = new(LanguageVersion.CSharp12);

    private static readonly ImmutableArray<MetadataReference> References = FindReferences();

    public static CSharpCompilation Create(params string[] sources) => CSharpCompilation.Create(
        "Sample",
        sources.Concat(StandIns()).Select((text, i) => CSharpSyntaxTree.ParseText(text, ParseOptions, $"File{i}.cs")),
        References,
        new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable));

    public static CSharpGeneratorDriver Driver() => CSharpGeneratorDriver.Create(
        [new NetworkGenerator().AsSourceGenerator()], parseOptions: ParseOptions,
        driverOptions: new GeneratorDriverOptions(IncrementalGeneratorOutputKind.None, trackIncrementalGeneratorSteps: true));

    /// <summary>Everything that is reported: by the generator, and errors by the C# compiler, in order of position.</summary>
    public static Task<Report> Run(params string[] sources)
    {
        CSharpCompilation compilation = Create(sources);
        GeneratorDriver driver = Driver()
            .RunGeneratorsAndUpdateCompilation(compilation, out Compilation output, out ImmutableArray<Diagnostic> fromGenerator);
        IEnumerable<Diagnostic> fromCompiler = output.GetDiagnostics().Where(d => d.Severity == DiagnosticSeverity.Error);
        Finding[] findings = [.. fromGenerator.Concat(fromCompiler)
            .OrderBy(d => d.Location.SourceTree?.FilePath, StringComparer.Ordinal).ThenBy(d => d.Location.SourceSpan.Start)
                .Select(Finding.Of)];
        Dictionary<string, string> generated =
            driver.GetRunResult().Results.Single().GeneratedSources.ToDictionary(s => s.HintName, s => s.SourceText.ToString());
        return Task.FromResult(new Report(findings, generated));
    }

    // Types of the runtime library that the generated surface names, as far as the library does not have them yet.
    private static IEnumerable<string> StandIns() =>
        new[] { "NetworkSummary", "Sgd", "Evaluation" }
            .Where(name => typeof(NetworkAttribute).Assembly.GetType("ModelGen." + name) is null)
            .Select(name => $"namespace ModelGen {{ public sealed class {name}; }}");

    private static ImmutableArray<MetadataReference> FindReferences()
    {
        string framework = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
        string[] trusted = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator);
        return [.. trusted.Where(p => Path.GetDirectoryName(p) == framework
            || Path.GetFileName(p) is "ModelGen.dll" or "System.Numerics.Tensors.dll")
            .Select(p => MetadataReference.CreateFromFile(p))];
    }
}

/// <summary>What a compilation said, and the generated files by name.</summary>
internal sealed record Report(IReadOnlyList<Finding> Findings, IReadOnlyDictionary<string, string> Generated);

/// <summary>One diagnostic, with the text under its squiggle.</summary>
internal readonly record struct Finding(string Id, string Text, string Message)
{
    public static Finding Of(Diagnostic diagnostic) => new(
        diagnostic.Id,
        diagnostic.Location.SourceTree?.GetText().ToString(diagnostic.Location.SourceSpan) ?? "",
        diagnostic.GetMessage(System.Globalization.CultureInfo.InvariantCulture));

    public override string ToString() => $"{Id} at «{Text}»: {Message}";
}
