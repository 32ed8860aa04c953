using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using ModelGen.Generator.Discovery;

namespace ModelGen.Generator.Tests.FrontEnds;

/// <summary>When the generator runs what, and that what it writes compiles.</summary>
public class GeneratorTests
{
    private const string Broken = "using ModelGen; [Network, Input(1, 4, 4), Conv2d(6, 5), Trainable] public partial class Net;";

    [Theory]
    [InlineData("// a comment", LeNet5.Source)]
    [InlineData("class Other { }", "// typed above\n" + LeNet5.Source)]
    [InlineData("class Other { int _x; }", LeNet5.Source + "\n// typed below")]
    public void WhatDoesNotChangeTheNetworkRunsNothingPastItsDeclaration(string other, string network)
    {
        CSharpCompilation before = Compile.Create(LeNet5.Source, "");
        CSharpCompilation after = Replace(Replace(before, 0, network), 1, other);
        GeneratorRunResult result = Compile.Driver().RunGenerators(before).RunGenerators(after).GetRunResult().Results.Single();
        Assert.Equal([IncrementalStepRunReason.Unchanged], Reasons(result, NetworkGenerator.Declarations)
            .Select(r => r == IncrementalStepRunReason.Cached ? IncrementalStepRunReason.Unchanged : r));
        Assert.Equal([IncrementalStepRunReason.Cached], Reasons(result, NetworkGenerator.Models));
        Assert.Equal([IncrementalStepRunReason.Cached], Reasons(result, NetworkGenerator.Sources));
    }

    [Fact]
    public void AChangedLayerRunsEverythingForItsNetworkAlone()
    {
        CSharpCompilation before = Compile.Create(LeNet5.Source, Broken);
        CSharpCompilation after = Replace(before, 0, LeNet5.Source.Replace("Linear(84)", "Linear(85)", StringComparison.Ordinal));
        GeneratorRunResult result = Compile.Driver().RunGenerators(before).RunGenerators(after).GetRunResult().Results.Single();
        foreach (string step in new[] { NetworkGenerator.Declarations, NetworkGenerator.Models })
            Assert.Equal(1, Reasons(result, step).Count(r => r == IncrementalStepRunReason.Modified));
        Assert.Contains(IncrementalStepRunReason.Cached, Reasons(result, NetworkGenerator.Models));
        Assert.Contains(IncrementalStepRunReason.Cached, Reasons(result, NetworkGenerator.Sources));
    }

    [Fact]
    public async Task ABrokenNetworkLeavesTheUsersOtherCodeWhole()
    {
        Report report = await Compile.Run(Broken, """
            using System;
            class User
            {
                static float[] Run(ReadOnlySpan<float> image, ReadOnlySpan<int> labels)
                {
                    Net.Weights weights = Net.CreateWeights(1);
                    weights = Net.LoadWeights("file");
                    weights.Save("file");
                    Console.WriteLine(Net.Summary.ToString() + weights["conv1.weight"].Length + Net.ParameterCount + Net.MultiplyAdds + Net.ArenaBytes);
                    var trainer = new Net.Trainer(weights, new ModelGen.Sgd());
                    float loss = trainer.Step(image, labels) + trainer.Optimizer.GetHashCode() + Net.Trainer.BatchSize;
                    ModelGen.Evaluation evaluation = trainer.Evaluate(image, labels);
                    var output = new float[Net.OutputLength * (image.Length / Net.InputLength)];
                    new Net(trainer.ToWeights()).Forward(image, output);
                    return output;
                }
            }
            """);
        Assert.Equal("MG0101", Assert.Single(report.Findings).Id);
        Assert.Contains("partial class Net", Assert.Single(report.Generated).Value, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Zoo.Outer.Box.Inner.class.g.cs",
        "namespace Zoo { partial class Outer { partial record struct Box { partial interface Inner { ATTRIBUTES protected internal partial "
            + "class @class; } } } }")]
    [InlineData("Net.g.cs", "ATTRIBUTES partial class Net;")]
    [InlineData("event.Rec.Net.g.cs", "namespace @event; partial record Rec { ATTRIBUTES partial class Net { public int Own => 1; } }")]
    [InlineData("S.Net.g.cs",
        "readonly ref partial struct S { ATTRIBUTES internal sealed partial class Net { partial class Weights { public int Own => 1; "
            + "} } }")]
    [InlineData("S.record.g.cs",
        "static partial class S { ATTRIBUTES private partial class @record : System.IDisposable { public void Dispose() { } public float[] "
            + "Forward(float[] x) => x; } }")]
    [InlineData("N-00e9t.g.cs", "ATTRIBUTES partial class Nét;")]
    public async Task GeneratedPartsFitTheirClasses(string file, string source)
    {
        foreach (string layers in new[] { "Relu", "Linear(0)" })
        {
            Report report = await Compile.Run("using ModelGen; "
                + source.Replace("ATTRIBUTES", $"[Network, Trainable, Input(4), {layers}]", StringComparison.Ordinal));
            Assert.Equal(layers == "Relu" ? [] : ["MG0005"], report.Findings.Select(f => f.Id));
            Assert.Equal(file, Assert.Single(report.Generated).Key);
        }
    }

    [Fact]
    public async Task ClassesThatDifferInCaseGetFilesOfTheirOwn()
    {
        Report report = await Compile.Run(
            "using ModelGen; [Network, Input(4), Relu] partial class Net; [Network, Input(4), Relu] partial class NET; [Network, Input(4), "
                + "Relu] partial class Tent;");
        Assert.Empty(report.Findings);
        Assert.Equal(["NET-1.g.cs", "Net-2.g.cs", "Tent.g.cs"], report.Generated.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task NetworkOnTwoDeclarationsIsTheCompilersToReport()
    {
        Report report = await Compile.Run("using ModelGen; [Network, Input(4), Relu] partial class Net; [Network] partial class Net;");
        Assert.Equal("CS0579", Assert.Single(report.Findings).Id);
        Assert.Single(report.Generated);
    }

    [Fact]
    public void AFailureOfOurOwnIsReportedAndLeavesAStub()
    {
        var generator = new NetworkGenerator((_, _) => throw new NotSupportedException("first line\nsecond line"));
        GeneratorDriver driver = CSharpGeneratorDriver.Create([generator.AsSourceGenerator()], parseOptions: Compile.ParseOptions)
            .RunGeneratorsAndUpdateCompilation(Compile.Create(LeNet5.Source), out Compilation output, out var diagnostics);
        Diagnostic failure = Assert.Single(diagnostics);
        Assert.Equal("MG9999", failure.Id);
        Assert.StartsWith(
            "LeNet5: an error in ModelGen itself, please report it: NotSupportedException: first line second line at ",
            failure.GetMessage(CultureInfo.InvariantCulture),
            StringComparison.Ordinal);
        Assert.Single(driver.GetRunResult().GeneratedTrees);
        Assert.DoesNotContain(output.GetDiagnostics(), d => d.Severity == DiagnosticSeverity.Error);
    }

    [Theory]
    [InlineData("de-DE")]
    [InlineData("tr-TR")]
    [InlineData("sv-SE")]
    public async Task NothingDependsOnTheCulture(string culture)
    {
        string[] sources = [LeNet5.Source, Broken,
            "using ModelGen; [Network, Input(1, 28, -28), AvgPool2d(3, Stride = -2)] partial class Bad; [Network, Input(4), Dropout(P = "
                + "1.5), Softmax(Dim = -5)] partial class Worse; [Network, Input(4), Softmax(Dim = -5)] partial class Worst;"];
        Report expected = await Compile.Run(sources);
        CultureInfo before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo(culture);
            Report actual = await Compile.Run(sources);
            Assert.Equal(expected.Findings, actual.Findings);
            Assert.Equal(expected.Generated, actual.Generated);
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    private static CSharpCompilation Replace(CSharpCompilation compilation, int file, string text)
    {
        SyntaxTree old = compilation.SyntaxTrees[file];
        return compilation.ReplaceSyntaxTree(old, CSharpSyntaxTree.ParseText(text, Compile.ParseOptions, old.FilePath));
    }

    private static IEnumerable<IncrementalStepRunReason> Reasons(GeneratorRunResult result, string step) =>
        result.TrackedSteps[step].SelectMany(s => s.Outputs).Select(o => o.Reason);
}
