using System.Runtime.Loader;
using ModelGen.Generator.Graphs;
using ModelGen.Generator.Language.Definition;

namespace ModelGen.Generator.Tests.Definition;

/// <summary>Every network of the zoo, interpreted as by the generator and run as C#: node for node the same graph.</summary>
public class ZooTests
{
    private static readonly Lazy<System.Reflection.Assembly> Compiled = new(() =>
    {
        using var image = new MemoryStream();
        var emitted = ZooDefinitions.Compilation.Emit(image);
        Assert.True(emitted.Success, string.Join("\n", emitted.Diagnostics.Take(10)));
        image.Position = 0;
        var context = new AssemblyLoadContext("zoo");
        context.Resolving += (_, name) => name.Name == "ModelGen" ? typeof(Tensor).Assembly : null;
        return context.LoadFromStream(image);
    });

    public static TheoryData<string> Names => [.. ZooDefinitions.Names];

    [Theory, MemberData(nameof(Names))]
    public void IsInterpretedAsCSharpRunsIt(string name)
    {
        DefinitionResult result = ZooDefinitions.Interpret(name);
        Assert.True(result.Network.Graph is not null,
            string.Join("\n", result.Problems.Select(p => $"{p.Problem.Id} {p.Place.GetLineSpan()}: {p.Problem.Message}")));
        Graph recorded = GraphRecorder.Record(Compiled.Value.GetType(name + "Network")!);
        Assert.Equal(recorded.ToString(), result.Network.Graph.ToString());
        Assert.Equal(recorded, result.Network.Graph);
    }

    // What a published network does on purpose is switched off in its file, so that it does not warn in projects that use it.
    [Theory, MemberData(nameof(Names))]
    public void WarnsOfNothing(string name)
    {
        DefinitionResult result = ZooDefinitions.Interpret(name);
        Assert.All(result.Problems,
            p => Assert.Contains($"#pragma warning disable {p.Problem.Id}", p.Place.SourceTree!.ToString(), StringComparison.Ordinal));
    }

    [Fact]
    public void AllAreHere() => Assert.True(ZooDefinitions.Names.Count > 50, $"only {ZooDefinitions.Names.Count} networks were found");
}
