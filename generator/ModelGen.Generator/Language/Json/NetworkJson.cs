using System.Globalization;
using System.Text;
using ModelGen.Generator.Collections;
using ModelGen.Generator.Graphs;
using ModelGen.Generator.Model;
using ModelGen.Generator.Ops;

namespace ModelGen.Generator.Language.Json;

/// <summary>
/// Writes networks as <c>*.network.json</c>: one layer a line, no blocks, nothing that is a default. Reading it gives the same graph.
/// </summary>
internal static class NetworkJson
{
    /// <exception cref="InvalidOperationException">The graph does not come from layers.</exception>
    public static string Write(NetworkModel model) => Write(model.Graph, model.Class, model.Training, model.Options);

    /// <exception cref="InvalidOperationException">The graph does not come from layers.</exception>
    public static string Write(Graph graph) => Write(graph, null, null, CompilerOptions.Default);

    private static string Write(Graph graph, ClassDeclaration? declaration, TrainingOptions? training, CompilerOptions options)
    {
        var members = new List<string> { $"\"name\": {Quote(graph.Name)}" };
        if (declaration is { Namespace.Length: > 0 })
            members.Add($"\"namespace\": {Quote(declaration.Namespace.Replace("@", ""))}");
        if (declaration is not null && declaration.Accessibility != "public")
            members.Add("\"accessibility\": \"internal\"");
        members.Add($"\"inputs\": {{ {string.Join(", ", graph.Inputs.Select(i => $"{Quote(i.Name)}: [{Join(i.Shape.Dimensions)}]"))} }}");

        var writer = new LayerWriter(graph);
        string[] layers = [.. new LayerRecovery(graph).Layers().Select(writer.Write)];
        members.Add($"\"layers\": [\n    {string.Join(",\n    ", layers)}\n  ]");
        bool isDefault = graph.Outputs.Count == 1 && graph.Outputs[0].Name == ValueNames.Output
            && graph.Outputs[0].Value == graph.Nodes.Count - 1;
        if (!isDefault)
            members.Add($"\"outputs\": {{ "
                + $"{string.Join(", ", graph.Outputs.Select(o => $"{Quote(o.Name)}: {Quote(writer.NameOf(o.Value))}"))} }}");
        members.AddRange(Options(NetworkOption.All, options));
        if (training is not null)
            members.Add($"\"trainable\": {{ {string.Join(", ", Options(TrainableOption.All, training))} }}");
        return "{\n  " + string.Join(",\n  ", members) + "\n}\n";
    }

    /// <summary>A JSON string of printable ASCII.</summary>
    public static string Quote(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (char c in text)
        {
            if (c is '"' or '\\')
                quoted.Append('\\').Append(c);
            else if (c is >= ' ' and < (char)127)
                quoted.Append(c);
            else
                quoted.Append("\\u").Append(((int)c).ToString("x4", CultureInfo.InvariantCulture));
        }
        return quoted.Append('"').ToString();
    }

    private static IEnumerable<string> Options(EquatableArray<Option> options, OptionSet values)
    {
        foreach (Option option in options)
        {
            if (!values.Values.TryGet(option.Name, out AttributeValue value))
                continue;
            string text = value.IsWord ? Quote(value.Word) : option is FlagOption ? "true" : AttributeText.Number(value);
            yield return $"\"{option.Key}\": {text}";
        }
    }

    private static string Join(IEnumerable<int> numbers) => string.Join(", ", numbers.Select(n => Number(n)));

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>Writes layer after layer and knows what the next one can leave out.</summary>
    private sealed class LayerWriter(Graph graph)
    {
        private readonly LayerNames _names = new();
        private readonly Dictionary<int, string> _results = graph.Inputs.ToDictionary(i => i.Id, i => i.Name);
        private int _count;
        private int _previous = graph.Inputs.First().Id;

        public string NameOf(int value) =>
            _results.TryGetValue(value, out string? name) ? name
                : throw new InvalidOperationException($"{graph.Name} cannot be written as layers: %{Number(value)} is no layer's result");

        public string Write(RecoveredLayer layer)
        {
            var members = new List<string> { $"\"op\": {Quote(layer.Op.Name)}" };
            bool isDefaultName = _names.Next(layer.Op.Layer!.DefaultName) == layer.Name;
            _names.Add(_count++, layer.Op.Layer.DefaultName, layer.Name);
            if (!isDefaultName)
                members.Add($"\"name\": {Quote(layer.Name)}");
            if (layer.Inputs.Count != 1 || layer.Inputs[0] != _previous || layer.Op.Layer.MinInputs > 1)
            {
                string[] sources = [.. layer.Inputs.Select(i => Quote(Source(i)))];
                members.Add($"\"from\": {(sources.Length == 1 ? sources[0] : $"[{string.Join(", ", sources)}]")}");
            }
            foreach (AttributeSpec spec in layer.Op.Attributes)
            {
                AttributeValue value = layer.Attributes[spec.Name];
                AttributeValue? fallback = spec.DefaultsTo is string other ? layer.Attributes[other] : spec.Default;
                if (fallback != value)
                    members.Add($"\"{spec.Name}\": {Text(spec, value)}");
            }
            _results[layer.Result] = layer.Name;
            _previous = layer.Result;
            return $"{{ {string.Join(", ", members)} }}";
        }

        // A layer may have the name that the only input has; the word 'input' no layer may have.
        private string Source(int value) =>
            graph[value].Is(OpNames.Input) && graph.Inputs.Count() == 1 ? LayerSyntax.NetworkInput : NameOf(value);

        private static string Text(AttributeSpec spec, AttributeValue value) => spec.Kind switch
        {
            AttributeKind.Bool => value.Int != 0 ? "true" : "false",
            AttributeKind.Word => Quote(value.Word),
            AttributeKind.Float => value.Number.ToString("R", CultureInfo.InvariantCulture),
            AttributeKind.Ints => $"[{Join(value.Ints)}]",
            _ => Integers(value.Ints),
        };

        private static string Integers(EquatableArray<int> ints) => ints.Distinct().Count() == 1 ? Number(ints[0])
            : ints.Count == 4 && ints[0] == ints[2] && ints[1] == ints[3] ? $"[{Join(ints.Take(2))}]"
            : $"[{Join(ints)}]";
    }
}
