using System.Globalization;
using ModelGen.Generator.Emit;
using ModelGen.Generator.Graphs;
using ModelGen.Generator.Ops;

namespace ModelGen.Generator.FrontEnds.Json;

/// <summary>Reads <c>trainable</c>.</summary>
internal static class JsonTraining
{
    private const string Label = "trainable";
    private const int DefaultBatchSize = 32;

    public static TrainingOptions? Read(
        JsonValue trainable, JsonProblems problems, JsonFields fields, JsonScope scope, GraphBuilder graph, IReadOnlyList<(string Name, JsonLayerValue Value)> outputs)
    {
        if (!fields.Is(trainable, JsonKind.Object, Label))
            return null;
        fields.CheckKeys(trainable, Label, null, "batchSize", "loss", "labelSmoothing");
        int batchSize = DefaultBatchSize;
        if (trainable["batchSize"] is JsonValue batch)
            batchSize = fields.Size(batch, $"{Label}: batchSize", scope, 1) ?? 0;
        if (trainable["loss"] is JsonValue loss && fields.Is(loss, JsonKind.String, $"{Label}: loss") && loss.Text != OpNames.CrossEntropy)
            problems.Add(ProblemIds.InvalidArgument, $"{Label}: loss must be {OpNames.CrossEntropy}, got '{JsonNames.Printable(loss.Text)}'", loss.Range);
        double labelSmoothing = 0;
        if (trainable["labelSmoothing"] is JsonValue smoothing && fields.Is(smoothing, JsonKind.Number, $"{Label}: labelSmoothing"))
        {
            labelSmoothing = double.Parse(smoothing.Text, NumberStyles.Float, CultureInfo.InvariantCulture);
            Report(NetworkChecks.LabelSmoothing(Label, "labelSmoothing", labelSmoothing, smoothing.Describe()), smoothing);
        }
        if (outputs.Count > 0)
            Report(NetworkChecks.Loss(Label, [.. outputs.Select(o => (JsonNames.Printable(o.Name), o.Value.Id is int id ? graph.TypeOf(id).Shape : (Shape?)null))]), trainable);
        Report(NetworkChecks.BatchTooLarge(Label, batchSize, Enumerable.Range(0, graph.Count).Select(graph.TypeOf)), trainable);
        return new TrainingOptions(batchSize, OpNames.CrossEntropy, (float)labelSmoothing);

        void Report(Problem? problem, JsonValue place)
        {
            if (problem is Problem found)
                problems.Add(found.Id, found.Message, place.Range);
        }
    }
}
