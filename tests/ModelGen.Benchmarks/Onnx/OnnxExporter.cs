using ModelGen.Generator.Collections;
using ModelGen.Generator.Graphs;
using ModelGen.Generator.Ops;

namespace ModelGen.Benchmarks.Onnx;

/// <summary>
/// Translates a network's declared graph into ONNX's operators, opset 13, batch 1. Nothing is fused or folded: that is the
/// reader's work, as it is with files from elsewhere.
/// </summary>
internal sealed class OnnxExporter
{
    private readonly Graph _graph;
    private readonly Func<string, float[]> _parameters;
    private readonly string[] _names;
    private readonly HashSet<string> _taken = new(StringComparer.Ordinal);
    private readonly List<OnnxNode> _nodes = [];
    private readonly List<OnnxTensor> _constants = [];

    private OnnxExporter(Graph graph, Func<string, float[]> parameters)
    {
        _graph = graph;
        _parameters = parameters;
        _names = new string[graph.Nodes.Count];
    }

    /// <param name="graph">As declared, with one input and one output.</param>
    /// <param name="parameters">The values of a parameter by its key, row-major; not copied.</param>
    /// <exception cref="NotSupportedException">The graph has an operator, or an operator's arguments, that are not translated, or several
    /// inputs or outputs.</exception>
    public static OnnxModel Export(Graph graph, Func<string, float[]> parameters)
    {
        Node[] inputs = [.. graph.Inputs];
        if (inputs.Length != 1 || graph.Outputs.Count != 1)
        {
            throw new NotSupportedException(
                $"{graph.Name} has {inputs.Length} inputs and {graph.Outputs.Count} outputs; only networks with one of each are exported.");
        }

        var exporter = new OnnxExporter(graph, parameters);
        foreach (Node node in graph.Nodes)
        {
            exporter._names[node.Id] = exporter.Translate(node);
        }

        return new(graph.Name, exporter._names[inputs[0].Id], [1, .. inputs[0].Shape.Dimensions], exporter._names[graph.Outputs[0].Value],
            exporter._nodes, exporter._constants);
    }

    // The name of the value that holds the node's result.
    private string Translate(Node node) => node.Op switch
    {
        OpNames.Input => Unique(node.Name),
        OpNames.Parameter => Constant(node.Name, [.. node.Shape.Dimensions], _parameters(node.Name)),
        OpNames.RunningStatistics => "", // BatchNormalization takes mean and variance themselves
        OpNames.Dropout or OpNames.GaussianNoise => _names[node.Inputs[0]],
        OpNames.Conv2d => Convolution(node),
        OpNames.Linear => Add(node, "Gemm", Values(node), ("transB", 1)),
        OpNames.BatchNorm2d => BatchNormalization(node),
        OpNames.Flatten => Add(node, "Flatten", Values(node), ("axis", 1)),
        OpNames.Concat => Add(node, "Concat", Values(node), ("axis", node.Attributes.Int("dim"))),
        OpNames.Add or "PositionBias" => Add(node, "Add", Values(node)),
        OpNames.Multiply => Add(node, "Mul", Values(node)),
        "Maximum" => Add(node, "Max", Values(node)),
        "Relu" or "Tanh" or "Sigmoid" or "Softplus" => Add(node, node.Op, Values(node)),
        // ONNX has no operator for it before version 24.
        "Silu" => Add(node, "Mul", [.. Values(node), Add(node, "Sigmoid", Values(node))]),
        "Relu6" => Add(node, "Clip", [.. Values(node), Scalar(node, "min", 0), Scalar(node, "max", 6)]),
        "LeakyRelu" => Add(node, "LeakyRelu", Values(node), ("alpha", node.Attributes.Float("negativeSlope"))),
        "Elu" => Add(node, "Elu", Values(node), ("alpha", node.Attributes.Float("alpha"))),
        "Affine" => Affine(node),
        "Softmax" or "LogSoftmax" => Add(node, node.Op, Values(node), ("axis", node.Attributes.Int("dim"))),
        "LocalResponseNorm" => LocalResponseNorm(node),
        "MaxPool2d" => Pool(node, "MaxPool"),
        "AvgPool2d" => AveragePool(node),
        "GlobalAvgPool2d" => Add(node, "GlobalAveragePool", Values(node)),
        "AdaptiveAvgPool2d" => AdaptiveAveragePool(node),
        "Pad" => Pad(node, node.Attributes.Ints("padding"), node.Attributes.Word("mode", "") == "replicate" ? "edge" : "reflect"),
        _ => throw new NotSupportedException($"{_graph.Name}: {node.Op} '{node.Name}' has no translation to ONNX."),
    };

    private string Convolution(Node node)
    {
        Shape filters = _graph[node.Inputs[1]].Shape;
        return Add(node, "Conv", Values(node),
            ("kernel_shape", [filters[2], filters[3]]), ("strides", Pair(node, "stride")), ("pads", Longs(node.Attributes.Ints("padding"))),
            ("dilations", Pair(node, "dilation")), ("group", node.Attributes.Int("groups")));
    }

    private string BatchNormalization(Node node)
    {
        Node statistics = _graph[node.Inputs[3]];
        string[] inputs = [_names[node.Inputs[0]], _names[node.Inputs[1]], _names[node.Inputs[2]], .. Values(statistics)];
        return Add(node, "BatchNormalization", inputs, ("epsilon", statistics.Attributes.Float("eps")));
    }

    private string Affine(Node node)
    {
        (float scale, float shift) = (node.Attributes.Float("scale"), node.Attributes.Float("shift"));
        string value = _names[node.Inputs[0]];
        if (scale != 1)
        {
            value = Add(node, "Mul", [value, Scalar(node, "scale", scale)]);
        }

        return shift == 0 ? value : Add(node, "Add", [value, Scalar(node, "shift", shift)]);
    }

    // ONNX has the longer half of an even window after the channel, PyTorch before it.
    private string LocalResponseNorm(Node node)
    {
        int size = node.Attributes.Int("size");
        return size % 2 == 1
            ? Add(node, "LRN", Values(node), ("size", size), ("alpha", node.Attributes.Float("alpha")),
            ("beta", node.Attributes.Float("beta")), ("bias", node.Attributes.Float("k")))
            : throw new NotSupportedException(
            $"{_graph.Name}: LocalResponseNorm '{node.Name}': ONNX sums over other channels for an even size, {size}.");
    }

    // What windows read beyond the padding is written as more padding, since that rounds as we do: ONNX's ceil_mode allows windows that
    // begin in the padding behind the image.
    private string Pool(Node node, string op, params OnnxAttribute[] attributes)
    {
        long[] pads = PoolPads(node);
        if (node.Attributes.TryGet("dilation", out AttributeValue dilation))
        {
            attributes = [.. attributes, ("dilations", Longs(dilation.Ints))];
        }

        return Add(node, op, Values(node),
            [("kernel_shape", Pair(node, "kernelSize")), ("strides", Pair(node, "stride")), ("pads", pads), .. attributes]);
    }

    // Padding counts in the divisor or does not, but what hangs over the padding never does: where there are both, the padding is a node of
    // its own.
    private string AveragePool(Node node)
    {
        long[] pads = PoolPads(node), padding = Pair(node, "padding");
        bool isPadded = padding[0] > 0 || padding[1] > 0, hangsOver = pads[2] > padding[0] || pads[3] > padding[1];
        if (!node.Attributes.Flag("countIncludePad") || !isPadded)
        {
            return Pool(node, "AveragePool");
        }

        if (!hangsOver)
        {
            return Pool(node, "AveragePool", ("count_include_pad", 1));
        }

        string padded = Pad(node, [(int)padding[0], (int)padding[1], (int)padding[0], (int)padding[1]], "constant");
        return Add(node, "AveragePool", [padded], ("kernel_shape", Pair(node, "kernelSize")), ("strides", Pair(node, "stride")),
            ("pads", [0, 0, Math.Max(0, pads[2] - padding[0]), Math.Max(0, pads[3] - padding[1])]));
    }

    // Top, left, bottom, right, so that rounding down gives the size that the node has.
    private long[] PoolPads(Node node)
    {
        Shape image = _graph[node.Inputs[0]].Shape;
        Window window = Window.Of(node.Attributes);
        int bottom = ((node.Shape[1] - 1) * window.StrideY) + window.SpanY - image[1] - window.Padding.Top;
        int right = ((node.Shape[2] - 1) * window.StrideX) + window.SpanX - image[2] - window.Padding.Left;
        return [window.Padding.Top, window.Padding.Left, Math.Max(bottom, window.Padding.Bottom), Math.Max(right, window.Padding.Right)];
    }

    // Windows of one size are a pool; others are two products with matrices of means, over rows and over columns.
    private string AdaptiveAveragePool(Node node)
    {
        Shape image = _graph[node.Inputs[0]].Shape;
        (int height, int width) = (node.Shape[1], node.Shape[2]);
        if ((height, width) == (1, 1))
        {
            return Add(node, "GlobalAveragePool", Values(node));
        }

        if (image[1] % height == 0 && image[2] % width == 0)
        {
            long[] window = [image[1] / height, image[2] / width];
            return window is [1, 1] ? _names[node.Inputs[0]]
                : Add(node, "AveragePool", Values(node), ("kernel_shape", window), ("strides", window));
        }

        string rows = Constant($"{node.Name}.rows", [height, image[1]], Means(height, image[1], transposed: false));
        string columns = Constant($"{node.Name}.columns", [image[2], width], Means(width, image[2], transposed: true));
        return Add(node, "MatMul", [Add(node, "MatMul", [rows, _names[node.Inputs[0]]]), columns]);
    }

    // [windows, size], window i having 1 / its length from ⌊i·size / windows⌋ up to, not including, ⌈(i + 1)·size / windows⌉.
    private static float[] Means(int windows, int size, bool transposed)
    {
        var means = new float[windows * size];
        for (int i = 0; i < windows; i++)
        {
            int first = i * size / windows, end = (((i + 1) * size) + windows - 1) / windows;
            for (int j = first; j < end; j++)
            {
                means[transposed ? (j * windows) + i : (i * size) + j] = 1f / (end - first);
            }
        }

        return means;
    }

    private string Pad(Node node, EquatableArray<int> padding, string mode)
    {
        string pads = Unique($"{node.Name}.pads");
        _constants.Add(new(pads, [8], Integers: [0, 0, padding[0], padding[1], 0, 0, padding[2], padding[3]]));
        return Add(node, "Pad", [_names[node.Inputs[0]], pads], ("mode", mode));
    }

    private string Add(Node node, string op, string[] inputs, params OnnxAttribute[] attributes)
    {
        string name = Unique(node.Name.Length > 0 ? node.Name : op);
        _nodes.Add(new(op, name, inputs, attributes));
        return name;
    }

    private string Scalar(Node node, string what, float value) => Constant($"{node.Name}.{what}", [], [value]);

    private string Constant(string name, int[] shape, float[] values)
    {
        name = Unique(name);
        _constants.Add(new(name, shape, values));
        return name;
    }

    private string[] Values(Node node) => [.. node.Inputs.Select(input => _names[input])];

    private static long[] Pair(Node node, string attribute) => Longs(node.Attributes.Ints(attribute));

    private static long[] Longs(EquatableArray<int> values) => [.. values.Select(value => (long)value)];

    // A layer may be several nodes, and its name may be a parameter's as well.
    private string Unique(string name)
    {
        string unique = name;
        for (int i = 2; !_taken.Add(unique); i++)
        {
            unique = $"{name}#{i}";
        }

        return unique;
    }
}
