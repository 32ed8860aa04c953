using ModelGen.Generator.Graphs;

namespace ModelGen.Generator.Ops;

/// <summary>
/// How parameters start. All are uniform, because a bound needs no more than a square root, which is exact everywhere: the same seed gives
/// the same weights on every platform.
/// </summary>
internal static class Initializers
{
    /// <summary>
    /// U[−√(6/(fan_in+fan_out)), +…]: Glorot and Bengio 2010, Understanding the difficulty of training deep feedforward networks, §4.2.1.
    /// </summary>
    public const string Xavier = "xavier";

    /// <summary>U[−√(6/fan_in), +…]: He et al. 2015, Delving deep into rectifiers, §2.2.</summary>
    public const string He = "he";

    /// <summary>U[−1/√fan_in, +…] for weights and biases: LeCun et al. 1998, Efficient BackProp, §4.6, and PyTorch's default.</summary>
    public const string LeCun = "lecun";

    /// <summary>He before a ReLU, Xavier otherwise.</summary>
    public const string Auto = "auto";

    public static AttributeSpec Attribute =>
        new("init", AttributeKind.Word, Auto,
            "Initialisation of the weights: he, xavier or lecun (PyTorch's); auto takes he before a ReLU and xavier otherwise.")
        { LayerOnly = true, Words = [Auto, He, Xavier, LeCun] };

    public static AttributeMap ForWeight(AttributeMap layer) => AttributeMap.Of(("init", layer.Word("init", Auto)));

    public static AttributeMap ForBias(AttributeMap layer, int fanIn) =>
        layer.Word("init", Auto) == LeCun ? AttributeMap.Of(("init", LeCun), ("fanIn", fanIn)) : AttributeMap.Of(("init", "zeros"));

    public static AttributeMap Constant(string init, bool trainable) => AttributeMap.Of(("init", init), ("trainable", trainable));

    public static bool IsTrainable(Node parameter) => !parameter.Attributes.TryGet("trainable", out AttributeValue t) || t.Int != 0;

    /// <summary>How each parameter of a graph starts, <see cref="Auto"/> resolved.</summary>
    public static Func<Node, string> Of(Graph graph)
    {
        int[] readers = FirstReaders(graph);
        return parameter => parameter.Attributes.Word("init", "zeros") is string init && init != Auto
            ? init : Resolve(graph, readers, parameter);
    }

    // He's bound where a ReLU follows, perhaps behind a batch normalisation, and Xavier's otherwise.
    private static string Resolve(Graph graph, int[] readers, Node parameter)
    {
        int layer = readers[parameter.Id];
        for (int next = layer < 0 ? -1 : readers[layer]; next >= 0; next = readers[next])
        {
            if (graph[next].Op is "Relu")
                return He;
            if (graph[next].Op is not (OpNames.BatchNorm2d or OpNames.Dropout or OpNames.GaussianNoise or OpNames.Add or "MaxPool2d"))
                break;
        }
        return Xavier;
    }

    // The first node that reads each value; −1 where none does.
    private static int[] FirstReaders(Graph graph)
    {
        int[] readers = [.. Enumerable.Repeat(-1, graph.Nodes.Count)];
        for (int id = graph.Nodes.Count - 1; id >= 0; id--)
        {
            foreach (int input in graph[id].Inputs)
                readers[input] = id;
        }
        return readers;
    }

    /// <summary>The bound of the uniform distribution; for biases fan-in is that of their layer.</summary>
    public static float Bound(Node parameter, string init)
    {
        Shape shape = parameter.Shape;
        long receptive = 1;
        for (int i = 2; i < shape.Rank; i++)
            receptive *= shape[i];
        long fanIn = parameter.Attributes.TryGet("fanIn", out AttributeValue given)
            ? given.Int : shape.Rank > 1 ? shape[1] * receptive : shape.Length;
        long fanOut = shape[0] * receptive;
        return (float)(init switch
        {
            Xavier => Math.Sqrt(6.0 / (fanIn + fanOut)),
            He => Math.Sqrt(6.0 / fanIn),
            LeCun => 1.0 / Math.Sqrt(fanIn),
            _ => 0.0,
        });
    }
}
