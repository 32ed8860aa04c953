using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Emit;
using Microsoft.CodeAnalysis.Text;
using ModelGen.Generator.Emit;

namespace ModelGen.Tests.Harness;

/// <summary>Compiled graphs: one assembly with a class for each.</summary>
internal sealed class GeneratedLibrary(Assembly assembly)
{
    // What generated code may need: the platform and the runtime library.
    private static readonly MetadataReference[] References =
        [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(p => Path.GetFileName(p).StartsWith("System.", StringComparison.Ordinal)
                || Path.GetFileName(p) is "ModelGen.dll" or "netstandard.dll")
            .Select(p => MetadataReference.CreateFromFile(p))];

    /// <summary>Compiles graphs at once and loads the result.</summary>
    public static GeneratedLibrary Compile(params GraphFunction[] functions) => new(Assembly.Load(CompileToImage([functions])));

    /// <summary>Compiles graphs, those that share kernels together, into the bytes of one assembly.</summary>
    /// <exception cref="InvalidOperationException">The generated code does not compile; the message has the errors with their
    /// lines.</exception>
    public static byte[] CompileToImage(IEnumerable<IReadOnlyList<GraphFunction>> files) =>
        CompileTexts(files.Select(f => (f[0].Name + ".cs", GraphFunction.Emit(f))));

    /// <summary>The same of generated text.</summary>
    public static byte[] CompileTexts(IEnumerable<(string Path, string Text)> files)
    {
        // Generated code promises to be C# 12.
        var options = new CSharpParseOptions(LanguageVersion.CSharp12);
        var trees = files.Select(f =>
            CSharpSyntaxTree.ParseText(SourceText.From(f.Text, System.Text.Encoding.UTF8), options, path: f.Path));
        var compilation = CSharpCompilation.Create(
            "Generated", trees, References,
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release));
        using var image = new MemoryStream();
        EmitResult result = compilation.Emit(image);
        return result.Success ? image.ToArray() : throw new InvalidOperationException(Describe(result));
    }

    public GraphMethod this[GraphFunction function] =>
        assembly.GetType($"{SourceHeader.Namespace}.{function.Name}", throwOnError: true)!.GetMethod("Run")!.CreateDelegate<GraphMethod>();

    private static string Describe(EmitResult result)
    {
        var errors = result.Diagnostics.Where(d => d.Severity == DiagnosticSeverity.Error).Take(20)
            .Select(d =>
                $"{d}\n    {d.Location.SourceTree?.GetText().Lines[d.Location.GetLineSpan().StartLinePosition.Line].ToString().Trim()}");
        return "the generated code does not compile:\n" + string.Join("\n", errors);
    }
}
