using System.Globalization;
using ModelGen.Generator.Collections;
using ModelGen.Generator.Diagnostics;
using ModelGen.Generator.Graphs;

namespace ModelGen.Generator.Ops;

/// <summary>How parameters start. The library makes them of IEEE 754 operations: the same seed gives the same bits everywhere.</summary>
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

    /// <summary>Normal with He's variance.</summary>
    public const string HeNormal = "heNormal";

    /// <summary>Normal with Glorot's variance.</summary>
    public const string XavierNormal = "xavierNormal";

    public const string Normal = "normal";

    public const string TruncatedNormal = "truncatedNormal";

    public const string Orthogonal = "orthogonal";

    public const string ConstantValue = "constant";

    private static readonly string[] Words =
        [Auto, He, Xavier, LeCun, HeNormal, XavierNormal, Normal, TruncatedNormal, Orthogonal, ConstantValue];

    /// <summary>What a layer with weights takes: which initialisation, then its numbers, as in torch.nn.init.</summary>
    public static EquatableArray<AttributeSpec> Attributes { get; } =
    [
        new("init", AttributeKind.Word, Auto,
            "Initialisation of the weights. Uniform: he, xavier or lecun (PyTorch's); auto takes he before a ReLU and xavier otherwise. "
            + "Normal: heNormal, xavierNormal, or normal and truncatedNormal with a deviation of one's own. Then orthogonal, and constant.")
        { LayerOnly = true, Words = new(Words), EnumName = "Initializer" },
        Number("initGain", 1.0, "Factor of the bound, deviation or matrix that follows from the layer's size."),
        Number("initMean", 0.0, "Of normal and truncatedNormal: the mean."),
        Number("initStd", 1.0, "Of normal and truncatedNormal: the standard deviation, before anything is cut off; above 0."),
        Number("initLower", -2.0, "Of truncatedNormal: the least value."),
        Number("initUpper", 2.0, "Of truncatedNormal: the largest value, above the least."),
        Number("initValue", 0.0, "Of constant: the value."),
    ];

    /// <summary>The attributes of the parameter of weights.</summary>
    /// <exception cref="ShapeException">A number does not go with the initialisation, or is out of its range.</exception>
    public static AttributeMap ForWeight(string label, AttributeMap layer)
    {
        string init = layer.Word("init", Auto);
        var attributes = AttributeMap.Of(("init", init));
        foreach (AttributeSpec number in Attributes.Skip(1))
        {
            float value = layer.TryGet(number.Name, out AttributeValue given) ? (float)given.Number : Default(number);
            if (value == Default(number))
                continue;
            if (!NumbersOf(init).Contains(number.Name))
                throw Refuse(label, number.Name, $"{number.Name} goes with {string.Join(", ", Words.Where(
                    w => NumbersOf(w).Contains(number.Name)))}; it means nothing for init {init}");
            attributes = attributes.With(number.Name, value);
        }
        if (NumbersOf(init).Contains("initStd") && !(NumberOf(attributes, "initStd") > 0))
            throw Refuse(label, "initStd", $"initStd must be above 0, got {Text(NumberOf(attributes, "initStd"))}");
        (float lower, float upper) = (NumberOf(attributes, "initLower"), NumberOf(attributes, "initUpper"));
        if (init == TruncatedNormal && !(lower < upper))
            throw Refuse(label, "initUpper", $"initUpper must be above initLower, got {Text(lower)} to {Text(upper)}");
        return attributes;
    }

    public static AttributeMap ForBias(AttributeMap layer, int fanIn) =>
        layer.Word("init", Auto) == LeCun ? AttributeMap.Of(("init", LeCun), ("fanIn", fanIn)) : AttributeMap.Of(("init", "zeros"));

    public static AttributeMap Constant(string init, bool trainable) => AttributeMap.Of(("init", init), ("trainable", trainable));

    /// <summary>All the same number, trained.</summary>
    public static AttributeMap Constant(AttributeValue value) => AttributeMap.Of(("init", ConstantValue), ("initValue", value));

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
        // Of a transposed convolution.
        if (layer >= 0 && graph[layer].Is(OpNames.TransposeFilters))
            layer = readers[layer];
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

    /// <summary>
    /// The bound of the uniform distribution or the deviation of the normal one that follows from the layer's size; for biases fan-in is
    /// that of their layer.
    /// </summary>
    public static float Spread(Node parameter, string init)
    {
        Shape shape = parameter.Shape;
        long receptive = 1;
        for (int i = 2; i < shape.Rank; i++)
            receptive *= shape[i];
        long fanIn = parameter.Attributes.TryGet("fanIn", out AttributeValue given)
            ? given.Int : shape.Rank > 1 ? shape[1] * receptive : shape.Length;
        long fanOut = shape[0] * receptive;
        double gain = NumberOf(parameter.Attributes, "initGain");
        return (float)(Math.Abs(gain) * init switch
        {
            Xavier => Math.Sqrt(6.0 / (fanIn + fanOut)),
            He => Math.Sqrt(6.0 / fanIn),
            LeCun => 1.0 / Math.Sqrt(fanIn),
            XavierNormal => Math.Sqrt(2.0 / (fanIn + fanOut)),
            HeNormal => Math.Sqrt(2.0 / fanIn),
            _ => 0.0,
        });
    }

    /// <summary>A number of a parameter's initialisation, as given or by default.</summary>
    public static float NumberOf(AttributeMap parameter, string name) =>
        parameter.TryGet(name, out AttributeValue given) ? (float)given.Number : Default(Attributes.First(a => a.Name == name));

    private static AttributeSpec Number(string name, double value, string documentation) =>
        new(name, AttributeKind.Float, value, documentation) { LayerOnly = true };

    private static float Default(AttributeSpec number) => (float)number.Default!.Value.Number;

    private static string[] NumbersOf(string init) => init switch
    {
        Normal => ["initMean", "initStd"],
        TruncatedNormal => ["initMean", "initStd", "initLower", "initUpper"],
        ConstantValue => ["initValue"],
        _ => ["initGain"],
    };

    private static ShapeException Refuse(string label, string attribute, string what) =>
        new(ProblemIds.InvalidArgument, $"{label}: {what}") { Attribute = attribute };

    private static string Text(float value) => value.ToString("R", CultureInfo.InvariantCulture);
}
