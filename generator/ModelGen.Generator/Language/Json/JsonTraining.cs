using System.Globalization;
using ModelGen.Generator.Diagnostics;
using ModelGen.Generator.Graphs;
using ModelGen.Generator.Model;
using ModelGen.Generator.Ops;

namespace ModelGen.Generator.Language.Json;

/// <summary>Reads <c>trainable</c>, whose keys are the properties of <c>[Trainable]</c>.</summary>
internal sealed class JsonTraining
{
    private const string Label = "trainable";

    private static readonly string[] Keys =
        ["batchSize", "loss", "labelSmoothing", "huberDelta", "hingeMargin", "hingePower", "optimizer", "clipGradients", "checkUpdates", "accumulateGradients", "checkpoint", "auxiliaryWeight", "freeze"];

    private readonly JsonValue _trainable;
    private readonly JsonProblems _problems;
    private readonly JsonFields _fields;
    private readonly JsonScope _scope;

    private JsonTraining(JsonValue trainable, JsonProblems problems, JsonFields fields, JsonScope scope) =>
        (_trainable, _problems, _fields, _scope) = (trainable, problems, fields, scope);

    /// <summary>As much as the public surface depends on, of any file; null without <c>trainable</c>.</summary>
    public static TrainingDeclaration? SurfaceOf(JsonValue root) =>
        root["trainable"] is not JsonValue trainable ? null : new TrainingDeclaration
        {
            Loss = Math.Max(0, IndexOf(LossOperator.Names, trainable["loss"]?.Text)),
            Optimizer = Math.Max(0, IndexOf(OptimizerTable.Names, trainable["optimizer"]?.Text)),
            AccumulateGradients = trainable["accumulateGradients"] is { IsTrue: true },
        };

    /// <summary>True where it cannot be told how the network is trained.</summary>
    public static bool IsInDoubt(JsonValue trainable) =>
        trainable.Kind != JsonKind.Object
        || trainable.Members.Any(m => !Keys.Contains(m.Name))
        || (trainable["loss"] is JsonValue loss && IndexOf(LossOperator.Names, loss.Text) < 0)
        || (trainable["optimizer"] is JsonValue optimizer && IndexOf(OptimizerTable.Names, optimizer.Text) < 0);

    public static TrainingOptions? Read(
        JsonValue trainable, JsonProblems problems, JsonFields fields, JsonScope scope, GraphBuilder graph, IReadOnlyList<(string Name, JsonLayerValue Value)> outputs)
    {
        if (!fields.Is(trainable, JsonKind.Object, Label))
            return null;
        fields.CheckKeys(trainable, Label, null, Keys);
        TrainingDeclaration declaration = new JsonTraining(trainable, problems, fields, scope).ReadDeclaration();
        (string, Shape?)[] shapes = [.. outputs.Select(o => (JsonNames.Printable(o.Name), o.Value.Id is int id ? graph.TypeOf(id).Shape : (Shape?)null))];
        return TrainingReader.Read(declaration, Label, Camel, shapes, Enumerable.Range(0, graph.Count).Select(i => graph[i]),
            (problem, property) => problems.Add(problem.Id, problem.Message, ((property is null ? null : trainable[Camel(property)]) ?? trainable).Range));
    }

    // What is no value of the right kind has been reported and is left at its default.
    private TrainingDeclaration ReadDeclaration()
    {
        var defaults = new TrainingDeclaration();
        return new TrainingDeclaration
        {
            BatchSize = _trainable["batchSize"] is JsonValue batch ? _fields.Size(batch, $"{Label}: batchSize", _scope, 1) ?? 1 : defaults.BatchSize,
            Loss = Word("loss", LossOperator.Names),
            LabelSmoothing = Number("labelSmoothing") ?? defaults.LabelSmoothing,
            HuberDelta = Number("huberDelta") ?? defaults.HuberDelta,
            HingeMargin = Number("hingeMargin") ?? defaults.HingeMargin,
            HingePower = _trainable["hingePower"] is JsonValue power ? _fields.Size(power, $"{Label}: hingePower", _scope, 1) ?? 1 : defaults.HingePower,
            Optimizer = Word("optimizer", OptimizerTable.Names),
            ClipGradients = Flag("clipGradients"),
            CheckUpdates = Flag("checkUpdates"),
            AccumulateGradients = Flag("accumulateGradients"),
            Checkpoint = Flag("checkpoint"),
            AuxiliaryWeight = Number("auxiliaryWeight"),
            Freeze = _trainable["freeze"] is JsonValue freeze && _fields.Is(freeze, JsonKind.String, $"{Label}: freeze") ? freeze.Text : defaults.Freeze,
        };
    }

    private int Word(string key, IReadOnlyList<string> words)
    {
        if (_trainable[key] is not JsonValue word || !_fields.Is(word, JsonKind.String, $"{Label}: {key}"))
            return 0;
        if (IndexOf(words, word.Text) is >= 0 and int index)
            return index;
        _problems.Add(ProblemIds.InvalidArgument, $"{Label}: {key} must be one of {string.Join(", ", words)}, got '{JsonNames.Printable(word.Text)}'", word.Range);
        return 0;
    }

    private static int IndexOf(IReadOnlyList<string> words, string? word)
    {
        for (int i = 0; i < words.Count; i++)
        {
            if (words[i] == word)
                return i;
        }
        return -1;
    }

    private bool Flag(string key) => _trainable[key] is JsonValue flag && _fields.Is(flag, JsonKind.Boolean, $"{Label}: {key}") && flag.IsTrue;

    private double? Number(string key) => _trainable[key] is JsonValue number && _fields.Is(number, JsonKind.Number, $"{Label}: {key}")
        ? double.Parse(number.Text, NumberStyles.Float, CultureInfo.InvariantCulture)
        : null;

    private static string Camel(string property) => char.ToLowerInvariant(property[0]) + property.Substring(1);
}
