using ModelGen.Generator.Diagnostics;

namespace ModelGen.Generator.Language.Json;

/// <summary>A named list of layers with parameters, as <c>blocks</c> has it.</summary>
/// <param name="Inputs">What the layers inside call the block's inputs: <c>input</c> unless the block names them.</param>
/// <param name="Parameters">Names with defaults; null where the call must give a value.</param>
internal sealed record JsonBlock(string Name, IReadOnlyList<string> Inputs, IReadOnlyList<JsonMember> Parameters, JsonValue Layers);

/// <summary>The blocks and parameters of a file, read and checked once.</summary>
internal sealed class JsonBlocks(JsonProblems problems, JsonFields fields)
{
    /// <summary>What a block calls its input unless it says otherwise.</summary>
    public const string Input = LayerSyntax.NetworkInput;

    // Each block call and each round of a repeat copies them.
    private const int MostVariables = 256;

    private static readonly string[] CallKeys = ["block", "name", "from"];
    private static readonly string[] Reserved = ["op", "block", "repeat", "if", "name", "from", "index", "layers", "else", "true", "false"];

    private readonly Dictionary<string, JsonBlock?> _blocks = new(StringComparer.Ordinal);
    private JsonScope _file = new();

    /// <summary>Reads <c>parameters</c> and <c>blocks</c>; returns the scope of the file.</summary>
    public JsonScope Read(JsonValue root, JsonScope scope)
    {
        _file = scope;
        if (root["parameters"] is JsonValue parameters && fields.Is(parameters, JsonKind.Object, "parameters"))
        {
            foreach (JsonMember member in parameters.Members)
            {
                if (CheckVariable(member.Name, member.NameRange, _file)
                    && fields.Integer(member.Value, $"parameter '{member.Name}'", _file, allowTruth: true) is long value)
                    _file = _file.With(member.Name, value);
            }
        }
        if (root["blocks"] is JsonValue blocks && fields.Is(blocks, JsonKind.Object, "blocks"))
        {
            foreach (JsonMember member in blocks.Members)
                _blocks[member.Name] = ReadBlock(member);
        }
        return _file;
    }

    /// <summary>The block that a call names; null where there is none or it is broken, which has been reported.</summary>
    public JsonBlock? Find(JsonValue written, JsonScope scope)
    {
        if (!fields.Is(written, JsonKind.String, "block", scope))
            return null;
        if (_blocks.TryGetValue(written.Text, out JsonBlock? block))
            return block;
        string remedy = JsonNames.Suggest(written.Text, _blocks.Keys, "the file has no 'blocks'");
        problems.Add(ProblemIds.UnknownBlock, $"there is no block '{JsonNames.Printable(written.Text)}'; {remedy}", written.Range, scope);
        return null;
    }

    /// <summary>
    /// The integers that a block sees: the file's parameters and its own; null where the call is wrong, which has been reported.
    /// </summary>
    public Dictionary<string, long>? Bind(JsonBlock block, JsonValue call, JsonScope scope)
    {
        var given = new Dictionary<string, long>(StringComparer.Ordinal);
        string label = $"block '{JsonNames.Printable(block.Name)}'";
        bool isComplete = true;
        foreach (JsonMember member in call.Members.Where(m => !CallKeys.Contains(m.Name)))
        {
            if (!block.Parameters.Any(p => p.Name == member.Name))
            {
                fields.ReportUnknownKey(member, label, scope, [.. block.Parameters.Select(p => p.Name), .. CallKeys]);
                isComplete = false;
            }
            else if (fields.Integer(member.Value, $"{label}: {member.Name}", scope, allowTruth: true) is long value)
            {
                given[member.Name] = value;
            }
            else
            {
                isComplete = false;
            }
        }
        // A default may use the parameters before it.
        JsonScope variables = _file;
        foreach (JsonMember parameter in block.Parameters)
        {
            if (given.TryGetValue(parameter.Name, out long value))
            {
                variables = variables.With(parameter.Name, value);
            }
            else if (parameter.Value.Kind == JsonKind.Null)
            {
                if (call[parameter.Name] is null)
                    problems.Add(ProblemIds.InvalidArgument, $"{label} needs {parameter.Name}", call.Range, scope);
                isComplete = false;
            }
            else if (fields.Integer(
                parameter.Value, $"{label}: the default of {parameter.Name}", variables, allowTruth: true) is long fallback)
            {
                variables = variables.With(parameter.Name, fallback);
            }
            else
            {
                isComplete = false;
            }
        }
        return isComplete ? variables.Variables : null;
    }

    /// <summary>Whether a name can be a parameter or index here; reports it where not.</summary>
    public bool CheckVariable(string name, TextRange range, JsonScope scope)
    {
        string? wrong = !JsonNames.IsIdentifier(name)
            ? $"'{JsonNames.Printable(name)}' cannot be a parameter or index; it is a letter, then letters, digits and underscores"
            : Reserved.Contains(name) ? $"'{name}' cannot be a parameter or index; the format uses this word itself"
            : scope.Variables.ContainsKey(name) ? $"'{name}' is a parameter or index here already; choose another name"
            : scope.Variables.Count >= MostVariables ? $"there are more than {JsonFields.Text(MostVariables)} parameters and indices"
            : null;
        if (wrong is not null)
            problems.Add(ProblemIds.InvalidName, wrong, range, scope);
        return wrong is null;
    }

    private JsonBlock? ReadBlock(JsonMember member)
    {
        string label = $"block '{JsonNames.Printable(member.Name)}'";
        if (!fields.Is(member.Value, JsonKind.Object, label))
            return null;
        fields.CheckKeys(member.Value, label, null, "description", "parameters", "inputs", "layers");
        var parameters = new List<JsonMember>();
        if (member.Value["parameters"] is JsonValue written && fields.Is(written, JsonKind.Object, $"{label}: parameters"))
        {
            JsonScope names = _file;
            foreach (JsonMember parameter in written.Members.Where(p => CheckVariable(p.Name, p.NameRange, names)))
            {
                parameters.Add(parameter);
                names = names.With(parameter.Name, 0);
            }
        }
        var inputs = new List<string>();
        if (member.Value["inputs"] is JsonValue inputNames && fields.Is(inputNames, JsonKind.Array, $"{label}: inputs"))
        {
            foreach (JsonValue name in inputNames.Items.Where(n => fields.Is(n, JsonKind.String, $"{label}: inputs")))
            {
                if (LayerNames.IsValid(name.Text) && !inputs.Contains(name.Text))
                    inputs.Add(name.Text);
                else
                    problems.Add(ProblemIds.InvalidName, $"{label}: '{JsonNames.Printable(name.Text)}' cannot be the name of an input, "
                        + "or is one already", name.Range);
            }
        }
        if (inputs.Count == 0)
            inputs.Add(Input);
        if (member.Value["layers"] is JsonValue layers)
            return fields.Is(layers, JsonKind.Array, $"{label}: layers") ? new JsonBlock(member.Name, inputs, parameters, layers) : null;
        problems.Add(ProblemIds.WrongValue, $"{label} needs 'layers'", member.NameRange);
        return null;
    }
}
