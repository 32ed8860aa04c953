using System.Collections.Immutable;
using System.Globalization;
using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using ModelGen.Generator.Discovery;
using ModelGen.Generator.Tests.FrontEnds;

namespace ModelGen.Generator.Tests.Json;

/// <summary>Network files become classes, when they change and not otherwise.</summary>
public class JsonGeneratorTests
{
    private const string User = """
        namespace Root;

        partial class Small
        {
            public static float[] Run(float[] picture)
            {
                var output = new float[OutputLength];
                new Small(CreateWeights(1)).Forward(picture, output);
                return output;
            }
        }
        """;

    private const string Small = """
        { "name": "Small", "inputs": { "picture": [2, 4, 4] }, "layers": [
          { "op": "Relu" }, { "op": "Add", "from": ["relu1", "input"] }, { "op": "AvgPool2d", "kernelSize": 4 }, { "op": "Flatten" } ] }
        """;

    [Fact]
    public async Task TheClassComputes()
    {
        JsonReport report = await CompileJson.Run([("Small.network.json", Small)], "Root", User);
        Assert.Empty(report.Findings);
        Assert.Equal("Root.Small-json.g.cs", Assert.Single(report.Generated).Key);
        Type type = Load(report).GetType("Root.Small", throwOnError: true)!;
        Assert.True(type is { IsPublic: true, IsSealed: true });
        float[] picture = [.. Enumerable.Range(0, 32).Select(i => i < 16 ? i : -1f)];
        var output = (float[])type.GetMethod("Run")!.Invoke(null, [picture])!;
        Assert.Equal([15f, -1f], output);
    }

    [Fact]
    public async Task SeveralInputsAndOutputsAreArgumentsInTheirOrder()
    {
        const string Two = """
            { "name": "Two", "inputs": { "left": [2], "right": [2] },
              "layers": [{ "op": "Relu", "from": "left" }, { "op": "Add", "from": ["relu1", "right"] }, { "op": "Concat", "from": ["relu1", "left", "right"] }],
              "outputs": { "all": "concat1", "sum": "add1" } }
            """;
        JsonReport report = await CompileJson.Run([("Two.network.json", Two)], "Root", """
            namespace Root;

            partial class Two
            {
                public static float[] Run(float[] first, float[] second)
                {
                    float[] six = new float[AllLength], two = new float[SumLength];
                    new Two(CreateWeights(1)).Forward(first, second, six, two);
                    return [LeftLength, RightLength, .. six, .. two];
                }
            }
            """);
        Assert.Empty(report.Findings);
        Type type = Load(report).GetType("Root.Two", throwOnError: true)!;
        Assert.Equal([2, 2, 0, 1, -1, 1, 10, 20, 10, 21],
            (float[])type.GetMethod("Run")!.Invoke(null, [new float[] { -1, 1 }, new float[] { 10, 20 }])!);
    }

    [Fact]
    public async Task SamplesCompileWithoutAWarning()
    {
        (string, string)[] files = [.. new[] { "LeNet5", "Tiny" }.Select(n => (n + ".network.json", JsonSamples.Read(n)))];
        JsonReport report = await CompileJson.Run(files, null,
            "class User { Tiny.Weights W => Tiny.CreateWeights(1); LeNet5.Trainer? T => null; }");
        Assert.Empty(report.Findings);
        Type[] types = Load(report).GetTypes();
        Assert.Contains(types, t => t is { Name: "LeNet5", IsPublic: true, Namespace: null });
        Assert.Contains(types, t => t is { Name: "Tiny", IsPublic: false });
    }

    [Fact]
    public async Task TheSameNetworkGivesTheCodeOfItsAttributes()
    {
        string fromAttributes = Assert.Single((await Compile.Run(FrontEnds.LeNet5.Source)).Generated).Value;
        string json = JsonSamples.Read("LeNet5")
            .Replace("\"name\": \"LeNet5\",", "\"name\": \"LeNet5\", \"namespace\": \"Zoo\",", StringComparison.Ordinal);
        string fromJson = Assert.Single((await CompileJson.Run(json)).Generated).Value;
        Assert.StartsWith(fromAttributes, fromJson, StringComparison.Ordinal);
        Assert.Equal(
            "\nnamespace Zoo\n{\n    /// <summary>The network of Net.network.json.</summary>\n    public sealed partial class LeNet5;\n}\n",
            fromJson[fromAttributes.Length..]);
    }

    [Theory]
    [InlineData("Root", "namespace Root\n")]
    [InlineData("My-App.1st", "namespace My_App._1st\n")]
    [InlineData("class.event", "namespace @class.@event\n")]
    [InlineData("", null)]
    [InlineData(null, null)]
    public async Task TheNamespaceIsTheProjects(string? rootNamespace, string? expected)
    {
        JsonReport report = await CompileJson.Run([("Small.network.json", Small)], rootNamespace);
        Assert.Empty(report.Findings);
        string text = Assert.Single(report.Generated).Value;
        if (expected is null)
            Assert.Equal(1, text.Split("\nnamespace ").Length - 1);
        else
            Assert.Contains(expected, text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("x\\\"; } class Evil { //")]
    [InlineData("*/ class Evil { /*")]
    [InlineData("a\\nclass Evil {}")]
    [InlineData("a\\u2028class Evil {}")]
    [InlineData("a\\u0085class Evil {}")]
    [InlineData("\\u202Eevil")]
    [InlineData("<script>")]
    [InlineData("class")]
    [InlineData("Évil")]
    public async Task HostileNamesNeverReachTheCode(string name)
    {
        foreach (string json in new[]
        {
            $$"""{ "name": "{{name}}", "inputs": { "x": [4] }, "layers": [{ "op": "Relu" }] }""",
            $$"""{ "name": "Net", "namespace": "{{name}}", "inputs": { "x": [4] }, "layers": [{ "op": "Relu" }] }""",
            $$"""{ "name": "Net", "inputs": { "{{name}}": [4] }, "layers": [{ "op": "Relu" }] }""",
            $$"""{ "name": "Net", "inputs": { "x": [4] }, "layers": [{ "op": "Linear", "outFeatures": 2, "name": "{{name}}" }] }""",
            $$"""{ "name": "Net", "inputs": { "x": [4] }, "layers": [{ "op": "{{name}}", "{{name}}": "{{name}}" }] }""",
            $$"""{ "name": "Net", "inputs": { "x": [4] }, "blocks": { "{{name}}": { "layers": [{ "op": "Relu" }] } }, "layers": """
                + $$"""[{ "block": "{{name}}" }, { "block": "{{name}}", "name": "{{name}}" }] }""",
            $$"""{ "name": "Net", "description": "{{name}}", "inputs": { "x": [4] }, "layers": [{ "op": "Relu" }] }""",
        })
        {
            JsonReport report = await CompileJson.Run([("evil*_/<b>\u2028.network.json", json)], "Root");
            Assert.All(report.Findings, f => Assert.StartsWith("MG", f.Id, StringComparison.Ordinal));
            Assert.All(report.Findings, f =>
                Assert.DoesNotContain(f.Message, c => char.IsControl(c) || c is '\u2028' or '\u202E' or '\u0085'));
            Assert.DoesNotContain("Evil", string.Concat(report.Generated.Values), StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain(report.Output.SyntaxTrees.SelectMany(t => t.GetText().ToString()),
                c => c is '\u2028' or '\u202E' or '\u0085');
        }
    }

    [Fact]
    public void WhatDoesNotChangeTheNetworkRunsNothingPastItsModel()
    {
        AdditionalText small = new CompileJson.InMemoryText("/a/Small.network.json", Small),
            tiny = new CompileJson.InMemoryText("/a/Tiny.network.json", JsonSamples.Read("Tiny"));
        AdditionalText spaced = new CompileJson.InMemoryText("/a/Small.network.json", Small.Replace(",", " , ", StringComparison.Ordinal));
        AdditionalText changed = new CompileJson.InMemoryText("/a/Small.network.json",
            Small.Replace("Relu", "Tanh", StringComparison.Ordinal).Replace("relu1", "tanh1", StringComparison.Ordinal));
        CSharpCompilation before = Compile.Create(User);
        GeneratorDriver driver = CompileJson.Driver([small, tiny]).RunGenerators(before);

        // Another source file.
        GeneratorRunResult result = Result(
            driver.RunGenerators(before.AddSyntaxTrees(CSharpSyntaxTree.ParseText("class Other;", Compile.ParseOptions))));
        Assert.All(new[] { JsonNetworks.Texts, JsonNetworks.Models, JsonNetworks.Sources },
            step => Assert.All(Reasons(result, step), r => Assert.Equal(IncrementalStepRunReason.Cached, r)));

        // White space in the file.
        result = Result(driver.ReplaceAdditionalText(small, spaced).RunGenerators(before));
        Assert.Equal([IncrementalStepRunReason.Cached, IncrementalStepRunReason.Cached], Reasons(result, JsonNetworks.Models));
        Assert.All(Reasons(result, JsonNetworks.Sources), r => Assert.Equal(IncrementalStepRunReason.Cached, r));

        // Another layer: this network alone.
        result = Result(driver.ReplaceAdditionalText(small, changed).RunGenerators(before));
        Assert.Equal([IncrementalStepRunReason.Modified, IncrementalStepRunReason.Cached], Reasons(result, JsonNetworks.Models));
        Assert.Equal([IncrementalStepRunReason.Modified, IncrementalStepRunReason.Cached], Reasons(result, JsonNetworks.Sources));
    }

    [Theory]
    [InlineData("de-DE")]
    [InlineData("tr-TR")]
    [InlineData("sv-SE")]
    public async Task NothingDependsOnTheCulture(string culture)
    {
        (string, string)[] files =
        [
            ("Tiny.network.json", JsonSamples.Read("Tiny")),
            ("Broken.network.json",
                """{ "name": "Broken", "inputs": { "image": [1, 28, -28] }, "layers": [{ "op": "Dropout", "p": 1.5 }, """
                    + """{ "op": "INIT", "stride": "-5 / 0" }, { "op": "Conv2d", "outChannels": -1, "kernelSize": 1 }] }"""),
        ];
        JsonReport expected = await CompileJson.Run(files, "Root");
        CultureInfo before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo(culture);
            JsonReport actual = await CompileJson.Run(files, "Root");
            Assert.Equal(expected.Findings, actual.Findings);
            Assert.Equal(expected.Generated, actual.Generated);
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
        Assert.Equal(3, expected.Findings.Count);
    }

    private static Assembly Load(JsonReport report)
    {
        using var stream = new MemoryStream();
        Assert.True(report.Output.Emit(stream).Success);
        return Assembly.Load(stream.ToArray());
    }

    private static GeneratorRunResult Result(GeneratorDriver driver) => driver.GetRunResult().Results.Single();

    private static IEnumerable<IncrementalStepRunReason> Reasons(GeneratorRunResult result, string step) =>
        result.TrackedSteps[step].SelectMany(s => s.Outputs).Select(o => o.Reason) is var reasons && reasons.Any() ? reasons
            : throw new InvalidOperationException($"the step {step} has no outputs, of which anything would be true");
}
