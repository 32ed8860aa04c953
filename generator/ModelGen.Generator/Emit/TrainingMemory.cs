using ModelGen.Generator.Graphs;
using ModelGen.Generator.Scheduling;

namespace ModelGen.Generator.Emit;

/// <summary>What training keeps in memory, in floats.</summary>
/// <param name="Arena">Activations and gradients, which a step and evaluation share.</param>
/// <param name="LowerBound">The largest sum of values alive at one step.</param>
/// <param name="Packed">
/// The largest part of the arena at one step that holds neither: weights in the order in which the backward pass reads them and what
/// kernels need for themselves.
/// </param>
/// <param name="Parameters">Parameters, running averages and what the optimizer keeps.</param>
/// <param name="OptimizerState">Of these, what the optimizer keeps, and sums of gradients.</param>
internal sealed record TrainingMemory(long Arena, long LowerBound, long Packed, long Parameters, long OptimizerState)
{
    /// <param name="declared">The network's own parameters; all others are state of the optimizer.</param>
    public static TrainingMemory Of(Plan step, Plan evaluation, IEnumerable<Node> declared)
    {
        var known = new HashSet<string>(declared.Select(p => p.Name), StringComparer.Ordinal);
        return new TrainingMemory(
            Math.Max(step.ArenaLength, evaluation.ArenaLength), Math.Max(step.ArenaLowerBound, evaluation.ArenaLowerBound),
            PackedLength(step), step.ParameterLength,
            step.Graph.Parameters.Where(p => !known.Contains(p.Name)).Sum(p => (long)Scheduling.Arena.Align(step.LayoutOf(p.Id).Length)));
    }

    private static long PackedLength(Plan plan)
    {
        bool[] dependsOnSamples = new bool[plan.Graph.Nodes.Count];
        foreach (Node node in plan.Graph.Nodes)
            dependsOnSamples[node.Id] = node.Is(OpNames.Input) || node.Inputs.Any(i => dependsOnSamples[i]);
        // Memory of kernels stands behind the values.
        return Scheduling.Arena.LowerBound([.. plan.Lifetimes.Where(l => l.Value >= dependsOnSamples.Length || !dependsOnSamples[l.Value])
            .Select(l => new Interval(l.Value, l.Length, l.First, l.Last))]);
    }
}
