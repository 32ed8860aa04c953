using ModelGen.Generator.Graphs;
using ModelGen.Generator.Kernels;
using ModelGen.Generator.Model;
using ModelGen.Generator.Ops;
using ModelGen.Generator.Scheduling;
using ModelGen.Generator.Text;

namespace ModelGen.Generator.Emit;

/// <summary>Writes the <c>Summary</c> property and its rows, and answers what a layer is and costs.</summary>
internal static class SummaryEmitter
{
    /// <summary>
    /// A node for each layer, the last where it is made of several: a convolution whose padding is no zeros begins with a <c>Pad</c>.
    /// </summary>
    public static IEnumerable<Node> Layers(Graph declared)
    {
        var last = new Dictionary<string, int>(StringComparer.Ordinal);
        List<Node> layers = [.. declared.Nodes.Where(n => OperatorTable.TryGet(n.Op, out Operator op) && op.Layer is not null)];
        foreach (Node node in layers)
            last[node.Name] = node.Id;
        return layers.Where(n => last[n.Name] == n.Id);
    }

    /// <summary>Trained values of a layer.</summary>
    public static long ParametersOf(Graph declared, Node layer) => layer.Inputs.Select(i => declared[i])
        .Where(p => p.Is(OpNames.Parameter) && Initializers.IsTrainable(p)).Sum(p => p.Shape.Length);

    public static long MultiplyAddsOf(Graph declared, Node node) =>
        OperatorTable.TryGet(node.Op, out Operator op) ? op.MultiplyAdds(OperatorCall.Of(declared, node)) : 0;

    /// <summary>Writes the property.</summary>
    /// <param name="layers">The static array of <see cref="Rows"/>.</param>
    /// <param name="parameterLength">Floats of all parameters.</param>
    /// <param name="readLength">Floats of those that <c>Forward</c> reads as they are.</param>
    /// <param name="training">Null for networks that are not trainable.</param>
    /// <param name="steps">One <c>StepSummary</c> as C# text for each step; none for networks that are not profiled.</param>
    public static void Emit(
        CodeWriter w, NetworkModel model, GeneratedMembers members, Plan plan, string layers, long parameterLength, long readLength,
        TrainingMemory? training, IReadOnlyCollection<string> steps)
    {
        // Of several inputs the first: the image.
        string input = string.Join(", ", model.Graph.Inputs.First().Shape.Dimensions);
        w.Line("/// <summary>Layers with shapes, parameters and mult-adds, and where their results live.</summary>");
        w.Line(members.Head("Summary") + " { get; } = new(");
        w.Line($"    {Literals.Quote(model.Class.Name.TrimStart('@'))}, [{input}], {layers},");
        w.Line($"    {(long)plan.ArenaLength * sizeof(float)}, {(long)plan.ArenaLowerBound * sizeof(float)}, "
            + $"{(training?.Arena ?? 0) * sizeof(float)}, {model.Batch})");
        w.Line("{");
        w.Line($"    ParameterBytes = {parameterLength * sizeof(float)},");
        w.Line($"    ReadParameterBytes = {readLength * sizeof(float)},");
        w.Line($"    PackedBytes = {(long)plan.PackedLength * sizeof(float)},");
        w.Line($"    LoadScratchBytes = {(long)plan.LoadScratchLength * sizeof(float)},");
        if (training is not null)
        {
            w.Line($"    TrainingBatch = {model.Training!.BatchSize},");
            w.Line($"    TrainingArenaLowerBoundBytes = {training.LowerBound * sizeof(float)},");
            w.Line($"    TrainingPackedBytes = {training.Packed * sizeof(float)},");
            w.Line($"    TrainingParameterBytes = {training.Parameters * sizeof(float)},");
            w.Line($"    OptimizerStateBytes = {training.OptimizerState * sizeof(float)},");
        }
        if (steps.Count > 0)
        {
            w.Line("    Steps =");
            w.Line("    [");
            foreach (string step in steps)
                w.Line($"        {step},");
            w.Line("    ],");
        }
        w.Line("};");
        w.Line();
    }

    /// <summary>The layers as C# text, one each.</summary>
    public static IEnumerable<string> Rows(NetworkModel model, Plan plan)
    {
        var planned = new Dictionary<(string Name, string Op), Node>();
        foreach (Node node in plan.Graph.Nodes)
            planned[(node.Name, node.Op)] = node;
        var kernels = new Dictionary<int, Kernel>();
        foreach (Step step in plan.Steps.Where(s => !s.ClearsHalo))
            kernels[step.Node.Id] = step.Call.Kernel;
        foreach (Node layer in Layers(model.Graph))
        {
            Lifetime? lifetime = planned.TryGetValue((layer.Name, layer.Op), out Node? node) ? LifetimeOf(plan, node) : null;
            string place = lifetime is Lifetime l
                ? $"{(long)l.Offset * sizeof(float)}, {l.First}, {Math.Min(l.Last, plan.Steps.Count)}"
                : "null, 0, 0";
            string kernel = node is not null && kernels.TryGetValue(node.Id, out Kernel? chosen) ? chosen.Algorithm ?? "" : "";
            yield return $"new({Literals.Quote(layer.Name)}, {Literals.Quote(layer.Op)}, [{string.Join(", ", layer.Shape.Dimensions)}], "
                + $"{ParametersOf(model.Graph, layer)}, {MultiplyAddsOf(model.Graph, layer)}, "
                + $"{place}{(kernel.Length > 0 ? ", " + Literals.Quote(kernel) : "")})";
        }
    }

    // A layer that was fused into the one before has no memory of its own.
    private static Lifetime? LifetimeOf(Plan plan, Node node) =>
        plan.Slots[node.Id].Region == Region.Arena ? plan.LifetimeOf(node.Id) : null;
}
