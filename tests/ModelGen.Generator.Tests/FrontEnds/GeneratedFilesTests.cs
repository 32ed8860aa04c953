using System.Runtime.CompilerServices;
using ModelGen.Generator.FrontEnds;
using ModelGen.Generator.Graphs;
using ModelGen.Generator.Ops;

namespace ModelGen.Generator.Tests.FrontEnds;

/// <summary>What is written from the operators' descriptions is what the descriptions give. MODELGEN_UPDATE=1 writes the files anew.</summary>
public class GeneratedFilesTests
{
    [Fact]
    public void LayerAttributesFollowTheDescriptions() => Check("src/ModelGen/Declaration/LayerAttributes.g.cs", LayerAttributeWriter.Write());

    [Fact]
    public void EveryLayerHasItsPage()
    {
        foreach (Operator op in OperatorTable.Layers)
            Check($"docs/operators/{op.Name}.md", OperatorPageWriter.Write(op));
        string[] pages = [.. Directory.GetFiles(Path.Combine(Root(), "docs/operators"), "*.md").Select(f => Path.GetFileNameWithoutExtension(f))];
        Assert.Empty(pages.Except(OperatorTable.Layers.Select(o => o.Name)).Except(["README"]));
    }

    [Fact]
    public void EveryLayerSaysItsShapesAndHasAnExample() =>
        Assert.All(OperatorTable.Layers, op => Assert.True(op.Layer is { ShapeRule.Length: > 0, Example.Length: > 0, Source.Length: > 0 }, op.Name));

    [Fact]
    public void EnumsHaveTheWordsInTheirOrder()
    {
        foreach (AttributeSpec spec in OperatorTable.Layers.SelectMany(o => o.Attributes).Where(a => a.Kind == AttributeKind.Word))
        {
            Type? type = typeof(NetworkAttribute).Assembly.GetType("ModelGen." + LayerSyntax.WordEnum(spec));
            Assert.NotNull(type);
            Assert.Equal(spec.Words, Enum.GetNames(type).Select(n => n.ToLowerInvariant()));
            Assert.Equal(Enumerable.Range(0, spec.Words.Count), Enum.GetValuesAsUnderlyingType(type).Cast<int>());
            Assert.Equal(spec.Words[0], spec.Default!.Value.Word);
        }
    }

    [Fact]
    public void EveryDiagnosticHasItsPageAndItsDescriptor()
    {
        string[] ids = [.. typeof(ProblemIds).GetFields().Select(f => (string)f.GetRawConstantValue()!)];
        Assert.Equal(ids.Length, ids.Distinct().Count());
        Assert.Equal(ids.Order(), DiagnosticCatalog.All.Select(d => d.Id).Order());
        string folder = Path.Combine(Root(), "docs/diagnostics");
        Assert.Equal(ids.Order(), Directory.GetFiles(folder, "MG*.md").Select(f => Path.GetFileNameWithoutExtension(f)).Order());
        foreach (string id in ids)
        {
            string page = File.ReadAllText(Path.Combine(folder, id + ".md"));
            Assert.StartsWith($"# {id}: {DiagnosticCatalog.Get(id).Title}\n", page);
        }
    }

    internal static string Root([CallerFilePath] string file = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(file)!, "../../.."));

    internal static void Check(string path, string expected)
    {
        string file = Path.Combine(Root(), path);
        if (Environment.GetEnvironmentVariable("MODELGEN_UPDATE") == "1")
            File.WriteAllText(file, expected);
        Assert.True(File.Exists(file) && File.ReadAllText(file) == expected, $"{path} is not what the operators' descriptions give; run the tests with MODELGEN_UPDATE=1");
    }
}
