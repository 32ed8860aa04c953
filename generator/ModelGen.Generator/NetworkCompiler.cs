using ModelGen.Generator.Diagnostics;
using ModelGen.Generator.Emit;
using ModelGen.Generator.Graphs;
using ModelGen.Generator.Layouts;
using ModelGen.Generator.Model;
using ModelGen.Generator.Passes;
using ModelGen.Generator.Scheduling;
using ModelGen.Runtime;

namespace ModelGen.Generator;

/// <summary>
/// The compiler from a network that a front end has understood to the text of its class: declared graph, passes, layouts, schedule, text.
/// </summary>
internal static class NetworkCompiler
{
    /// <summary>The source of a network.</summary>
    /// <exception cref="ShapeException">The network needs more memory than an array can have, which only its plan shows.</exception>
    /// <exception cref="OperationCanceledException">Nobody waits for it any more.</exception>
    public static string Compile(NetworkModel model, CancellationToken cancellation = default)
    {
        try
        {
            return NetworkEmitter.Emit(Plan(model, cancellation), cancellation);
        }
        catch (OverflowException)
        {
            throw TooLarge(model);
        }
    }

    /// <summary>Everything that is decided before text is written.</summary>
    public static PlannedNetwork Plan(NetworkModel model, CancellationToken cancellation)
    {
        Graph forward = Pipeline.ForInference(model.Graph, model.Options, cancellation);
        LaidOutGraph laidOut = LayoutPlanner.Plan(forward, parameter => Layout.Dense(parameter.Shape), cancellation);
        ParameterOrder parameters = ParameterOrder.Of(model.Graph, laidOut);
        Division division = DivisionOf(model.Graph.Inputs.Count() + model.Graph.Outputs.Count, model.Division);
        Plan inference = Scheduler.Schedule(
            laidOut, model.Batch, parametersChange: false, parameters.Offsets, division, cancellation);
        return new PlannedNetwork(model, parameters, inference, model.Training is null ? null : Train(model, model.Training, cancellation));
    }

    // Parameters change while training, so they lie as the kernels of a step read them, and evaluation takes them from there.
    private static TrainingPlans Train(NetworkModel model, TrainingOptions options, CancellationToken cancellation)
    {
        Graph graph = Pipeline.ForTraining(model.Graph, options, model.Options, cancellation);
        LaidOutGraph training = LayoutPlanner.Plan(graph, _ => null, cancellation);
        if (options[TrainableOption.Checkpoint])
            training = Recompute.Run(training, ValueNames.Loss, options.BatchSize, cancellation);
        Division division = DivisionOf(model.Graph.Inputs.Count() + 1, model.Division);
        Plan step = Scheduler.Schedule(training, options.BatchSize, parametersChange: true, division: division, cancellation: cancellation);
        TrainingCuts cuts = TrainingCuts.Of(step, step.Graph.Outputs.Single(o => o.Name == ValueNames.Loss).Value, options);
        step = cuts.Apply(step);

        var layouts = step.Graph.Parameters.ToDictionary(p => p.Name, p => step.LayoutOf(p.Id), StringComparer.Ordinal);
        var offsets = step.Graph.Parameters.ToDictionary(p => p.Name, p => step.Slots[p.Id].Offset, StringComparer.Ordinal);
        Graph evaluated = Pipeline.ForEvaluation(model.Graph, options, model.Options, cancellation);
        LaidOutGraph evaluation = LayoutPlanner.Plan(evaluated, p => layouts[p.Name], cancellation);
        return new TrainingPlans(
            step, Scheduler.Schedule(evaluation, options.BatchSize, parametersChange: true, offsets, division, cancellation), cuts);
    }

    // What threads may share: nothing where a call brings more spans than the runtime can pass on.
    private static Division DivisionOf(int arguments, Division wanted) =>
        arguments <= KernelContract.MostArguments ? wanted : Division.None;

    private static ShapeException TooLarge(NetworkModel model)
    {
        string training = model.Training is TrainingOptions options
            ? FormattableString.Invariant($", or a training step on {options.BatchSize},") : "";
        string samples = FormattableString.Invariant($"{model.Batch} sample{(model.Batch == 1 ? "" : "s")}{training}");
        return new ShapeException(ProblemIds.TooLarge, FormattableString.Invariant(
            $"{model.Class.Name.TrimStart('@')}: Forward on {samples} needs more than the {Arena.LongestLength} floats of memory that ")
            + "one array can have; use a smaller batch or image");
    }
}
