using ModelGen.Generator.Graphs;
using ModelGen.Generator.Model;
using ModelGen.Generator.Ops;
using ModelGen.Generator.Passes;
using ModelGen.Tests.Harness;
using ModelGen.Tests.Reference;

namespace ModelGen.Tests.Golden;

/// <summary>
/// Winograd's algorithm on images of every size at which tiles can end, whether or not it would be chosen there, against plain loops in
/// double precision. The seed is the case's number.
/// </summary>
internal static class WinogradCases
{
    private const int Count = 48;

    // From these cases on there are 5×5 filters, and strides.
    private const int FirstLarge = 24, FirstStrided = 36;
    private const string Prefix = "winograd_";

    public static IEnumerable<string> Ids => Enumerable.Range(0, Count).Select(i => $"{Prefix}{i:D2}");

    public static bool IsId(string id) => id.StartsWith(Prefix, StringComparison.Ordinal);

    public static GraphCheck Build(string id)
    {
        int seed = int.Parse(id[Prefix.Length..], System.Globalization.CultureInfo.InvariantCulture);
        var random = new Random(seed + 5_000);
        Graph declared = Declare(random, seed);
        Graph graph = GraphRewriter.Rewrite(Pipeline.ForInference(declared), (rewriter, node) =>
        {
            if (!node.Is(OpNames.Conv2d) || node.Name == "conv5")
                return null;
            (int kernel, int stride) = (KernelOf(node.Name, seed), StrideOf(node.Name, seed));
            int size = kernel == 3 && stride == 1 && node.Name == "conv1" ^ seed % 3 == 0 ? 4 : 2;
            WinogradForm form = WinogradForm.All.Single(f => (f.Size, f.Taps, f.Stride) == (size, kernel, stride));
            return rewriter.Copy(node, ConvolutionPlan.Of(node) with { Winograd = form });
        });
        graph = FuseMaxPool.Run(graph);
        int samples = 1 + seed % 2;
        var check = new GraphCheck(new GraphFunction(id, graph, 2, ParameterUse.Constant), samples);
        foreach (Node node in declared.Nodes.Where(n => n.Op is OpNames.Input or OpNames.Parameter))
        {
            double bound = node.Shape.Rank == 4 ? Math.Sqrt(3.0 * node.Shape[0] / node.Shape.Length) : 1;
            int length = checked((int)node.Shape.Length) * (node.Type.PerSample ? samples : 1);
            check.Values[node.Name] = [.. Enumerable.Range(0, length).Select(_ => (float)((random.NextDouble() * 2 - 1) * bound))];
        }
        Dictionary<string, double[]> values = check.Values.ToDictionary(v => v.Key, v => v.Value.Select(x => (double)x).ToArray());
        double[] expected = ReferenceInterpreter.Outputs(declared, samples, values)[ValueNames.Output];
        // Half of what docs/performance.md promises of a layer; what each rounding can do is held element by element (GraphCheck).
        check.Expected[ValueNames.Output] = new Expected([.. expected.Select(e => (float)e)], Tolerance.OfMax(1e-5));
        return check;
    }

    // Two convolutions, so that one reads what the other wrote, and an activation that is applied in registers, one that is not, or none.
    private static Graph Declare(Random random, int seed)
    {
        var builder = new GraphBuilder("winograd");
        int x = builder.Input("input", TensorType.Sample(Pick(random, 1, 5, 16, 17, 40, 64), 3 + seed % 13, random.Next(3, 22)));
        x = Convolution(random, builder, x, "conv1", seed);
        string activation = Pick(random, "", "Relu", "Tanh");
        if (activation.Length > 0)
            x = builder.Add(activation, x);
        if (seed % 3 == 2)
            x = Pool(builder, x, ceilMode: seed % 2);
        x = Convolution(random, builder, x, "conv2", seed);
        if (seed % 5 == 3)
            x = Pool(builder, builder.Add("Relu6", x), ceilMode: 0);
        // A residual block, whose sum is part of the convolution, on images without and with padding around what is added.
        if (seed % 4 == 1)
        {
            int inner = builder.Add("Relu", Convolution(builder, x, "conv3", 32, [1, 1, 1, 1], 1));
            x = builder.Add("Relu", builder.Add(OpNames.Add, x,
                Convolution(builder, inner, "conv4", builder.TypeOf(x).Shape[0], [1, 1, 1, 1], seed % 3)));
        }
        if (seed % 8 == 5)
            x = Convolution(builder, x, "conv5", 16, [1, 1, 1, 1], 1, stride: 2);
        builder.Output(ValueNames.Output, x);
        return builder.Build();
    }

    private static int KernelOf(string name, int seed) => seed is >= FirstLarge and < FirstStrided
        && (name == "conv1" ? seed % 4 != 3 : name == "conv2" && seed % 4 != 0) ? 5 : 3;

    private static int StrideOf(string name, int seed) => seed >= FirstStrided
        && (name == "conv1" ? seed % 4 != 3 : name == "conv2" && seed % 4 != 0) ? 2 : 1;

    private static int Convolution(Random random, GraphBuilder builder, int x, string name, int seed)
    {
        // As little padding as the image needs, up to two rows and columns.
        Shape image = builder.TypeOf(x).Shape;
        int[] padding = [.. Enumerable.Range(0, 4)
            .Select(side => random.Next(Math.Min(2, Math.Max(0, KernelOf(name, seed) + 1 - image[1 + side % 2])), 3))];
        return Convolution(builder, x, name, Pick(random, 16, 20, 33, 48, 64), padding, random.Next(2), StrideOf(name, seed),
            KernelOf(name, seed));
    }

    private static int Convolution(GraphBuilder builder, int x, string name, int outChannels, int[] padding, int bias, int stride = 1,
        int kernel = 3)
    {
        Operator conv = OperatorTable.Get(OpNames.Conv2d);
        AttributeMap attributes = AttributeMap.Of(
            ("outChannels", outChannels), ("kernelSize", new[] { kernel, kernel }), ("stride", new[] { stride, stride }),
            ("padding", padding), ("bias", bias == 0 ? 0 : 1));
        return conv.BuildLayer(builder, [x], conv.WithDefaults(attributes, forLayer: true), name);
    }

    // Part of the convolution before it, unless there is an activation between them that is not applied in registers, or a window that
    // hangs over the edge.
    private static int Pool(GraphBuilder builder, int x, int ceilMode) =>
        builder.Add("MaxPool2d", [x], OperatorTable.Get("MaxPool2d")
            .WithDefaults(AttributeMap.Of(("kernelSize", new[] { 2, 2 }), ("ceilMode", ceilMode)), forLayer: false));

    private static T Pick<T>(Random random, params T[] choices) => choices[random.Next(choices.Length)];
}
