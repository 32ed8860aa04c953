using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using ModelGen.Generator.Graphs;
using ModelGen.Generator.Language;
using ModelGen.Generator.Model;
using ModelGen.Generator.Ops;

namespace ModelGen.Generator.Tests.Emit;

/// <summary>An input or output may have any name, also one that generated code uses for something else.</summary>
public class ArgumentNamesTests
{
    /// <summary>
    /// Every word of a file that has all there is: threads, several samples, Profile, a trainer. In groups, so that several networks are
    /// compiled at a time.
    /// </summary>
    public static TheoryData<int> Groups => [.. Enumerable.Range(0, GroupCount)];

    private const int GroupCount = 8;

    private static readonly Lazy<string[]> Names =
        new(() => [.. CSharpSyntaxTree.ParseText(Emit("image", "output")).GetRoot().DescendantTokens()
        .Where(t => t.IsKind(SyntaxKind.IdentifierToken)).Select(t => t.ValueText).Distinct().Order(StringComparer.Ordinal)]);

    [Theory]
    [MemberData(nameof(Groups))]
    public void AnyWordOfTheFileCanBeAnInputOrOutput(int group)
    {
        Assert.True(Names.Value.Length > 200);
        Assert.Contains("Unsafe", Names.Value);
        string[] names = [.. Names.Value.Where((_, i) => i % GroupCount == group)];
        foreach (string name in names.Where(n => IsAllowed(n, "output")))
            Check(name, "output");
        // As many outputs as threads can pass on.
        foreach (string[] some in names.Where(n => IsAllowed("image", n, "again")).Chunk(7))
            Check("image", some);
    }

    [Fact]
    public void AnyKeywordCanBeAnInputOrOutput()
    {
        string[] keywords = [.. SyntaxFacts.GetReservedKeywordKinds().Select(SyntaxFacts.GetText)];
        Assert.Contains("__arglist", keywords);
        Check("class", "output");
        Check("__arglist", "output");
        foreach (string[] some in keywords.Chunk(7))
            Check("image", some);
    }

    // The others are reported.
    private static bool IsAllowed(string input, params string[] outputs) => !NetworkChecks.Members(Declare(input, outputs), "Net").Any();

    private static void Check(string input, params string[] outputs)
    {
        CSharpCompilation compilation = CompiledNetwork.Compile(Emit(input, outputs), CompiledNetwork.CurrentReferences);
        SyntaxTree generated = compilation.SyntaxTrees.Single(t => t.FilePath == "Net.g.cs");
        Diagnostic? error = compilation.GetSemanticModel(generated).GetDiagnostics()
            .FirstOrDefault(d => d.Severity == DiagnosticSeverity.Error);
        Assert.True(error is null, $"input '{input}', outputs {string.Join(", ", outputs)}: {error}");
    }

    // A network with other outputs than "output" cannot be trained.
    private static string Emit(string input, params string[] outputs) => NetworkCompiler.Compile(new NetworkModel(
        Declare(input, outputs), new ClassDeclaration("Test", [], "Net", "public"), outputs is ["output"]
            ? new TrainingOptions(4, OpNames.CrossEntropy, 0) : null)
    {
        Options = new CompilerOptions(batch: 2, profile: true),
    });

    // Wide enough for threads; of several outputs, which are the same, all are copied.
    private static Graph Declare(string input, params string[] outputs)
    {
        var graph = new GraphBuilder("Net");
        int image = graph.Input(input, TensorType.Sample(16, 40, 40));
        int weight = graph.Parameter("conv1.weight", TensorType.Fixed(16, 16, 3, 3), AttributeMap.Of(("init", "he")));
        int x = graph.Add(OpNames.Conv2d, [image, weight], AttributeMap.Of(("padding", new[] { 1, 1, 1, 1 })), "conv1");
        x = graph.Add("Flatten", [graph.Add("GlobalAvgPool2d", [x], AttributeMap.Empty, "pool1")], AttributeMap.Empty, "flatten1");
        foreach (string output in outputs)
            graph.Output(output, x);
        return graph.Build();
    }
}
