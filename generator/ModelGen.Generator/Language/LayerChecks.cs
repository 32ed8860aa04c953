using System.Globalization;
using ModelGen.Generator.Collections;
using ModelGen.Generator.Diagnostics;
using ModelGen.Generator.Graphs;
using ModelGen.Generator.Model;
using ModelGen.Generator.Ops;

namespace ModelGen.Generator.Language;

/// <summary>
/// Checks of inputs, arguments and layers that are the same whichever way a network is written; the front ends add the places.
/// </summary>
internal static class LayerChecks
{
    /// <summary>Adds an input of the network.</summary>
    /// <param name="label">Who says the sizes, as messages begin.</param>
    /// <param name="name">The input's name.</param>
    /// <exception cref="BadShapeException">An input cannot be of these sizes.</exception>
    /// <exception cref="ShapeException">It would be too large.</exception>
    public static int AddInput(GraphBuilder graph, string label, string name, IReadOnlyList<int> sizes)
    {
        for (int i = 0; i < sizes.Count; i++)
        {
            if (sizes[i] < 1)
                throw new BadShapeException($"{label}: every size must be at least 1, got {Text(sizes[i])}", i);
        }
        if (sizes.Count is < 1 or > Require.MostDimensions)
        {
            string dimensions = sizes.Count == 0 ? "none" : $"{Text(sizes.Count)} ({string.Join(", ", sizes.Select(Text))})";
            throw new BadShapeException(
                $"{label} takes 1 to {Text(Require.MostDimensions)} sizes without the batch, such as 3 (channels, height, width) or 1 "
                    + $"(features); got {dimensions}", -1);
        }
        return graph.Input(name, Require.Size(new OperatorCall(label, "", [], AttributeMap.Empty), TensorType.Sample([.. sizes])));
    }

    /// <summary>What is wrong with an argument, as messages have it behind the argument's name; null where nothing is.</summary>
    /// <param name="written">The value; a word, or the number of the member of an enum that has none.</param>
    public static string? Refuse(AttributeSpec spec, AttributeValue written) => spec.Kind switch
    {
        AttributeKind.Float => NumberRange.Finite.Has(written.Number) ? null : $"must be a finite number, got {Text(written.Number)}",
        AttributeKind.Word => written.IsWord && spec.Words.Contains(written.Word)
            ? null : $"must be one of {string.Join(", ", spec.Words)}, got "
                + $"{(written.IsWord ? $"'{Readable.Name(written.Word)}'" : $"number {Text(written.Int)}")}",
        AttributeKind.Bool => null,
        _ => FirstTooSmall(spec, written) is int wrong and >= 0
            ? $"must be at least {Text(spec.Minimum)}, got {Text(written.Ints[wrong])}" : null,
    };

    /// <summary>Which of several integers is below the attribute's minimum; −1 where none is.</summary>
    public static int FirstTooSmall(AttributeSpec spec, AttributeValue written) => written.Ints.ToList().FindIndex(n => n < spec.Minimum);

    /// <summary>The word of a member of the attribute's enum, which may be any number that is cast to it; else the number.</summary>
    public static AttributeValue WordOf(AttributeSpec spec, int member) =>
        member >= 0 && member < spec.Words.Count ? (AttributeValue)spec.Words[member] : member;

    /// <summary>A checked value as nodes have it: reals are of single precision.</summary>
    public static AttributeValue Normal(AttributeSpec spec, AttributeValue written) =>
        spec.Kind == AttributeKind.Float ? (float)written.Number : written;

    /// <summary>How many inputs a layer takes, in words.</summary>
    public static string InputCount(int fewest, int most) => fewest == most ? Text(fewest) : $"{Text(fewest)} to {Text(most)}";

    // The minus sign is the culture's otherwise.
    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Text(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}

/// <summary>Adds layers to a graph whose parameters, which are one block of memory, must not become too many.</summary>
internal sealed class LayerBuilder(GraphBuilder graph)
{
    private long _parameterLength;
    private int _counted;

    /// <summary>Adds a layer; returns its result.</summary>
    /// <param name="given">What was given, checked; the rest are defaults.</param>
    /// <param name="warn">Takes what is odd about the layer.</param>
    /// <exception cref="ShapeException">It does not fit its inputs, or has too many parameters.</exception>
    public int Add(Operator op, int[] inputs, AttributeMap given, string name, Action<Problem> warn)
    {
        foreach (int constant in inputs.Where(i => !graph.TypeOf(i).PerSample && !op.TakesConstants))
        {
            string layer = new OperatorCall(op.Name, name, [], AttributeMap.Empty).Label;
            throw new ShapeException(ProblemIds.InvalidArgument,
                $"{layer} takes what samples have, and '{Readable.Name(graph[constant].Name)}' is the same for all of them; let a layer "
                    + "that repeats it, such as Add or MatMul, read it");
        }
        int built = op.BuildLayer(graph, inputs, op.WithDefaults(given, forLayer: true), name);
        Node node = graph[built];
        foreach (Problem warning in op.Warnings(
            new OperatorCall(node.Op, node.Name, node.Inputs.Select(graph.TypeOf).ToEquatableArray(), node.Attributes)))
            warn(warning);
        long before = _parameterLength;
        for (; _counted < graph.Count; _counted++)
            _parameterLength += graph[_counted].Is(OpNames.Parameter) ? graph[_counted].Shape.Length : 0;
        if (_parameterLength > Require.LargestLength && before <= Require.LargestLength)
        {
            string label = new OperatorCall(op.Name, name, [], AttributeMap.Empty).Label;
            throw new ShapeException(ProblemIds.TooLarge, FormattableString.Invariant(
                $"{label}: with its parameters the network has {_parameterLength}; at most {Require.LargestLength} are supported"));
        }
        return built;
    }
}

/// <summary>An input cannot have these sizes.</summary>
/// <param name="element">Which of them is wrong; −1 for all.</param>
internal sealed class BadShapeException(string message, int element) : Exception(message)
{
    public Problem Problem => new(ProblemIds.InvalidArgument, Message);

    public int Element => element;
}
