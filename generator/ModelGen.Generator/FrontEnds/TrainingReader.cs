using System.Globalization;
using ModelGen.Generator.Emit;
using ModelGen.Generator.Graphs;
using ModelGen.Generator.Ops;

namespace ModelGen.Generator.FrontEnds;

/// <summary>Checks what <c>[Trainable]</c> says, whether the layers are attributes or calls of a definition.</summary>
internal static class TrainingReader
{
    private const string Label = "Trainable";

    /// <param name="training">Null without <c>[Trainable]</c>.</param>
    /// <param name="outputs">The network's outputs; none where they are unknown.</param>
    /// <param name="types">The types of all values of the network.</param>
    /// <param name="problems">Where problems go.</param>
    public static TrainingOptions? Read(
        TrainingDeclaration? training, IReadOnlyList<(string Name, Shape? Shape)> outputs, IEnumerable<TensorType> types, List<LocatedProblem> problems)
    {
        if (training is not { IsReadable: true })
            return null;
        Report(NetworkChecks.BatchTooSmall(Label, "BatchSize", training.BatchSize), Place.Trainable.At("BatchSize"));
        if (training.Loss != 0)
        {
            Report(new Problem(ProblemIds.InvalidArgument, $"{Label}: Loss must be {OpNames.CrossEntropy}, got number {training.Loss.ToString(CultureInfo.InvariantCulture)}"),
                Place.Trainable.At("Loss"));
        }
        string smoothing = training.LabelSmoothing.ToString("R", CultureInfo.InvariantCulture);
        Report(NetworkChecks.LabelSmoothing(Label, "LabelSmoothing", training.LabelSmoothing, smoothing), Place.Trainable.At("LabelSmoothing"));
        if (outputs.Count > 0)
        {
            Report(NetworkChecks.Loss(Label, outputs), Place.Trainable);
            Report(NetworkChecks.BatchTooLarge(Label, training.BatchSize, types), Place.Trainable);
        }
        return new TrainingOptions(training.BatchSize, OpNames.CrossEntropy, (float)training.LabelSmoothing);

        void Report(Problem? problem, Place place)
        {
            if (problem is Problem found)
                problems.Add(new(found, place));
        }
    }
}
