using ModelGen.Generator.Diagnostics;
using ModelGen.Generator.Differentiation;
using ModelGen.Generator.Graphs;
using ModelGen.Generator.Layouts;
using ModelGen.Generator.Model;
using ModelGen.Generator.Ops;
using ModelGen.Generator.Passes;
using ModelGen.Generator.Scheduling;
using ModelGen.Tests.Reference;

namespace ModelGen.Tests.Claims;

/// <summary>A graph as the planner lays it out for one of its uses.</summary>
/// <param name="ParametersChange">As in training, where nothing is computed once.</param>
internal sealed record PlannedGraph(LaidOutGraph LaidOut, int Batch, bool ParametersChange)
{
    public Graph Graph => LaidOut.Graph;
}

/// <summary>
/// Graphs that have every operator of the table between others that want its input and its result in every layout there is: planes and
/// blocks, whole and partial ones, with halos and without, of few rows and of many.
/// </summary>
internal static class ClaimGraphs
{
    private const int Batch = 3;

    // Whole and partial blocks, and few enough for planes.
    private static readonly int[] Channels = [3, 19, 32];

    // Threads share rows of images that have many.
    private static readonly (int Height, int Width)[] Sizes = [(6, 5), (15, 9)];

    private sealed record LayerCase(string Op, params (string Name, AttributeValue Value)[] Attributes);

    private static readonly LayerCase[] Layers =
    [
        .. new[] { "Relu", "Tanh", "Sigmoid", "Relu6", "LeakyRelu", "Elu", "Softplus", "Silu", "PositionBias",
            "HardSigmoid", "HardSwish", "Gelu", "Mish", "Selu", "Celu", "Softsign", "ThresholdedRelu", "Exp", "Erf", "Sin", "Cos", "Abs",
            "Neg", "Sign", "Floor", "Ceil", "Round", "Log", "Sqrt", "Reciprocal", "PRelu", "BatchNorm2d",
            "GlobalAvgPool2d", "Dropout", "Add", "Multiply", "Maximum", "Gate", "Concat", "Flatten",
            "Subtract", "Divide", "Minimum", "Pow", "Greater", "GreaterEqual", "Less", "LessEqual", "Square" }
            .Select(op => new LayerCase(op)),
        new("Affine", ("scale", 0.5), ("shift", 1.0)),
        new("Gelu", ("approximate", "tanh")),
        new("Clamp", ("min", -0.5), ("max", 0.75)),
        new("PRelu", ("numParameters", 0)),
        new("Slice", ("start", 1)),
        new("ReduceMax", ("dims", new[] { 2, 3 }), ("keepdim", 1)),
        new("GaussianNoise", ("standardDeviation", 0.25)),
        new("LocalResponseNorm", ("size", 3)),
        new("GroupNorm", ("numGroups", 1)),
        new("Softmax", ("dim", 1)),
        new("LogSoftmax", ("dim", 1)),
        new("AdaptiveAvgPool2d", ("outputSize", new[] { 4, 3 })),
        new("AdaptiveAvgPool2d", ("outputSize", new[] { 15, 4 })),
        .. new[] { "MaxPool2d", "AvgPool2d" }.SelectMany(op => new LayerCase[]
        {
            new(op, ("kernelSize", new[] { 2, 2 })),
            new(op, ("kernelSize", new[] { 3, 3 }), ("stride", new[] { 1, 1 }), ("padding", new[] { 1, 1 })),
            new(op, ("kernelSize", new[] { 3, 3 }), ("stride", new[] { 2, 2 }), ("ceilMode", 1)),
            new(op, ("kernelSize", new[] { 2, 1 }), ("stride", new[] { 1, 1 })),
        }),
        new("AvgPool2d", ("kernelSize", new[] { 3, 3 }), ("stride", new[] { 1, 1 }), ("padding", new[] { 1, 1 }), ("countIncludePad", 0)),
        Convolution(1, 0, 16), Convolution(1, 0, 3), Convolution(3, 1, 20), Convolution(3, 1, 5, ("stride", new[] { 2, 2 })),
        Convolution(5, 2, 16),
        Convolution(1, 0, 16, ("stride", new[] { 2, 2 })), Convolution(3, 2, 16, ("dilation", new[] { 2, 2 })),
        Convolution(3, 1, 20, ("paddingMode", "reflect")), Convolution(3, 1, 20, ("paddingMode", "replicate")),
        Convolution(3, 1, 32, ("algorithm", "winograd2")), Convolution(3, 1, 20, ("algorithm", "winograd4")),
        Convolution(5, 2, 16, ("algorithm", "winograd2")),
        Convolution(3, 1, 17, ("algorithm", "winograd2"), ("stride", new[] { 2, 2 })),
        .. new[] { "nearest", "bilinear", "bicubic" }.Select(
            mode => new LayerCase("Upsample", ("scaleFactor", new[] { 2, 2 }), ("mode", mode))),
        new("Upsample", ("size", new[] { 4, 7 }), ("mode", "bilinear"), ("alignCorners", 1)),
        new("PixelShuffle", ("upscaleFactor", 1)), new("PixelShuffle", ("upscaleFactor", 4)), new("PixelUnshuffle", ("downscaleFactor", 3)),
        new("ChannelShuffle", ("groups", 2)), new("ChannelShuffle", ("groups", 1)),
        new("Crop", ("top", 1), ("left", 2), ("height", 4), ("width", 3)), new("InstanceNorm2d"),
        .. new[] { "zeros", "replicate", "reflect", "circular" }.Select(
            mode => new LayerCase("Pad", ("padding", new[] { 1, 2, -1, 3 }), ("mode", mode))),
        new("MaxUnpool2d"),
        Transposed(2, 0, 20, 2), Transposed(3, 1, 5, 2), Transposed(3, 1, 20, 1),
        Convolution(3, 1, 0), Convolution(3, 1, -1), Convolution(1, 0, -2),
    ];

    /// <summary>All graphs, each in the layouts of inference, of training and of evaluation.</summary>
    public static IEnumerable<PlannedGraph> All()
    {
        int number = 0;
        foreach (LayerCase layer in Layers)
        foreach (int channels in Channels)
        foreach ((int height, int width) in Sizes)
        {
            Graph? image = Between(layer, channels, height, width, scores: false),
                scores = Between(layer, channels, height, width, scores: true);
            if (image is null || scores is null)
                continue;
            foreach (PlannedGraph planned in Inference(image, number).Concat(Training(scores, number)))
                yield return planned;
            number++;
        }
        foreach (int size in new[] { 2, 4 })
            yield return WinogradGradient(size);
        for (int seed = 0; seed < 4; seed++)
            yield return new(LayoutPlanner.Plan(RandomGraphs.SingleLayer("ArgMax", 500 + seed, wide: seed % 2 == 1), _ => null), Batch,
                ParametersChange: false);
        foreach (string op in GradientConfigurations.Operators)
        for (int seed = 0; seed < 4; seed++)
        {
            Graph graph = GradientConfigurations.Of(op, 400 + seed, wide: seed % 2 == 1);
            // Scores at each position, and features, of which one sample alone is a row.
            yield return new(LayoutPlanner.Plan(Differentiate.VectorJacobian(graph, "output", GradientConfigurations.IsWanted), _ => null),
                Batch, ParametersChange: true);
        }
    }

    // Which training has for convolutions of more pixels than these graphs have.
    private static PlannedGraph WinogradGradient(int size)
    {
        var graph = new GraphBuilder("WinogradGradient");
        (int x, int gradient) = (graph.Input("x", TensorType.Sample(19, 9, 10)), graph.Input("gradient", TensorType.Sample(20, 9, 10)));
        AttributeMap attributes = AttributeMap.Of(("kernelSize", new[] { 3, 3 }), ("padding", new[] { 1, 1, 1, 1 }));
        int points = graph.Add(
            OpNames.WinogradWeightGradient, [x, gradient], OperatorTable.Get(OpNames.WinogradWeightGradient).WithDefaults(attributes), "",
            ConvolutionPlan.Direct with { Winograd = WinogradForm.All.Single(f => f is { Taps: 3, Stride: 1 } && f.Size == size) });
        graph.Output("filters", graph.Add(OpNames.FilterGradients, points));
        return new(LayoutPlanner.Plan(graph.Build(), _ => null), Batch, ParametersChange: true);
    }

    private static LayerCase Convolution(int kernel, int padding, int outChannels, params (string, AttributeValue)[] more) => new("Conv2d",
        [("kernelSize", new[] { kernel, kernel }), ("padding", new[] { padding, padding, padding, padding }), ("outChannels", outChannels),
            .. more]);

    private static LayerCase Transposed(int kernel, int padding, int outChannels, int stride) => new("ConvTranspose2d",
        [("kernelSize", new[] { kernel, kernel }), ("padding", new[] { padding, padding }), ("outChannels", outChannels),
            ("stride", new[] { stride, stride })]);

    private static IEnumerable<PlannedGraph> Inference(Graph declared, int number)
    {
        CompilerOptions options = new(Optimization.Speed, number % 3 == 0 ? LinearStorage.BFloat16 : LinearStorage.Auto);
        yield return Planned(Pipeline.ForInference(declared, options), number % 2 == 0 ? 1 : Batch);
        // Without the passes, so that nothing is folded or fused.
        yield return Planned(RemoveDropout.Run(declared), Batch);

        static PlannedGraph Planned(Graph graph, int batch) =>
            new(LayoutPlanner.Plan(graph, p => Layout.Dense(p.Shape)), batch, ParametersChange: false);
    }

    private static IEnumerable<PlannedGraph> Training(Graph declared, int number)
    {
        var options = new TrainingOptions(Batch, OpNames.CrossEntropy, 0)
        {
            [TrainableOption.Optimizer] = OptimizerTable.Names[number % OptimizerTable.Names.Count],
            [TrainableOption.ClipGradients] = number % 3 == 1, [TrainableOption.AccumulateGradients] = number % 5 > 2,
            [TrainableOption.CheckUpdates] = number % 7 > 4,
            // Where an evaluation follows, so that right answers are counted among the labels that count as well.
            [TrainableOption.IgnoreIndex] = number % 8 == 4 ? 1 : WeightedCrossEntropy.Ignored,
        };
        yield return new(LayoutPlanner.Plan(Pipeline.ForTraining(declared, options), _ => null), Batch, ParametersChange: true);
        if (number % 4 == 0)
            yield return new(LayoutPlanner.Plan(Pipeline.ForEvaluation(declared, options), _ => null), Batch, ParametersChange: true);
    }

    // A convolution, the layer, and, if it makes an image, a convolution that wants zeros around it; or, without any, scores of three
    // classes.
    private static Graph? Between(LayerCase layer, int channels, int height, int width, bool scores)
    {
        var graph = new GraphBuilder("Claims");
        int number = 0, window = scores ? 1 : 3;
        try
        {
            int x = Conv(graph.Input("input", TensorType.Sample(3, height, width)), channels, 3, 1);
            int y = layer.Op switch
            {
                "Square" => Build("Pow", [], x),
                "Add" or "Maximum" or "Multiply" or "Subtract" or "Divide" or "Minimum" or "Pow" =>
                    Build(layer.Op, [], x, Conv(x, channels, window, window / 2)),
                "Gate" => Build("Multiply", [], x, Build("Sigmoid", [], Conv(Build("GlobalAvgPool2d", [], x), channels, 1, 0))),
                "Concat" => Build("Concat", [], x, Conv(x, 16, 1, 0), Build("Relu", [], x)),
                "Conv2d" => Build("Conv2d", [.. layer.Attributes.Select(Resolved), .. Groups()], x),
                "MaxUnpool2d" => Build("MaxPool2d", [("kernelSize", new[] { 2, 2 })], x) is var pool
                    ? Build(layer.Op, [], Build("Relu", [], pool), pool) : 0,
                "PRelu" => Build(layer.Op, [.. layer.Attributes.Select(a => (a.Name, (AttributeValue)channels))], x),
                _ => Build(layer.Op, layer.Attributes, x),
            };
            if (graph.TypeOf(y).Shape.Rank == 3)
                y = Conv(y, channels, window, window / 2);
            if (scores)
                y = Build("Linear", [("outFeatures", 3)], graph.TypeOf(y).Shape.Rank == 3 ? Build("Flatten", [], y) : y);
            graph.Output(ValueNames.Output, y);
            return graph.Build();
        }
        catch (ShapeException)
        {
            return null;
        }

        // 0: a filter for each channel; -1: two for each; -2: two groups of halves.
        (string, AttributeValue) Resolved((string Name, AttributeValue Value) attribute) => attribute.Name != "outChannels" ? attribute
            : (attribute.Name, attribute.Value.Int switch { 0 => channels, -1 => 2 * channels, -2 => 16, int count => count });

        IEnumerable<(string, AttributeValue)> Groups() => layer.Attributes.Single(a => a.Name == "outChannels").Value.Int switch
        {
            0 or -1 => [("groups", channels)],
            -2 => [("groups", 2)],
            _ => [],
        };

        int Conv(int input, int outChannels, int kernel, int padding) => Build("Conv2d",
            [("outChannels", outChannels), ("kernelSize", new[] { kernel, kernel }),
                ("padding", new[] { padding, padding, padding, padding }), ("algorithm", "direct")], input);

        int Build(string op, (string, AttributeValue)[] attributes, params int[] inputs)
        {
            Operator description = OperatorTable.Get(op);
            return description.BuildLayer(graph, inputs, description.WithDefaults(AttributeMap.Of(attributes), forLayer: true),
                $"{op}{number++}");
        }
    }
}
