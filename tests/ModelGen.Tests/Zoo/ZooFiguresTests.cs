using ModelGen.Generator.Emit;
using ModelGen.Generator.Graphs;
using ModelGen.Generator.Ops;
using ModelGen.Tests.Golden;

namespace ModelGen.Tests.Zoo;

/// <summary>Parameters, mult-adds and sizes of the zoo's networks against the figures of their papers and of published models.</summary>
public class ZooFiguresTests
{
    /// <summary>Exact counts of trained values.</summary>
    public static TheoryData<string, long> ParameterCounts => new()
    {
        { "LeNet5", 61_706 },
        { "AlexNetTwoColumns", 60_965_224 },
        { "AlexNetOneColumn", 61_100_840 },
        { "VggA", 132_863_336 },
        { "VggALrn", 132_863_336 },
        { "VggB", 133_047_848 },
        { "VggC", 133_638_952 },
        { "VggD", 138_357_544 },
        { "VggE", 143_667_240 },
        { "NetworkInNetworkImageNet", 7_595_176 },
        { "NetworkInNetworkCifar", 966_986 },
        { "GoogLeNetTorchvision", 6_624_904 },
        { "GoogLeNetTorchvisionWithAuxiliary", 13_004_888 },
        { "InceptionV3", 23_834_568 },
        { "InceptionV3WithAuxiliary", 27_161_264 },
        { "InceptionV4", 42_679_816 },
        { "InceptionResNetV2", 55_843_464 },
        { "ResNet18", 11_689_512 },
        { "ResNet34", 21_797_672 },
        { "ResNet50", 25_557_032 },
        { "ResNet50OfThePaper", 25_557_032 },
        { "ResNet101", 44_549_160 },
        { "ResNet152", 60_192_808 },
        { "CifarResNet20", 269_722 },
        { "CifarResNet20Projected", 272_474 },
        { "CifarResNet32", 464_154 },
        { "CifarResNet44", 658_586 },
        { "CifarResNet56", 853_018 },
        { "CifarResNet110", 1_727_962 },
        { "CifarResNet1202", 19_421_274 },
        { "DenseNet121", 7_978_856 },
        { "DenseNet161", 28_681_000 },
        { "DenseNet169", 14_149_480 },
        { "DenseNet201", 20_013_928 },
        { "MobileNetV1", 4_231_976 },
        { "Xception", 22_855_952 },
        { "SqueezeNet10", 1_248_424 },
        { "SqueezeNet11", 1_235_496 },
        { "MobileNetV2", 3_504_872 },
        { "MnasNetB1", 4_383_312 },
        { "MnasNetB1Half", 2_218_512 },
        { "EfficientNetB0", 5_288_548 },
        { "EfficientNetB1", 7_794_184 },
        { "EfficientNetB2", 9_109_994 },
        { "EfficientNetB3", 12_233_232 },
        { "EfficientNetB4", 19_341_616 },
        { "RegNetX400MF", 5_495_976 },
        { "RegNetX800MF", 7_259_656 },
        { "RegNetX3_2GF", 15_296_552 },
        { "RegNetY400MF", 4_344_144 },
        { "RegNetY800MF", 6_432_512 },
        { "RegNetY3_2GF", 19_436_338 },
        { "ResNeXt50", 25_028_904 },
        { "ResNeXt101", 88_791_336 },
        { "WideResNet50", 68_883_240 },
        { "WideResNet101", 126_886_696 },
        { "MobileNetV3Large", 5_483_032 },
        { "MobileNetV3Small", 2_542_856 },
        { "ShuffleNetV2X05", 1_366_792 },
        { "ShuffleNetV2X10", 2_278_604 },
        { "ShuffleNetV2X15", 3_503_624 },
        { "ShuffleNetV2X20", 7_393_996 },
        { "UNetOriginal", 31_030_658 },
        { "FcnResNet50", 32_957_013 },
        { "FcnResNet101", 51_949_141 },
        { "DeepLabV3ResNet50", 39_638_869 },
        { "DeepLabV3ResNet101", 58_630_997 },
        { "SegNet12", 29_449_932 },
    };

    /// <summary>Counts that are known as printed, in thousands; within 1 %.</summary>
    public static TheoryData<string, double> RoundedParameterCounts => new()
    {
        { "InceptionV2", 11_295 },
        { "CifarResNet20", 270 },
        { "CifarResNet32", 460 },
        { "CifarResNet44", 660 },
        { "CifarResNet56", 850 },
        { "CifarResNet110", 1_730 },
        { "CifarResNet1202", 19_400 },
        { "PreActivationResNet164", 1_700 },
    };

    /// <summary>Mult-adds as printed, in millions, and the last place that is printed.</summary>
    public static TheoryData<string, double, double> MultiplyAdds => new()
    {
        { "AlexNetOneColumn", 714.188480, 1e-6 },
        { "VggA", 7609.090048, 1e-6 },
        { "VggD", 15470.264320, 1e-6 },
        { "GoogLeNetTorchvision", 1498.376192, 1e-6 },
        { "InceptionV3", 5713.216096, 1e-6 },
        { "ResNet18", 1814.073344, 1e-6 },
        { "ResNet18", 1_800, 100 },
        { "ResNet34", 3_600, 100 },
        { "ResNet50OfThePaper", 3_800, 100 },
        { "ResNet101OfThePaper", 7_600, 100 },
        { "ResNet152OfThePaper", 11_300, 100 },
        { "ResNet50", 4089.184256, 1e-6 },
        { "DenseNet121", 2834.161664, 1e-6 },
        { "MobileNetV1", 568.740352, 1e-6 },
        { "SqueezeNet11", 349.151936, 1e-6 },
    };

    public static TheoryData<string> Names => [.. ZooNetworks.Names];

    [Theory, MemberData(nameof(Names))]
    public void TheCompilersPassesTakeEveryNetwork(string name)
    {
        Graph graph = ZooNetworks.Record(name);
        Assert.Equal(graph.Outputs.Select(o => o.Name), Generator.Passes.Pipeline.ForInference(graph).Outputs.Select(o => o.Name));
    }

    [Theory, MemberData(nameof(ParameterCounts))]
    public void HasTheKnownParameters(string name, long count) => Assert.Equal(count, CountParameters(ZooNetworks.Record(name)));

    [Theory, MemberData(nameof(RoundedParameterCounts))]
    public void HasAboutTheKnownParameters(string name, double thousands) =>
        AssertWithin(0.01, thousands, CountParameters(ZooNetworks.Record(name)) / 1000.0);

    [Theory, MemberData(nameof(MultiplyAdds))]
    public void HasTheKnownMultiplyAdds(string name, double millions, double lastPlace)
    {
        double actual = CountMultiplyAdds(ZooNetworks.Record(name)) / 1e6;
        Assert.True(Math.Abs(actual - millions) < lastPlace, $"{actual} million instead of {millions}");
    }

    [Fact]
    public void TheOldestNetworksWeightsAreThoseOfItsPaper()
    {
        Graph graph = ZooNetworks.Record("LeNet5");
        Assert.Equal([150L, 2_400, 48_000], new[] { "conv1", "conv2", "fc1" }.Select(l => Weights(graph, l)));
    }

    // Thousands of weights and millions of mult-adds of each layer.
    [Fact]
    public void AlexNetsLayersCostWhatTheyDo()
    {
        (string Layer, double Thousands, double Millions)[] table =
        [
            ("conv1", 35, 105), ("conv2", 307, 223), ("conv3", 884, 149), ("conv4", 663, 112), ("conv5", 442, 74), ("fc6", 37_700, 37),
            ("fc7", 16_800, 16), ("fc8", 4_100, 4),
        ];
        Graph graph = ZooNetworks.Record("AlexNetTwoColumns");
        foreach ((string layer, double thousands, double millions) in table)
        {
            AssertWithin(0.01, thousands, Weights(graph, layer) / 1e3, layer);
            // Mult-adds are printed without decimals, some cut off rather than rounded.
            Assert.True(Math.Abs(SummaryEmitter.MultiplyAddsOf(graph, Layer(graph, layer)) / 1e6 - millions) < 1, layer);
        }
    }

    // Table 1 of the paper, in units of 1024 weights and a million mult-adds. Its own operations say that it is not the table's inception
    // (4c) with 463 K weights or (4d) with 580 K that it computes (100 M and 119 M operations are 14·14·509,440 and 14·14·604,672), nor is
    // there a (5a) of 54 M: those three are as the modules' widths give.
    [Fact]
    public void GoogLeNetsModulesCostWhatTheyDo()
    {
        (string Module, int[] Output, double Weights, double Millions)[] table =
        [
            ("conv1", [64, 112, 112], 2.7, 34), ("conv3", [192, 56, 56], 112, 360), ("inception3a", [256, 28, 28], 159, 128),
            ("inception3b", [480, 28, 28], 380, 304),
            ("inception4a", [512, 14, 14], 364, 73), ("inception4b", [512, 14, 14], 437, 88), ("inception4c", [512, 14, 14], 497.5, 100),
            ("inception4d", [528, 14, 14], 590.5, 119),
            ("inception4e", [832, 14, 14], 840, 170), ("inception5a", [832, 7, 7], 1018, 51), ("inception5b", [1024, 7, 7], 1409, 71),
            ("fc", [1000], 1000, 1),
        ];
        Graph graph = ZooNetworks.Record("GoogLeNetOfThePaper");
        foreach ((string module, int[] output, double weights, double millions) in table)
        {
            // The table's second row is the 1×1 and the 3×3 convolution together.
            Node[] nodes = [.. graph.Nodes.Where(n => n.Name == module || n.Name.StartsWith(module + ".", StringComparison.Ordinal)
                || (module == "conv3" && n.Name.StartsWith("conv2.", StringComparison.Ordinal)))];
            AssertWithin(0.02, weights, nodes.Where(n => n.Is(OpNames.Parameter) && n.Shape.Rank > 1).Sum(n => n.Shape.Length) / 1024.0,
                module);
            Assert.True(Math.Abs(nodes.Sum(n => SummaryEmitter.MultiplyAddsOf(graph, n)) / 1e6 - millions) < 1,
                $"{module}: {nodes.Sum(n => SummaryEmitter.MultiplyAddsOf(graph, n)) / 1e6} M");
            Assert.Equal(output, nodes[^1].Shape.Dimensions);
        }
    }

    [Theory]
    [InlineData("ResNet18", 64, 128, 256, 512)]
    [InlineData("ResNet50", 256, 512, 1024, 2048)]
    [InlineData("ResNet152OfThePaper", 256, 512, 1024, 2048)]
    public void ResNetsStagesHaveTheTablesSizes(string name, params int[] channels)
    {
        Graph graph = ZooNetworks.Record(name);
        Assert.Equal([64, 112, 112], Layer(graph, "conv1").Shape.Dimensions);
        for (int stage = 1; stage <= 4; stage++)
        {
            Node last = graph.Nodes.Last(n => n.Is(OpNames.BatchNorm2d) && n.Name.StartsWith($"layer{stage}.", StringComparison.Ordinal));
            Assert.Equal([channels[stage - 1], 112 >> stage, 112 >> stage], last.Shape.Dimensions);
        }
    }

    // Option A: every second pixel of the 16 channels, then 16 channels of zeros.
    [Fact]
    public void TheShortcutsOfCifarResNetsPadWithZeros()
    {
        Graph graph = ZooNetworks.Record("CifarResNet20");
        Node shortcut = Layer(graph, "layer2.0.pad");
        Assert.Equal([32, 16, 16], shortcut.Shape.Dimensions);
        Assert.Equal("Add", graph.Nodes.Single(n => n.Inputs.Contains(shortcut.Id)).Op);
        (Node sampled, Node zeros) = (graph[shortcut.Inputs[0]], graph[shortcut.Inputs[1]]);
        Assert.Equal("Relu", graph[sampled.Inputs[0]].Op);

        Dictionary<string, double[]> values =
            graph.Parameters.ToDictionary(p => p.Name, p => Enumerable.Repeat(0.01, (int)p.Shape.Length).ToArray());
        double[] image = [.. Enumerable.Range(0, 3 * 32 * 32).Select(i => Math.Sin(i))];
        values[graph.Inputs.Single().Name] = image;
        Graph inside = graph with { Outputs = [new("before", sampled.Inputs[0]), new("after", shortcut.Id)] };
        var results = Reference.ReferenceInterpreter.Outputs(inside, 1, values);
        for (int c = 0; c < 32; c++)
        {
            for (int y = 0; y < 16; y++)
            {
                for (int x = 0; x < 16; x++)
                    Assert.Equal(c < 16 ? results["before"][(c * 32 + 2 * y) * 32 + 2 * x] : 0, results["after"][(c * 16 + y) * 16 + x]);
            }
        }
        Assert.Equal(results["after"].Length / 2, results["after"].Count(v => v != 0));
        Assert.True(zeros.Is("Affine"));
    }

    [Theory]
    [InlineData("DenseNet121", 256, 512, 1024, 1024)]
    [InlineData("DenseNet161", 384, 768, 2112, 2208)]
    public void DenseNetsBlocksHaveTheTablesSizes(string name, params int[] channels)
    {
        Graph graph = ZooNetworks.Record(name);
        for (int block = 1; block <= 4; block++)
        {
            string last = $"features.denseblock{block}.";
            Node convolution = graph.Nodes.Last(n => n.Is(OpNames.Conv2d) && n.Name.StartsWith(last, StringComparison.Ordinal));
            Node concat = graph.Nodes.First(n => n.Inputs.Contains(convolution.Id));
            Assert.Equal([channels[block - 1], 112 >> block, 112 >> block], concat.Shape.Dimensions);
        }
    }

    // Width × 0.5 and resolution 160/224: (0.5² + …) of the pointwise and half of the depthwise convolutions.
    [Fact]
    public void MobileNetsMultipliersSaveWhatThePaperSays()
    {
        Graph full = ZooNetworks.Record("MobileNetV1");
        Graph small = ZooNetworks.Record("MobileNetV1Half160");
        Node depthwise = Layer(full, "features.75");
        Node pointwise = Layer(full, "features.78");
        // 1/N + 1/D² of a full convolution of 1024 to 1024 channels.
        double ratio = (SummaryEmitter.MultiplyAddsOf(full, depthwise) + SummaryEmitter.MultiplyAddsOf(full, pointwise))
            / (49.0 * 9 * 1024 * 1024);
        Assert.Equal(1.0 / 1024 + 1.0 / 9, ratio, 12);
        Assert.Equal(76, CountMultiplyAdds(small) / 1e6, 0.8);
        Assert.Equal(1.3, CountParameters(small) / 1e6, 0.05);
    }

    [Theory]
    [InlineData("AlexNetOneColumn", "alexnet")]
    [InlineData("VggA", "vgg11")]
    [InlineData("VggD", "vgg16")]
    [InlineData("ResNet18", "resnet18")]
    [InlineData("ResNet50", "resnet50")]
    [InlineData("GoogLeNetTorchvision", "googlenet")]
    [InlineData("DenseNet121", "densenet121")]
    [InlineData("InceptionV3", "inception_v3")]
    [InlineData("SqueezeNet11", "squeezenet1_1")]
    [InlineData("MobileNetV1", "mobilenet_v1")]
    public void HasTheKeysOfTheStateDict(string name, string reference)
    {
        string[] expected = [.. ZooData.State(reference).Select(s => $"{s.Key} {string.Join("×", s.Shape)}").Order(StringComparer.Ordinal)];
        string[] actual = [.. ZooNetworks.Record(name).Parameters.Select(p => $"{p.Name} {p.Shape}").Order(StringComparer.Ordinal)];
        Assert.Equal(expected, actual);
        Assert.Equal(ZooData.Of(reference).GetProperty("parameterCount").GetInt64(), CountParameters(ZooNetworks.Record(name)));
    }

    internal static long CountParameters(Graph graph) => graph.Parameters.Where(Initializers.IsTrainable).Sum(p => p.Shape.Length);

    internal static long CountMultiplyAdds(Graph graph) => graph.Nodes.Sum(n => SummaryEmitter.MultiplyAddsOf(graph, n));

    private static Node Layer(Graph graph, string name) => graph.Nodes.Single(n => n.Name == name && !n.Is(OpNames.Parameter));

    private static long Weights(Graph graph, string layer) => graph.Parameters.Single(p => p.Name == layer + ".weight").Shape.Length;

    private static void AssertWithin(double share, double expected, double actual, string what = "") =>
        Assert.True(Math.Abs(actual - expected) <= share * expected, $"{what}: {actual} instead of {expected}");
}
