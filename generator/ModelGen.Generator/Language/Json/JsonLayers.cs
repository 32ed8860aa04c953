using ModelGen.Generator.Diagnostics;
using ModelGen.Generator.Graphs;
using ModelGen.Generator.Ops;

namespace ModelGen.Generator.Language.Json;

/// <summary>
/// Runs the steps of a file, which are layers, blocks, repeats and choices, and adds what they make to the graph. A layer that is broken
/// has an unknown value; what depends on it is not checked against that, so that one mistake is one error.
/// </summary>
internal sealed class JsonLayers
{
    /// <summary>Most layers, calls and rounds of repeats together: many times what the largest networks have.</summary>
    public const int MostSteps = 1 << 15;

    /// <summary>Most values that layers and blocks name in <c>from</c>, all together.</summary>
    public const int MostReads = 1 << 17;

    /// <summary>The keys of a layer that are not attributes of its operator.</summary>
    public static readonly string[] LayerKeys = ["op", "name", "from"];

    private static readonly string[] StepKinds = ["op", "block", "repeat", "if"];

    private readonly JsonProblems _problems;
    private readonly JsonFields _fields;
    private readonly JsonArguments _arguments;
    private readonly JsonBlocks _blocks;
    private readonly LayerBuilder _builder;
    private readonly LayerNames _names = new();
    private readonly List<JsonLayerValue> _layers = [];
    private readonly Dictionary<string, JsonLayerValue> _blockResults = new(StringComparer.Ordinal);
    private readonly Dictionary<string, JsonLayerValue> _networkInputs;

    // Whether any layer reads what the layer at this place makes, and how messages call the layer.
    private readonly Dictionary<TextRange, (string Label, bool IsRead)> _reads = [];
    private readonly CancellationToken _cancellation;
    private int _steps;
    private long _readValues;

    public JsonLayers(
        JsonProblems problems, JsonFields fields, JsonBlocks blocks, GraphBuilder graph, Dictionary<string, JsonLayerValue> networkInputs,
        CancellationToken cancellation)
    {
        _cancellation = cancellation;
        (_problems, _fields, _blocks, _networkInputs) = (problems, fields, blocks, networkInputs);
        _builder = new LayerBuilder(graph);
        _arguments = new JsonArguments(problems, fields);
    }

    /// <summary>
    /// Runs steps one after the other; each reads the result of the one before unless it says otherwise. Returns the last result.
    /// </summary>
    /// <exception cref="RunawayException">There are too many steps; this has been reported.</exception>
    public JsonLayerValue Run(JsonValue steps, JsonScope scope, JsonLayerValue current)
    {
        if (!_fields.Is(steps, JsonKind.Array, "layers", scope))
            return current with { Id = null };
        foreach (JsonValue step in steps.Items)
            current = RunStep(step, scope, current);
        return current;
    }

    /// <summary>The value that an output of the network names.</summary>
    public JsonLayerValue? Find(string name, JsonScope scope)
    {
        if (scope.Inputs.TryGetValue(name, out JsonLayerValue input))
            return input;
        string full = scope.Prefix + name;
        if (_names.TryGet(full, before: _layers.Count, out int index))
            return _layers[index];
        if (_blockResults.TryGetValue(full, out JsonLayerValue result))
            return result;
        return scope.Call is null && _networkInputs.TryGetValue(name, out JsonLayerValue networkInput) ? networkInput : null;
    }

    /// <summary>The names that could have been meant in this scope.</summary>
    public IEnumerable<string> NamesIn(JsonScope scope) =>
        scope.Inputs.Keys.Concat(scope.Call is null ? _networkInputs.Keys : Enumerable.Empty<string>())
            .Concat(_layers.Select(l => l.Name).Concat(_blockResults.Keys)
                .Where(n => n.Length > scope.Prefix.Length && n.StartsWith(scope.Prefix, StringComparison.Ordinal))
                    .Select(n => n.Substring(scope.Prefix.Length)))
            .Distinct();

    public void MarkRead(JsonLayerValue value)
    {
        if (value.Layer is TextRange layer && _reads.TryGetValue(layer, out (string Label, bool) read))
            _reads[layer] = (read.Label, true);
    }

    public void ReportUnreadLayers()
    {
        foreach (KeyValuePair<TextRange, (string Label, bool IsRead)> layer in _reads.Where(r => !r.Value.IsRead).OrderBy(r => r.Key.Start))
            _problems.Add(ProblemIds.UnusedLayer, $"{layer.Value.Label}: no layer reads its result; remove it, or name it as the input "
                + "of a later layer", layer.Key);
    }

    public void ReportUnknown(string label, string name, TextRange range, JsonScope scope)
    {
        if (_problems.IsKnown(ProblemIds.UnknownFrom, range))
            return;
        string remedy = JsonNames.Suggest(name, NamesIn(scope), "there is nothing to read");
        string place = scope.Call is null ? "" : " of this block";
        _problems.Add(ProblemIds.UnknownFrom, $"{label} reads '{JsonNames.Printable(name)}', but no layer before it{place} has that "
            + $"name; {remedy}", range, scope);
    }

    private JsonLayerValue RunStep(JsonValue step, JsonScope scope, JsonLayerValue current)
    {
        CountStep(step, scope);
        if (!_fields.Is(step, JsonKind.Object, "a layer", scope))
            return current with { Id = null };
        string[] kinds = [.. StepKinds.Where(k => step[k] is not null)];
        if (kinds.Length != 1)
        {
            string got = kinds.Length == 0 ? "none of them" : string.Join(" and ", kinds.Select(k => $"'{k}'"));
            _problems.Add(ProblemIds.WrongValue, $"a layer has one of {string.Join(", ", StepKinds.Select(k => $"'{k}'"))}, got {got}",
                step.Range, scope);
            return current with { Id = null };
        }
        return kinds[0] switch
        {
            "op" => RunLayer(step, scope, current),
            "block" => RunBlock(step, scope, current),
            "repeat" => RunRepeat(step, scope, current),
            _ => RunChoice(step, scope, current),
        };
    }

    private void CountStep(JsonValue step, JsonScope scope)
    {
        _cancellation.ThrowIfCancellationRequested();
        if (++_steps <= MostSteps)
            return;
        _problems.Add(ProblemIds.Runaway,
            $"the network has more than {JsonFields.Text(MostSteps)} layers, blocks and rounds of repeats", step.Range, scope);
        throw new RunawayException();
    }

    private void CountReads(JsonValue from, int count, JsonScope scope)
    {
        _readValues += count;
        if (_readValues <= MostReads)
            return;
        _problems.Add(ProblemIds.Runaway, $"the layers of the network name more than {JsonFields.Text(MostReads)} values that they read",
            from.Range, scope);
        throw new RunawayException();
    }

    private JsonLayerValue RunRepeat(JsonValue step, JsonScope scope, JsonLayerValue current)
    {
        _fields.CheckKeys(step, "a repeat", scope, "repeat", "index", "layers");
        int? rounds = _fields.Size(step["repeat"]!, "repeat", scope, 0);
        string? index = null;
        if (step["index"] is JsonValue written && _fields.Is(written, JsonKind.String, "index", scope)
            && _blocks.CheckVariable(written.Text, written.Range, scope))
            index = written.Text;
        if (Body(step, "layers", "a repeat", scope) is not JsonValue body || rounds is not int count
            || (index is null && step["index"] is not null))
            return current with { Id = null };
        for (int i = 0; i < count; i++)
        {
            CountStep(step, scope);
            current = Run(body, index is null ? scope : scope.With(index, i), current);
        }
        return current;
    }

    private JsonLayerValue RunChoice(JsonValue step, JsonScope scope, JsonLayerValue current)
    {
        _fields.CheckKeys(step, "a choice", scope, "if", "layers", "else");
        JsonValue? body = Body(step, "layers", "a choice", scope);
        if (_fields.Integer(step["if"]!, "if", scope, allowTruth: true) is not long condition || body is null)
            return current with { Id = null };
        JsonValue? chosen = condition != 0 ? body : step["else"];
        return chosen is null ? current : Run(chosen, scope, current);
    }

    private JsonValue? Body(JsonValue step, string key, string what, JsonScope scope)
    {
        if (step[key] is JsonValue body)
            return body;
        _problems.Add(ProblemIds.WrongValue, $"{what} needs '{key}'", step.Range, scope);
        return null;
    }

    private JsonLayerValue RunBlock(JsonValue step, JsonScope scope, JsonLayerValue current)
    {
        if (_blocks.Find(step["block"]!, scope) is not JsonBlock block)
        {
            MarkRead(current);
            return current with { Id = null };
        }
        if (scope.Depth >= JsonScope.DeepestCall)
        {
            _problems.Add(ProblemIds.Runaway, $"blocks call one another more than {JsonFields.Text(JsonScope.DeepestCall)} deep",
                step.Range, scope);
            throw new RunawayException();
        }
        string? name = step["name"] is null ? "" : FullName(step, $"block '{JsonNames.Printable(block.Name)}'", scope);
        JsonLayerValue[]? inputs = ReadInputs(
            step, $"block '{JsonNames.Printable(block.Name)}'", block.Inputs.Count, block.Inputs.Count, scope, current);
        Dictionary<string, long>? variables = _blocks.Bind(block, step, scope);
        if (inputs is null || variables is null || name is null)
            return current with { Id = null };
        var named = new Dictionary<string, JsonLayerValue>(StringComparer.Ordinal);
        for (int i = 0; i < inputs.Length; i++)
            named[block.Inputs[i]] = inputs[i];
        JsonScope inner = scope.Enter(block.Name, step.Range, name.Length == 0 ? scope.Prefix : name + ".", variables, named);
        JsonLayerValue result = Run(block.Layers, inner, inputs[0]);
        if (name.Length > 0)
        {
            if (_blockResults.ContainsKey(name))
                _problems.Add(ProblemIds.DuplicateName, $"block '{name}': another block has this name already; give one of "
                    + "them another name", step["name"]!.Range, scope);
            _blockResults[name] = result with { Name = name };
        }
        return result;
    }

    private JsonLayerValue RunLayer(JsonValue step, JsonScope scope, JsonLayerValue current)
    {
        JsonValue written = step["op"]!;
        Operator? op = null;
        if (_fields.Is(written, JsonKind.String, "op", scope) && (!OperatorTable.TryGet(written.Text, out op!) || op.Layer is null))
        {
            ReportUnknownOperator(written, scope);
            op = null;
        }
        string opName = op?.Name ?? "layer";
        string? given = step["name"] is null ? null : FullName(step, opName, scope);
        string name = _names.Add(_layers.Count, op?.Layer!.DefaultName, given, out int? sameName);
        if (sameName is int other)
        {
            _problems.Add(ProblemIds.DuplicateName,
                $"{opName} '{name}': another layer, {_reads[_layers[other].Layer!.Value].Label}, has this name already; give one of "
                + "them another name",
                step["name"]?.Range ?? step.Range, scope);
        }
        string label = new OperatorCall(opName, name, [], AttributeMap.Empty).Label;
        if (!_reads.ContainsKey(step.Range))
            _reads[step.Range] = (label, IsRead: false);
        JsonLayerValue value = new(op is null || (given is null && step["name"] is not null)
            ? null : Build(op, label, name, step, scope, current), step.Range, name);
        if (op is null)
            MarkRead(current);
        _layers.Add(value);
        return value;
    }

    private int? Build(Operator op, string label, string name, JsonValue step, JsonScope scope, JsonLayerValue current)
    {
        AttributeMap? attributes = _arguments.Read(op, label, step, scope);
        JsonLayerValue[]? inputs = ReadInputs(step, label, op.Layer!.MinInputs, op.Layer.MaxInputs, scope, current);
        if (attributes is not AttributeMap given || inputs is null || inputs.Any(i => i.Id is null))
            return null;
        try
        {
            int[] known = [.. inputs.Select(i => i.Id!.Value)];
            int built = _builder.Add(op, known, given, name, warning => _problems.Add(warning.Id, warning.Message, step.Range, scope));
            return built;
        }
        catch (ShapeException e)
        {
            _problems.Add(e.Problem.Id, e.Problem.Message, (e.Attribute is string key ? step[key] : null)?.Range ?? step.Range, scope);
            return null;
        }
    }

    /// <summary>The values that a step reads; null where it says wrongly what it reads, which has been reported.</summary>
    private JsonLayerValue[]? ReadInputs(JsonValue step, string label, int fewest, int most, JsonScope scope, JsonLayerValue current)
    {
        if (step["from"] is not JsonValue from)
        {
            MarkRead(current);
            if (fewest <= 1)
                return [current];
            ReportCount(step, label, fewest, most, 1, scope);
            return null;
        }
        List<JsonValue> written = from.Kind == JsonKind.Array ? from.Items : [from];
        CountReads(from, written.Count, scope);
        var values = new List<JsonLayerValue>();
        bool isKnown = true;
        foreach (JsonValue item in written.Take(most))
        {
            if (_fields.Text(item, $"{label}: from", scope) is not string source)
            {
                isKnown = false;
            }
            else if (Find(source, scope) is JsonLayerValue value)
            {
                MarkRead(value);
                values.Add(value);
            }
            else
            {
                ReportUnknown(label, source, item.Range, scope);
                isKnown = false;
            }
        }
        if (!isKnown)
            return null;
        if (written.Count >= fewest && written.Count <= most)
            return [.. values];
        MarkRead(current);
        ReportCount(from, label, fewest, most, written.Count, scope);
        return null;
    }

    private void ReportCount(JsonValue place, string label, int fewest, int most, int count, JsonScope scope)
    {
        string expected = LayerChecks.InputCount(fewest, most);
        _problems.Add(ProblemIds.InputCount,
            $"{label} takes {expected} input{(most == 1 ? "" : "s")}, got "
            + $"{JsonFields.Text(count)}{(most == 1 ? "" : "; name them all in 'from', the layer before too: [\"a\", \"b\"]")}",
            place.Range, scope);
    }

    /// <summary>The name with that of its block before it; null where it cannot be one, which has been reported.</summary>
    private string? FullName(JsonValue step, string label, JsonScope scope)
    {
        JsonValue written = step["name"]!;
        if (_fields.Text(written, $"{label}: name", scope) is not string name)
            return null;
        string full = scope.Prefix + name;
        string? wrong = name.Length <= JsonNames.LongestLayer && !LayerNames.IsValid(name)
            ? $"{label}: '{JsonNames.Printable(name)}' cannot be a layer's name; it is {LayerNames.Rule}"
            : full.Length > JsonNames.LongestLayer
                ? $"{label}: a layer's name with those of its blocks has at most {JsonFields.Text(JsonNames.LongestLayer)} characters"
            : null;
        string id = ProblemIds.InvalidArgument;
        if (wrong is null && scope.Inputs.ContainsKey(name))
        {
            wrong = $"{label} '{name}': this name is {(scope.Call is null ? "the network's" : "the block's")} input; choose another";
            id = ProblemIds.DuplicateName;
        }
        if (wrong is null)
            return full;
        _problems.Add(id, wrong, written.Range, scope);
        return null;
    }

    private void ReportUnknownOperator(JsonValue written, JsonScope scope)
    {
        string remedy = JsonNames.Suggest(written.Text, OperatorTable.Layers.Select(o => o.Name), "");
        _problems.Add(ProblemIds.UnknownOperator, $"there is no layer '{JsonNames.Printable(written.Text)}'; {remedy}",
            written.Range, scope);
    }

    /// <summary>Ends a file that does not end by itself.</summary>
    internal sealed class RunawayException : Exception;
}
