using ModelGen.Generator.Graphs;
using ModelGen.Generator.Ops;

namespace ModelGen.Tests.Reference;

/// <summary>
/// Evaluates a graph in double precision with straight loops written from the definitions: the oracle for the passes, for differentiation
/// and for generated code. Values are dense and row-major, images N×C×H×W; it shares nothing with the compiler but the graph and the
/// geometry written in its attributes.
/// </summary>
internal static class ReferenceInterpreter
{
    private static readonly Dictionary<string, Func<Operation, double[]>> Operators = new[]
    {
        Convolutions.Operators, FullyConnected.Operators, Pools.Operators, Normalizations.Operators, Probabilities.Operators,
            Losses.Operators, Updates.Operators, Elements.Operators, Rearrangements.Operators, Resamples.Operators,
            Tensors.Operators,
    }.SelectMany(family => family).ToDictionary(o => o.Key, o => o.Value, StringComparer.Ordinal);

    /// <summary>Names of the operators that can be evaluated; the others exist only before a pass replaces them.</summary>
    public static IReadOnlyCollection<string> Supported => Operators.Keys;

    /// <summary>
    /// The value of every node, by id; null where a node only changes state. Parameters that a node updates are changed in
    /// <paramref name="values"/>.
    /// </summary>
    /// <param name="graph">Any graph: as declared, or with its backward pass and updates.</param>
    /// <param name="batch">Number of samples.</param>
    /// <param name="values">Inputs and parameters by name. Labels are given as numbers.</param>
    /// <param name="training">Optimizer and dropout of a training step; may be left out where the graph has neither.</param>
    public static double[][] Evaluate(Graph graph, int batch, IReadOnlyDictionary<string, double[]> values, TrainingStep? training = null)
    {
        var results = new double[graph.Nodes.Count][];
        foreach (Node node in graph.Nodes)
        {
            if (node.Op is OpNames.Input or OpNames.Parameter)
            {
                Assert.True(values.TryGetValue(node.Name, out double[]? given), $"{node.Op} '{node.Name}' has no value");
                Assert.Equal(LengthOf(node, batch), given!.Length);
                results[node.Id] = given;
                continue;
            }
            results[node.Id] = Apply(graph, node, batch, [.. node.Inputs.Select(i => results[i])], training ?? TrainingStep.None,
                out bool hasResult);
            if (!hasResult)
                continue;
            Assert.Equal(LengthOf(node, batch), results[node.Id].Length);
            if (training?.Rounding is Rounding rounding)
                results[node.Id] = rounding(graph, node, batch, [.. node.Inputs.Select(i => results[i])], results[node.Id], training);
        }
        return results;
    }

    /// <summary>One node by itself, on any values of its inputs, which it may change.</summary>
    public static double[] Apply(Graph graph, Node node, int batch, double[][] inputs, TrainingStep training, out bool hasResult)
    {
        var operation = new Operation(graph, node, batch, inputs, training);
        double[] result = Operators[node.Op](operation);
        hasResult = operation.HasResult;
        return result;
    }

    /// <summary>The outputs by name.</summary>
    public static Dictionary<string, double[]> Outputs(Graph graph, int batch, IReadOnlyDictionary<string, double[]> values,
        TrainingStep? training = null)
    {
        double[][] results = Evaluate(graph, batch, values, training);
        return graph.Outputs.ToDictionary(o => o.Name, o => results[o.Value], StringComparer.Ordinal);
    }

    public static int LengthOf(Node node, int batch) => checked((int)node.Shape.Length * (node.Type.PerSample ? batch : 1));
}

/// <summary>A node's result as it is rounded, in place of the exact one.</summary>
internal delegate double[] Rounding(Graph graph, Node node, int batch, double[][] inputs, double[] result, TrainingStep step);

/// <summary>What a training step needs besides the batch.</summary>
/// <param name="Mask">Dropout's mask: the stream's number, the probability of a zero and the length to the mask.</param>
/// <param name="Updates">How many have been before.</param>
/// <param name="Accumulated">Samples whose gradients have been added up already.</param>
internal sealed record TrainingStep(GradientDescent Optimizer, Func<int, double, int, double[]> Mask, int Updates = 0, int Accumulated = 0)
{
    /// <summary>
    /// What is done to the result of each operation, to see how much the graph's depend on its rounding; null for nothing.
    /// </summary>
    public Rounding? Rounding { get; init; }

    public static TrainingStep None { get; } =
        new(new Sgd(0), (_, _, _) => throw new InvalidOperationException("no dropout masks were given"));
}

/// <summary>One node with the values of its inputs.</summary>
internal sealed class Operation(Graph graph, Node node, int batch, double[][] inputs, TrainingStep training)
{
    public int Batch => batch;

    public TrainingStep Training => training;

    public AttributeMap Attributes => node.Attributes;

    public Shape Shape => node.Shape;

    public int Count => inputs.Length;

    public bool HasResult { get; private set; } = true;

    public ConvolutionPlan Convolution => ConvolutionPlan.Of(node);

    public ConvolutionInputs ConvolutionInputs => ConvolutionInputs.Of(node);

    /// <summary>The activation that is part of the operation.</summary>
    public Activation Activation => (node.Implementation as ActivatedImplementation)?.Activation ?? Activation.None;

    /// <summary>The factor of a loss.</summary>
    public double LossWeight => Attributes["weight"].Number;

    public double[] this[int input] => inputs[input];

    public Shape ShapeOf(int input) => graph[node.Inputs[input]].Shape;

    public bool IsPerSample(int input) => graph[node.Inputs[input]].Type.PerSample;

    public Image ImageOf(int input) => new(inputs[input], ShapeOf(input));

    public Image NewImage() => new(NewResult(), Shape);

    public double[] NewResult() => new double[ReferenceInterpreter.LengthOf(node, batch)];

    /// <summary>What an operator returns that only changes state.</summary>
    public double[] NoResult()
    {
        HasResult = false;
        return [];
    }
}

/// <summary>Elements N×C×H×W.</summary>
internal readonly struct Image(double[] elements, Shape shape)
{
    public double[] Elements => elements;

    public int Channels => shape[0];

    public int Height => shape[1];

    public int Width => shape[2];

    public ref double this[int n, int c, int y, int x] => ref elements[((n * Channels + c) * Height + y) * Width + x];

    public bool Has(int y, int x) => y >= 0 && y < Height && x >= 0 && x < Width;
}

/// <summary>Kernel, stride, padding and dilation as the attributes say them.</summary>
internal readonly record struct Sliding(int KernelY, int KernelX, int StrideY, int StrideX, int Top, int Left, int Bottom, int Right,
    int DilationY, int DilationX)
{
    public static Sliding Of(AttributeMap attributes, int kernelY, int kernelX)
    {
        var stride = attributes.Ints("stride");
        var padding = attributes.Ints("padding");
        bool isBorder = padding.Count == 4;
        (int dilationY, int dilationX) = attributes.TryGet("dilation", out AttributeValue dilation) ? (dilation.Ints[0], dilation.Ints[1])
            : (1, 1);
        return new Sliding(
            kernelY, kernelX, stride[0], stride[1], padding[0], padding[1], padding[isBorder ? 2 : 0], padding[isBorder ? 3 : 1], dilationY,
            dilationX);
    }

    public static Sliding Of(AttributeMap attributes) => Of(attributes, attributes.Ints("kernelSize")[0], attributes.Ints("kernelSize")[1]);

    /// <summary>The input row that a tap of an output row reads; outside the image in the padding.</summary>
    public int Row(int outputRow, int tap) => outputRow * StrideY - Top + tap * DilationY;

    public int Column(int outputColumn, int tap) => outputColumn * StrideX - Left + tap * DilationX;
}
