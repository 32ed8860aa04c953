using System.Globalization;
using ModelGen.Generator.Graphs;
using ModelGen.Generator.Ops;

namespace ModelGen.Tests.Reference;

/// <summary>
/// Bounds what rounding may do to each value of a graph, by running error analysis (Higham, Accuracy and Stability of Numerical Algorithms,
/// 2002, §3.3): every operator turns bounds of its inputs into one of its result, |∂out/∂in| times the input's, and adds its own rounding.
/// A sum of n products, in whatever order, is off by γₙ = n·u / (1 − n·u) times the sum of their absolute values, which
/// <see cref="ReferenceInterpreter"/> gives when it is run on absolute values.
/// </summary>
/// <remarks>
/// Where a kink lies within the bounds, as for the gradient of ReLU at a value that may have either sign, the bound holds both sides.
/// Products of two bounds are kept in sums of products and left out elsewhere, where they are a millionth of what is kept.
/// </remarks>
internal static class RunningErrorInterpreter
{
    /// <summary>u of floats: half the distance from 1 to the next.</summary>
    public const double OfFloats = 1.0 / (1 << 24);

    /// <summary>u of doubles.</summary>
    public const double OfDoubles = OfFloats / (1 << 29);

    private static readonly Dictionary<string, Func<ErrorCall, double[]>> Rules = new[]
    {
        LinearErrors.Rules, ElementErrors.Rules, NormalizationErrors.Rules, ProbabilityErrors.Rules, LossErrors.Rules, PoolErrors.Rules,
        TensorErrors.Rules,
    }.SelectMany(family => family).ToDictionary(r => r.Key, r => r.Value, StringComparer.Ordinal);

    private static readonly Dictionary<string, Func<ErrorCall, double[][]>> StateRules = StateErrors.Rules;

    /// <summary>Names of the operators that have a rule.</summary>
    public static IEnumerable<string> Supported => Rules.Keys.Concat(StateRules.Keys);

    /// <summary>
    /// For each output its value in double precision and, element by element, how far the same in lower precision may be off.
    /// </summary>
    /// <param name="graph">The graph as it is computed: after the passes, whose choice of algorithms decides how much is rounded.</param>
    /// <param name="batch">Number of samples.</param>
    /// <param name="values">Inputs and parameters by name; those that a node updates are changed, as by the interpreter.</param>
    /// <param name="errors">How far those are off already, by name; where one is missing it is exact. Changed along with
    /// <paramref name="values"/>.</param>
    /// <param name="training">Optimizer and dropout of a training step.</param>
    /// <param name="unit">u of the precision that is used.</param>
    public static Dictionary<string, Bounded> Outputs(
        Graph graph, int batch, IReadOnlyDictionary<string, double[]> values, Dictionary<string, double[]>? errors = null,
        TrainingStep? training = null,
        double unit = OfFloats)
    {
        graph = WithoutFusedPools(graph);
        errors ??= [];
        double[][] results = new double[graph.Nodes.Count][], bounds = new double[graph.Nodes.Count][];
        foreach (Node node in graph.Nodes)
        {
            if (node.Op is OpNames.Input or OpNames.Parameter)
            {
                results[node.Id] = values[node.Name];
                if (!errors.TryGetValue(node.Name, out double[]? given))
                    errors[node.Name] = given = new double[results[node.Id].Length];
                bounds[node.Id] = given;
                continue;
            }
            double[][] inputs = [.. node.Inputs.Select(i => results[i])], inputErrors = [.. node.Inputs.Select(i => bounds[i])];
            var call = new ErrorCall(graph, node, batch, inputs, inputErrors, training ?? TrainingStep.None, unit);
            if (StateRules.TryGetValue(node.Op, out Func<ErrorCall, double[][]>? stateRule))
            {
                double[][] after = stateRule(call);
                results[node.Id] = bounds[node.Id] = call.Change();
                foreach ((double[] from, double[] to) in after.Zip(inputErrors))
                    from.CopyTo(to, 0);
                continue;
            }
            results[node.Id] = call.Result;
            bounds[node.Id] = [.. Rules[node.Op](call).Select(b => double.IsNaN(b) ? double.PositiveInfinity : b)];
            Assert.Equal(results[node.Id].Length, bounds[node.Id].Length);
        }
        return graph.Outputs.ToDictionary(o => o.Name, o => new Bounded(results[o.Value], bounds[o.Value]), StringComparer.Ordinal);
    }

    /// <summary>What a node's own rounding is likely to be, one standard deviation, where its inputs are exact.</summary>
    public static double[] Likely(Graph graph, Node node, int batch, double[][] inputs, TrainingStep training, double unit = OfFloats) =>
        Rules[node.Op](new ErrorCall(graph, node, batch, inputs, [.. inputs.Select(x => new double[x.Length])], training,
            unit) { IsLikely = true });

    /// <summary>The same graph with convolutions and the maxima of four apart, as the interpreter knows them.</summary>
    public static Graph WithoutFusedPools(Graph graph) => !graph.Nodes.Any(IsPooled) ? graph
        : GraphRewriter.Rewrite(graph, (rewriter, node) =>
    {
        if (!IsPooled(node))
            return null;
        int convolution = rewriter.Copy(node, ConvolutionPlan.Of(node) with { TakesMaxPool = false });
        AttributeMap window = AttributeMap.Of(("kernelSize", new[] { ConvolutionPlan.PoolSize, ConvolutionPlan.PoolSize }));
        return rewriter.Builder.Add("MaxPool2d", [convolution], OperatorTable.Get("MaxPool2d").WithDefaults(window), node.Name);
    });

    private static bool IsPooled(Node node) => node.Is(OpNames.Conv2d) && ConvolutionPlan.Of(node).TakesMaxPool;
}

/// <summary>Values, and how far each may be off.</summary>
internal sealed record Bounded(double[] Values, double[] Bounds)
{
    /// <summary>Null where every value is within its bound, else the worst.</summary>
    public string? Compare(string what, ReadOnlySpan<float> actual)
    {
        Assert.Equal(Values.Length, actual.Length);
        (double worst, int at) = (1, -1);
        for (int i = 0; i < Values.Length; i++)
        {
            double error = Math.Abs(actual[i] - Values[i]);
            if (actual[i].Equals((float)Values[i]) || error <= Bounds[i])
                continue;
            double excess = double.IsNaN(error) || Bounds[i] == 0 ? double.PositiveInfinity : error / Bounds[i];
            if (at < 0 || excess > worst)
                (worst, at) = (excess, i);
        }
        return at < 0 ? null : string.Create(CultureInfo.InvariantCulture,
            $"{what}[{at}] of {Values.Length} is {actual[at]:R} instead of {Values[at]:R}, {worst:G3} times as far off as roundings "
            + $"explain ({Bounds[at]:G3})");
    }
}

/// <summary>One node with its inputs and how far they may be off.</summary>
internal sealed class ErrorCall(Graph graph, Node node, int batch, double[][] inputs, double[][] errors, TrainingStep training, double unit)
{
    private double[]? _result;

    public Node Node => node;

    public int Batch => batch;

    public double Unit => unit;

    public AttributeMap Attributes => node.Attributes;

    public int Count => inputs.Length;

    /// <summary>The activation that is part of the operation.</summary>
    public Activation Activation => (node.Implementation as ActivatedImplementation)?.Activation ?? Activation.None;

    /// <summary>The exact result.</summary>
    public double[] Result => _result ??= Apply(inputs);

    public double[][] Inputs => inputs;

    public double[][] Errors => errors;

    public Shape ShapeOf(int input) => graph[node.Inputs[input]].Shape;

    public bool IsNumber(int input) => graph[node.Inputs[input]].Type.Element == ElementType.F32;

    /// <summary>Whether what is asked for is a deviation of independent roundings, instead of a bound of all.</summary>
    public bool IsLikely { get; init; }

    /// <summary>
    /// γₙ; of independent roundings √n·u (Higham and Mary 2019, A new approach to probabilistic rounding error analysis).
    /// </summary>
    public double Gamma(double roundings) => IsLikely ? Math.Sqrt(roundings) * unit : roundings * unit / (1 - roundings * unit);

    /// <summary>|x| + its error: what a sum of absolute values is taken of.</summary>
    public double[] Size(int input) => [.. inputs[input].Zip(errors[input], (x, e) => Math.Abs(x) + e)];

    public double[] Absolute(int input) => [.. inputs[input].Select(Math.Abs)];

    /// <summary>What the operator gives for other inputs.</summary>
    public double[] Apply(params double[][] values) => Apply(node, values);

    /// <summary>What the same without its activation gives.</summary>
    public double[] ApplyWithoutActivation(params double[][] values) => Apply(Plain, values);

    public ErrorCall WithoutActivation() => new(graph, Plain, batch, inputs, errors, training, unit) { IsLikely = IsLikely };

    private Node Plain => node.Implementation is ActivatedImplementation activated
        ? node with { Implementation = activated with { Activation = Activation.None } } : node;

    public double[] Apply(Node other, double[][] values) => ReferenceInterpreter.Apply(graph, other, batch, values, training, out _);

    /// <summary>The operator on copies of inputs that it changes: the inputs as they are afterwards.</summary>
    public double[][] After(double[][] values)
    {
        double[][] copies = [.. values.Select(v => (double[])v.Clone())];
        Apply(copies);
        return copies;
    }

    /// <summary>The operator on the inputs themselves, once.</summary>
    public double[] Change() => Apply(inputs);
}
