using System.Globalization;
using ModelGen.Generator.Collections;
using ModelGen.Generator.Diagnostics;
using ModelGen.Generator.Graphs;
using ModelGen.Generator.Model;
using ModelGen.Generator.Ops;

namespace ModelGen.Generator.Language;

/// <summary>Checks what is said about training, whichever way the network is written.</summary>
internal static class TrainingReader
{
    /// <param name="training">Null without <c>[Trainable]</c>.</param>
    /// <param name="outputs">The network's outputs; none where they are unknown.</param>
    /// <param name="nodes">All values of the network.</param>
    /// <param name="problems">Where problems go.</param>
    public static TrainingOptions? Read(
        TrainingDeclaration? training, IReadOnlyList<(string Name, Shape? Shape)> outputs, IEnumerable<Node> nodes, List<LocatedProblem> problems) =>
        training is { IsReadable: true }
            ? Read(training, "Trainable", key => key, outputs, nodes, (problem, key) => problems.Add(new(problem, key is null ? Place.Trainable : Place.Trainable.At(key))))
            : null;

    /// <param name="label">What trains, as messages begin.</param>
    /// <param name="keyOf">What a property of the attribute is called where this was written.</param>
    /// <param name="report">Takes a problem and the property at fault, null for the whole.</param>
    public static TrainingOptions Read(
        TrainingDeclaration training, string label, Func<string, string> keyOf, IReadOnlyList<(string Name, Shape? Shape)> outputs, IEnumerable<Node> nodes,
        Action<Problem, string?> report)
    {
        Report(NetworkChecks.BatchTooSmall(label, keyOf("BatchSize"), training.BatchSize), "BatchSize");
        EquatableArray<string> losses = LossOperator.Names;
        string loss = training.LossName;
        if (training.Loss < 0 || training.Loss >= losses.Count)
            Refuse("Loss", $"must be one of {string.Join(", ", losses)}, got number {Text(training.Loss)}");
        EquatableArray<string> optimizers = OptimizerTable.Names;
        if (training.Optimizer < 0 || training.Optimizer >= optimizers.Count)
            Refuse("Optimizer", $"must be one of {string.Join(", ", optimizers)}, got number {Text(training.Optimizer)}");
        if (training.LabelSmoothing is not (>= 0 and < 1))
            Refuse("LabelSmoothing", $"must be at least 0 and less than 1, got {Text(training.LabelSmoothing)}");
        if (!(training.HuberDelta > 0) || !IsFloat(training.HuberDelta))
            Refuse("HuberDelta", $"must be a finite number above 0, got {Text(training.HuberDelta)}");
        if (!IsFloat(training.HingeMargin))
            Refuse("HingeMargin", $"must be a finite number, got {Text(training.HingeMargin)}");
        if (training.HingePower is not (1 or 2))
            Refuse("HingePower", $"must be 1 or 2, got {Text(training.HingePower)}");
        if (training.AuxiliaryWeight is double weight && (!(weight >= 0) || !IsFloat(weight)))
            Refuse("AuxiliaryWeight", $"must be a finite number of at least 0, got {Text(weight)}");
        BelongsTo(OpNames.CrossEntropy, "LabelSmoothing", training.LabelSmoothing != 0);
        BelongsTo(OpNames.Huber, "HuberDelta", training.HuberDelta != 1);
        BelongsTo(OpNames.Hinge, "HingeMargin", training.HingeMargin != 1);
        BelongsTo(OpNames.Hinge, "HingePower", training.HingePower != 1);

        EquatableArray<string> frozen = NamePattern.Split(training.Freeze).ToEquatableArray();
        if (outputs.Count > 0)
        {
            Report(NetworkChecks.Loss(label, loss, keyOf("AuxiliaryWeight"), training.AuxiliaryWeight, outputs), null);
            Report(NetworkChecks.BatchTooLarge(label, training.BatchSize, nodes.Select(n => n.Type)), null);
            foreach (Problem problem in NetworkChecks.Frozen(label, keyOf("Freeze"), frozen, nodes))
                report(problem, "Freeze");
        }
        return new TrainingOptions(training.BatchSize, loss, (float)training.LabelSmoothing)
        {
            Optimizer = training.OptimizerName,
            ClipGradients = training.ClipGradients,
            CheckUpdates = training.CheckUpdates,
            AccumulateGradients = training.AccumulateGradients,
            Checkpoint = training.Checkpoint,
            HuberDelta = (float)training.HuberDelta,
            HingeMargin = (float)training.HingeMargin,
            HingePower = training.HingePower,
            AuxiliaryWeight = (float)(training.AuxiliaryWeight ?? 0),
            Frozen = frozen,
        };

        void Report(Problem? problem, string? key)
        {
            if (problem is Problem found)
                report(found, key);
        }

        void Refuse(string key, string what) => report(new Problem(ProblemIds.InvalidArgument, $"{label}: {keyOf(key)} {what}"), key);

        void BelongsTo(string owner, string key, bool isSet)
        {
            if (isSet && loss != owner)
                Refuse(key, $"is of the loss {owner}, the loss is {loss}; leave it out");
        }
    }

    private static bool IsFloat(double value) => !float.IsNaN((float)value) && !float.IsInfinity((float)value);

    private static string Text(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}
