using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace ModelGen.Generator.Tests.Emit;

/// <summary>
/// The oldest platform that emitted code supports: reference assemblies of .NET 8, where the machine has them, and the runtime library
/// compiled against them.
/// </summary>
internal static class NetCore8
{
    private static readonly Lazy<IReadOnlyList<MetadataReference>> Lazy = new(Load);

    /// <summary>The folder of reference assemblies; null where there are none.</summary>
    public static string? Folder { get; } = Candidates().Where(Directory.Exists).OrderBy(f => f, StringComparer.Ordinal).LastOrDefault();

    public static IReadOnlyList<MetadataReference> References => Lazy.Value;

    private static string Packages => Environment.GetEnvironmentVariable("NUGET_PACKAGES")
        ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

    private static IEnumerable<string> Candidates()
    {
        string sdk = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "../../../packs"));
        return new[] { Path.Combine(Packages, "microsoft.netcore.app.ref"), Path.Combine(sdk, "Microsoft.NETCore.App.Ref") }
            .Where(Directory.Exists).SelectMany(f => Directory.EnumerateDirectories(f, "8.*"))
                .Select(f => Path.Combine(f, "ref", "net8.0"));
    }

    private static IReadOnlyList<MetadataReference> Load()
    {
        // The library's one dependency, in its form for .NET 8.
        string tensors = Directory.EnumerateDirectories(Path.Combine(Packages, "system.numerics.tensors")).Order(StringComparer.Ordinal)
            .Select(f => Path.Combine(f, "lib", "net8.0", "System.Numerics.Tensors.dll")).First(File.Exists);
        MetadataReference[] platform =
            [.. Directory.EnumerateFiles(Folder!, "*.dll").Append(tensors).Select(f => MetadataReference.CreateFromFile(f))];
        var options = new CSharpParseOptions(LanguageVersion.Latest, preprocessorSymbols: ["NET", "NET8_0", "NET8_0_OR_GREATER"]);
        string root = Path.Combine(Path.GetDirectoryName(ThisFile())!, "../../../src/ModelGen");
        const string Usings = """
            global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq;
            global using System.Threading; global using System.Threading.Tasks;
            """;
        SyntaxTree[] sources = [CSharpSyntaxTree.ParseText(Usings, options),
            .. Directory.EnumerateFiles(root, "*.cs", SearchOption.AllDirectories)
            .Where(f => !Path.GetRelativePath(root, f).Replace('\\', '/').StartsWith("obj/", StringComparison.Ordinal))
            .Where(f => !Path.GetRelativePath(root, f).Replace('\\', '/').StartsWith("bin/", StringComparison.Ordinal))
            .Select(f => CSharpSyntaxTree.ParseText(File.ReadAllText(f), options, f))];
        var library = CSharpCompilation.Create("ModelGen", sources, platform,
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true,
                nullableContextOptions: NullableContextOptions.Enable));
        using var stream = new MemoryStream();
        var result = library.Emit(stream);
        Assert.True(result.Success, string.Join("\n", result.Diagnostics.Where(d => d.Severity == DiagnosticSeverity.Error).Take(5)));
        return [.. platform, MetadataReference.CreateFromImage(stream.ToArray())];
    }

    private static string ThisFile([CallerFilePath] string path = "") => path;
}

/// <summary>A theory for machines with the reference assemblies of .NET 8.</summary>
internal sealed class NetCore8TheoryAttribute : TheoryAttribute
{
    public NetCore8TheoryAttribute()
    {
        if (NetCore8.Folder is null)
            Skip = "There are no reference assemblies of .NET 8 (package Microsoft.NETCore.App.Ref 8) here.";
    }
}
