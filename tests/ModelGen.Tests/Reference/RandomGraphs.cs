using ModelGen.Generator.Diagnostics;
using ModelGen.Generator.Graphs;
using ModelGen.Generator.Ops;

namespace ModelGen.Tests.Reference;

/// <summary>
/// Random networks as a front end would build them: one input, layers with all their attributes, branches that meet in sums, products,
/// maxima and concatenations. The same seed gives the same graph everywhere, so a failure names its seed.
/// </summary>
internal sealed partial class RandomGraphs
{
    private static readonly int[] FewChannels = [1, 2, 3, 4, 6];

    // Below, at and above whole blocks of 16.
    private static readonly int[] ManyChannels = [1, 3, 8, 15, 16, 17, 32, 48];

    private readonly Random _random;
    private readonly int[] _channels;
    private readonly Dictionary<string, int> _names = new(StringComparer.Ordinal);
    private GraphBuilder _graph = new("Random");

    private RandomGraphs(int seed, bool wide)
    {
        _random = new Random(seed);
        _channels = wide ? ManyChannels : FewChannels;
    }

    /// <summary>The layers that can stand between others on an image.</summary>
    private static readonly string[] ImageLayers =
    [
        "Conv2d", "Conv2d", "Conv2d", "Conv2d", "Conv2d", "BatchNorm2d", "LocalResponseNorm", "MaxPool2d", "MaxPool2d", "AvgPool2d",
        "AvgPool2d", "AdaptiveAvgPool2d",
        "GlobalAvgPool2d", "Relu", "Relu", "Tanh", "Sigmoid", "Relu6", "LeakyRelu", "Elu", "Softplus", "Affine", "PositionBias", "Dropout",
        "Add", "Multiply", "Maximum",
        "Concat", "Concat", "Softmax", "LogSoftmax",
    ];

    private static readonly string[] FeatureLayers =
    [
        "Linear", "Linear", "Linear", "Relu", "Tanh", "Sigmoid", "Relu6", "LeakyRelu", "Elu", "Softplus", "Affine", "PositionBias",
        "Dropout", "Add", "Multiply", "Maximum",
        "Concat", "Softmax", "LogSoftmax",
    ];

    // Where 3 + 8·x becomes 6 and, negated, 0.
    private const double Kink = 0.375;

    private static readonly string[] Activations = ["Relu", "Tanh", "Sigmoid", "Relu6", "Softplus"];

    /// <summary>An input, one layer and its result.</summary>
    public static Graph SingleLayer(string op, int seed, bool wide = false)
    {
        var random = new RandomGraphs(seed, wide);
        return random.Retry(() =>
        {
            int input = random._graph.Input("input", random.InputTypeOf(op));
            random._graph.Output("output", random.Layer(op, input));
        });
    }

    /// <summary>A network of up to a dozen layers that ends in class scores.</summary>
    /// <param name="seed">Gives the same network again.</param>
    /// <param name="wide">With up to 48 channels, to fill blocks of 16 and more; otherwise small enough to differentiate
    /// numerically.</param>
    public static Graph Network(int seed, bool wide = false)
    {
        var random = new RandomGraphs(seed, wide);
        return random.Retry(random.BuildNetwork);
    }

    // What optimizers keep for a parameter.
    private static readonly string[] States = ["velocity.", "mean.", "square.", "gradient."];

    /// <summary>Inputs without ties, parameters of a size that keeps activations near one, labels among the classes.</summary>
    public static Dictionary<string, double[]> Values(Graph graph, int batch, int seed)
    {
        var random = new Random(seed);
        var values = new Dictionary<string, double[]>(StringComparer.Ordinal);
        foreach (Node leaf in graph.Nodes.Where(n => n.Op is OpNames.Input or OpNames.Parameter))
        {
            int length = ReferenceInterpreter.LengthOf(leaf, batch);
            values.Add(leaf.Name, leaf switch
            {
                { Type.Element: ElementType.I32 } =>
                    [.. Enumerable.Range(0, length).Select(_ => (double)random.Next(ClassesOf(graph, leaf)))],
                { Op: OpNames.Input } => Distinct(random, length),
                _ when States.Any(s => leaf.Name.StartsWith(s, StringComparison.Ordinal)) => new double[length],
                _ when leaf.Name.EndsWith("running_var", StringComparison.Ordinal) => Uniform(random, length, 0.5, 1.5),
                _ when leaf.Shape.Rank == 1 && leaf.Name.EndsWith("weight", StringComparison.Ordinal) => Uniform(random, length, 0.5, 1.5),
                _ => Uniform(random, length, -1, 1, Math.Sqrt(3.0 * leaf.Shape[0] / leaf.Shape.Length)),
            });
        }
        return values;
    }

    /// <summary>
    /// Values in −1 to 1, no two nearer than 1/length, in random order: no ties for max pooling, none at the kinks of ReLU and of the
    /// stretched ReLU6.
    /// </summary>
    public static double[] Distinct(Random random, int length)
    {
        double[] values = [.. Enumerable.Range(0, length).Select(i => 2 * (i + 0.25 + 0.5 * random.NextDouble()) / length - 1)];
        random.Shuffle(values);
        return [.. values.Select(v => Math.Abs(v) < 1e-3 || Math.Abs(Math.Abs(v) - Kink) < 1e-3 ? v + 2e-3 : v)];
    }

    private static double[] Uniform(Random random, int length, double from, double to, double scale = 1) =>
        [.. Enumerable.Range(0, length).Select(_ => scale * (from + (to - from) * random.NextDouble()))];

    private static int ClassesOf(Graph graph, Node labels) =>
        graph[graph.Nodes.First(n => n.Inputs.Contains(labels.Id)).Inputs[0]].Shape[0];

    // Attributes are drawn without regard to each other; what does not fit is drawn again.
    private Graph Retry(Action build)
    {
        while (true)
        {
            _graph = new GraphBuilder("Random");
            _names.Clear();
            try
            {
                build();
                return GraphRewriter.RemoveUnused(_graph.Build());
            }
            catch (ShapeException)
            {
            }
        }
    }

    private TensorType InputTypeOf(string op) => op switch
    {
        "Linear" => TensorType.Sample(_random.Next(1, 20)),
        "Upsample" or "PixelShuffle" or "PixelUnshuffle" or "ChannelShuffle" or "Crop" or "Pad" or "MaxUnpool2d" or "InstanceNorm2d"
            or "Conv2d" or "ConvTranspose2d" or "MaxPool2d" or "AvgPool2d" or "GlobalAvgPool2d" or "AdaptiveAvgPool2d" or "BatchNorm2d"
            or "GroupNorm" or "LocalResponseNorm" => ImageType(),
        "MatMul" => TensorTypeOf(2),
        _ when OperatorTable.Get(op) is BroadcastOperator or Reduction or ArgMax or Reshape or Permute or Slice or Expand or IndexSelect
            || Flip() => TensorTypeOf(1),
        _ => _random.Next(3) == 0 ? TensorType.Sample(_random.Next(1, 20)) : ImageType(),
    };

    private TensorType ImageType() => TensorType.Sample(Pick(_channels), _random.Next(1, 9), _random.Next(1, 9));

    private void BuildNetwork()
    {
        int x = _graph.Input("input", TensorType.Sample(Pick(_channels), _random.Next(4, 12), _random.Next(4, 12)));
        var values = new List<int> { x };
        for (int i = _random.Next(2, 9); i > 0; i--)
        {
            if (TryLayer(_random.Next(6) == 0 ? "Tensors" : Pick(ImageLayers), _random.Next(4) == 0 ? Pick(values) : values[^1])
                is not int added)
                continue;
            values.Add(added);
            // What passes look for, which rarely meets by chance.
            if (_graph[added].Is(OpNames.Conv2d) && _random.Next(3) == 0)
                values.Add(Layer("BatchNorm2d", added));
            if (_graph[added].Is(OpNames.Conv2d) && _random.Next(3) == 0)
                values.Add(Layer(Pick(Activations), values[^1]));
        }
        int features = Layer("Flatten", values[^1]);
        if (_random.Next(4) == 0)
        {
            // Two images of different sizes meet as features.
            int other = Layer("Flatten", Pick(values));
            int width = _random.Next(2, 20);
            features = _graph.TypeOf(other) == _graph.TypeOf(features) ? Add(features, other)
                : Add(Linear(features, width), Linear(other, width));
        }
        values = [features];
        for (int i = _random.Next(0, 4); i > 0; i--)
        {
            if (TryLayer(Pick(FeatureLayers), values[^1]) is not int added)
                continue;
            values.Add(added);
            if (_graph[added].Is(OpNames.Linear) && Flip())
                values.Add(Layer(Pick(Activations), added));
        }
        _graph.Output("output", Linear(values[^1], _random.Next(2, 11)));
    }

    // A layer that does not fit where it is put is left out.
    private int? TryLayer(string op, int input)
    {
        try
        {
            return Layer(op, input);
        }
        catch (ShapeException)
        {
            return null;
        }
    }

    private int Layer(string op, int input) => op switch
    {
        _ when IsOfTensors(op, input) && OfTensor(op, input) is int result => result,
        "Conv2d" => Convolution(input),
        "ConvTranspose2d" => TransposedConvolution(input),
        "Upsample" => Build(op, [input], ("size", Pair(1, 12)), ("mode", Pick(["nearest", "bilinear", "bicubic"])),
            ("coordinates", Pick(["auto", "halfpixel", "asymmetric", "corners"]))),
        "PixelShuffle" => Build(op, [OneByOne(input, 4 * _random.Next(1, 6))], ("upscaleFactor", _random.Next(1, 3))),
        "PixelUnshuffle" => Build(op, [input], ("downscaleFactor", _random.Next(1, 4))),
        "ChannelShuffle" => Build(op, [OneByOne(input, 6 * _random.Next(1, 5))], ("groups", Pick([1, 2, 3, 6]))),
        "Crop" => Build(op, [input], ("top", _random.Next(3)), ("left", _random.Next(3)), ("height", _random.Next(1, 7)),
            ("width", _random.Next(1, 7))),
        "Pad" => Build(op, [input],
            ("padding", new[] { _random.Next(-1, 4), _random.Next(-1, 4), _random.Next(-1, 4), _random.Next(-1, 4) }),
            ("mode", Pick(["zeros", "replicate", "reflect", "circular"]))),
        "MaxUnpool2d" => Unpooling(input),
        "InstanceNorm2d" => Build(op, [input], ("affine", Flip()), ("eps", Pick([1e-5, 1e-3]))),
        "BatchNorm1d" => Build(op, [input], ("eps", Pick([1e-5, 1e-3]))),
        "Linear" => Linear(input, _random.Next(1, 20)),
        "MaxPool2d" => Build(op, [input], [.. PoolAttributes(), ("dilation", Pair(1, 2))]),
        "AvgPool2d" => Build(op, [input], [.. PoolAttributes(), ("countIncludePad", Flip())]),
        "BatchNorm2d" => Build(op, [input], [("eps", Pick([1e-5, 1e-3])), ("momentum", Pick([0.1, 0.01, 1.0]))]),
        "GaussianNoise" => Build(op, [input], [("standardDeviation", Pick([0.0, 0.25, 3.0]))]),
        "Dropout" => Build(op, [input], [("p", Pick([0.0, 0.25, 0.5]))]),
        "AdaptiveAvgPool2d" => Build(op, [input], ("outputSize", Pair(1, 6))),
        "GroupNorm" => GroupNorm(input),
        "LocalResponseNorm" =>
            Build(op, [input], ("size", _random.Next(1, 7)), ("alpha", Pick([1e-4, 0.5, 2.0])), ("beta", Pick([0.5, 0.75, 1.0])),
                ("k", Pick([1.0, 2.0]))),
        "Affine" => Affine(input, Pick([-1.0, 0.2, 3.0]), Pick([0.0, 1.0])),
        // Stretched, so that values lie on all three pieces.
        "Relu6" => Build(op, [Flip() ? Affine(input, 3 / Kink, 3) : input]),
        "LeakyRelu" => Build(op, [input], ("negativeSlope", Pick([0.0, 0.01, 0.2]))),
        "Elu" => Build(op, [input], ("alpha", Pick([0.0, 0.5, 1.0]))),
        // Stretched, so that values lie on all pieces, and kinks where inputs are not.
        "HardSigmoid" or "HardSwish" => Build(op, [Flip() ? Affine(input, 3 / Kink, 0) : input]),
        "Gelu" => Build(op, [Flip() ? Affine(input, 4, 0) : input], ("approximate", Flip() ? "none" : "tanh")),
        "Mish" or "Softsign" or "Erf" or "Sin" or "Cos" => Build(op, [Flip() ? Affine(input, 4, 0) : input]),
        "Celu" => Build(op, [input], ("alpha", Pick([0.25, 1.0, 2.0]))),
        "ThresholdedRelu" => Build(op, [input], ("alpha", Pick([0.0, Kink]))),
        "Clamp" => Build(op, [input], ("min", Pick([-Kink, 0.0, -2.0])), ("max", Pick([Kink, 2.0]))),
        "Log" or "Sqrt" or "Reciprocal" => Build(op, [Affine(input, 0.5, 1)]),
        "Floor" or "Ceil" => Build(op, [Affine(input, 0.5 / Kink, 0.5)]),
        "Round" => Build(op, [Affine(input, 0.5 / Kink, 0)]),
        "PRelu" => Build(op, [input], ("numParameters", Flip() ? 1 : _graph.TypeOf(input).Shape[0])),
        "Softmax" or "LogSoftmax" =>
            Build(op, [input], [("dim", _random.Next(-1, _graph.TypeOf(input).Shape.Rank) is int dim && dim >= 0 ? dim + 1 : dim)]),
        "Multiply" when _graph.TypeOf(input).Shape.Rank == 3 && Flip() => Gate(input),
        "Tensors" => OfImage(input),
        "Add" or "Multiply" or "Maximum" => Branch(op, input),
        "Concat" => Join(input),
        "Flatten" or "Relu" or "Tanh" or "Sigmoid" or "Softplus" or "Silu" or "PositionBias" or "GlobalAvgPool2d"
            or "Selu" or "Exp" or "Abs" or "Neg" or "Sign" => Build(op, [input]),
        _ => throw new NotSupportedException($"no random layers are made of {op}; add it here"),
    };

    // What images have kernels for is checked by itself, and among tensors where it can be both.
    private bool IsOfTensors(string op, int input) => op is not ("Add" or "Multiply" or "Maximum" or "Concat")
        || _graph.TypeOf(input).Shape.Rank is not (1 or 3) || _random.Next(4) == 0;

    private int GroupNorm(int input)
    {
        int channels = _graph.TypeOf(input).Shape[0];
        int groups = Pick([.. Enumerable.Range(1, channels).Where(g => channels % g == 0)]);
        return Build("GroupNorm", [input], ("numGroups", groups), ("eps", Pick([1e-5, 1e-3])), ("affine", Flip()));
    }

    private int Convolution(int input)
    {
        int channels = _graph.TypeOf(input).Shape[0];
        int groups = _random.Next(3) == 0 ? Pick([.. Enumerable.Range(1, channels).Where(g => channels % g == 0)]) : 1;
        int outChannels = groups > 1 ? groups * _random.Next(1, 4) : Pick(_channels);
        return Build("Conv2d", [input],
            ("outChannels", outChannels), ("kernelSize", Pair(1, 4)), ("stride", Pick([new[] { 1, 1 }, Pair(1, 3)])),
            ("padding", Pick([new[] { 0, 0, 0, 0 }, [1, 1, 1, 1], [_random.Next(4), _random.Next(4), _random.Next(4), _random.Next(4)]])),
            ("dilation", Pick([new[] { 1, 1 }, Pair(1, 3)])), ("groups", groups), ("bias", Flip()),
            ("paddingMode", Pick(["zeros", "zeros", "replicate", "reflect"])));
    }

    private int OneByOne(int input, int outChannels) =>
        Build("Conv2d", [input], ("outChannels", outChannels), ("kernelSize", new[] { 1, 1 }));

    private int Unpooling(int input)
    {
        int[] kernel = Pair(1, 3);
        int pool = Build("MaxPool2d", [input], ("kernelSize", kernel), ("stride", new[] { kernel[0] + _random.Next(2), kernel[1] }),
            ("ceilMode", Flip()));
        return Build("MaxUnpool2d", [Flip() ? Build("Tanh", [pool]) : pool, pool]);
    }

    private int TransposedConvolution(int input)
    {
        int channels = _graph.TypeOf(input).Shape[0];
        int groups = _random.Next(3) == 0 ? Pick([.. Enumerable.Range(1, channels).Where(g => channels % g == 0)]) : 1;
        int[] stride = Pick([new[] { 1, 1 }, [2, 2], Pair(1, 3)]);
        return Build("ConvTranspose2d", [input],
            ("outChannels", groups > 1 ? groups * _random.Next(1, 4) : Pick(_channels)), ("kernelSize", Pair(1, 4)), ("stride", stride),
            ("padding", Pick([new[] { 0, 0 }, [1, 1], Pair(0, 3)])),
            ("outputPadding", new[] { _random.Next(stride[0]), _random.Next(stride[1]) }),
            ("dilation", Pick([new[] { 1, 1 }, Pair(1, 3)])), ("groups", groups), ("bias", Flip()));
    }

    private int Linear(int input, int outFeatures) => Build("Linear", [input], ("outFeatures", outFeatures), ("bias", Flip()));

    private int Add(int a, int b) => Build("Add", [a, b]);

    // Two or three inputs: the value itself, more than once perhaps, and layers of it that keep its shape.
    private int Branch(string op, int input)
    {
        Shape shape = _graph.TypeOf(input).Shape;
        int other = _random.Next(6) switch
        {
            0 => input,
            1 => Build(Pick(["Relu", "Tanh"]), [input]),
            _ when shape.Rank == 1 => Linear(input, shape[0]),
            2 => ThreeByThree(input),
            3 => OneByOne(input),
            // As residual blocks are.
            4 => ThreeByThree(Build("Relu", [OneByOne(input)])),
            _ => OneByOne(ThreeByThree(input)),
        };
        return Build(op, _random.Next(3) == 0 ? [input, other, Build("Sigmoid", [other])] : Flip() ? [input, other] : [other, input]);
    }

    private int ThreeByThree(int input) =>
        Build("Conv2d", [input], ("outChannels", _graph.TypeOf(input).Shape[0]), ("kernelSize", new[] { 3, 3 }),
            ("padding", new[] { 1, 1, 1, 1 }));

    private int OneByOne(int input) =>
        Build("Conv2d", [input], ("outChannels", _graph.TypeOf(input).Shape[0]), ("kernelSize", new[] { 1, 1 }));

    // A factor for each channel, on either side, as squeeze-and-excitation has it.
    private int Gate(int input)
    {
        int pooled = Build("GlobalAvgPool2d", [input]);
        int factors = Flip() ? Build("Sigmoid", [pooled])
            : Build("Conv2d", [pooled], ("outChannels", _graph.TypeOf(input).Shape[0]), ("kernelSize", new[] { 1, 1 }));
        return Build("Multiply", Flip() ? [input, factors] : [factors, input]);
    }

    // Two to four inputs, with whole and with partial blocks of channels.
    private int Join(int input)
    {
        bool isImage = _graph.TypeOf(input).Shape.Rank == 3;
        int[] parts = [input, .. Enumerable.Range(0, _random.Next(1, 4)).Select(_ => _random.Next(4) switch
        {
            0 => input,
            1 => Build("Tanh", [input]),
            _ when !isImage => Linear(input, _random.Next(1, 20)),
            _ => Build("Conv2d", [input], ("outChannels", Pick(_channels)), ("kernelSize", new[] { 1, 1 })),
        })];
        _random.Shuffle(parts);
        if (_random.Next(3) != 0)
            return Build("Concat", parts);
        // As inception modules are: each part behind the same activation, two of them joined before perhaps.
        string activation = Pick(Activations);
        parts = [.. parts.Select(p => Build(activation, [p]))];
        return Build("Concat", Flip() ? [Build("Concat", [parts[0], parts[1]]), .. parts.Skip(2)] : parts);
    }

    private int Affine(int input, double scale, double shift) => Build("Affine", [input], ("scale", scale), ("shift", shift));

    private int Build(string op, int[] inputs, params (string Name, AttributeValue Value)[] attributes)
    {
        Operator description = OperatorTable.Get(op);
        string stem = description.Layer!.DefaultName;
        int number = _names[stem] = _names.GetValueOrDefault(stem) + 1;
        return description.BuildLayer(_graph, inputs, description.WithDefaults(AttributeMap.Of(attributes), forLayer: true), stem + number);
    }

    private (string, AttributeValue)[] PoolAttributes()
    {
        int[] kernel = Pair(1, 3);
        int[] padding = [_random.Next(kernel[0] / 2 + 1), _random.Next(kernel[1] / 2 + 1)];
        (string, AttributeValue)[] attributes = [("kernelSize", kernel), ("padding", padding), ("ceilMode", Flip())];
        return Flip() ? attributes : [.. attributes, ("stride", Pair(1, 3))];
    }

    private bool Flip() => _random.Next(2) == 0;

    private int[] Pair(int smallest, int largest) => [_random.Next(smallest, largest + 1), _random.Next(smallest, largest + 1)];

    private T Pick<T>(IReadOnlyList<T> from) => from[_random.Next(from.Count)];
}
