using ModelGen.Generator.Collections;
using ModelGen.Generator.Graphs;
using ModelGen.Generator.Model;
using ModelGen.Generator.Ops;
using ModelGen.Generator.Passes;
using ModelGen.Runtime;
using ModelGen.Tests.Reference;

namespace ModelGen.Tests.Harness;

/// <summary>
/// A random network with all that its class says: how it is trained, for how many samples, what it is optimized for, what threads share.
/// One seed gives one case.
/// </summary>
/// <param name="Seed">Its seed.</param>
/// <param name="Graph">As declared, without dropout and noise, whose random numbers follow the order of memory.</param>
/// <param name="Training">Null where nothing can be trained.</param>
/// <param name="Batch">The most samples of a call of Forward.</param>
internal sealed record WholeCase(int Seed, Graph Graph, TrainingOptions? Training, int Batch)
{
    /// <summary>Samples of the larger of two batches; the other has one.</summary>
    public const int MostSamples = 3;

    private CompilerOptions Options { get; init; } = CompilerOptions.Default;

    private Division Division { get; init; }

    /// <summary>The node that is trained.</summary>
    public int MainOutput => MainOutputOf(Graph).Value;

    public static WholeCase Of(int seed)
    {
        var random = new Random(seed);
        Graph graph = RemoveDropout.Run(RandomGraphs.Whole(seed));
        // Of their own numbers, so that a seed means the network that it meant before there were these.
        var later = new Random(seed + 2);
        LinearStorage storage = later.Next(4) == 0 ? LinearStorage.BFloat16 : LinearStorage.Auto;
        bool checksUpdates = later.Next(4) == 0;
        TrainingOptions? training = TrainingOf(graph, random, checksUpdates);
        int batch = random.Next(3) switch { 0 => 1, 1 => 3, _ => 4 };
        return new WholeCase(seed, graph, training, batch)
        {
            Options = new CompilerOptions(
                random.Next(6) switch { 0 => Optimization.Memory, 1 => Optimization.Exact, _ => Optimization.Speed }, storage, batch),
            // All that can be divided, however small, or as users have it.
            Division = random.Next(4) == 0 ? Division.Worthwhile : Division.Everything,
        };
    }

    /// <summary>Values as inference has them, which may keep the weights of fully connected layers in bfloat16.</summary>
    public Dictionary<string, double[]> Stored(Dictionary<string, double[]> values)
    {
        if (Options[NetworkOption.WeightStorage] != WeightStorages.BFloat16)
            return values;
        string[] weights = [.. Graph.Nodes.Where(n => n.Is(OpNames.Linear)).Select(n => Graph[n.Inputs[1]].Name)];
        return values.ToDictionary(
            v => v.Key, v => weights.Contains(v.Key) ? [.. v.Value.Select(Rounded)] : v.Value, StringComparer.Ordinal);

        static double Rounded(double weight) => BitConverter.UInt32BitsToSingle((uint)BFloat16.Round((float)weight) << 16);
    }

    /// <summary>What the emitter takes.</summary>
    public NetworkModel Model(string name) =>
        new(Graph, new ClassDeclaration("Test", [], name, "public"), Training) { Options = Options, Division = Division };

    /// <summary>The graph of inference, as it is compiled, but for pools that are part of a convolution.</summary>
    public Graph InferenceGraph() => RunningErrorInterpreter.WithoutFusedPools(Pipeline.ForInference(Graph, Options));

    /// <summary>The graphs of a step and of evaluation, likewise.</summary>
    public (Graph Step, Graph Evaluation) TrainingGraphs() => (
        RunningErrorInterpreter.WithoutFusedPools(Pipeline.ForTraining(Graph, Training!, Options)),
        RunningErrorInterpreter.WithoutFusedPools(Pipeline.ForEvaluation(Graph, Training!, Options)));

    /// <summary>An optimizer.</summary>
    public GradientDescent CreateOptimizer()
    {
        var random = new Random(Seed + 1);
        GradientDescent optimizer = OptimizerReference.All[Training!.Optimizer].Tame(random.Next(3));
        optimizer.L1Penalty = random.Next(3) * 1e-3f;
        optimizer.ExcludeBiasesAndNorms = random.Next(2) == 0;
        if (Training[TrainableOption.ClipGradients])
            optimizer.MaxGradientNorm = 0.1f;
        return optimizer;
    }

    public override string ToString() => $"{Training}, batch {Batch}, {Options}, divided: {Division}\n{Graph}";

    private static GraphOutput MainOutputOf(Graph graph) => graph.Outputs.Single(o => o.Name == ValueNames.Output);

    private static TrainingOptions? TrainingOf(Graph graph, Random random, bool checksUpdates)
    {
        Shape main = graph[MainOutputOf(graph).Value].Shape;
        Graph alone = GraphRewriter.RemoveUnused(graph with { Outputs = [MainOutputOf(graph)] });
        Node[] trained = [.. alone.Parameters.Where(Initializers.IsTrainable)];
        if (trained.Length == 0)
            return null;
        string loss = random.Next(3) > 0 ? OpNames.CrossEntropy : LossOperator.Names[random.Next(LossOperator.Names.Count)];
        if (main.Rank != 1 && LossOperator.IsOfClasses(loss))
            loss = random.Next(2) == 0 ? OpNames.MeanSquaredError : OpNames.Huber;
        string[] patterns = random.Next(5) switch { 0 => ["*.bias"], 1 => ["conv1.*", "bn*"], _ => [] };
        patterns = [.. patterns.Where(p => trained.Any(n => Freezes(p, n)))];
        bool hasHeads = graph.Outputs.Count > 1 && graph.Outputs.All(o => graph[o.Value].Shape == main);
        int batch = random.Next(3) switch { 0 => 3, 1 => 5, _ => 9 };
        return new TrainingOptions(batch, loss, loss == OpNames.CrossEntropy ? random.Next(3) * 0.1f : 0)
        {
            [TrainableOption.Optimizer] = OptimizerTable.Names[random.Next(OptimizerTable.Names.Count)],
            [TrainableOption.ClipGradients] = random.Next(5) == 0,
            [TrainableOption.AccumulateGradients] = random.Next(7) == 0,
            [TrainableOption.Checkpoint] = random.Next(3) == 0,
            [TrainableOption.CheckUpdates] = checksUpdates,
            [TrainableOption.HuberDelta] = loss == OpNames.Huber ? 0.3f : 1,
            [TrainableOption.HingePower] = loss == OpNames.Hinge ? 1 + random.Next(2) : 1,
            [TrainableOption.AuxiliaryWeight] = hasHeads ? random.Next(3) * 0.3f : 0,
            Frozen = trained.All(n => patterns.Any(p => Freezes(p, n))) ? [] : patterns.ToEquatableArray(),
        };
    }

    private static bool Freezes(string pattern, Node parameter) =>
        !new TrainingOptions(1, OpNames.CrossEntropy, 0) { Frozen = new[] { pattern }.ToEquatableArray() }.Trains(parameter);
}
