using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using ModelGen.Generator.Graphs;
using ModelGen.Generator.Language.Definition;
using ModelGen.Generator.Tests.FrontEnds;

namespace ModelGen.Generator.Tests.Definition;

/// <summary>Every network of the zoo as a class of one compilation, as users would write it.</summary>
internal static class ZooDefinitions
{
    private static readonly string Root = GeneratedFilesTests.Root();

    private static readonly MethodDeclarationSyntax[] Networks = [.. CSharpSyntaxTree
        .ParseText(File.ReadAllText(Path.Combine(Root, "tests/ModelGen.Tests/Zoo/ZooNetworks.cs"))).GetRoot().DescendantNodes()
            .OfType<MethodDeclarationSyntax>()
        .Where(m => m.ParameterList.Parameters is [{ AttributeLists.Count: 1 }])];

    public static IReadOnlyList<string> Names { get; } = [.. Networks.Select(m => m.Identifier.Text)];

    /// <summary>The network Name is the class NameNetwork.</summary>
    public static CSharpCompilation Compilation { get; } = Compile.Create(
    [
        "using ModelGen; using ModelGen.Zoo;\n" + string.Concat(
            Networks.Select(m =>
                $"[Network] public partial class {m.Identifier}Network {{ static {m.ReturnType} Define{m.ParameterList} "
                    + $"{m.ExpressionBody}; }}\n")),
        .. Directory.GetFiles(Path.Combine(Root, "src/ModelGen.Zoo"), "*.cs").Order(StringComparer.Ordinal).Select(File.ReadAllText),
    ]);

    public static DefinitionResult Interpret(string name) => Defined.Interpret(Compilation, name + "Network");

    public static Graph GraphOf(string name) => Interpret(name).Network.Graph!;
}
