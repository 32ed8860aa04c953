using ModelGen.Generator.Graphs;
using ModelGen.Generator.Model;
using ModelGen.Generator.Ops;
using ModelGen.Generator.Passes;
using ModelGen.Runtime;
using ModelGen.Tests.Harness;
using ModelGen.Tests.Reference;

namespace ModelGen.Tests.Golden;

/// <summary>
/// Fully connected layers with weights in bfloat16, of features and of flattened images in blocks and planes, for every kind of number of
/// results and samples, against plain loops in double precision on rounded weights. The seed is the case's number.
/// </summary>
internal static class BFloat16Cases
{
    private const int Count = 24;
    private const string Prefix = "bfloat16_";

    public static IEnumerable<string> Ids => Enumerable.Range(0, Count).Select(i => $"{Prefix}{i:D2}");

    public static bool IsId(string id) => id.StartsWith(Prefix, StringComparison.Ordinal);

    public static GraphCheck Build(string id)
    {
        int seed = int.Parse(id[Prefix.Length..], System.Globalization.CultureInfo.InvariantCulture);
        var random = new Random(seed + 7_000);
        Graph declared = Declare(random, seed);
        int batch = 1 + seed % 7;
        int samples = 1 + random.Next(batch);
        Graph graph = Pipeline.ForInference(declared, new CompilerOptions(weightStorage: LinearStorage.BFloat16));
        var check = new GraphCheck(new GraphFunction(id, graph, batch, ParameterUse.Constant), samples);
        foreach (Node node in declared.Nodes.Where(n => n.Op is OpNames.Input or OpNames.Parameter))
        {
            double bound = node.Shape.Rank == 2 ? Math.Sqrt(3.0 / node.Shape[1]) : 1;
            int length = checked((int)node.Shape.Length) * (node.Type.PerSample ? samples : 1);
            check.Values[node.Name] = [.. Enumerable.Range(0, length).Select(_ => (float)((random.NextDouble() * 2 - 1) * bound))];
        }
        Dictionary<string, double[]> values =
            declared.Nodes.Where(n => n.Op is OpNames.Input or OpNames.Parameter).ToDictionary(n => n.Name, n => check.Values[n.Name]
            .Select(x => n.Name.StartsWith("fc", StringComparison.Ordinal) && n.Shape.Rank == 2
                ? BitConverter.UInt32BitsToSingle((uint)BFloat16.Round(x) << 16) : (double)x).ToArray());
        foreach ((string name, double[] kept) in values)
            check.Kept[name] = kept;
        double[] expected = ReferenceInterpreter.Outputs(declared, samples, values)[ValueNames.Output];
        // Weights are given as they are kept, so sums are off as those of floats are: 2e-6 of the largest are 33 roundings of one sign.
        check.Expected[ValueNames.Output] = new Expected([.. expected.Select(e => (float)e)], Tolerance.OfMax(2e-6));
        return check;
    }

    private static Graph Declare(Random random, int seed)
    {
        var graph = new GraphBuilder("bfloat16");
        int[] sizes = [1, 3, 10, 16, 17, 31, 32, 33, 48, 64, 100, 130, 145, 160, 200];
        int x = graph.Input("input", seed % 3 == 0 ? TensorType.Sample(sizes[random.Next(sizes.Length)] + random.Next(3))
            : TensorType.Sample(seed % 3 == 1 ? 3 : 32, 2 + random.Next(5), 1 + random.Next(20)));
        if (seed % 3 > 0)
        {
            x = Layer(graph, x, "MaxPool2d", "pool", ("kernelSize", new[] { 1, 1 }));
            x = Layer(graph, x, "Flatten", "flatten");
        }
        x = Layer(graph, x, OpNames.Linear, "fc1", ("outFeatures", sizes[(seed * 7) % sizes.Length]), ("bias", seed % 4 > 0));
        string activation = new[] { "", "Relu", "Tanh", "Relu6" }[random.Next(4)];
        if (activation.Length > 0)
            x = Layer(graph, x, activation, "activation");
        x = Layer(graph, x, OpNames.Linear, "fc2", ("outFeatures", sizes[random.Next(sizes.Length)]));
        graph.Output(ValueNames.Output, x);
        return graph.Build();
    }

    private static int Layer(GraphBuilder graph, int x, string name, string layer, params (string, AttributeValue)[] attributes)
    {
        Operator op = OperatorTable.Get(name);
        return op.BuildLayer(graph, [x], op.WithDefaults(AttributeMap.Of(attributes), forLayer: true), layer);
    }
}
