using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Text;
using ModelGen.Generator.Discovery;
using ModelGen.Generator.Tests.FrontEnds;

namespace ModelGen.Generator.Tests.Json;

/// <summary>Compiles network files beside source text as a user's project would.</summary>
internal static class CompileJson
{
    public static async Task<JsonReport> Run(string json, params string[] sources) =>
        await Run([("Net.network.json", json)], "Root", sources);

    public static Task<JsonReport> Run((string Path, string Text)[] files, string? rootNamespace, params string[] sources)
    {
        var texts = files.Select(f => (AdditionalText)new InMemoryText("/project/" + f.Path, f.Text)).ToImmutableArray();
        var options = new RootNamespaceOptions(rootNamespace);
        GeneratorDriver driver = Driver(texts, options).RunGeneratorsAndUpdateCompilation(Compile.Create(sources), out Compilation output,
            out ImmutableArray<Diagnostic> fromGenerator);
        // Warnings as well: generated code is to have none.
        IEnumerable<Diagnostic> fromCompiler =
            output.GetDiagnostics().Where(d => d.Severity >= DiagnosticSeverity.Warning && d.Id != "CS1701");
        JsonFinding[] findings = [.. fromGenerator.Concat(fromCompiler).Select(JsonFinding.Of)
            .OrderBy(f => f.Path, StringComparer.Ordinal).ThenBy(f => f.Line).ThenBy(f => f.Column)];
        return Task.FromResult(new JsonReport(findings,
            driver.GetRunResult().Results.Single().GeneratedSources.ToDictionary(s => s.HintName, s => s.SourceText.ToString()), output));
    }

    public static CSharpGeneratorDriver Driver(ImmutableArray<AdditionalText> files, AnalyzerConfigOptionsProvider? options = null) =>
        CSharpGeneratorDriver.Create(
        [new NetworkGenerator().AsSourceGenerator()], files, Compile.ParseOptions, options,
        new GeneratorDriverOptions(IncrementalGeneratorOutputKind.None, trackIncrementalGeneratorSteps: true));

    internal sealed class InMemoryText(string path, string text) : AdditionalText
    {
        public override string Path => path;

        public override SourceText GetText(CancellationToken cancellationToken = default) => SourceText.From(text);
    }

    private sealed class RootNamespaceOptions(string? rootNamespace) : AnalyzerConfigOptionsProvider
    {
        public override AnalyzerConfigOptions GlobalOptions { get; } = new Options(rootNamespace);

        public override AnalyzerConfigOptions GetOptions(SyntaxTree tree) => GlobalOptions;

        public override AnalyzerConfigOptions GetOptions(AdditionalText textFile) => GlobalOptions;

        private sealed class Options(string? rootNamespace) : AnalyzerConfigOptions
        {
            public override bool TryGetValue(string key, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out string? value)
            {
                value = key == "build_property.RootNamespace" ? rootNamespace : null;
                return value is not null;
            }
        }
    }
}

/// <summary>What a compilation said, the generated files by name, and the compilation with them.</summary>
internal sealed record JsonReport(IReadOnlyList<JsonFinding> Findings, IReadOnlyDictionary<string, string> Generated, Compilation Output);

/// <summary>One diagnostic with its place as editors show it, from 1.</summary>
internal readonly record struct JsonFinding(string Id, string Path, int Line, int Column, string Message)
{
    public static JsonFinding Of(Diagnostic diagnostic)
    {
        FileLinePositionSpan span = diagnostic.Location.GetLineSpan();
        return new(diagnostic.Id, System.IO.Path.GetFileName(span.Path ?? ""), span.StartLinePosition.Line + 1,
            span.StartLinePosition.Character + 1,
            diagnostic.GetMessage(System.Globalization.CultureInfo.InvariantCulture));
    }

    public override string ToString() => $"{Path}({Line},{Column}): {Id}: {Message}";
}
