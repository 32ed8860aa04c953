using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using ModelGen.Generator.Discovery;
using ModelGen.Generator.Language;

namespace ModelGen.Fuzz.Networks;

/// <summary>Networks in C# through the front end, without the compilation of what is generated.</summary>
internal static class Sources
{
    private static readonly CSharpParseOptions Options = new(LanguageVersion.Preview);

    // Shared, so that the symbols of .NET are read once.
    private static readonly CSharpCompilation Empty = CSharpCompilation.Create(
        "Sample", [], References(), new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary,
            nullableContextOptions: NullableContextOptions.Enable));

    /// <summary>Reads the class Net of a text and compiles its network.</summary>
    public static FuzzOutcome Check(string text, TimeSpan limit)
    {
        using var late = new CancellationTokenSource(limit);
        CSharpCompilation compilation = Empty.AddSyntaxTrees(CSharpSyntaxTree.ParseText(text, Options, "Net.cs"));
        if (compilation.GetTypeByMetadataName("Net") is not { TypeKind: TypeKind.Class } type || !NetworkReader.IsNetwork(type))
            return FuzzOutcome.Refused;
        try
        {
            NetworkSource source = NetworkReader.Read(compilation, type, late.Token);
            FrontEndResult result = FrontEnd.Build(source.Declaration, late.Token);
            return Outcome.Check(
                result.Model, source.DefinitionProblems.Select(p => p.Problem).Concat(result.Problems.Select(p => p.Problem)),
                () => compilation.GetDiagnostics().Any(d => d.Severity == DiagnosticSeverity.Error), limit);
        }
        catch (OperationCanceledException)
        {
            throw new FuzzException("reading takes too long");
        }
    }

    private static ImmutableArray<MetadataReference> References()
    {
        string framework = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
        string[] trusted = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator);
        return [.. trusted.Where(p => Path.GetDirectoryName(p) == framework || Path.GetFileName(p) == "ModelGen.dll")
            .Select(p => MetadataReference.CreateFromFile(p))];
    }
}
