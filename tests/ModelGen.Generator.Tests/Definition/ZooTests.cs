using System.Runtime.Loader;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using ModelGen.Generator.FrontEnds.Definition;
using ModelGen.Generator.Graphs;
using ModelGen.Generator.Tests.FrontEnds;

namespace ModelGen.Generator.Tests.Definition;

/// <summary>Every network of the zoo, interpreted as by the generator and run as C#: node for node the same graph.</summary>
public class ZooTests
{
    private static readonly string Root = GeneratedFilesTests.Root();

    private static readonly MethodDeclarationSyntax[] Networks = [.. CSharpSyntaxTree
        .ParseText(File.ReadAllText(Path.Combine(Root, "tests/ModelGen.Tests/Zoo/ZooNetworks.cs"))).GetRoot().DescendantNodes().OfType<MethodDeclarationSyntax>()
        .Where(m => m.ParameterList.Parameters is [{ AttributeLists.Count: 1 }])];

    private static readonly CSharpCompilation Compilation = Compile.Create(
    [
        "using ModelGen; using ModelGen.Zoo;\n" + string.Concat(
            Networks.Select(m => $"[Network] public partial class {m.Identifier}Network {{ static {m.ReturnType} Define{m.ParameterList} {m.ExpressionBody}; }}\n")),
        .. Directory.GetFiles(Path.Combine(Root, "src/ModelGen.Zoo"), "*.cs").Order(StringComparer.Ordinal).Select(File.ReadAllText),
    ]);

    private static readonly Lazy<System.Reflection.Assembly> Compiled = new(() =>
    {
        using var image = new MemoryStream();
        var emitted = Compilation.Emit(image);
        Assert.True(emitted.Success, string.Join("\n", emitted.Diagnostics.Take(10)));
        image.Position = 0;
        var context = new AssemblyLoadContext("zoo");
        context.Resolving += (_, name) => name.Name == "ModelGen" ? typeof(Tensor).Assembly : null;
        return context.LoadFromStream(image);
    });

    public static TheoryData<string> Names => [.. Networks.Select(m => m.Identifier.Text)];

    [Theory, MemberData(nameof(Names))]
    public void IsInterpretedAsCSharpRunsIt(string name)
    {
        DefinitionResult result = Defined.Interpret(Compilation, name + "Network");
        Assert.True(result.Network.Graph is not null, string.Join("\n", result.Problems.Select(p => $"{p.Problem.Id} {p.Location.GetLineSpan()}: {p.Problem.Message}")));
        Graph recorded = GraphRecorder.Record(Compiled.Value.GetType(name + "Network")!);
        Assert.Equal(recorded.ToString(), result.Network.Graph.ToString());
        Assert.Equal(recorded, result.Network.Graph);
    }

    // What a published network does on purpose is switched off in its file, so that it does not warn in projects that use it.
    [Theory, MemberData(nameof(Names))]
    public void WarnsOfNothing(string name)
    {
        DefinitionResult result = Defined.Interpret(Compilation, name + "Network");
        Assert.All(result.Problems, p => Assert.Contains($"#pragma warning disable {p.Problem.Id}", p.Location.SourceTree!.ToString(), StringComparison.Ordinal));
    }

    [Fact]
    public void AllAreHere() => Assert.True(Networks.Length > 50, $"only {Networks.Length} networks were found");
}
