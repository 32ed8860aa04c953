using System.Globalization;
using ModelGen.Generator.Collections;
using ModelGen.Generator.Diagnostics;
using ModelGen.Generator.Graphs;
using ModelGen.Generator.Model;
using ModelGen.Generator.Ops;

namespace ModelGen.Generator.Language.Json;

/// <summary>
/// Reads what a file says beside its network: the keys of <see cref="NetworkOption"/>, and in <c>trainable</c> those of <see
/// cref="TrainableOption"/>.
/// </summary>
internal sealed class JsonOptions(JsonProblems problems, JsonFields fields, JsonScope scope)
{
    private static readonly string[] TrainingKeys = [.. TrainableOption.All.Select(o => o.Key)];

    /// <summary>What stands there without a doubt, of any file and without a word: as much as the public surface depends on.</summary>
    public static AttributeMap Plain(JsonValue owner, EquatableArray<Option> options)
    {
        AttributeMap said = AttributeMap.Empty;
        foreach (Option option in options)
        {
            if (option is FlagOption && owner[option.Key] is { IsTrue: true })
                said = said.With(option.Name, true);
            else if (option is WordOption && owner[option.Key] is { Kind: JsonKind.String } word && option.Allows(word.Text))
                said = said.With(option.Name, word.Text);
        }
        return said;
    }

    /// <summary>True where it cannot be told how the network is trained.</summary>
    public static bool IsInDoubt(JsonValue trainable) =>
        trainable.Kind != JsonKind.Object
        || trainable.Members.Any(m => !TrainingKeys.Contains(m.Name))
        || TrainableOption.All.OfType<WordOption>().Any(o => trainable[o.Key] is JsonValue word && !o.Allows(word.Text));

    public CompilerOptions ReadNetwork(JsonValue root, GraphBuilder graph)
    {
        var options = new CompilerOptions(Read(root, "", NetworkOption.All));
        IEnumerable<TensorType> types = Enumerable.Range(0, graph.Count).Select(graph.TypeOf);
        if (root[NetworkOption.Batch.Key] is JsonValue batch
            && NetworkChecks.BatchTooLarge(NetworkOption.Batch.Key, options[NetworkOption.Batch], types) is Problem problem)
        {
            problems.Add(problem.Id, problem.Message, batch.Range);
        }
        return options;
    }

    public TrainingOptions? ReadTraining(
        JsonValue trainable, string label, GraphBuilder graph, IReadOnlyList<(string Name, JsonLayerValue Value)> outputs)
    {
        if (!fields.Is(trainable, JsonKind.Object, label))
            return null;
        fields.CheckKeys(trainable, label, null, TrainingKeys);
        AttributeMap said = Read(trainable, label + ": ", TrainableOption.All);
        (string, Shape?)[] shapes =
            [.. outputs.Select(o => (JsonNames.Printable(o.Name), o.Value.Id is int id ? graph.TypeOf(id).Shape : (Shape?)null))];
        return OptionChecks.Training(said, label, o => o.Key, shapes, Enumerable.Range(0, graph.Count).Select(i => graph[i]),
            (problem, option) => problems.Add(
                problem.Id, problem.Message, ((option is null ? null : trainable[option.Key]) ?? trainable).Range));
    }

    // What is no value of the right kind is reported and left at its default.
    private AttributeMap Read(JsonValue owner, string prefix, EquatableArray<Option> options)
    {
        AttributeMap said = AttributeMap.Empty;
        foreach (Option option in options)
        {
            if (owner[option.Key] is JsonValue written && Read(option, written, prefix + option.Key) is AttributeValue value)
                said = said.With(option.Name, value);
        }
        return said;
    }

    private AttributeValue? Read(Option option, JsonValue written, string what)
    {
        switch (option)
        {
            case FlagOption:
                return fields.Is(written, JsonKind.Boolean, what) ? written.IsTrue : (AttributeValue?)null;
            case IntegerOption integer:
                return fields.Size(written, what, scope, integer.Least) ?? integer.Least;
            case TextOption:
                return fields.Is(written, JsonKind.String, what) ? (AttributeValue)written.Text : (AttributeValue?)null;
            case WordOption:
                if (!fields.Is(written, JsonKind.String, what))
                    return null;
                if (option.Refuse(written.Text) is not string refusal)
                    return written.Text;
                problems.Add(ProblemIds.InvalidArgument, $"{what} {refusal}", written.Range);
                return null;
            default:
                return fields.Is(written, JsonKind.Number, what)
                    ? double.Parse(written.Text, NumberStyles.Float, CultureInfo.InvariantCulture) : (AttributeValue?)null;
        }
    }
}
