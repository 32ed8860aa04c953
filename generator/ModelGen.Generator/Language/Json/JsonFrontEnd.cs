using ModelGen.Generator.Collections;
using ModelGen.Generator.Diagnostics;
using ModelGen.Generator.Graphs;
using ModelGen.Generator.Model;
using ModelGen.Generator.Ops;
using ModelGen.Generator.Text;

namespace ModelGen.Generator.Language.Json;

/// <summary>
/// From the text of a <c>*.network.json</c> file to a graph; docs/json.md says what such a file holds. Whatever the text is, it ends soon,
/// and with a network or an error.
/// </summary>
internal sealed class JsonFrontEnd
{
    public const string FileSuffix = ".network.json";

    private const string Trainable = "trainable";

    private static readonly string[] Keys =
    [
        "$schema", "description", "name", "namespace", "accessibility", "inputs", "parameters", "blocks", "layers", "outputs",
        .. NetworkOption.All.Select(o => o.Key), Trainable,
    ];

    private readonly JsonDocument _document;
    private readonly JsonProblems _problems;
    private readonly JsonFields _fields;
    private readonly string _rootNamespace;
    private readonly CancellationToken _cancellation;
    private readonly Dictionary<string, JsonLayerValue> _inputs = new(StringComparer.Ordinal);

    private JsonFrontEnd(string text, string rootNamespace, CancellationToken cancellation)
    {
        _cancellation = cancellation;
        _document = JsonReader.Read(text);
        _problems = new JsonProblems(text);
        _fields = new JsonFields(_problems);
        _rootNamespace = rootNamespace;
    }

    /// <param name="text">The file.</param>
    /// <param name="rootNamespace">The namespace of networks that name none.</param>
    /// <param name="cancellation">Asked at each step of the file.</param>
    public static JsonNetwork Build(string text, string rootNamespace = "", CancellationToken cancellation = default) =>
        new JsonFrontEnd(text, rootNamespace, cancellation).Build();

    private JsonNetwork Build()
    {
        foreach (JsonError error in _document.Errors)
            _problems.Add(ProblemIds.InvalidJson, error.Message, error.Range);
        if (_document.Root is not JsonValue root || (_document.IsWhole && !_fields.Is(root, JsonKind.Object, "a network")))
            return new(null, Surface.None, null, null, _problems.ToEquatableArray());

        // Of half a file the surface of the class is kept, so that the code which uses it has one error less for each use.
        TextRange nameRange = root["name"]?.Range ?? root.Range;
        (ClassDeclaration? declaration, string accessibility) = ReadClass(root);
        Surface surface = SurfaceOf(root);
        if (!_document.IsWhole)
            return new(declaration, surface, null, null, _problems.ToEquatableArray()) { NameRange = nameRange,
                Accessibility = accessibility, Members = MembersOf(root) };

        _fields.CheckKeys(root, "a network", null, Keys);
        var graph = new GraphBuilder(declaration?.Name.TrimStart('@') ?? "network");
        TrainingOptions? training = null;
        CompilerOptions options = CompilerOptions.Default;
        try
        {
            (training, options) = BuildGraph(root, graph);
        }
        catch (JsonLayers.RunawayException)
        {
            // Reported where it was noticed.
        }
        Graph? built = _problems.HasErrors ? null : graph.Build();
        if (built is not null)
            CheckMembers(root, built, declaration);
        NetworkModel? model = built is null || declaration is null || _problems.HasErrors
            ? null : new NetworkModel(built, declaration, training) { Options = options };
        return new(declaration, surface, built, model, _problems.ToEquatableArray()) { NameRange = nameRange, Accessibility = accessibility,
            Members = MembersOf(root) };
    }

    private (TrainingOptions? Training, CompilerOptions Options) BuildGraph(JsonValue root, GraphBuilder graph)
    {
        JsonLayerValue? first = ReadInputs(root, graph);
        var scope = new JsonScope();
        // With several inputs 'input' could be any of them.
        if (_inputs.Count <= 1)
            scope.Inputs[JsonBlocks.Input] = first ?? default;
        var blocks = new JsonBlocks(_problems, _fields);
        scope = blocks.Read(root, scope);
        var layers = new JsonLayers(_problems, _fields, blocks, graph, _inputs, _cancellation);
        JsonLayerValue last = first ?? default;
        if (root["layers"] is not JsonValue steps || (steps.Kind == JsonKind.Array && steps.Items.Count == 0))
            _problems.Add(ProblemIds.NoLayers, "the network has no 'layers'", root["layers"]?.Range ?? new TextRange(root.Range.Start, 1));
        else
            last = layers.Run(steps, scope, last);
        IReadOnlyList<(string Name, JsonLayerValue Value)> outputs = ReadOutputs(root, layers, scope, last);
        foreach ((string name, JsonLayerValue value) in outputs)
        {
            layers.MarkRead(value);
            if (value.Id is int id)
                graph.Output(name, id);
        }
        var reader = new JsonOptions(_problems, _fields, scope);
        CompilerOptions options = reader.ReadNetwork(root, graph);
        TrainingOptions? training = root[Trainable] is JsonValue trainable
            ? reader.ReadTraining(trainable, Trainable, graph, outputs) : null;
        if (!_problems.HasErrors)
            layers.ReportUnreadLayers();
        return (training, options);
    }

    // Of a file that is not whole, or has a key that means nothing, it is open what it asks for.
    private Surface SurfaceOf(JsonValue root)
    {
        JsonValue? trainable = root[Trainable];
        bool isInDoubt = !_document.IsWhole || root.Members.Any(m => !Keys.Contains(m.Name))
            || (trainable is not null && JsonOptions.IsInDoubt(trainable));
        TrainingOptions? training = trainable is null ? null : new TrainingOptions(JsonOptions.Plain(trainable, TrainableOption.All));
        var surface = Surface.Of(training, new CompilerOptions(JsonOptions.Plain(root, NetworkOption.All)));
        return isInDoubt ? surface.InDoubt() : surface;
    }

    private (ClassDeclaration? Declaration, string Accessibility) ReadClass(JsonValue root)
    {
        string accessibility = "public";
        if (root["accessibility"] is JsonValue written && _fields.Is(written, JsonKind.String, "accessibility"))
        {
            if (written.Text is "public" or "internal")
                accessibility = written.Text;
            else
                _problems.Add(ProblemIds.InvalidArgument, "accessibility must be public or internal, got "
                    + $"'{JsonNames.Printable(written.Text)}'", written.Range);
        }
        string space = _rootNamespace;
        if (root["namespace"] is JsonValue given)
        {
            if (!_fields.Is(given, JsonKind.String, "namespace"))
                return (null, accessibility);
            space = given.Text;
        }
        string[] parts = space.Length == 0 ? [] : space.Split('.');
        if (!parts.All(JsonNames.IsIdentifier) || space.Length > JsonNames.LongestIdentifier)
        {
            if (root["namespace"] is JsonValue place)
            {
                _problems.Add(ProblemIds.InvalidName,
                    $"'{JsonNames.Printable(space)}' cannot be a namespace; it is names of ASCII letters, digits and underscores joined "
                    + $"by points, {JsonNames.LongestIdentifier} characters at most", place.Range);
                return (null, accessibility);
            }
            // Not written by the author of the file: the project's own name may be anything.
            parts = [.. parts.Select(Identifiers.Of)];
        }
        if (root["name"] is not JsonValue name)
        {
            if (_document.IsWhole)
                _problems.Add(ProblemIds.WrongValue, "a network needs 'name', which is the name of its class",
                    new TextRange(root.Range.Start, 1));
            return (null, accessibility);
        }
        if (!_fields.Is(name, JsonKind.String, "name"))
            return (null, accessibility);
        if (!JsonNames.IsIdentifier(name.Text))
        {
            _problems.Add(ProblemIds.InvalidName,
                $"'{JsonNames.Printable(name.Text)}' cannot be the name of a class; it is an ASCII letter, then letters, digits and "
                + $"underscores, {JsonNames.LongestIdentifier} at most", name.Range);
            return (null, accessibility);
        }
        if (GeneratedMembers.Of("", SurfaceOf(root) with { HasTrainer = true }, MembersOf(root)).Contains(name.Text))
        {
            _problems.Add(ProblemIds.InvalidName, $"'{name.Text}' is the name of a member of every network's class; choose another "
                + "name for the class", name.Range);
            return (null, accessibility);
        }
        return (new ClassDeclaration(string.Join(".", parts.Select(Identifiers.Escape)), [], Identifiers.Escape(name.Text), accessibility),
            accessibility);
    }

    /// <summary>Adds the inputs to the graph; returns the first, which the first layer reads unless it says otherwise.</summary>
    private JsonLayerValue? ReadInputs(JsonValue root, GraphBuilder graph)
    {
        if (root["inputs"] is not JsonValue inputs)
        {
            _problems.Add(ProblemIds.NoInput,
                "the network has no 'inputs'; add e.g. \"inputs\": { \"image\": [3, 224, 224] } for channels, height and width or "
                + "[784] for features", new TextRange(root.Range.Start, 1));
            return null;
        }
        if (!_fields.Is(inputs, JsonKind.Object, "inputs"))
            return null;
        if (inputs.Members.Count == 0)
            _problems.Add(ProblemIds.NoInput, "'inputs' names no input; add e.g. \"image\": [3, 224, 224]", inputs.Range);
        JsonLayerValue? first = null;
        foreach (JsonMember input in inputs.Members)
        {
            if (!JsonNames.IsIdentifier(input.Name))
            {
                _problems.Add(ProblemIds.InvalidName,
                    $"'{JsonNames.Printable(input.Name)}' cannot be the name of an input, which becomes a parameter of Forward; it is an "
                    + "ASCII letter, then letters, digits and underscores", input.NameRange);
            }
            var value = new JsonLayerValue(ReadInput(input, graph), null, input.Name);
            _inputs[input.Name] = value;
            first ??= value;
        }
        return first;
    }

    private int? ReadInput(JsonMember input, GraphBuilder graph)
    {
        string label = $"input '{JsonNames.Printable(input.Name)}'";
        var scope = new JsonScope();
        if (!_fields.Is(input.Value, JsonKind.Array, label))
            return null;
        int?[] sizes = [.. input.Value.Items.Select(i => _fields.Size(i, $"{label}: a size", scope, 1))];
        if (sizes.Any(s => s is null))
            return null;
        try
        {
            return LayerChecks.AddInput(graph, label, input.Name, [.. sizes.Select(s => s!.Value)]);
        }
        catch (BadShapeException e)
        {
            _problems.Add(e.Problem.Id, e.Problem.Message, input.Value.Range);
            return null;
        }
        catch (ShapeException e)
        {
            _problems.Add(e.Problem.Id, e.Problem.Message, input.Value.Range);
            return null;
        }
    }

    private List<(string Name, JsonLayerValue Value)> ReadOutputs(JsonValue root, JsonLayers layers, JsonScope scope, JsonLayerValue last)
    {
        var outputs = new List<(string, JsonLayerValue)>();
        if (root["outputs"] is not JsonValue written)
        {
            outputs.Add((ValueNames.Output, last));
            return outputs;
        }
        if (!_fields.Is(written, JsonKind.Object, "outputs"))
            return outputs;
        if (written.Members.Count == 0)
            _problems.Add(ProblemIds.WrongValue, "'outputs' names no output; leave it out for the result of the last layer", written.Range);
        foreach (JsonMember output in written.Members)
        {
            if (!JsonNames.IsIdentifier(output.Name) || _inputs.ContainsKey(output.Name))
                _problems.Add(ProblemIds.InvalidName, $"'{JsonNames.Printable(output.Name)}' cannot be the name of an output",
                    output.NameRange);
            string label = $"output '{JsonNames.Printable(output.Name)}'";
            if (_fields.Text(output.Value, label, scope) is not string source)
                continue;
            if (layers.Find(source, scope) is JsonLayerValue value)
                outputs.Add((output.Name, value));
            else
                layers.ReportUnknown(label, source, output.Value.Range, scope);
        }
        return outputs;
    }

    // What cannot be a name is an error; the stub then has as many arguments as it can.
    private static MemberNames MembersOf(JsonValue root)
    {
        return new(Names("inputs"), Names("outputs"));

        EquatableArray<string> Names(string key) =>
            root[key] is { Kind: JsonKind.Object } members
                ? members.Members.Select(m => m.Name).Where(JsonNames.IsIdentifier).Distinct().ToEquatableArray() : [];
    }

    private void CheckMembers(JsonValue root, Graph graph, ClassDeclaration? declaration)
    {
        foreach (MemberProblem problem in NetworkChecks.Members(graph, declaration?.Name ?? ""))
        {
            string name = problem.IsInput ? graph.Inputs.ElementAt(problem.Index).Name : graph.Outputs[problem.Index].Name;
            // An output that the file does not name is in the way of an input that it does.
            JsonMember? member = Named(problem.IsInput ? "inputs" : "outputs", name) ?? Named("inputs", name);
            _problems.Add(problem.Problem.Id, problem.Problem.Message, member?.NameRange ?? root.Range);
        }

        JsonMember? Named(string key, string name) => root[key]?.Members.FirstOrDefault(m => m.Name == name);
    }
}
