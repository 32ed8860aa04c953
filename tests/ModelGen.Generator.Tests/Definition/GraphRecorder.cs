using System.Reflection;
using System.Runtime.CompilerServices;
using ModelGen.Generator.Collections;
using ModelGen.Generator.Graphs;
using ModelGen.Generator.Language;
using ModelGen.Generator.Language.Definition;

namespace ModelGen.Generator.Tests.Definition;

/// <summary>Runs a definition as ordinary C#, with the compiler's own shape rules, and gives the graph that it makes.</summary>
internal sealed class GraphRecorder : ITensorRecorder
{
    private readonly DefinedGraph _graph;

    private GraphRecorder(string name) => _graph = new DefinedGraph(name);

    /// <summary>Records the method Define of a class, public or not.</summary>
    public static Graph Record(Type network) => Record(
        network.Name, network.GetMethod("Define",
            BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)!);

    /// <summary>Records any static method of tensors with shapes.</summary>
    public static Graph Record(Delegate define, string name) => Record(name, define.Method);

    public Tensor Record(string op, IReadOnlyList<Tensor> inputs, string? name, IReadOnlyList<(string Name, object? Value)> arguments)
    {
        var given = new List<LayerArgument>();
        foreach ((string parameter, object? value) in arguments)
        {
            if (ValueOf(value) is AttributeValue attribute)
                given.Add(new LayerArgument(parameter, attribute));
        }
        return Make(_graph.Layer(op, [.. inputs.Select(i => i.Id)], name, given, out _));
    }

    private static Graph Record(string name, MethodInfo define)
    {
        var recorder = new GraphRecorder(name);
        object? result = define.Invoke(null, BindingFlags.DoNotWrapExceptions, null,
            [.. define.GetParameters().Select(p => recorder.Input(p))], null);
        return recorder._graph.Build(OutputsOf(result,
            define.ReturnParameter.GetCustomAttribute<TupleElementNamesAttribute>()?.TransformNames));
    }

    private object? Input(System.Reflection.ParameterInfo parameter) => parameter.GetCustomAttribute<ShapeAttribute>() is { } shape
        ? Make(_graph.Input(parameter.Name!, shape.Shape.ToEquatableArray()))
        : parameter.DefaultValue;

    private Tensor Make(int id) => new(this, id, [.. _graph.ShapeOf(id).Dimensions]);

    private static IEnumerable<GraphOutput> OutputsOf(object? result, IList<string?>? names)
    {
        if (result is Tensor single)
            return [new GraphOutput("output", single.Id)];
        var tuple = (ITuple)result!;
        return Enumerable.Range(0, tuple.Length).Select(i => new GraphOutput(names?[i] ?? $"output{i + 1}", ((Tensor)tuple[i]!).Id));
    }

    private static AttributeValue? ValueOf(object? value) => value switch
    {
        null => null,
        int number => number,
        bool flag => flag,
        double real => real,
        int[] list => list,
        Pair pair => new[] { pair.Height, pair.Width },
        Border border => new[] { border.Top, border.Left, border.Bottom, border.Right },
        _ => throw new ArgumentException($"no argument can be {value}"),
    };
}
