using System.Globalization;
using ModelGen.Generator.Emit;
using ModelGen.Generator.Graphs;
using ModelGen.Generator.Ops;

namespace ModelGen.Generator.FrontEnds;

/// <summary>Checks what <c>[Trainable]</c> says, whichever way the network is written.</summary>
internal static class TrainingReader
{
    /// <param name="training">Null without <c>[Trainable]</c>.</param>
    /// <param name="scores">The shape of the network's result; null where it is unknown.</param>
    /// <param name="types">The types of all values of the network.</param>
    /// <param name="problems">Where problems go.</param>
    public static TrainingOptions? Read(TrainingDeclaration? training, Shape? scores, IEnumerable<TensorType> types, List<LocatedProblem> problems)
    {
        if (training is not { IsReadable: true })
            return null;
        if (NetworkChecks.BatchTooSmall("Trainable", "BatchSize", training.BatchSize) is Problem tooSmall)
            problems.Add(new(tooSmall, Place.Trainable.At("BatchSize")));
        if (training.Loss != 0)
            Report(ProblemIds.InvalidArgument, $"Trainable: Loss must be CrossEntropy, got number {training.Loss.ToString(CultureInfo.InvariantCulture)}", Place.Trainable.At("Loss"));
        if (training.LabelSmoothing is not (>= 0 and < 1))
        {
            Report(ProblemIds.InvalidArgument,
                $"Trainable: LabelSmoothing must be at least 0 and less than 1, got {training.LabelSmoothing.ToString("R", CultureInfo.InvariantCulture)}",
                Place.Trainable.At("LabelSmoothing"));
        }
        if (scores is Shape shape)
        {
            if (shape.Rank != 1)
            {
                Report(ProblemIds.LossShape,
                    $"Trainable: the loss CrossEntropy needs 1 dimension of class scores per sample, got {shape} from the last layer; end with Flatten and Linear", Place.Trainable);
            }
            if (NetworkChecks.BatchTooLarge("Trainable", training.BatchSize, types) is Problem tooLarge)
                problems.Add(new(tooLarge, Place.Trainable));
        }
        return new TrainingOptions(training.BatchSize, "CrossEntropy", (float)training.LabelSmoothing);

        void Report(string id, string message, Place place) => problems.Add(new(new Problem(id, message), place));
    }
}
