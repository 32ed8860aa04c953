using System.Globalization;
using ModelGen.Generator.Collections;
using ModelGen.Generator.Diagnostics;
using ModelGen.Generator.Graphs;
using ModelGen.Generator.Ops;

namespace ModelGen.Generator.Language.Definition;

/// <summary>
/// The graph that a definition makes, call by call. The interpreter and the recorder of real C# both end here, so that names, checks and
/// shapes are the same.
/// </summary>
internal sealed class DefinedGraph
{
    /// <summary>Most layers of a network; a loop that adds layers without end stops here.</summary>
    public const int MostLayers = 20_000;

    private readonly GraphBuilder _graph;
    private readonly LayerBuilder _builder;
    private readonly LayerNames _names = new();
    private readonly List<int> _layers = [];

    public DefinedGraph(string name)
    {
        _graph = new GraphBuilder(name);
        _builder = new LayerBuilder(_graph);
    }

    /// <summary>The last node of each layer, in the order of the calls.</summary>
    public IReadOnlyList<int> Layers => _layers;

    public Shape ShapeOf(int id) => _graph.TypeOf(id).Shape;

    public bool IsInput(int id) => _graph[id].Is(OpNames.Input);

    /// <summary>Adds an input of the network.</summary>
    /// <exception cref="LayerException">The shape is not one that an input can have.</exception>
    public int Input(string inputName, EquatableArray<int> shape)
    {
        try
        {
            return Try(() => LayerChecks.AddInput(_graph, "Shape", inputName, shape));
        }
        catch (BadShapeException e)
        {
            throw new LayerException(e.Problem);
        }
    }

    /// <summary>Adds a layer.</summary>
    /// <param name="layer">Name of the operator.</param>
    /// <param name="inputs">Values that it reads.</param>
    /// <param name="given">Its name; null for the default.</param>
    /// <param name="arguments">
    /// What was given, under the names of the operator's attributes; pairs and borders with all their numbers, words as their index.
    /// </param>
    /// <param name="warnings">What is odd about it.</param>
    /// <exception cref="LayerException">Something is wrong.</exception>
    public int Layer(string layer, int[] inputs, string? given, IReadOnlyList<LayerArgument> arguments, out IReadOnlyList<Problem> warnings)
    {
        Operator op = OperatorTable.Get(layer);
        if (_layers.Count >= MostLayers)
            throw new LayerException(
                new(ProblemIds.RunsAway, $"{op.Name}: the network has more than {Text(MostLayers)} layers; does a loop or recursion end?"));
        string layerName = Name(op, given);
        string label = new OperatorCall(op.Name, layerName, [], AttributeMap.Empty).Label;
        AttributeMap attributes = AttributeMap.Empty;
        foreach (LayerArgument argument in arguments)
        {
            AttributeSpec spec = op.Attributes.First(a => a.Name == argument.WrittenAs);
            attributes = attributes.With(spec.Name, Check(spec, argument.Value, label));
        }
        LayerDescription description = op.Layer!;
        if (inputs.Length < description.MinInputs || inputs.Length > description.MaxInputs)
        {
            string expected = LayerChecks.InputCount(description.MinInputs, description.MaxInputs);
            throw new LayerException(new(ProblemIds.InputCount, $"{label} takes {expected} inputs, got {Text(inputs.Length)}"));
        }
        var odd = new List<Problem>();
        int value = Try(() => _builder.Add(op, inputs, attributes, layerName, odd.Add));
        _layers.Add(value);
        warnings = odd;
        return value;
    }

    public Graph Build(IEnumerable<GraphOutput> outputs)
    {
        foreach (GraphOutput output in outputs)
            _graph.Output(output.Name, output.Value);
        return _graph.Build();
    }

    private string Name(Operator op, string? given)
    {
        string layerName = _names.Add(_layers.Count, op.Layer!.DefaultName, given, out int? sameName);
        if (given is not null && !LayerNames.IsValid(given))
        {
            throw new LayerException(new(ProblemIds.InvalidArgument,
                $"{op.Name}: '{given}' cannot be a layer's name; it is {LayerNames.Rule}"), TensorLayers.Name);
        }
        if (sameName is int other)
        {
            throw new LayerException(new(ProblemIds.DuplicateName,
                $"{op.Name} '{layerName}': layer {Text(other + 1)}, {_graph[_layers[other]].Op}, has this name already; give one of "
                + "them another name"), TensorLayers.Name);
        }
        return layerName;
    }

    private static AttributeValue Check(AttributeSpec spec, AttributeValue value, string label)
    {
        AttributeValue written = spec.Kind == AttributeKind.Word ? LayerChecks.WordOf(spec, value.Int) : value;
        return LayerChecks.Refuse(spec, written) is string refusal
            ? throw new LayerException(new(ProblemIds.InvalidArgument, $"{label}: {spec.Name} {refusal}"), spec.Name)
            : LayerChecks.Normal(spec, written);
    }

    private static int Try(Func<int> build)
    {
        try
        {
            return build();
        }
        catch (ShapeException e)
        {
            throw new LayerException(e.Problem, e.Attribute);
        }
    }

    // The minus sign is the culture's otherwise.
    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
}

/// <summary>A call of a layer is wrong, in one of its arguments or altogether.</summary>
internal sealed class LayerException(Problem problem, string? argument = null) : Exception(problem.Message)
{
    public Problem Problem => problem;

    /// <summary>The parameter whose argument is at fault; null where it is the call as a whole.</summary>
    public string? Argument => argument;
}
