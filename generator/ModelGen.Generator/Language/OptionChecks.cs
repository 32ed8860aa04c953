using ModelGen.Generator.Collections;
using ModelGen.Generator.Diagnostics;
using ModelGen.Generator.Graphs;
using ModelGen.Generator.Model;

namespace ModelGen.Generator.Language;

/// <summary>Checks what is said about a network and its training, whichever way it is written.</summary>
internal static class OptionChecks
{
    /// <summary>Checks each value by itself.</summary>
    /// <param name="said">What is said, by the options' names.</param>
    /// <param name="label">Who says it, as messages begin.</param>
    /// <param name="nameOf">What an option is called there.</param>
    /// <param name="report">Takes a problem and the option at fault.</param>
    public static void Values(
        EquatableArray<Option> options, AttributeMap said, string label, Func<Option, string> nameOf, Action<Problem, Option> report)
    {
        foreach (Option option in options)
        {
            if (said.TryGet(option.Name, out AttributeValue value) && option.Refuse(value) is string refusal)
                report(new Problem(ProblemIds.InvalidArgument, $"{label}: {nameOf(option)} {refusal}"), option);
        }
    }

    /// <summary>Checks what <c>[Trainable]</c> says.</summary>
    /// <param name="training">Null without the attribute.</param>
    /// <param name="outputs">The network's outputs; none where they are unknown.</param>
    /// <param name="nodes">All values of the network.</param>
    /// <param name="problems">Where problems go.</param>
    public static TrainingOptions? Training(
        OptionsDeclaration? training,
        IReadOnlyList<(string Name, Shape? Shape)> outputs, IEnumerable<Node> nodes, List<LocatedProblem<Place>> problems) =>
        training is { IsReadable: true }
            ? Training(training.Said, "Trainable", o => o.Name, outputs, nodes, (problem, option) =>
                problems.Add(new(problem, option is null ? Place.Trainable : Place.Trainable.At(option.Name))))
            : null;

    /// <summary>Checks what is said about training, each by itself and against the network.</summary>
    /// <param name="report">Takes a problem and the option at fault, null for all of it.</param>
    public static TrainingOptions Training(
        AttributeMap said, string label,
        Func<Option, string> nameOf, IReadOnlyList<(string Name, Shape? Shape)> outputs, IEnumerable<Node> nodes,
        Action<Problem, Option?> report)
    {
        var options = new TrainingOptions(said);
        Values(TrainableOption.All, said, label, nameOf, report);
        foreach (Option option in TrainableOption.All.Where(
            o => o.OfLoss is string loss && loss != options.Loss && options.Values.TryGet(o.Name, out _)))
        {
            string what = $"{nameOf(option)} is of the loss {option.OfLoss}, the loss is {options.Loss}; leave it out";
            report(new Problem(ProblemIds.InvalidArgument, $"{label}: {what}"), option);
        }
        if (outputs.Count == 0)
            return options;
        Report(NetworkChecks.Loss(
            label, options.Loss, nameOf(TrainableOption.AuxiliaryWeight), options[TrainableOption.AuxiliaryWeight], outputs));
        Report(NetworkChecks.BatchTooLarge(label, options.BatchSize, nodes.Select(n => n.Type)));
        Shape? scores = outputs.FirstOrDefault(o => o.Name == ValueNames.Output).Shape;
        if (NetworkChecks.ClassWeights(label, nameOf(TrainableOption.ClassWeights), options.ClassWeights, scores) is Problem weights)
            report(weights, TrainableOption.ClassWeights);
        foreach (Problem problem in NetworkChecks.Frozen(label, nameOf(TrainableOption.Freeze), options.Frozen, nodes))
            report(problem, TrainableOption.Freeze);
        return options;

        void Report(Problem? problem)
        {
            if (problem is Problem found)
                report(found, null);
        }
    }
}
