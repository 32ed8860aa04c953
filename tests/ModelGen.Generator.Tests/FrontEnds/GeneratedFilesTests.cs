using System.Runtime.CompilerServices;
using ModelGen.Generator.Diagnostics;
using ModelGen.Generator.Language;
using ModelGen.Generator.Model;
using ModelGen.Generator.Ops;
using ModelGen.Writers;

namespace ModelGen.Generator.Tests.FrontEnds;

/// <summary>What generator/ModelGen.Writers writes from the compiler's tables is what the tables give.</summary>
public class GeneratedFilesTests
{
    public static TheoryData<string> Paths => [.. WrittenFiles.All(Root()).Select(f => f.Path)];

    [Theory, MemberData(nameof(Paths))]
    public void FollowsTheTables(string path)
    {
        string file = Path.Combine(Root(), path);
        Assert.True(File.Exists(file) && File.ReadAllText(file) == WrittenFiles.All(Root()).Single(f => f.Path == path).Text,
            $"{path} is not what the compiler's tables give; run dotnet run --project generator/ModelGen.Writers");
    }

    [Fact]
    public void EveryPageHasItsLayer()
    {
        string[] pages = [.. Directory.GetFiles(Path.Combine(Root(), "docs/operators"), "*.md")
            .Select(f => Path.GetFileNameWithoutExtension(f))];
        Assert.Empty(pages.Except(OperatorTable.Layers.Select(o => o.Name)).Except(["README"]));
    }

    [Fact]
    public void EveryLayerSaysItsShapesAndHasAnExample() =>
        Assert.All(OperatorTable.Layers,
            op => Assert.True(op.Layer is { ShapeRule.Length: > 0, Example.Length: > 0, Source.Length: > 0 }, op.Name));

    [Fact]
    public void EnumsOfOptionsHaveTheirWordsInOrder()
    {
        foreach (WordOption option in NetworkOption.All.Concat(TrainableOption.All).OfType<WordOption>())
        {
            Type? type = typeof(NetworkAttribute).Assembly.GetType("ModelGen." + option.Name);
            Assert.NotNull(type);
            Assert.Equal(option.Words.Select(w => w.ToLowerInvariant()), Enum.GetNames(type).Select(n => n.ToLowerInvariant()));
            Assert.Equal(Enumerable.Range(0, option.Words.Count), Enum.GetValuesAsUnderlyingType(type).Cast<int>());
        }
    }

    [Fact]
    public void EnumsHaveTheWordsInTheirOrder()
    {
        foreach (AttributeSpec spec in OperatorTable.Layers.SelectMany(o => o.Attributes).Where(a => a.Kind == AttributeKind.Word))
        {
            Type? type = typeof(NetworkAttribute).Assembly.GetType("ModelGen." + LayerSyntax.WordEnum(spec));
            Assert.NotNull(type);
            Assert.Equal(spec.Words.Select(w => w.ToLowerInvariant()), Enum.GetNames(type).Select(n => n.ToLowerInvariant()));
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

    internal static string Root([CallerFilePath] string file = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(file)!, "../../.."));
}
