using System.Text.Json;
using ModelGen.Generator.Collections;
using ModelGen.Generator.Graphs;
using ModelGen.Generator.Passes;
using ModelGen.Tests.Golden;
using ModelGen.Tests.Harness;

namespace ModelGen.Tests.Zoo;

/// <summary>
/// Full-size networks against PyTorch in double precision: logits to 1e-4 of their standard deviation, which is what docs/performance.md
/// demands of peers, and the results of some modules on the way. The networks of VGG, which need 3 GB of memory, run only where the
/// environment variable MODELGEN_LARGE is 1.
/// </summary>
public class ZooGoldenTests
{
    private static readonly (string Name, string Reference, bool IsLarge)[] All =
    [
        ("AlexNetOneColumn", "alexnet", false),
        ("ResNet18", "resnet18", false),
        ("ResNet50", "resnet50", false),
        ("GoogLeNetTorchvision", "googlenet", false),
        ("DenseNet121", "densenet121", false),
        ("InceptionV3", "inception_v3", false),
        ("SqueezeNet11", "squeezenet1_1", false),
        ("MobileNetV1", "mobilenet_v1", false),
        ("MobileNetV3Small", "mobilenet_v3_small", false),
        ("ShuffleNetV2X10", "shufflenet_v2_x1_0", false),
        ("FcnResNet50", "fcn_resnet50", false),
        ("DeepLabV3ResNet50", "deeplabv3_resnet50", false),
        ("MobileNetV2", "mobilenet_v2", false),
        ("MnasNetB1", "mnasnet1_0", false),
        ("EfficientNetB0", "efficientnet_b0", false),
        ("RegNetX400MF", "regnet_x_400mf", false),
        ("RegNetY400MF", "regnet_y_400mf", false),
        ("ResNeXt50", "resnext50_32x4d", false),
        ("VggA", "vgg11", true),
        ("VggD", "vgg16", true),
    ];

    public static TheoryData<string, string> Networks
    {
        get
        {
            var networks = new TheoryData<string, string>();
            foreach ((string name, string reference, bool isLarge) in All)
            {
                if (!isLarge || Environment.GetEnvironmentVariable("MODELGEN_LARGE") == "1")
                    networks.Add(name, reference);
            }
            return networks;
        }
    }

    /// <summary>Names in the reference data, the large ones included.</summary>
    internal static IEnumerable<string> References => All.Select(n => n.Reference);

    [Theory, MemberData(nameof(Networks))]
    public void AgreesWithTheReference(string name, string reference)
    {
        JsonElement entry = ZooData.Of(reference);
        Graph declared = ZooNetworks.Record(name);
        // Twice: as users get it, and with the modules' results, which keeps some of the layers from being fused.
        var plain = new GraphFunction(name, Pipeline.ForInference(declared), 1, ParameterUse.Constant);
        (Graph graph, string[] modules) = WithModules(declared, entry);
        var detailed = new GraphFunction(name + "Modules", Pipeline.ForInference(graph), 1, ParameterUse.Constant);
        GeneratedLibrary library = GeneratedLibrary.Compile(plain, detailed);

        var values = new Dictionary<string, float[]>();
        Node[] leaves = [.. declared.Inputs, .. declared.Parameters];
        float[][] filled = new float[leaves.Length][];
        Parallel.For(0, leaves.Length, i => filled[i] = ZooData.Fill(declared, leaves[i]));
        for (int i = 0; i < leaves.Length; i++)
            values[leaves[i].Name] = filled[i];

        var failures = new List<string>();
        JsonElement output = entry.GetProperty("output");
        foreach (GraphFunction function in (GraphFunction[])[plain, detailed])
        {
            Dictionary<string, float[]> results = Run(function, library, values);
            CompareLogits(results["output"], output, function.Name, failures);
            if (function != detailed)
            {
                foreach (int parts in (int[])[2, 3])
                {
                    if (!results["output"].SequenceEqual(Run(function, library, values, parts)["output"]))
                        failures.Add($"{function.Name}: another result in {parts} parts");
                }
                continue;
            }
            foreach (JsonElement module in entry.GetProperty("modules").EnumerateArray().Where(m => modules.Contains(m.Text("name"))))
                CompareModule(results["module " + module.Text("name")], module, failures);
        }
        Assert.True(failures.Count == 0, $"{name}:\n" + string.Join("\n", failures));
        Assert.Equal(entry.GetProperty("modules").GetArrayLength(), modules.Length);
    }

    [Fact]
    public void FillsByTheRule()
    {
        Assert.Equal([0.5980662107467651f, 0.3703484535217285f, 0.9605294466018677f], ZooData.Fill("input", 1001, 1, 0)[..3]);
        Assert.Equal(-0.1307985782623291f, ZooData.Fill("conv1.weight", 1001, 0.25, 0)[1000]);
        Assert.Equal([0.8215429186820984f, 1.0873135328292847f], ZooData.Fill("bn1.running_var", 1001, 0.2, 1)[..2]);
    }

    private static Dictionary<string, float[]> Run(GraphFunction function, GeneratedLibrary library, Dictionary<string, float[]> values,
        int parts = 1)
    {
        var check = new GraphCheck(function, 1);
        foreach ((string name, float[] filled) in values)
            check.Values[name] = filled;
        return check.Run(library, parts);
    }

    private static void CompareLogits(float[] logits, JsonElement output, string name, List<string> failures)
    {
        double std = output.GetProperty("std").GetDouble();
        double[] first = [.. output.GetProperty("first").EnumerateArray().Select(v => v.GetDouble())];
        for (int i = 0; i < first.Length; i++)
            Compare(first[i], logits[i], 1e-4 * std, $"{name}: logit {i}", failures);
        Compare(output.GetProperty("mean").GetDouble(), logits.Average(v => (double)v), 1e-4 * std, $"{name}: mean", failures);
        Compare(std, StandardDeviation(logits), 1e-4 * std, $"{name}: standard deviation", failures);
        Compare(output.GetProperty("max").GetDouble(), logits.Max(), 1e-4 * std, $"{name}: largest", failures);
        if (Array.IndexOf(logits, logits.Max()) != output.GetProperty("argmax").GetInt32())
            failures.Add(
                $"{name}: the largest is {Array.IndexOf(logits, logits.Max())} instead of {output.GetProperty("argmax").GetInt32()}");
    }

    private static void CompareModule(float[] values, JsonElement module, List<string> failures)
    {
        string name = module.Text("name");
        double std = module.GetProperty("std").GetDouble();
        Compare(module.GetProperty("shape").Ints().Aggregate(1, (a, b) => a * b), values.Length, 0, $"{name}: length", failures);
        Compare(module.GetProperty("mean").GetDouble(), values.Average(v => (double)v), 1e-4 * std, $"{name}: mean", failures);
        Compare(std, StandardDeviation(values), 1e-4 * std, $"{name}: standard deviation", failures);
        foreach ((double expected, int i) in module.GetProperty("first").EnumerateArray().Select((v, i) => (v.GetDouble(), i)))
            Compare(expected, values[i], 1e-4 * std, $"{name}: value {i}", failures);
    }

    private static void Compare(double expected, double actual, double tolerance, string what, List<string> failures)
    {
        if (!(Math.Abs(expected - actual) <= tolerance))
            failures.Add($"{what}: {actual} instead of {expected}, off by more than {tolerance:G2}");
    }

    private static double StandardDeviation(float[] values)
    {
        double mean = values.Average(v => (double)v);
        return Math.Sqrt(values.Average(v => (v - mean) * (v - mean)));
    }

    // The graph with the results of the reference's modules as further outputs.
    private static (Graph Graph, string[] Names) WithModules(Graph graph, JsonElement entry)
    {
        string[] names = [.. entry.GetProperty("modules").EnumerateArray().Select(m => m.Text("name"))];
        GraphOutput[] outputs = [.. names.Select(n => new GraphOutput("module " + n, ResultOf(graph, n)))];
        return (graph with { Outputs = graph.Outputs.Concat(outputs).ToEquatableArray() }, names);
    }

    // A layer of that name, or else the last layer whose name begins so, with the additions, activations and concatenations after it.
    private static int ResultOf(Graph graph, string module)
    {
        Node? layer = graph.Nodes.LastOrDefault(n => n.Name == module && !n.Is(OpNames.Parameter));
        if (layer is not null)
            return layer.Id;
        Node last = graph.Nodes.Last(n => n.Name.StartsWith(module + ".", StringComparison.Ordinal));
        while (last.Id + 1 < graph.Nodes.Count && graph[last.Id + 1] is { Op: OpNames.Add or "Relu" or "Relu6" or "Silu" or "HardSwish" or "Concat" } next)
            last = next;
        return last.Id;
    }
}
