using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using ModelGen.Generator.Diagnostics;
using ModelGen.Generator.Graphs;
using ModelGen.Generator.Language.Json;
using ModelGen.Generator.Model;
using ModelGen.Generator.Ops;
using ModelGen.Generator.Passes;

namespace ModelGen.Generator.Tests.Json;

/// <summary>A graph written as JSON and read again is the same graph.</summary>
public class RoundTripTests
{
    public static TheoryData<string> SampleNames => [.. JsonSamples.Names];

    [Theory]
    [MemberData(nameof(SampleNames))]
    public void Samples(string name)
    {
        JsonNetwork network = JsonFrontEnd.Build(JsonSamples.Read(name), "Root");
        JsonNetwork again = JsonFrontEnd.Build(NetworkJson.Write(network.Model!), "Elsewhere");
        Assert.Empty(again.Problems);
        Assert.Equal(network.Model, again.Model);
    }

    [Fact]
    public void ChoicesOfKernelsAreKept()
    {
        JsonNetwork network = JsonFrontEnd.Build("""
            { "name": "Net", "inputs": { "x": [3, 9, 9] }, "optimize": "memory", "weightStorage": "bfloat16", "layers": [
              { "op": "Conv2d", "outChannels": 4, "kernelSize": 3, "algorithm": "winograd4" }, { "op": "Flatten" },
              { "op": "Linear", "outFeatures": 10, "weightStorage": "float32" }, { "op": "Linear", "outFeatures": 5 } ] }
            """);
        Assert.Empty(network.Problems);
        Assert.Equal(new CompilerOptions(Optimization.Memory, LinearStorage.BFloat16), network.Model!.Options);
        Assert.Equal(network.Model, JsonFrontEnd.Build(NetworkJson.Write(network.Model)).Model);
        Graph graph = Pipeline.ForInference(network.Model.Graph, network.Model.Options);
        Assert.Equal(4, ConvolutionPlan.Of(graph.Nodes.Single(n => n.Is(OpNames.Conv2d))).Winograd!.Size);
        Assert.Equal([false, true], graph.Nodes.Where(n => n.Is(OpNames.Linear)).Select(n => LinearPlan.Of(n).IsBFloat16));
    }

    [Fact]
    public void ChoicesOfTrainingAreKept()
    {
        JsonNetwork network = JsonFrontEnd.Build("""
            { "name": "Net", "inputs": { "x": [9] }, "layers": [{ "op": "Linear", "outFeatures": 10 }], "trainable": { "batchSize": 3, "accumulateGradients": true, "checkUpdates": true, "checkpoint": true } }
            """);
        Assert.Empty(network.Problems);
        Assert.Equal((3, true, true, true, false),
            (network.Model!.Training!.BatchSize, network.Model.Training[TrainableOption.AccumulateGradients],
            network.Model.Training[TrainableOption.CheckUpdates], network.Model.Training[TrainableOption.Checkpoint],
            network.Model.Training[TrainableOption.ClipGradients]));
        Assert.Equal(network.Model, JsonFrontEnd.Build(NetworkJson.Write(network.Model)).Model);
    }

    [Fact]
    public void TinyIsWrittenFlat() => Assert.Equal("""
        {
          "name": "Tiny",
          "accessibility": "internal",
          "inputs": { "picture": [2, 6, 5] },
          "layers": [
            { "op": "Relu" },
            { "op": "BatchNorm2d", "name": "x0", "eps": 0.001 },
            { "op": "Conv2d", "name": "x1.a", "outChannels": 3, "kernelSize": [3, 1], "padding": [1, 0] },
            { "op": "Conv2d", "name": "x1.b", "from": "input", "outChannels": 3, "kernelSize": 3, "padding": 1, "paddingMode": "replicate" },
            { "op": "Add", "name": "x1.sum", "from": ["x1.a", "x1.b"] },
            { "op": "Conv2d", "name": "x2.a", "outChannels": 3, "kernelSize": [3, 1], "padding": [1, 0] },
            { "op": "Conv2d", "name": "x2.b", "from": "input", "outChannels": 3, "kernelSize": 3, "padding": 1, "paddingMode": "replicate" },
            { "op": "Add", "name": "x2.sum", "from": ["x2.a", "x2.b"] },
            { "op": "Add", "from": ["x1.sum", "x2.sum"] },
            { "op": "Dropout", "p": 0.25 },
            { "op": "Flatten" },
            { "op": "Softmax" }
          ]
        }

        """, NetworkJson.Write(JsonFrontEnd.Build(JsonSamples.Read("Tiny")).Model!));

    [Theory]
    [InlineData("de-DE")]
    [InlineData("tr-TR")]
    public void WrittenAlikeInEveryCulture(string culture)
    {
        string expected = NetworkJson.Write(JsonFrontEnd.Build(JsonSamples.Read("Tiny")).Model!);
        CultureInfo before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo(culture);
            Assert.Equal(expected, NetworkJson.Write(JsonFrontEnd.Build(JsonSamples.Read("Tiny")).Model!));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void SeveralInputsAndOutputs()
    {
        JsonNetwork network = JsonFrontEnd.Build("""
            {
              "name": "Two", "inputs": { "left": [4], "right": [4] },
              "layers": [{ "op": "Relu" }, { "op": "Add", "from": ["relu1", "right"] }, { "op": "Tanh", "from": "relu1" }],
              "outputs": { "sum": "add1", "side": "tanh1" }
            }
            """);
        Graph graph = Assert.IsType<Graph>(network.Graph);
        Assert.Equal(graph, JsonFrontEnd.Build(NetworkJson.Write(graph)).Graph);
        Assert.Equal(["left", "right"], graph.Inputs.Select(i => i.Name));
        Assert.Equal([new GraphOutput("sum", 3), new GraphOutput("side", 4)], graph.Outputs);
    }

    [Fact]
    public void AGraphAfterAPassIsRefused()
    {
        Graph graph = ModelGen.Generator.Passes.Pipeline.ForInference(JsonFrontEnd.Build(JsonSamples.Read("ResNet50")).Graph!);
        Assert.Contains("only a graph as declared can be", Assert.Throws<InvalidOperationException>(() => NetworkJson.Write(graph)).Message,
            StringComparison.Ordinal);
    }

    // Attributes of every kind that each operator has, with the layers in any order.
    [Fact]
    public void RandomNetworks()
    {
        var seen = new HashSet<string>();
        int layers = 0;
        // Layers that turn out not to fit are left out; where none is left there is no network.
        Prop.ForAll(Arb.From(AnyGraph().Where(graph => graph.Nodes.Count > 1)), graph =>
        {
            string text = NetworkJson.Write(graph);
            JsonNetwork read = JsonFrontEnd.Build(text);
            Assert.True(graph == read.Graph, $"{graph}\n{text}\n{read.Graph}\n{string.Join('\n', read.Problems)}");
            seen.UnionWith(graph.Nodes.Select(n => n.Op));
            layers += graph.Nodes.Count;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000).WithReplay(20240502, 9));
        Assert.Subset(seen, OperatorTable.Layers.Where(o => !o.IsComposite).Select(o => o.Name).ToHashSet());
        Assert.True(layers > 5000, $"{layers} nodes say nothing");
    }

    private static Gen<Graph> AnyGraph() =>
        from seed in Gen.Choose(0, int.MaxValue)
        from count in Gen.Choose(1, 12)
        select Random(new Random(seed), count);

    // Layers that do not fit are left out.
    private static Graph Random(Random random, int count)
    {
        var builder = new GraphBuilder("Net");
        // Graphs do not say which layers were made of other operators.
        Operator[] operators = [.. OperatorTable.Layers.Where(o => o is not (CompositeLayer or ModelGen.Generator.Ops.Buffer))];
        var values = new List<int> { builder.Input("image",
            TensorType.Sample(random.Next(4) == 0 ? [12] : [random.Next(1, 5), random.Next(4, 16), random.Next(4, 16)])) };
        var counts = new Dictionary<string, int>();
        for (int attempt = 0; values.Count <= count && attempt < 200; attempt++)
        {
            Operator op = operators[random.Next(operators.Length)];
            int[] inputs = [.. Enumerable.Range(0, random.Next(op.Layer!.MinInputs, Math.Min(op.Layer.MaxInputs, 4) + 1))
                .Select(_ => random.Next(3) == 0 ? values[random.Next(values.Count)] : values[^1])];
            string stem = op.Layer.DefaultName;
            string byDefault = stem + (counts.GetValueOrDefault(stem) + 1).ToString(CultureInfo.InvariantCulture);
            string name = random.Next(2) == 0 ? byDefault : $"block{random.Next(3)}.{stem}{values.Count}x";
            var scratch = new GraphBuilder("scratch");
            try
            {
                AttributeMap attributes = op.WithDefaults(Attributes(op, random), forLayer: true);
                op.BuildLayer(scratch, [.. inputs.Select(i => scratch.Input("", builder.TypeOf(i)))], attributes, name);
                values.Add(op.BuildLayer(builder, inputs, attributes, name));
                counts[stem] = counts.GetValueOrDefault(stem) + 1;
            }
            catch (ShapeException)
            {
                // The next attempt draws another.
            }
        }
        builder.Output("output", random.Next(4) == 0 ? values[random.Next(1, values.Count)] : values[^1]);
        return builder.Build();
    }

    private static int[] Shuffled(Random random, int count)
    {
        int[] numbers = [.. Enumerable.Range(1, count)];
        random.Shuffle(numbers);
        return numbers;
    }

    private static AttributeMap Attributes(Operator op, Random random)
    {
        var map = AttributeMap.Empty;
        foreach (AttributeSpec spec in op.Attributes)
        {
            bool isRequired = spec.Default is null && spec.DefaultsTo is null;
            if (!isRequired && random.Next(3) > 0)
                continue;
            int Small() => Math.Max(spec.Minimum == int.MinValue ? 1 : spec.Minimum, random.Next(0, 4));
            map = map.With(spec.Name, spec.Kind switch
            {
                AttributeKind.Int => Small(),
                AttributeKind.Ints => Integers(spec),
                AttributeKind.Pair => new[] { Small(), Small() },
                AttributeKind.Border => new[] { Small(), Small(), Small(), Small() },
                AttributeKind.Float => (float)(random.Next(1, 1000) / 1001.0),
                AttributeKind.Bool => random.Next(2) == 0,
                _ => spec.Words[random.Next(spec.Words.Count)],
            });
        }
        return map;

        // What is left, and any order of dimensions: others hardly ever fit.
        int[] Integers(AttributeSpec spec) => spec.Name switch
        {
            "shape" => random.Next(2) == 0 ? [random.Next(1, 3), -1] : [-1, random.Next(1, 3), 1],
            "dims" when spec.Default is null => [0, .. Shuffled(random, random.Next(1, 4))],
            _ => [.. Enumerable.Range(0, random.Next(4)).Select(_ => random.Next(1, 4))],
        };
    }
}
