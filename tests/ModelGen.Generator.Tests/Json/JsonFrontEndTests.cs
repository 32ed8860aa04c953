using ModelGen.Generator.Diagnostics;
using ModelGen.Generator.Graphs;
using ModelGen.Generator.Language;
using ModelGen.Generator.Language.Attributes;
using ModelGen.Generator.Language.Json;
using ModelGen.Generator.Model;
using ModelGen.Generator.Ops;

namespace ModelGen.Generator.Tests.Json;

/// <summary>What network files mean.</summary>
public class JsonFrontEndTests
{
    [Fact]
    public void ResNet50HasTorchvisionsKeysAndSize()
    {
        JsonNetwork network = JsonFrontEnd.Build(JsonSamples.Read("ResNet50"));
        Assert.Empty(network.Problems);
        Graph graph = network.Graph!;
        Assert.Equal(25_557_032, graph.Parameters.Where(Initializers.IsTrainable).Sum(p => p.Shape.Length));
        Assert.Equal(TorchvisionKeys(), graph.Parameters.Select(p => p.Name));
        Assert.Equal(TensorType.Sample(1000), graph[graph.Outputs.Single().Value].Type);
        Assert.Equal(TensorType.Sample(256, 56, 56), graph.Nodes.Last(n => n.Op == OpNames.Add && n.Shape[0] == 256).Type);
        Assert.True(File.ReadLines(Path.Combine(FrontEnds.GeneratedFilesTests.Root(),
            "tests/ModelGen.Generator.Tests/Json/samples/ResNet50.network.json")).Count() < 60);
    }

    // He et al. 2016 put the stride on the first 1×1: 3.8 billion; torchvision's variant has 4.09 billion.
    [Theory]
    [InlineData("true", "3x3", 4_089_184_256)]
    [InlineData("false", "1x1", 3_857_973_248)]
    public void OneParameterSaysWhereResNetsStridesAre(string value, string where, long multiplyAdds)
    {
        Graph graph = JsonFrontEnd.Build(JsonSamples.Read("ResNet50")
            .Replace("\"strideOn3x3\": true", $"\"strideOn3x3\": {value}", StringComparison.Ordinal)).Graph!;
        Assert.Equal(multiplyAdds, graph.Nodes.Sum(n => ModelGen.Generator.Emit.SummaryEmitter.MultiplyAddsOf(graph, n)));
        Node strided = graph.Nodes.Single(n => n.Op == OpNames.Conv2d && n.Name == (where == "3x3" ? "layer2.0.conv2" : "layer2.0.conv1"));
        Assert.Equal([2, 2], strided.Attributes.Ints("stride"));
    }

    // As the parameters of Define can.
    [Theory]
    [InlineData("samples")]
    [InlineData("class")]
    [InlineData("weights")]
    [InlineData("path")]
    [InlineData("__arglist")]
    public void InputsCanHaveNamesThatGeneratedCodeUses(string name)
    {
        string text = $$"""{ "name": "Net", "inputs": { "{{name}}": [4] }, "layers": [{ "op": "Linear", "outFeatures": 3 }], "trainable": { } }""";
        JsonNetwork network = JsonFrontEnd.Build(text);
        Assert.Empty(network.Problems);
        Assert.Equal([name], network.Model!.Graph.Inputs.Select(i => i.Name));
    }

    [Fact]
    public void LeNet5IsTheGraphOfItsAttributes()
    {
        NetworkDeclaration declaration = new(
            new ModelGen.Generator.Model.ClassDeclaration("", [], "LeNet5", "public"), ClassPart.Whole, [],
            [new InputDeclaration([1, 28, 28], true)],
            [
                Layer("Conv2d", ("outChannels", 6), ("kernelSize", 5), ("Padding", 2)), Layer("Tanh"),
                Layer("AvgPool2d", ("kernelSize", 2)),
                Layer("Conv2d", ("outChannels", 16), ("kernelSize", 5)), Layer("Tanh"), Layer("AvgPool2d", ("kernelSize", 2)),
                Layer("Flatten"),
                Layer("Linear", ("outFeatures", 120)), Layer("Tanh"), Layer("Linear", ("outFeatures", 84)), Layer("Tanh"),
                Layer("Linear", ("outFeatures", 10)),
            ],
            new OptionsDeclaration(AttributeMap.Of(("BatchSize", 16), ("LabelSmoothing", 0.1))), Definition: null,
            new OptionsDeclaration(AttributeMap.Empty));
        Assert.Equal(AttributeFrontEnd.Build(declaration).Model, JsonFrontEnd.Build(JsonSamples.Read("LeNet5")).Model);

        static LayerDeclaration Layer(string op, params (string Name, int Value)[] arguments) =>
            new(op, null, [], [.. arguments.Select(a => new LayerArgument(a.Name, a.Value))]);
    }

    [Fact]
    public void NamesInsideBlocksAndChoices()
    {
        JsonNetwork network = JsonFrontEnd.Build("""
            {
              "name": "Net", "inputs": { "x": [4] }, "parameters": { "deep": true },
              "blocks": {
                "empty": { "layers": [] },
                "pair": { "parameters": { "n": 2, "m": "n * 2" }, "layers": [
                  { "op": "Linear", "name": "fc", "outFeatures": "m" },
                  { "if": "deep && n > 1", "layers": [{ "block": "pair", "name": "inner", "n": "n - 1" }], "else": [{ "op": "Relu" }] },
                  { "block": "empty", "name": "nothing" }
                ] }
              },
              "layers": [
                { "block": "pair", "name": "a.b" },
                { "block": "pair", "n": 1, "m": 4 },
                { "op": "Add", "from": ["input", "a.b.fc"] },
                { "op": "Linear", "name": "last", "from": "add1", "outFeatures": 2 }
              ]
            }
            """);
        Assert.Empty(network.Problems);
        Assert.Equal(["a.b.fc.weight", "a.b.fc.bias", "a.b.inner.fc.weight", "a.b.inner.fc.bias", "fc.weight", "fc.bias", "last.weight",
            "last.bias"],
            network.Graph!.Parameters.Select(p => p.Name));
        Assert.Equal([4, 2, 4, 2], network.Graph.Nodes.Where(n => n.Op == OpNames.Linear).Select(n => n.Shape[0]));
        Assert.Equal(["relu1", "relu2"], network.Graph.Nodes.Where(n => n.Op == "Relu").Select(n => n.Name));
    }

    [Fact]
    public void RunawayFilesEnd()
    {
        Assert.Equal(["MG0307"], Ids("""{ "repeat": 40000, "layers": [] }"""));
        Assert.Equal(["MG0307"],
            Ids("""{ "repeat": 1000, "layers": [{ "repeat": 1000, "layers": [{ "repeat": 1000, "layers": [{ "op": "Relu" }] }] }] }"""));
        Assert.Equal(["MG0307"], Ids("""{ "block": "self" }"""));
        Assert.Equal(["MG0307"], Ids("""{ "block": "twice" }"""));
        // 512 values in each of 256 layers are as many as there may be; one more is not.
        string reads = string.Join(", ", Enumerable.Repeat("\"x\"", 512));
        string most = $$"""{ "repeat": 256, "layers": [{ "op": "Concat", "from": [{{reads}}] }] }""";
        Assert.DoesNotContain("MG0307", Ids(most));
        Assert.Contains("MG0307", Ids(most + """, { "op": "Add", "from": ["x", "x"] }"""));

        static IEnumerable<string> Ids(string step) => JsonFrontEnd.Build($$"""
            { "name": "Net", "inputs": { "x": [4] },
              "blocks": { "self": { "layers": [{ "block": "self", "name": "s" }] }, "twice": { "layers": [{ "block": "twice" }, { "block": "twice" }] } },
              "layers": [{{step}}] }
            """).Problems.Select(p => p.Problem.Id);
    }

    [Fact]
    public void AtMostAHundredProblemsAreTold()
    {
        string layers = string.Join(',', Enumerable.Repeat("{ \"op\": \"Rely\" }", 5000));
        Assert.Equal(JsonProblems.Most,
            JsonFrontEnd.Build($$"""{ "name": "Net", "inputs": { "x": [4] }, "layers": [{{layers}}] }""").Problems.Count);
    }

    // Every sample with one stretch of its text removed, doubled or replaced: never an exception, and a model exactly where there is no
    // error.
    [Fact]
    public void DamagedSamplesGiveANetworkOrAnError()
    {
        var random = new Random(20240506);
        string[] spare = ["\"", "{", "}", "[", "]", ",", ":", "null", "-1", "1e9", "\"input\"", "\"${i}\"", "99999999999999999999", "true",
            "\"op\"", "\"layers\": [", "\\"];
        int models = 0, tried = 0;
        foreach (string text in JsonSamples.Names.Select(JsonSamples.Read).Where(t => t.Length > 0))
        {
            for (int i = 0; i < 400; i++, tried++)
            {
                int start = random.Next(text.Length);
                int length = random.Next(Math.Min(12, text.Length - start));
                string damaged = text.Remove(start, length).Insert(start, random.Next(2) == 0 ? spare[random.Next(spare.Length)]
                    : text.Substring(random.Next(text.Length - 12), random.Next(12)));
                JsonNetwork network = JsonFrontEnd.Build(damaged);
                bool hasErrors = network.Problems.Any(p => !DiagnosticCatalog.IsWarning(p.Problem.Id));
                Assert.Equal(hasErrors, network.Model is null);
                Assert.All(network.Problems, p => Assert.True(
                    p.Place.Start >= 0 && p.Place.End <= damaged.Length && !p.Problem.Message.Contains('\n', StringComparison.Ordinal)));
                if (network.Model is null)
                    continue;
                models++;
                GraphVerifier.Verify(network.Model.Graph, "the front end");
            }
        }
        Assert.InRange(models, 50, tried - 100);
    }

    private static IEnumerable<string> TorchvisionKeys()
    {
        string[] norm = ["weight", "bias", "running_mean", "running_var"];
        var keys = new List<string> { "conv1.weight" };
        keys.AddRange(norm.Select(n => "bn1." + n));
        int[] blocks = [3, 4, 6, 3];
        for (int stage = 0; stage < 4; stage++)
        {
            for (int block = 0; block < blocks[stage]; block++)
            {
                string prefix = FormattableString.Invariant($"layer{stage + 1}.{block}.");
                for (int i = 1; i <= 3; i++)
                {
                    keys.Add(FormattableString.Invariant($"{prefix}conv{i}.weight"));
                    keys.AddRange(norm.Select(n => FormattableString.Invariant($"{prefix}bn{i}.{n}")));
                }
                if (block == 0)
                {
                    keys.Add(prefix + "downsample.0.weight");
                    keys.AddRange(norm.Select(n => prefix + "downsample.1." + n));
                }
            }
        }
        return [.. keys, "fc.weight", "fc.bias"];
    }
}
