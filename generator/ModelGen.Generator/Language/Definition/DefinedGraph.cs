using System.Globalization;
using ModelGen.Generator.Collections;
using ModelGen.Generator.Diagnostics;
using ModelGen.Generator.Graphs;
using ModelGen.Generator.Ops;

namespace ModelGen.Generator.Language.Definition;

/// <summary>
/// The graph that a definition makes, call by call. The interpreter and the recorder of real C# both end here, so that names, checks and shapes are the same.
/// </summary>
internal sealed class DefinedGraph(string name)
{
    /// <summary>Most layers of a network; a loop that adds layers without end stops here.</summary>
    public const int MostLayers = 20_000;

    private readonly GraphBuilder _graph = new(name);
    private readonly LayerNames _names = new();
    private readonly List<int> _layers = [];
    private long _parameterLength;

    /// <summary>The last node of each layer, in the order of the calls.</summary>
    public IReadOnlyList<int> Layers => _layers;

    public Shape ShapeOf(int id) => _graph.TypeOf(id).Shape;

    public bool IsInput(int id) => _graph[id].Is(OpNames.Input);

    /// <summary>Adds an input of the network.</summary>
    /// <exception cref="LayerException">The shape is not one that an input can have.</exception>
    public int Input(string inputName, EquatableArray<int> shape)
    {
        for (int i = 0; i < shape.Count; i++)
        {
            if (shape[i] < 1)
                throw new LayerException(new(ProblemIds.InvalidArgument, $"Shape: every size must be at least 1, got {Text(shape[i])}"));
        }
        if (shape.Count is not (1 or 3))
        {
            string dimensions = shape.Count == 0 ? "none" : $"{Text(shape.Count)} ({string.Join(", ", shape)})";
            throw new LayerException(new(ProblemIds.InvalidArgument, $"Shape takes 3 sizes (channels, height, width) or 1 (features), without the batch; got {dimensions}"));
        }
        return Try(() => _graph.Input(inputName, Require.Size(new OperatorCall("Shape", "", [], AttributeMap.Empty), TensorType.Sample([.. shape]))));
    }

    /// <summary>Adds a layer.</summary>
    /// <param name="layer">Name of the operator.</param>
    /// <param name="inputs">Values that it reads.</param>
    /// <param name="given">Its name; null for the default.</param>
    /// <param name="arguments">What was given, under the names of the operator's attributes; pairs and borders with all their numbers, words as their index.</param>
    /// <param name="warnings">What is odd about it.</param>
    /// <exception cref="LayerException">Something is wrong.</exception>
    public int Layer(string layer, int[] inputs, string? given, IReadOnlyList<LayerArgument> arguments, out IReadOnlyList<Problem> warnings)
    {
        Operator op = OperatorTable.Get(layer);
        if (_layers.Count >= MostLayers)
            throw new LayerException(new(ProblemIds.RunsAway, $"{op.Name}: the network has more than {Text(MostLayers)} layers; does a loop or recursion end?"));
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
            string expected = description.MinInputs == description.MaxInputs ? Text(description.MinInputs) : $"{Text(description.MinInputs)} to {Text(description.MaxInputs)}";
            throw new LayerException(new(ProblemIds.InputCount, $"{label} takes {expected} inputs, got {Text(inputs.Length)}"));
        }
        var odd = new List<Problem>();
        int value = Try(() =>
        {
            int before = _graph.Count;
            int built = op.BuildLayer(_graph, inputs, op.WithDefaults(attributes, forLayer: true), layerName);
            Node node = _graph[built];
            odd.AddRange(op.Warnings(new OperatorCall(node.Op, node.Name, node.Inputs.Select(_graph.TypeOf).ToEquatableArray(), node.Attributes)));
            CheckParameters(label, before);
            return built;
        });
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
                $"{op.Name}: '{given}' cannot be a layer's name; it is letters, digits and underscores, in parts joined by points, as in 'layer1.0.conv1'"), TensorLayers.Name);
        }
        if (sameName is int other)
        {
            throw new LayerException(new(ProblemIds.DuplicateName,
                $"{op.Name} '{layerName}': layer {Text(other + 1)}, {_graph[_layers[other]].Op}, has this name already; give one of them another name"), TensorLayers.Name);
        }
        return layerName;
    }

    private static AttributeValue Check(AttributeSpec spec, AttributeValue value, string label)
    {
        switch (spec.Kind)
        {
            case AttributeKind.Float:
                float real = (float)value.Number;
                if (float.IsNaN(real) || float.IsInfinity(real))
                    throw Refuse($"must be a finite number, got {value.Number.ToString("R", CultureInfo.InvariantCulture)}");
                return real;
            case AttributeKind.Word:
                return value.Int >= 0 && value.Int < spec.Words.Count
                    ? (AttributeValue)spec.Words[value.Int]
                    : throw Refuse($"must be one of {string.Join(", ", spec.Words)}, got number {Text(value.Int)}");
            case AttributeKind.Bool:
                return value;
            default:
                foreach (int number in value.Ints)
                {
                    if (number < spec.Minimum)
                        throw Refuse($"must be at least {Text(spec.Minimum)}, got {Text(number)}");
                }
                return value;
        }

        LayerException Refuse(string what) => new(new(ProblemIds.InvalidArgument, $"{label}: {spec.Name} {what}"), spec.Name);
    }

    // Weights are one block of memory.
    private void CheckParameters(string label, int from)
    {
        for (int i = from; i < _graph.Count; i++)
        {
            if (_graph[i].Is(OpNames.Parameter))
                _parameterLength += _graph[i].Shape.Length;
        }
        if (_parameterLength > Require.LargestLength)
        {
            throw new ShapeException(ProblemIds.TooLarge,
                $"{label}: with its parameters the network has {_parameterLength.ToString(CultureInfo.InvariantCulture)}; at most {Text(Require.LargestLength)} are supported");
        }
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
