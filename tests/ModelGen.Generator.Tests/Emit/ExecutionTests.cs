using System.Globalization;
using ModelGen.Generator.Collections;
using ModelGen.Generator.Graphs;
using ModelGen.Generator.Model;
using ModelGen.Generator.Ops;
using ModelGen.Generator.Passes;
using ModelGen.Tests.Reference;

namespace ModelGen.Generator.Tests.Emit;

/// <summary>Random networks compiled and run, against the interpreter of the graph as declared.</summary>
public class ExecutionTests
{
    internal delegate float[] Forward(IReadOnlyDictionary<string, float[]> parameters, float[] x, int samples);

    internal delegate float[] Train(
        IReadOnlyDictionary<string, float[]> parameters, Dictionary<string, float[]> after, float[] x, int[] labels, float[] targets,
        GradientDescent optimizer, int steps);

    // MODELGEN_SEED tries others than those tried every time.
    public static TheoryData<int> Seeds =>
        [.. Enumerable.Range(int.Parse(Environment.GetEnvironmentVariable("MODELGEN_SEED") ?? "8000", CultureInfo.InvariantCulture), 16)];

    public static TheoryData<int> Recorded => [.. RecordedNetworks.Seeds];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void ForwardIsWhatTheInterpreterGives(int seed) => CheckForward(RandomGraphs.Network(seed, wide: seed % 2 == 0), seed);

    [Theory]
    [MemberData(nameof(Seeds))]
    public void TrainingIsWhatTheInterpreterGives(int seed) => CheckTraining(RandomGraphs.Network(seed, wide: seed % 2 == 0), seed);

    [Theory]
    [MemberData(nameof(Recorded))]
    public void NetworksThatOnceWentWrongAreWhatTheInterpreterGives(int seed)
    {
        CheckForward(RecordedNetworks.Of(seed), seed);
        CheckTraining(RecordedNetworks.Of(seed), seed);
    }

    // Features that are tied to an image by a sum, and so lie as it does: the layers between must follow with weights, biases and
    // gradients.
    [Theory]
    [InlineData("%2 = Parameter \"b\" : f32[108]", "%6 = Add(%4, %5)")]
    [InlineData("%2 = Parameter \"b\" : f32[108]", "%6 = Add(%5, %5)")]
    [InlineData("", "%6 = Multiply(%5, %4)")]
    public void FeaturesTiedToAnImageAreWhatTheInterpreterGives(string bias, string meeting)
    {
        Graph graph = GraphParser.Parse($$"""
            graph Tied
            %0 = Input "input" : f32[N,18,2,3]
            %1 = Parameter "w" : f32[108,108]
            {{bias}}
            %10 = Parameter "c" : f32[18,18,1,1]
            %3 = Conv2d(%0, %10) "conv"
            %4 = Flatten(%3)
            %5 = Linear(%4, %1{{(bias.Length > 0 ? ", %2" : "")}}) "fc1"
            {{meeting}}
            %7 = Tanh(%6)
            %8 = Parameter "v" : f32[3,108]
            %9 = Linear(%7, %8) "fc2"
            output "output" %9
            """);
        CheckForward(graph, 1);
        CheckTraining(graph, 1);
    }

    // Batches of 1 to 4: with 3 samples one that is never full, one that is always, and one with a last call of fewer.
    private static void CheckForward(Graph network, int seed)
    {
        byte[] assembly = CompiledNetwork.ToBytes(CompiledNetwork.Compile(CompiledNetwork.Emit(network, null, 1 + seed % 4),
            CompiledNetwork.CurrentReferences));
        AssertForward(network, CompiledNetwork.Load<Forward>(assembly, "Forward"), seed);
    }

    // Dropout's masks follow the order of memory, so it is left out here.
    private static void CheckTraining(Graph declared, int seed)
    {
        Graph network = RemoveDropout.Run(declared);
        TrainingOptions options = OptionsOf(seed, network);
        byte[] assembly = CompiledNetwork.ToBytes(CompiledNetwork.Compile(CompiledNetwork.Emit(network, options),
            CompiledNetwork.CurrentReferences));
        AssertTraining(network, options, CompiledNetwork.Load<Train>(assembly, "Train"), seed);
    }

    /// <summary>
    /// Every fourth seed the same batch; every second leaves room for one sample more than it has; every third another loss than
    /// cross-entropy; every fourth freezes biases, another fourth a layer and the batch normalisations, where there are any.
    /// </summary>
    internal static TrainingOptions OptionsOf(int seed, Graph graph)
    {
        string loss = LossOperator.Names[seed % 3 == 0 ? seed / 3 % LossOperator.Names.Count : 0];
        string[] trained = [.. graph.Parameters.Where(Initializers.IsTrainable).Select(p => p.Name)];
        string[] patterns = (seed % 4) switch { 1 => ["*.bias"], 2 => ["conv1.*", "bn*"], _ => [] };
        patterns = [.. patterns.Where(p => trained.Any(n => NamePattern.Matches(p, n)))];
        return new(BatchOf(seed) + seed % 2, loss, seed % 3 * 0.1f)
        {
            [TrainableOption.Optimizer] = OptimizerTable.Names[seed / 2 % OptimizerTable.Names.Count],
            [TrainableOption.ClipGradients] = seed % 5 == 0,
            [TrainableOption.AccumulateGradients] = seed % 7 == 0,
            [TrainableOption.CheckUpdates] = seed % 3 == 1,
            [TrainableOption.Checkpoint] = seed % 5 < 3,
            [TrainableOption.HuberDelta] = loss == OpNames.Huber ? 0.3f : 1,
            [TrainableOption.HingePower] = loss == OpNames.Hinge ? 1 + seed % 2 : 1,
            Frozen = trained.All(n => patterns.Any(p => NamePattern.Matches(p, n))) ? [] : patterns.ToEquatableArray(),
        };
    }

    private static GradientDescent OptimizerOf(TrainingOptions options, int seed)
    {
        GradientDescent optimizer = OptimizerReference.All[options.Optimizer].Tame(seed);
        optimizer.L1Penalty = seed % 3 * 1e-3f;
        optimizer.ExcludeBiasesAndNorms = seed % 4 < 2;
        if (options[TrainableOption.ClipGradients])
            optimizer.MaxGradientNorm = 0.1f;
        return optimizer;
    }

    internal static void AssertForward(Graph network, Forward forward, int seed, CompilerOptions? compiler = null)
    {
        const int Samples = 3;
        Dictionary<string, double[]> values = RoundedValues(network, Samples, seed);
        float[] y = forward(Parameters(network, values), Floats(values["input"]), Samples);
        Graph computed = RunningErrorInterpreter.WithoutFusedPools(Pipeline.ForInference(network, compiler));
        string where = $"seed {seed}:\n{network}";
        AssertNull(RunningErrorInterpreter.Outputs(computed, Samples, values)["output"].Compare("output", y), where);
        var rounding = new RoundingSamples(disturb => ReferenceInterpreter.Outputs(
            disturb is null ? network : computed, Samples, values, TrainingStep.None with { Rounding = disturb }));
        AssertNull(rounding.Compare("output", y), where);
    }

    internal static void AssertTraining(Graph network, TrainingOptions options, Train train, int seed, CompilerOptions? compiler = null)
    {
        const int Steps = 2;
        int batch = BatchOf(seed);
        Graph training = Pipeline.ForTraining(network, options, compiler);
        Dictionary<string, double[]> values = RoundedValues(training, batch, seed);
        Dictionary<string, float[]> parameters = Parameters(network, values);
        var after = new Dictionary<string, float[]>();
        GradientDescent optimizer = OptimizerOf(options, seed);
        float[] losses = train(
            parameters, after, Floats(values["input"]), [.. values.GetValueOrDefault(ValueNames.Labels, []).Select(l => (int)l)],
            Floats(values.GetValueOrDefault(ValueNames.Targets, [])), optimizer, Steps);

        var rounding = new RoundingSamples(disturb => Trained(network, (training, Pipeline.ForEvaluation(network, options, compiler)),
            options, optimizer, CentralDifferences.Copy(values), batch, Steps, disturb));
        string where = $"seed {seed}, batch {batch}:\n{training}";
        AssertNull(rounding.Compare(ValueNames.Loss, losses), where);
        foreach (Node parameter in network.Parameters)
            AssertNull(rounding.Compare(parameter.Name, after[parameter.Name]), where);
    }

    // The parameters after some steps, and the losses before each of them and after the last.
    private static Dictionary<string, double[]> Trained(
        Graph network, (Graph Step, Graph Evaluation) graphs, TrainingOptions options, GradientDescent optimizer,
        Dictionary<string, double[]> values, int batch, int steps, Rounding? disturb)
    {
        double[] losses = new double[steps + 1];
        for (int i = 0; i < steps; i++)
        {
            TrainingStep step = TrainingStep.None with { Optimizer = optimizer, Updates = i, Rounding = disturb };
            // A step on the same samples twice: what the first pass would change is put back, sums of gradients and running averages apart.
            if (options[TrainableOption.AccumulateGradients])
            {
                Dictionary<string, double[]> pass = CentralDifferences.Copy(values);
                ReferenceInterpreter.Outputs(graphs.Step, batch, pass, step);
                foreach (string name in values.Keys.Where(n => n.StartsWith("gradient.", StringComparison.Ordinal)
                    || n.Contains("running_", StringComparison.Ordinal)))
                    values[name] = pass[name];
                step = step with { Accumulated = batch };
            }
            losses[i] = ReferenceInterpreter.Outputs(graphs.Step, batch, values, step)[ValueNames.Loss][0];
        }
        losses[steps] = ReferenceInterpreter.Outputs(
            graphs.Evaluation, batch, values, TrainingStep.None with { Rounding = disturb })[ValueNames.Loss][0];
        return network.Parameters.Select(p => (p.Name, Value: values[p.Name])).Append((ValueNames.Loss, losses))
            .ToDictionary(v => v.Item1, v => v.Item2);
    }

    private static void AssertNull(string? failure, string where) => Assert.True(failure is null, $"{failure}; {where}");

    private static int BatchOf(int seed) => 2 + seed % 4;

    private static Dictionary<string, double[]> RoundedValues(Graph graph, int batch, int seed) =>
        RandomGraphs.Values(graph, batch, seed)
            .ToDictionary(v => v.Key, v => (double[])[.. v.Value.Select(x => (double)(float)x)], StringComparer.Ordinal);

    private static Dictionary<string, float[]> Parameters(Graph network, Dictionary<string, double[]> values) =>
        network.Parameters.ToDictionary(p => p.Name, p => Floats(values[p.Name]), StringComparer.Ordinal);

    private static float[] Floats(double[] values) => [.. values.Select(v => (float)v)];
}
