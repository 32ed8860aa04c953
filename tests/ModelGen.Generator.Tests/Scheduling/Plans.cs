using System.Collections.Concurrent;
using ModelGen.Generator.Differentiation;
using ModelGen.Generator.Graphs;
using ModelGen.Generator.Layouts;
using ModelGen.Generator.Model;
using ModelGen.Generator.Passes;
using ModelGen.Generator.Scheduling;
using ModelGen.Tests.Reference;

namespace ModelGen.Generator.Tests.Scheduling;

/// <summary>Plans of random networks, made as the emitter makes them, and some that stress the scheduler more.</summary>
internal static class Plans
{
    private const int SeedsOfSeries = 20;

    private static readonly ConcurrentDictionary<int, Lazy<(string, Plan)[]>> Known = [];

    /// <summary>
    /// All plans of twenty networks, half of them wide. Names say how to make them again; the plan's graph is the rest of a message.
    /// </summary>
    public static IReadOnlyList<(string Name, Plan Plan)> OfSeries(int series) => Known.GetOrAdd(series, s => new(() =>
        [.. Enumerable.Range(s * SeedsOfSeries, SeedsOfSeries).SelectMany(OfSeed)])).Value;

    /// <summary>Some places in the forward pass of a training graph, always the same ones.</summary>
    public static int[] CutsOf(Graph training)
    {
        int loss = training.Outputs.Single(o => o.Name == ValueNames.Loss).Value;
        var random = new Random(loss);
        return [.. Enumerable.Range(1, loss).Where(_ => random.Next(6) == 0)];
    }

    private static IEnumerable<(string Name, Plan Plan)> OfSeed(int seed)
    {
        int batch = 1 + seed % 5;
        return Of(RandomGraphs.Network(seed, wide: seed % 2 == 0), batch).Select(p => ($"seed {seed}, batch {batch}, {p.Name}", p.Plan));
    }

    /// <summary>
    /// Inference, training and evaluation of a network; and its forward and gradient graphs with several outputs, as declared, without
    /// passes.
    /// </summary>

    public static IEnumerable<(string Name, Plan Plan)> Of(Graph network, int batch)
    {
        LaidOutGraph inference = LayoutPlanner.Plan(Pipeline.ForInference(network), p => Layout.Dense(p.Shape));
        yield return ("inference", Scheduler.Schedule(inference, batch: 1, parametersChange: false));

        var options = new TrainingOptions(batch, OpNames.CrossEntropy, 0);
        LaidOutGraph training = LayoutPlanner.Plan(Pipeline.ForTraining(network, options), _ => null);
        Plan step = Scheduler.Schedule(training, batch, parametersChange: true);
        yield return ("training", step);
        yield return ("recomputing training",
            Scheduler.Schedule(Recompute.Run(training, ValueNames.Loss, CutsOf(training.Graph)), batch, parametersChange: true));

        var layouts = step.Graph.Parameters.ToDictionary(p => p.Name, p => step.LayoutOf(p.Id), StringComparer.Ordinal);
        var offsets = step.Graph.Parameters.ToDictionary(p => p.Name, p => step.Slots[p.Id].Offset, StringComparer.Ordinal);
        LaidOutGraph evaluation = LayoutPlanner.Plan(Pipeline.ForEvaluation(network, options), p => layouts[p.Name]);
        yield return ("evaluation", Scheduler.Schedule(evaluation, batch, parametersChange: true, offsets));

        Graph forward = RemoveDropout.Run(network);
        yield return ("forward", Scheduler.Schedule(LayoutPlanner.Plan(forward, _ => null), batch, parametersChange: false));

        Graph gradients = Differentiate.VectorJacobian(forward, "output", n => n.Op is OpNames.Input or OpNames.Parameter);
        yield return ("gradients", Scheduler.Schedule(LayoutPlanner.Plan(gradients, _ => null), batch, parametersChange: true));
    }
}
