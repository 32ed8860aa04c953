using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using ModelGen.Generator.Discovery;
using ModelGen.Generator.Language;
using ModelGen.Generator.Tests.FrontEnds;

namespace ModelGen.Generator.Tests.Definition;

/// <summary>A definition is interpreted again when, and only when, something that it depends on has changed.</summary>
public class DefinitionCacheTests
{
    private const string Blocks =
        "using ModelGen; static class Blocks { public static Tensor Unit(this Tensor x, int width) => x.Conv2d(width, 3).Relu(); }";
    private const string Sizes = "static class Sizes { public const int Width = 4; static int Other() { return 1; } }";

    private static readonly string[] Sources =
    [
        "using ModelGen; [Network] public partial class Net { static Tensor Define([Shape(3, 8, 8)] Tensor x) => "
            + "x.Unit(Sizes.Width).Flatten().Linear(10); }",
        Blocks,
        Sizes,
        "class Unrelated { int F() => 1; }",
    ];

    [Theory]
    [InlineData(3, "class Unrelated { int F() => 2; }")]
    [InlineData(3, "class Unrelated { int F() => 1; } // a comment")]
    [InlineData(2, "static class Sizes { public const int Width = 4; static int Other() { return 2; } }")]
    public void OtherCodeCostsNothing(int file, string text)
    {
        (NetworkDeclaration before, NetworkDeclaration after) = ReadBoth(file, text);
        Assert.Same(before.Definition, after.Definition);
    }

    [Theory]
    [InlineData(0,
        "using ModelGen; [Network] public partial class Net { static Tensor Define([Shape(3, 8, 8)] Tensor x) => "
            + "x.Unit(Sizes.Width).Flatten().Linear(11); }", "11")]
    [InlineData(1,
        "using ModelGen; static class Blocks { public static Tensor Unit(this Tensor x, int width) => x.Conv2d(width, 5).Relu(); }",
        "4,3,5,5")]
    [InlineData(2, "static class Sizes { public const int Width = 5; static int Other() { return 1; } }", "5,3,3,3")]
    [InlineData(3,
        "namespace System { static class Better { public static ModelGen.Tensor Unit(this ModelGen.Tensor x, byte width) => x; } }",
        "4,3,3,3")]
    public void WhatMattersIsReadAgain(int file, string text, string expected)
    {
        (NetworkDeclaration before, NetworkDeclaration after) = ReadBoth(file, text);
        Assert.NotSame(before.Definition, after.Definition);
        Assert.Contains(expected, after.Definition!.Graph!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void AnotherReferenceIsReadAgain()
    {
        CSharpCompilation compilation = Compile.Create(Sources);
        NetworkDeclaration before = Read(compilation);
        Assert.NotSame(before.Definition,
            Read(compilation.AddReferences(Compile.Create("class Library;").ToMetadataReference())).Definition);
    }

    [Theory]
    [InlineData(3, "class Unrelated { int F() => 2; }")]
    [InlineData(1,
        "using ModelGen; static class Blocks { /* another text, the same graph */ public static Tensor Unit(this Tensor x, int w) => "
            + "x.Conv2d(w, 3).Relu(); }")]
    public void TheSameGraphRunsNothingPastItsDeclaration(int file, string text)
    {
        CSharpCompilation before = Compile.Create(Sources);
        GeneratorRunResult result = Compile.Driver().RunGenerators(before).RunGenerators(Replace(before, file, text)).GetRunResult()
            .Results.Single();
        Assert.All(Reasons(result, NetworkGenerator.Declarations),
            r => Assert.True(r is IncrementalStepRunReason.Unchanged or IncrementalStepRunReason.Cached));
        Assert.Equal([IncrementalStepRunReason.Cached], Reasons(result, NetworkGenerator.Models));
        Assert.Equal([IncrementalStepRunReason.Cached], Reasons(result, NetworkGenerator.Sources));
    }

    [Fact]
    public async Task TheWholeWayToCodeWorks()
    {
        Report report = await Compile.Run(Sources);
        Assert.Empty(report.Findings);
        Assert.Contains("partial class Net", Assert.Single(report.Generated).Value, StringComparison.Ordinal);
    }

    private static (NetworkDeclaration Before, NetworkDeclaration After) ReadBoth(int file, string text)
    {
        CSharpCompilation compilation = Compile.Create(Sources);
        return (Read(compilation), Read(Replace(compilation, file, text)));
    }

    private static NetworkDeclaration Read(CSharpCompilation compilation) =>
        NetworkReader.Read(compilation, compilation.GetTypeByMetadataName("Net")!, CancellationToken.None).Declaration;

    private static CSharpCompilation Replace(CSharpCompilation compilation, int file, string text) =>
        compilation.ReplaceSyntaxTree(compilation.SyntaxTrees[file],
            CSharpSyntaxTree.ParseText(text, Compile.ParseOptions, compilation.SyntaxTrees[file].FilePath));

    private static IEnumerable<IncrementalStepRunReason> Reasons(GeneratorRunResult result, string step) =>
        result.TrackedSteps[step].SelectMany(s => s.Outputs).Select(o => o.Reason);
}
