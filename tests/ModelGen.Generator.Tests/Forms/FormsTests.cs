using ModelGen.Generator.Graphs;
using ModelGen.Generator.Language.Json;
using ModelGen.Generator.Model;
using ModelGen.Generator.Tests.Definition;
using ModelGen.Generator.Tests.FrontEnds;
using ModelGen.Generator.Tests.Json;

namespace ModelGen.Generator.Tests.Forms;

/// <summary>One network in all forms that it can be written in: the same graph, node for node, and the same code, byte for byte.</summary>
public class FormsTests
{
    private const string VggA = """
        using ModelGen;

        namespace Samples
        {
            [Network, Input(3, 224, 224)]
            [Conv2d(64, 3, Padding = 1, Name = "features.0"), Relu, MaxPool2d(2, Name = "features.2")]
            [Conv2d(128, 3, Padding = 1, Name = "features.3"), Relu, MaxPool2d(2, Name = "features.5")]
            [Conv2d(256, 3, Padding = 1, Name = "features.6"), Relu, Conv2d(256, 3, Padding = 1, Name = "features.8"), Relu, MaxPool2d(2, Name = "features.10")]
            [Conv2d(512, 3, Padding = 1, Name = "features.11"), Relu, Conv2d(512, 3, Padding = 1, Name = "features.13"), Relu, MaxPool2d(2, Name = "features.15")]
            [Conv2d(512, 3, Padding = 1, Name = "features.16"), Relu, Conv2d(512, 3, Padding = 1, Name = "features.18"), Relu, MaxPool2d(2, Name = "features.20")]
            [AdaptiveAvgPool2d(7), Flatten]
            [Linear(4096, Name = "classifier.0"), Relu, Dropout, Linear(4096, Name = "classifier.3"), Relu, Dropout, Linear(1000, Name = "classifier.6")]
            public sealed partial class VggA;
        }
        """;

    private static readonly string[] Zoo = [.. Directory.GetFiles(Path.Combine(GeneratedFilesTests.Root(), "src/ModelGen.Zoo"), "*.cs")
        .Order(StringComparer.Ordinal).Select(File.ReadAllText)];

    [Theory]
    [InlineData("ResNet18", "ResNet.ResNet18(image)")]
    [InlineData("ResNet50", "ResNet.ResNet50(image)")]
    [InlineData("VggA", "Vgg.A(image)")]
    public void GraphsOfCSharpRecordedAndJsonAreEqual(string name, string definition)
    {
        Graph interpreted = Defined.Both([Definition(name, definition), .. Zoo], "Samples." + name);
        JsonNetwork json = JsonFrontEnd.Build(JsonSamples.Read(name));
        Assert.Empty(json.Problems);
        Assert.Equal(interpreted.ToString(), json.Graph!.ToString());
        Assert.Equal(interpreted, json.Graph);
    }

    [Theory]
    [InlineData("ResNet18", "ResNet.ResNet18(image)", null)]
    [InlineData("VggA", "Vgg.A(image)", VggA)]
    public async Task GeneratedCodeOfAllFormsIsTheSame(string name, string definition, string? attributes)
    {
        string[] sources = [Definition(name, definition), .. Zoo];
        string fromCSharp = await Generate([], sources);
        string recorded = NetworkCompiler.Compile(new NetworkModel(Defined.Record(Compile.Create(sources), "Samples." + name),
            new ClassDeclaration("Samples", [], name, "public"), null));
        Assert.Equal(recorded, fromCSharp);

        // The class of a network file has no part of the user's: the file declares it after what all forms have in common.
        string fromJson = await Generate([($"{name}.network.json", JsonSamples.Read(name))]);
        Assert.StartsWith(fromCSharp, fromJson, StringComparison.Ordinal);
        Assert.Equal(
            $"\nnamespace Samples\n{{\n    /// <summary>The network of {name}.network.json.</summary>\n    public sealed partial class "
                + $"{name};\n}}\n", fromJson[fromCSharp.Length..]);

        if (attributes is not null)
            Assert.Equal(fromCSharp, await Generate([], attributes));
    }

    [Fact]
    public async Task ABatchIsTheSameInAllForms()
    {
        const string Declared =
            "namespace Samples { [ModelGen.Network(Batch = 6), ModelGen.Input(4)] [ModelGen.Linear(3)] public sealed partial class Net; }";
        const string Defined =
            "namespace Samples { [ModelGen.Network(Batch = 2 * 3)] public sealed partial class Net { static ModelGen.Tensor "
                + "Define([ModelGen.Shape(4)] ModelGen.Tensor image) => image.Linear(3); } }";
        const string Json =
            "{ \"name\": \"Net\", \"namespace\": \"Samples\", \"inputs\": { \"image\": [4] }, \"parameters\": { \"n\": 3 }, \"batch\": \"2 "
                + "* n\", \"layers\": [{ \"op\": \"Linear\", \"outFeatures\": 3 }] }";
        string declared = await Generate([], Declared);
        Assert.Contains("public const int Batch = 6;", declared, StringComparison.Ordinal);
        Assert.Equal(declared, await Generate([], Defined));
        Assert.StartsWith(declared, await Generate([("Net.network.json", Json)]), StringComparison.Ordinal);
    }

    private static string Definition(string name, string call) => $$"""
        using ModelGen;
        using ModelGen.Zoo;

        namespace Samples
        {
            [Network]
            public sealed partial class {{name}}
            {
                private static Tensor Define([Shape(3, 224, 224)] Tensor image) => {{call}};
            }
        }
        """;

    private static async Task<string> Generate((string Path, string Text)[] files, params string[] sources)
    {
        JsonReport report = await CompileJson.Run(files, "Root", sources);
        Assert.Empty(report.Findings);
        return Assert.Single(report.Generated).Value;
    }
}
