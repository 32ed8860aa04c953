using ModelGen.Generator.Collections;
using ModelGen.Generator.Diagnostics;
using ModelGen.Generator.Graphs;
using ModelGen.Generator.Model;
using ModelGen.Generator.Ops;
using ModelGen.Generator.Text;

namespace ModelGen.Generator.Language.Attributes;

/// <summary>
/// From layers written as attributes to a graph. Every mistake is reported once, where it was made: what depends on a broken layer is not
/// checked against its unknown result, but its own arguments and names are.
/// </summary>
internal sealed class AttributeFrontEnd
{
    private const int NetworkInputIndex = -1;

    private readonly NetworkDeclaration _declaration;
    private readonly string _network;
    private readonly List<LocatedProblem<Place>> _problems = [];
    private readonly GraphBuilder _graph;
    private readonly LayerBuilder _layers;
    private readonly LayerNames _names = new();

    // The value of each layer; null where it is unknown because the layer, or one before it, is broken.
    private readonly int?[] _values;
    private readonly bool[] _isRead;
    private int? _input;

    private AttributeFrontEnd(NetworkDeclaration declaration)
    {
        _declaration = declaration;
        _network = declaration.Class.Name.TrimStart('@');
        _graph = new GraphBuilder(_network);
        _layers = new LayerBuilder(_graph);
        _values = new int?[declaration.Layers.Count];
        _isRead = new bool[declaration.Layers.Count];
    }

    public static FrontEndResult Build(NetworkDeclaration declaration, CancellationToken cancellation = default) =>
        new AttributeFrontEnd(declaration).Build(cancellation);

    private FrontEndResult Build(CancellationToken cancellation)
    {
        _problems.AddRange(_declaration.ClassProblems);
        ReadInput();
        for (int i = 0; i < _declaration.Layers.Count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            _values[i] = ReadLayer(i);
        }
        if (_declaration.Layers.Count == 0)
            Report(ProblemIds.NoLayers, $"{_network} has no layers; write them as attributes, in order: [Conv2d(6, 5), Tanh, "
                + "Flatten, Linear(10)]", Place.Class);
        int? result = _values.LastOrDefault();
        TensorType[] types = [.. Enumerable.Range(0, _graph.Count).Select(_graph.TypeOf)];
        (string, Shape?)[] outputs = result is int scores ? [(ValueNames.Output, types[scores].Shape)] : [];
        TrainingOptions? training = OptionChecks.Training(
            _declaration.Training, outputs, Enumerable.Range(0, _graph.Count).Select(i => _graph[i]), _problems);
        CompilerOptions options = FrontEnd.CheckNetwork(_declaration, types, _problems);
        if (result is not int output || !IsReadable() || _problems.Any(p => !DiagnosticCatalog.IsWarning(p.Problem.Id)))
            return new(null, _problems.ToEquatableArray());

        ReportUnusedLayers();
        _graph.Output(ValueNames.Output, output);
        return new(new NetworkModel(_graph.Build(), _declaration.Class, training) { Options = options }, _problems.ToEquatableArray());
    }

    // What the C# compiler refuses it reports itself; there is no model without it.
    private bool IsReadable() =>
        _declaration.Options.IsReadable && _declaration.Inputs.All(i => i.IsReadable) && _declaration.Layers.All(l => l.IsReadable)
            && _declaration.Training is not { IsReadable: false };

    private void ReadInput()
    {
        if (_declaration.Inputs.Count == 0)
        {
            Report(ProblemIds.NoInput,
                $"{_network} has no [Input]; add one, e.g. [Input(1, 28, 28)] for channels, height and width or [Input(784)] for features",
                Place.Class);
            return;
        }
        InputDeclaration input = _declaration.Inputs[0];
        if (!input.IsReadable)
            return;
        try
        {
            Try(Place.Input, () => _input = LayerChecks.AddInput(_graph, "Input", "image", input.Shape));
        }
        catch (BadShapeException e)
        {
            _problems.Add(new(e.Problem, e.Element < 0 ? Place.Input : Place.Input.At("shape", e.Element)));
        }
    }

    private int? ReadLayer(int index)
    {
        LayerDeclaration layer = _declaration.Layers[index];
        var place = new Place(index);
        if (!OperatorTable.TryGet(layer.Op, out Operator op) || op.Layer is null || !layer.IsReadable)
        {
            // The C# compiler has reported it; its name may be referred to all the same.
            _names.Add(index, op?.Layer?.DefaultName, layer.Name);
            MarkPrevious(index);
            return null;
        }
        string name = ReadName(index, op, layer);
        string label = new OperatorCall(op.Name, name, [], AttributeMap.Empty).Label;
        AttributeMap? attributes = LayerArguments.Read(op, label, place, layer.Arguments, _problems);
        int?[]? inputs = ReadInputs(index, op, layer, label);
        if (attributes is not AttributeMap given || inputs is null || inputs.Any(i => i is null))
            return null;

        int? value = null;
        int[] known = [.. inputs.Select(i => i!.Value)];
        Try(place, () => value = _layers.Add(op, known, given, name, warning => _problems.Add(new(warning, place))));
        return value;
    }

    private string ReadName(int index, Operator op, LayerDeclaration layer)
    {
        string name = _names.Add(index, op.Layer!.DefaultName, layer.Name, out int? sameName);
        Place place = layer.Name is null ? new Place(index) : new Place(index).At(LayerSyntax.Name);
        if (layer.Name is not null && !LayerNames.IsValid(layer.Name))
        {
            Report(ProblemIds.InvalidArgument,
                $"{op.Name}: '{layer.Name}' cannot be a layer's name; it is {LayerNames.Rule}", place);
        }
        else if (name == LayerSyntax.NetworkInput)
        {
            Report(ProblemIds.DuplicateName, $"{op.Name} 'input': this name is the network's input; choose another", place);
        }
        else if (sameName is int other)
        {
            Report(ProblemIds.DuplicateName,
                $"{op.Name} '{name}': layer {other + 1}, {_declaration.Layers[other].Op}, has this name already; give one of "
                + "them another Name", place);
        }
        return name;
    }

    /// <summary>The values that a layer reads, unknown ones null; null where the layer says wrongly what it reads.</summary>
    private int?[]? ReadInputs(int index, Operator op, LayerDeclaration layer, string label)
    {
        LayerDescription description = op.Layer!;
        if (layer.Inputs.Count == 0 && description.MinInputs == 1)
        {
            MarkPrevious(index);
            return [index == 0 ? _input : _values[index - 1]];
        }
        bool isKnown = true;
        var values = new int?[layer.Inputs.Count];
        for (int i = 0; i < values.Length; i++)
        {
            Place place = LayerSyntax.TakesSeveralInputs(op)
                ? new Place(index).At(LayerSyntax.Inputs, i) : new Place(index).At(LayerSyntax.From);
            if (layer.Inputs[i] == LayerSyntax.NetworkInput)
            {
                values[i] = _input;
            }
            else if (layer.Inputs[i] is string from && _names.TryGet(from, before: index, out int source))
            {
                _isRead[source] = true;
                values[i] = _values[source];
            }
            else
            {
                ReportUnknown(index, label, layer.Inputs[i], place);
                isKnown = false;
            }
        }
        if (values.Length < description.MinInputs || values.Length > description.MaxInputs)
        {
            string expected = LayerChecks.InputCount(description.MinInputs, description.MaxInputs);
            string previous = index == 0 ? LayerSyntax.NetworkInput : _names[index - 1];
            string second = index > 1 ? _names[index - 2] : LayerSyntax.NetworkInput;
            Report(ProblemIds.InputCount,
                $"{label} takes {expected} inputs, got {values.Length}; name them all, the layer before too: "
                + $"{op.Name}(\"{previous}\", \"{second}\")", new Place(index));
            MarkPrevious(index);
            return null;
        }
        return isKnown ? values : null;
    }

    private void ReportUnknown(int index, string label, string? from, Place place)
    {
        if (from is null)
        {
            Report(ProblemIds.InvalidArgument, $"{label}: the name of an input is null", place);
            return;
        }
        string remedy;
        if (_names.FindLater(_declaration.Layers, from, index) is int later)
        {
            remedy = later == index ? "which is the layer itself; a layer reads those before it"
                : "which comes later; a layer reads those before it";
        }
        else
        {
            List<string> known = [LayerSyntax.NetworkInput, .. Enumerable.Range(0, index).Select(i => _names[i]).Where(n => n.Length > 0)];
            IReadOnlyList<string> nearest = NearestNames.Find(from, known);
            remedy = nearest.Count > 0
                ? $"but no layer before it has that name; did you mean {string.Join(" or ", nearest.Take(6).Select(n => $"'{n}'"))}?"
                : "but no layer before it has that name; there are "
                    + $"{string.Join(", ", known.Take(12).Select(n => $"'{n}'"))}{(known.Count > 12 ? ", …" : "")}";
        }
        Report(ProblemIds.UnknownFrom, $"{label} reads '{from}', {remedy}", place);
    }

    private void ReportUnusedLayers()
    {
        for (int i = 0; i < _isRead.Length - 1; i++)
        {
            if (!_isRead[i])
            {
                Report(ProblemIds.UnusedLayer,
                    $"{_declaration.Layers[i].Op} '{_names[i]}': no layer reads its result; remove it, or name it as the input "
                    + "of a later layer", new Place(i));
            }
        }
    }

    private void MarkPrevious(int index)
    {
        if (index - 1 > NetworkInputIndex)
            _isRead[index - 1] = true;
    }

    private void Report(string id, string message, Place place) => _problems.Add(new(new Problem(id, message), place));

    private void Try(Place place, Action build)
    {
        try
        {
            build();
        }
        catch (ShapeException e)
        {
            _problems.Add(new(e.Problem, e.Attribute is string attribute ? place.At(LayerSyntax.Property(attribute)) : place));
        }
    }
}
