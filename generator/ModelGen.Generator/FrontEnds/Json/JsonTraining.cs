using System.Globalization;
using ModelGen.Generator.Emit;
using ModelGen.Generator.Graphs;
using ModelGen.Generator.Ops;

namespace ModelGen.Generator.FrontEnds.Json;

/// <summary>Reads <c>trainable</c>.</summary>
internal static class JsonTraining
{
    private const string Loss = "CrossEntropy";
    private const int DefaultBatchSize = 32;

    public static TrainingOptions? Read(
        JsonValue trainable, JsonProblems problems, JsonFields fields, JsonScope scope, GraphBuilder graph, IReadOnlyList<(string Name, JsonLayerValue Value)> outputs)
    {
        if (!fields.Is(trainable, JsonKind.Object, "trainable"))
            return null;
        fields.CheckKeys(trainable, "trainable", null, "batchSize", "loss", "labelSmoothing");
        int batchSize = DefaultBatchSize;
        if (trainable["batchSize"] is JsonValue batch)
            batchSize = fields.Size(batch, "trainable: batchSize", scope, 1) ?? 0;
        if (trainable["loss"] is JsonValue loss && fields.Is(loss, JsonKind.String, "trainable: loss") && loss.Text != Loss)
            problems.Add(ProblemIds.InvalidArgument, $"trainable: loss must be {Loss}, got '{JsonNames.Printable(loss.Text)}'", loss.Range);
        double labelSmoothing = 0;
        if (trainable["labelSmoothing"] is JsonValue smoothing && fields.Is(smoothing, JsonKind.Number, "trainable: labelSmoothing"))
        {
            labelSmoothing = double.Parse(smoothing.Text, NumberStyles.Float, CultureInfo.InvariantCulture);
            if (labelSmoothing is not (>= 0 and < 1))
                problems.Add(ProblemIds.InvalidArgument, $"trainable: labelSmoothing must be at least 0 and less than 1, got {smoothing.Describe()}", smoothing.Range);
        }
        if (outputs.Count > 0 && (outputs.Count > 1 || outputs[0].Name != Passes.Pipeline.Output))
        {
            problems.Add(ProblemIds.LossShape,
                $"trainable: the loss {Loss} needs one output of class scores, named '{Passes.Pipeline.Output}'; got {string.Join(", ", outputs.Select(o => $"'{JsonNames.Printable(o.Name)}'"))}", trainable.Range);
        }
        else if (outputs.Count > 0 && outputs[0].Value.Id is int result)
            CheckLoss(graph.TypeOf(result).Shape, trainable, problems);
        if (NetworkChecks.BatchTooLarge("trainable", batchSize, Enumerable.Range(0, graph.Count).Select(graph.TypeOf)) is Problem tooLarge)
            problems.Add(tooLarge.Id, tooLarge.Message, trainable.Range);
        return new TrainingOptions(batchSize, Loss, (float)labelSmoothing);
    }

    private static void CheckLoss(Shape scores, JsonValue trainable, JsonProblems problems)
    {
        if (scores.Rank != 1)
        {
            problems.Add(ProblemIds.LossShape,
                $"trainable: the loss {Loss} needs 1 dimension of class scores per sample, got {scores} from the output; end with Flatten and Linear", trainable.Range);
        }
    }
}
