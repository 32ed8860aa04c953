using ModelGen.Generator.Graphs;
using ModelGen.Generator.Model;
using ModelGen.Generator.Ops;
using ModelGen.Generator.Passes;

namespace ModelGen.Tests.Reference;

/// <summary>Random uses of every operator that has a gradient: shapes, attributes and operands by seed.</summary>
internal static class GradientConfigurations
{
    /// <summary>
    /// All operators with a gradient, as the table has them. One that is added there needs configurations here, or its tests fail.
    /// </summary>
    public static IEnumerable<string> Operators =>
        OperatorTable.All.Where(HasGradient).Concat(OperatorTable.Layers.Where(o => o is CompositeLayer)).Select(o => o.Name);

    // Rows of one class for forward and backward; the others say it by overriding.
    private static bool HasGradient(Operator op) =>
        op is Elementwise row ? op.Layer is not null || row.GradientOperator is not null || op.Name is "PowOf" or "PowConstant"
            : op is BroadcastOperator repeated ? repeated.HasGradient
            : op.GetType().GetMethod(nameof(Operator.Gradient))!.DeclaringType != typeof(Operator);

    /// <summary>A graph with the operator, whose output is named "output".</summary>
    /// <param name="op">One of <see cref="Operators"/>.</param>
    /// <param name="seed">Gives the same graph again.</param>
    /// <param name="wide">With up to 48 channels instead of up to 6.</param>
    public static Graph Of(string op, int seed, bool wide = false)
    {
        // Where the wanted operator depends on what is drawn, as dropout with a probability of 0 leaves nothing.
        for (int attempt = 0; ; attempt++)
        {
            Graph graph = Draw(op, seed + 1_000_000 * attempt, wide);
            if (OperatorTable.Get(op) is CompositeLayer || graph.Nodes.Any(n => n.Is(op)))
                return graph;
            Assert.True(attempt < 20, $"no configuration of {op} has it");
        }
    }

    private static Graph Draw(string op, int seed, bool wide) => OperatorTable.Get(op) switch
    {
        // Made of layers by a pass.
        RandomDropout => PrepareTraining.Run(RandomGraphs.SingleLayer(OpNames.Dropout, seed, wide)),
        RandomNoise => PrepareTraining.Run(RandomGraphs.SingleLayer(OpNames.GaussianNoise, seed, wide)),
        BatchStatistics => PrepareTraining.Run(RandomGraphs.SingleLayer(OpNames.BatchNorm2d, seed, wide)),
        Elementwise { Name: "GeluTanh" } => RandomGraphs.SingleLayer("Gelu", seed, wide),
        GroupStatistics => RandomGraphs.SingleLayer("GroupNorm", seed, wide),
        Pad => Padding(seed),
        Reshape => Channels(seed),
        InsertZeros => RandomGraphs.SingleLayer("Crop", seed, wide),
        MaxPoolGradient => RandomGraphs.SingleLayer("MaxUnpool2d", seed, wide),
        LossOperator => Loss(op, seed),
        BroadcastOperator row => RandomGraphs.SingleLayer(row.Function, seed, wide),
        Elementwise when op == "PowOf" => RandomGraphs.SingleLayer("Pow", seed, wide),
        Elementwise when op == "PowConstant" => RandomGraphs.SingleLayer(op, seed, wide),
        { Layer: not null } => RandomGraphs.SingleLayer(op, seed, wide),
        _ => throw new NotSupportedException($"{op} has a gradient that no configuration checks; add some here"),
    };

    private static Graph Channels(int seed)
    {
        var graph = new GraphBuilder("Channels");
        int channels = 1 + seed % 40;
        int x = graph.Add("Tanh", graph.Input("input", TensorType.Sample(channels)));
        x = graph.Add(OpNames.Reshape, [x], AttributeMap.Of(("shape", new[] { channels, 1, 1 })));
        graph.Output("output", graph.Add("Sigmoid", x));
        return graph.Build();
    }

    private static Graph Padding(int seed)
    {
        var random = new Random(seed);
        var graph = new GraphBuilder("Padding");
        (int height, int width) = (random.Next(2, 7), random.Next(2, 7));
        string mode = (seed % 3) switch { 0 => "reflect", 1 => "circular", _ => "replicate" };
        int spare = mode switch { "reflect" => 0, "circular" => 1, _ => 3 };
        int[] border = [random.Next(height + spare), random.Next(width + spare), random.Next(height + spare), random.Next(width + spare)];
        int x = graph.Input("input", TensorType.Sample(random.Next(1, 20), height, width));
        graph.Output("output", graph.Add("Pad", [x], AttributeMap.Of(("padding", border), ("mode", mode))));
        return graph.Build();
    }

    private static Graph Loss(string loss, int seed)
    {
        var random = new Random(seed);
        var graph = new GraphBuilder("Loss");
        bool ofClasses = LossOperator.IsOfClasses(loss);
        // Cross-entropy takes scores at each of several positions too.
        bool ofMaps = loss is OpNames.CrossEntropy or OpNames.WeightedCrossEntropy && seed % 2 == 0;
        int[] positions = ofMaps ? [random.Next(1, 4), random.Next(1, 4)] : [];
        TensorType type = TensorType.Sample(ofClasses ? [random.Next(2, 40), .. positions] : seed % 2 == 0 ? [random.Next(2, 40)]
            : [random.Next(1, 4), random.Next(1, 6), random.Next(1, 6)]);
        int x = graph.Input("input", type);
        int target = graph.Input("target", ofClasses ? new TensorType(Shape.Of(positions), PerSample: true, ElementType.I32) : type);
        TrainingOptions options = new(1, loss, seed % 5 < 2 ? 0 : 0.1f) { [TrainableOption.HuberDelta] = 0.3f,
            [TrainableOption.HingeMargin] = 0.7f, [TrainableOption.HingePower] = 1 + seed % 2 };
        float weight = seed % 3 == 0 ? 1 : 0.3f;
        float[] weights = [.. Enumerable.Range(0, seed % 4 == 0 ? 0 : type.Shape[0]).Select(_ => random.Next(1, 9) * 0.25f)];
        AttributeMap attributes = loss != OpNames.WeightedCrossEntropy ? options.LossAttributes(weight) : AttributeMap.Of(
            ("labelSmoothing", options[TrainableOption.LabelSmoothing]), ("ignoreIndex", seed % 2),
            ("classWeights", WeightedCrossEntropy.Word(weights)), ("weight", weight));
        graph.Output("output", graph.Add(loss, [x, target], attributes));
        return graph.Build();
    }

    /// <summary>What gradients are checked of: images and features, but for targets, and what is trained.</summary>
    public static bool IsWanted(Node node) =>
        (node.Is(OpNames.Input) && node.Type.Element == ElementType.F32 && node.Name != "target")
            || (node.Is(OpNames.Parameter) && Initializers.IsTrainable(node));
}
