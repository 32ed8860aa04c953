using ModelGen.Generator.Diagnostics;
using ModelGen.Generator.Differentiation;
using ModelGen.Generator.Graphs;
using ModelGen.Generator.Model;
using ModelGen.Generator.Ops;
using ModelGen.Generator.Passes;
using ModelGen.Tests.Harness;
using ModelGen.Tests.Reference;

namespace ModelGen.Tests.Golden;

/// <summary>
/// Small networks put together at random, with branches and odd sizes, against plain loops in double precision: layers next to others than
/// in any network that someone designed. The seed is the case's number.
/// </summary>
internal static class RandomNetworks
{
    private const int Count = 24;
    private const string Prefix = "random_";

    public static IEnumerable<string> Ids => Enumerable.Range(0, Count).Select(i => $"{Prefix}{i:D3}");

    public static bool IsId(string id) => id.StartsWith(Prefix, StringComparison.Ordinal);

    public static GraphFunction[] Functions(string id) => [Forward(id), Gradient(id)];

    public static IEnumerable<string> Failures(string id, GeneratedLibrary library)
    {
        int seed = Seed(id);
        int samples = 1 + seed % 3;
        Graph declared = Declare(seed);
        var random = new Random(seed);
        var values = declared.Nodes.Where(n => n.Op is OpNames.Input or OpNames.Parameter)
            .ToDictionary(n => n.Name, n => Fill(random, n, samples));

        GraphCheck forward = Check(Forward(id), samples, values);
        foreach (string failure in forward.Failures(library).Concat(NotRounding(forward, declared, library)))
            yield return $"inference: {failure}\n{declared}";

        Graph trained = PrepareTraining.Run(declared);
        GraphCheck gradient = Check(Gradient(id), samples, values);
        int length = samples * (int)trained[trained.Outputs.Single().Value].Shape.Length;
        gradient.Values["gradOutput"] = [.. Enumerable.Range(0, length).Select(_ => (float)(random.NextDouble() * 2 - 1))];
        foreach (string failure in gradient.Failures(library)
            .Concat(NotRounding(gradient, Differentiate.VectorJacobian(trained, ValueNames.Output, IsWanted), library)))
            yield return $"training: {failure}\n{trained}";
    }

    // Against the interpreter of a graph with the same meaning; that its gradients are right is for other tests to say.
    private static IEnumerable<string> NotRounding(GraphCheck check, Graph meaning, GeneratedLibrary library)
    {
        Graph computed = RunningErrorInterpreter.WithoutFusedPools(check.Function.Graph);
        var rounding = new RoundingSamples(disturb => ReferenceInterpreter.Outputs(
            disturb is null ? meaning : computed, check.Samples, Widened(check.Values), TrainingStep.None with { Rounding = disturb }));
        Dictionary<string, float[]> results = check.Run(library);
        return rounding.Exact.Keys.Select(name => rounding.Compare(name, results[name])).OfType<string>();
    }

    /// <summary>A network as it is trained.</summary>
    public static Graph Trained(string id) => PrepareTraining.Run(Declare(Seed(id)));

    private static GraphFunction Forward(string id) =>
        new(id + "_forward", Pipeline.ForInference(Declare(Seed(id))), 3, ParameterUse.Constant);

    private static GraphFunction Gradient(string id) => new(id + "_gradient",
        FuseActivation.Run(Differentiate.VectorJacobian(Trained(id), ValueNames.Output, IsWanted)), 3, ParameterUse.Changing);

    private static bool IsWanted(Node node) => node.Is(OpNames.Input) || (node.Is(OpNames.Parameter) && Initializers.IsTrainable(node));

    public static int Seed(string id) => int.Parse(id[Prefix.Length..], System.Globalization.CultureInfo.InvariantCulture);

    private static GraphCheck Check(GraphFunction function, int samples, Dictionary<string, float[]> values)
    {
        var check = new GraphCheck(function, samples);
        foreach ((string name, float[] value) in values)
            check.Values[name] = value;
        return check;
    }

    private static float[] Fill(Random random, Node node, int samples)
    {
        float[] values = new float[node.Shape.Length * (node.Type.PerSample ? samples : 1)];
        // Filters keep the size of what passes through about the same; variances and scales are positive.
        double bound = node.Is(OpNames.Input) || node.Shape.Rank < 2 ? 1 : Math.Sqrt(3.0 * node.Shape[0] / node.Shape.Length);
        bool positive = node.Name.EndsWith("running_var", StringComparison.Ordinal);
        for (int i = 0; i < values.Length; i++)
            values[i] = (float)((positive ? random.NextDouble() + 0.5 : random.NextDouble() * 2 - 1) * bound);
        return values;
    }

    private static Dictionary<string, double[]> Widened(Dictionary<string, float[]> values) =>
        values.ToDictionary(v => v.Key, v => v.Value.Select(x => (double)x).ToArray());

    private static Graph Declare(int seed)
    {
        var random = new Random(seed + 1_000);
        var builder = new GraphBuilder("random");
        var images = new List<int> { builder.Input("input",
            TensorType.Sample(Pick(random, 1, 2, 3, 16, 17, 20), random.Next(4, 12), random.Next(4, 12))) };
        int layers = random.Next(3, 7);
        for (int i = 0; i < layers; i++)
        {
            try
            {
                images.Add(AddLayer(random, builder, images, $"layer{i}"));
            }
            catch (ShapeException)
            {
                // What does not fit is left out.
            }
        }
        int last = images[^1];
        // Some end as an image, the others as features.
        if (random.Next(3) > 0)
        {
            last = Layer(builder, "Flatten", last, "flatten");
            last = Layer(builder, "Linear", last, "fc1", ("outFeatures", Pick(random, 1, 7, 16, 19)), ("bias", random.Next(2)));
            if (random.Next(2) == 0)
                last = Layer(builder, "Linear", Layer(builder, Pick(random, "Relu", "Tanh", "Sigmoid"), last, "act"), "fc2",
                    ("outFeatures", Pick(random, 3, 33)));
        }
        builder.Output(ValueNames.Output, last);
        return builder.Build();
    }

    private static int AddLayer(Random random, GraphBuilder builder, List<int> images, string name)
    {
        int x = images[^1];
        Shape shape = builder.TypeOf(x).Shape;
        int[] partners = [.. images.SkipLast(1).Where(v => builder.TypeOf(v).Shape == shape)];
        switch (random.Next(8))
        {
            case 0 when partners.Length > 0:
                return builder.Add(OpNames.Add, x, partners[random.Next(partners.Length)]);
            case 1:
                return Layer(builder, "BatchNorm2d", x, name);
            case 2:
                return Layer(builder, Pick(random, "Relu", "Tanh", "Sigmoid"), x, name);
            case 3:
                int window = random.Next(2, 4);
                AttributeValue padding = random.Next(2);
                return Layer(builder, Pick(random, "MaxPool2d", "AvgPool2d"), x, name, ("kernelSize", new[] { window, random.Next(2, 4) }),
                    ("stride", Pair(random.Next(1, 3))),
                    ("padding", Pair(padding.Int)), ("ceilMode", random.Next(2)));
            default:
                return AddConvolution(random, builder, x, shape, name);
        }
    }

    private static int AddConvolution(Random random, GraphBuilder builder, int x, Shape shape, string name)
    {
        int outChannels = random.Next(3) == 0 ? shape[0] : Pick(random, 1, 4, 6, 16, 18, 32);
        int[] groups = [.. new[] { 1, 1, 2, 4, shape[0] }.Where(g => shape[0] % g == 0 && outChannels % g == 0)];
        int dilation = random.Next(4) == 0 ? 2 : 1;
        int[] kernel = [Fit(shape[1]), Fit(shape[2])];
        int[] border = random.Next(2) == 0
            ? [dilation * (kernel[0] - 1) / 2, dilation * (kernel[1] - 1) / 2, dilation * (kernel[0] - 1) / 2,
            dilation * (kernel[1] - 1) / 2]
            : [random.Next(3), random.Next(3), random.Next(3), random.Next(3)];
        int stride = Pick(random, 1, 1, 2);
        return Layer(builder, "Conv2d", x, name, ("outChannels", outChannels), ("kernelSize", kernel),
            ("stride", new[] { stride, Pick(random, stride, 1) }),
            ("padding", border), ("dilation", Pair(dilation)), ("groups", groups[random.Next(groups.Length)]), ("bias", random.Next(2)));

        int Fit(int length)
        {
            int size = random.Next(1, 5);
            return dilation * (size - 1) + 1 <= length ? size : 1;
        }
    }

    private static int Layer(GraphBuilder builder, string op, int input, string name, params (string, AttributeValue)[] attributes)
    {
        Operator description = OperatorTable.Get(op);
        return description.BuildLayer(builder, [input], description.WithDefaults(AttributeMap.Of(attributes), forLayer: true), name);
    }

    private static AttributeValue Pair(int size) => new[] { size, size };

    private static T Pick<T>(Random random, params T[] choices) => choices[random.Next(choices.Length)];
}
