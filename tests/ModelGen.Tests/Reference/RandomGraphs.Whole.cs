using ModelGen.Generator.Diagnostics;
using ModelGen.Generator.Graphs;
using ModelGen.Generator.Ops;

namespace ModelGen.Tests.Reference;

/// <summary>
/// Networks put together of what real ones are made of: gates whose tensor is read again, residual, dense and inception blocks, branches
/// that share what they read, convolutions by Winograd's algorithm, strided ones, depthwise ones; with several inputs, outputs in the
/// middle, and auxiliary heads.
/// </summary>
internal sealed partial class RandomGraphs
{
    // Images large enough for threads to share their rows, and for tiles of every kind, cost the reference most.
    private const long MostMultiplyAdds = 1_000_000;

    private static readonly string[] Meetings = ["Add", "Multiply", "Maximum"];

    /// <summary>A network of blocks. Its main output is named "output"; others are heads of the same shape, or any values.</summary>
    public static Graph Whole(int seed)
    {
        var random = new RandomGraphs(seed, wide: seed % 3 != 0);
        return random.Retry(() =>
        {
            random.BuildWhole();
            Graph graph = GraphRewriter.RemoveUnused(random._graph.Build());
            IEnumerable<Node> operations = graph.Nodes.Where(n => n.Op is not (OpNames.Input or OpNames.Parameter));
            if (operations.Sum(n => OperatorTable.Get(n.Op).MultiplyAdds(OperatorCall.Of(graph, n))) > MostMultiplyAdds)
                throw new ShapeException(ProblemIds.TooLarge, "the reference would take too long");
        });
    }

    private void BuildWhole()
    {
        bool isLarge = _random.Next(4) == 0;
        (int height, int width) = isLarge ? (_random.Next(13, 21), _random.Next(8, 21)) : (_random.Next(3, 13), _random.Next(3, 13));
        TensorType image = TensorType.Sample(Pick(_channels), height, width);
        int x = _graph.Input("input", image);
        var values = new List<int>();
        values.Add(_random.Next(8) == 0 ? Build(Pick(["Add", "Maximum", "Concat"]), [x, _graph.Input("second", image)]) : x);
        for (int i = _random.Next(2, 6); i > 0; i--)
        {
            try
            {
                values.AddRange(Block(_random.Next(4) == 0 ? Pick(values) : values[^1]));
            }
            catch (ShapeException)
            {
                // What does not fit where it is put is left out.
            }
        }
        int kind = _random.Next(6);
        if (kind == 0 && values[^1] != x)
        {
            AddOutputs(values[^1], values.Where(v => v != x && v != values[^1]), 2, "seen");
            return;
        }
        int classes = _random.Next(2, 11);
        int scores = Head(values[^1], classes);
        if (kind is 1 or 2)
            AddOutputs(scores, values.Where(v => v != x), 2, "seen");
        else
            AddOutputs(scores, kind == 3 ? [Head(Pick(values), classes), Head(Pick(values), classes)] : [], 2, "head");
    }

    // The main output and up to so many others, in any order.
    private void AddOutputs(int main, IEnumerable<int> others, int most, string name)
    {
        int[] chosen = [.. others.Distinct()];
        _random.Shuffle(chosen);
        (string Name, int Value)[] outputs =
            [("output", main), .. chosen.Take(_random.Next(1, most + 1)).Select((v, i) => (name + (i + 1), v))];
        _random.Shuffle(outputs);
        foreach ((string output, int value) in outputs)
            _graph.Output(output, value);
    }

    // Scores of an image, flattened or averaged before.
    private int Head(int image, int classes)
    {
        int pooled = _random.Next(3) switch { 0 => Build("GlobalAvgPool2d", [image]), 1 => TryLayer("AvgPool2d", image) ?? image,
            _ => image };
        int features = Build("Flatten", [pooled]);
        for (int i = _random.Next(3); i > 0; i--)
            features = TryLayer(Pick(FeatureLayers), features) ?? features;
        return Linear(features, classes);
    }

    // Whatever is to be read again comes with the result, which is the last.
    private int[] Block(int x) => _random.Next(13) switch
    {
        0 or 1 => SqueezeAndExcitation(x),
        2 => Residual(x),
        3 => Dense(x),
        4 => [Join(x)],
        5 or 6 => [Winograd(x)],
        7 => SharedBranches(x),
        8 => [Separable(x)],
        9 => Highway(x),
        10 => [ThreeByThree(Build(Pick(["MaxPool2d", "AvgPool2d"]), [x], [.. PoolAttributes(), ("ceilMode", true)]))],
        11 => [OfImage(x)],
        _ => [Finished(Layer(Pick(ImageLayers), x))],
    };

    // What follows a layer: a normalisation, an activation, both or neither.
    private int Finished(int x)
    {
        if (_random.Next(3) == 0)
            x = Build("BatchNorm2d", [x]);
        return Flip() ? Build(Pick(Activations), [x]) : x;
    }

    // A factor for each channel; the tensor itself is read again by whoever picks it, or by a sum right behind.
    private int[] SqueezeAndExcitation(int x)
    {
        int tensor = _random.Next(4) switch
        {
            0 => x,
            1 => Winograd(x),
            2 => Finished(Convolution(x)),
            _ => Build(Pick(Activations), [x]),
        };
        int channels = _graph.TypeOf(tensor).Shape[0];
        int gate = Build("GlobalAvgPool2d", [tensor]);
        if (Flip())
            gate = Build("Relu", [PointwiseTo(gate, Pick(_channels))]);
        gate = Build(Pick(["Sigmoid", "Sigmoid", "Tanh"]), [PointwiseTo(gate, channels)]);
        int gated = Build("Multiply", Flip() ? [tensor, gate] : [gate, tensor]);
        return _random.Next(3) switch
        {
            0 => [tensor, gated],
            1 => [tensor, gated, DirectThreeByThree(gated)],
            _ => [gated, Build(Pick(["Add", "Maximum", "Concat"]), Flip() ? [tensor, DirectThreeByThree(gated)] : [gated, tensor])],
        };
    }

    private int[] Residual(int x)
    {
        int inner = Build("Relu", [Build("BatchNorm2d", [ThreeByThree(x)])]);
        int branch = Flip() ? Build("BatchNorm2d", [ThreeByThree(inner)]) : ThreeByThree(inner);
        int sum = Build("Add", Flip() ? [x, branch] : [branch, x]);
        return [inner, Flip() ? Build("Relu", [sum]) : sum];
    }

    private int[] Dense(int x)
    {
        int first = x;
        for (int i = _random.Next(1, 4); i > 0; i--)
        {
            int activated = Build("Relu", [Build("BatchNorm2d", [x])]);
            int next = Build("Conv2d", [activated],
                ("outChannels", Pick(_channels)), ("kernelSize", new[] { 3, 3 }), ("padding", new[] { 1, 1, 1, 1 }), ("bias", Flip()));
            x = Build("Concat", Flip() ? [x, next] : [next, x]);
        }
        return [first, x];
    }

    // With what may be part of the convolution: a normalisation, an activation, a pool of 2×2, the sum of a residual block.
    private int Winograd(int x)
    {
        (int kernel, int stride, string algorithm) = Pick(
            [(3, 1, ConvolutionAlgorithms.Winograd4), (3, 1, ConvolutionAlgorithms.Winograd2), (5, 1, ConvolutionAlgorithms.Winograd2),
                (3, 2, ConvolutionAlgorithms.Winograd2)]);
        int[] padding = Flip() ? [.. Enumerable.Repeat(kernel / 2, 4)] : AnyPadding();
        int channels = Flip() ? _graph.TypeOf(x).Shape[0] : Pick([3, 16, 20, 33]);
        int y = Build("Conv2d", [x], ("outChannels", channels), ("kernelSize", new[] { kernel, kernel }),
            ("stride", new[] { stride, stride }),
            ("padding", padding), ("bias", Flip()), (ConvolutionAlgorithms.Attribute, algorithm));
        if (_graph.TypeOf(y) == _graph.TypeOf(x) && _random.Next(3) == 0)
            y = Build("Add", [x, y]);
        y = Finished(y);
        return _random.Next(3) == 0 && TryPool(y) is int pooled ? pooled : y;
    }

    private int? TryPool(int x)
    {
        Shape shape = _graph.TypeOf(x).Shape;
        return shape[1] < 2 || shape[2] < 2 ? null : Build("MaxPool2d", [x], ("kernelSize", new[] { 2, 2 }), ("ceilMode", Flip()));
    }

    private int[] SharedBranches(int x)
    {
        int shared = Finished(Convolution(x));
        int one = ThreeByThree(shared);
        int other = _random.Next(4) switch
        {
            0 => shared,
            1 => Build("Tanh", [shared]),
            2 => Gate(shared),
            _ => Build("MaxPool2d", [shared], ("kernelSize", new[] { 3, 3 }), ("stride", new[] { 1, 1 }), ("padding", new[] { 1, 1 })),
        };
        return [shared, one, Flip() ? Build(Pick(Meetings), [one, other]) : Build("Concat", [other, one, shared])];
    }

    private int Separable(int x)
    {
        int channels = _graph.TypeOf(x).Shape[0];
        int depthwise = Build("Conv2d", [x], ("outChannels", channels * _random.Next(1, 3)), ("kernelSize", Pair(1, 5)),
            ("stride", Pair(1, 2)),
            ("padding", AnyPadding()), ("groups", channels), ("bias", Flip()));
        return Finished(PointwiseTo(Finished(depthwise), Pick(_channels)));
    }

    // t·h + (1 − t)·x.
    private int[] Highway(int x)
    {
        int t = Build("Sigmoid", [ThreeByThree(x)]);
        int h = Build("Relu", [DirectThreeByThree(x)]);
        int carried = Build("Multiply", [x, Affine(t, -1, 1)]);
        return [t, h, Build("Add", [Build("Multiply", Flip() ? [t, h] : [h, t]), carried])];
    }

    private int[] AnyPadding() => [_random.Next(3), _random.Next(3), _random.Next(3), _random.Next(3)];

    private int PointwiseTo(int x, int channels) =>
        Build("Conv2d", [x], ("outChannels", channels), ("kernelSize", new[] { 1, 1 }), ("bias", Flip()));

    // Reads a border of zeros around what it is given.
    private int DirectThreeByThree(int x) => Build("Conv2d", [x],
        ("outChannels", _graph.TypeOf(x).Shape[0]), ("kernelSize", new[] { 3, 3 }), ("padding", new[] { 1, 1, 1, 1 }),
        (ConvolutionAlgorithms.Attribute, ConvolutionAlgorithms.Direct));
}
