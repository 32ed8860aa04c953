using System.Runtime.Loader;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using ModelGen.Generator.Graphs;
using ModelGen.Generator.Language.Definition;
using ModelGen.Generator.Ops;
using ModelGen.Generator.Tests.FrontEnds;

namespace ModelGen.Generator.Tests.Definition;

/// <summary>Both ways from a definition's text to its graph: interpreted as by the generator, and compiled, loaded and recorded.</summary>
internal static class Defined
{
    public const string Usings = "using System; using System.Linq; using System.Collections.Generic; using ModelGen;\n";

    /// <summary>A class Net with a definition on 8×16×16, and whatever members follow.</summary>
    public static string Network(string body, string members = "") => $$"""
        {{Usings}}
        [Network]
        public partial class Net
        {
            static Tensor Define([Shape(8, 16, 16)] Tensor x)
            {
        {{body}}
            }
            {{members}}
        }
        """;

    public static DefinitionResult Interpret(CSharpCompilation compilation, string type = "Net")
    {
        INamedTypeSymbol symbol = compilation.GetTypeByMetadataName(type)!;
        return DefinitionReader.Read(compilation, symbol, DefinitionReader.MethodsOf(symbol, hasLayers: false), CancellationToken.None);
    }

    public static DefinitionResult Interpret(string source, string type = "Net") => Interpret(Compile.Create(source), type);

    public static Graph Record(CSharpCompilation compilation, string type = "Net")
    {
        using var image = new MemoryStream();
        var emitted = compilation.Emit(image);
        Assert.True(emitted.Success, string.Join("\n", emitted.Diagnostics.Where(d => d.Severity == DiagnosticSeverity.Error)));
        image.Position = 0;
        var context = new AssemblyLoadContext("definition", isCollectible: true);
        context.Resolving += (_, name) => name.Name == "ModelGen" ? typeof(Tensor).Assembly : null;
        try
        {
            return GraphRecorder.Record(context.LoadFromStream(image).GetType(type)!);
        }
        finally
        {
            context.Unload();
        }
    }

    /// <summary>The graph, after checking that both ways lead to it.</summary>
    public static Graph Both(string source, string type = "Net") => Both([source], type);

    /// <summary>The graph of one class among several files, after checking that both ways lead to it.</summary>
    public static Graph Both(string[] sources, string type)
    {
        CSharpCompilation compilation = Compile.Create(sources);
        DefinitionResult result = Interpret(compilation, type);
        Assert.True(result.Network.Graph is not null,
            string.Join("\n", result.Problems.Select(p => $"{p.Problem.Id} {p.Place.GetLineSpan()}: {p.Problem.Message}")));
        Graph recorded = Record(compilation, type);
        Assert.Equal(recorded.ToString(), result.Network.Graph.ToString());
        Assert.Equal(recorded, result.Network.Graph);
        GraphVerifier.Verify(result.Network.Graph, "the definition");
        return result.Network.Graph;
    }
}
