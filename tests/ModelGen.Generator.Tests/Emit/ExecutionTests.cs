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
        IReadOnlyDictionary<string, float[]> parameters, Dictionary<string, float[]> after, float[] x, int[] labels, float[] targets, GradientDescent optimizer, int steps);

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

    // Features that are tied to an image by a sum, and so lie as it does: the layers between must follow with weights, biases and gradients.
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
        byte[] assembly = CompiledNetwork.ToBytes(CompiledNetwork.Compile(CompiledNetwork.Emit(network, null, 1 + seed % 4), CompiledNetwork.CurrentReferences));
        AssertForward(network, CompiledNetwork.Load<Forward>(assembly, "Forward"), seed);
    }

    // Dropout's masks follow the order of memory, so it is left out here.
    private static void CheckTraining(Graph declared, int seed)
    {
        Graph network = RemoveDropout.Run(declared);
        TrainingOptions options = OptionsOf(seed, network);
        byte[] assembly = CompiledNetwork.ToBytes(CompiledNetwork.Compile(CompiledNetwork.Emit(network, options), CompiledNetwork.CurrentReferences));
        AssertTraining(network, options, CompiledNetwork.Load<Train>(assembly, "Train"), seed);
    }

    /// <summary>
    /// Every fourth seed the same batch; every second leaves room for one sample more than it has; every third another loss than cross-entropy; every fourth freezes biases, another fourth a layer
    /// and the batch normalisations, where there are any.
    /// </summary>
    internal static TrainingOptions OptionsOf(int seed, Graph graph)
    {
        string loss = LossOperator.Names[seed % 3 == 0 ? seed / 3 % LossOperator.Names.Count : 0];
        string[] trained = [.. graph.Parameters.Where(Initializers.IsTrainable).Select(p => p.Name)];
        string[] patterns = (seed % 4) switch { 1 => ["*.bias"], 2 => ["conv1.*", "bn*"], _ => [] };
        patterns = [.. patterns.Where(p => trained.Any(n => NamePattern.Matches(p, n)))];
        return new(BatchOf(seed) + seed % 2, loss, seed % 3 * 0.1f)
        {
            Optimizer = OptimizerTable.Names[seed / 2 % OptimizerTable.Names.Count],
            ClipGradients = seed % 5 == 0,
            AccumulateGradients = seed % 7 == 0,
            CheckUpdates = seed % 3 == 1,
            Checkpoint = seed % 5 < 3,
            HuberDelta = loss == OpNames.Huber ? 0.3f : 1,
            HingePower = loss == OpNames.Hinge ? 1 + seed % 2 : 1,
            Frozen = trained.All(n => patterns.Any(p => NamePattern.Matches(p, n))) ? [] : patterns.ToEquatableArray(),
        };
    }

    private static GradientDescent OptimizerOf(TrainingOptions options, int seed)
    {
        GradientDescent optimizer = OptimizerReference.All[options.Optimizer].Tame(seed);
        optimizer.L1Penalty = seed % 3 * 1e-3f;
        optimizer.ExcludeBiasesAndNorms = seed % 4 < 2;
        if (options.ClipGradients)
            optimizer.MaxGradientNorm = 0.1f;
        return optimizer;
    }

    internal static void AssertForward(Graph network, Forward forward, int seed)
    {
        const int Samples = 3;
        Dictionary<string, double[]> values = RoundedValues(network, Samples, seed);
        float[] y = forward(Parameters(network, values), Floats(values["input"]), Samples);
        // Sums of tens of thousands of products that cancel are rounded more than their result shows.
        double longestSum = network.Parameters.Where(p => p.Shape.Rank > 1).Select(p => (double)p.Shape.Length / p.Shape[0]).DefaultIfEmpty(1).Max();
        double tolerance = 1e-5 * Math.Max(1, Math.Sqrt(longestSum / 1000));
        AssertClose(ReferenceInterpreter.Outputs(network, Samples, values)["output"], y, tolerance, $"seed {seed}, the output of\n{network}", () => UncancelledSize(network, Samples, values));
    }

    internal static void AssertTraining(Graph network, TrainingOptions options, Train train, int seed)
    {
        const int Steps = 2;
        int batch = BatchOf(seed);
        Graph training = Pipeline.ForTraining(network, options);
        Dictionary<string, double[]> values = RoundedValues(training, batch, seed);
        Dictionary<string, float[]> parameters = Parameters(network, values);
        var after = new Dictionary<string, float[]>();
        GradientDescent optimizer = OptimizerOf(options, seed);
        float[] losses = train(
            parameters, after, Floats(values["input"]), [.. values.GetValueOrDefault(ValueNames.Labels, []).Select(l => (int)l)], Floats(values.GetValueOrDefault(ValueNames.Targets, [])), optimizer, Steps);

        var expected = new double[Steps + 1];
        for (int i = 0; i < Steps; i++)
        {
            TrainingStep step = TrainingStep.None with { Optimizer = optimizer, Updates = i };
            // A step on the same samples twice: what the first pass would change is put back, sums of gradients and running averages apart.
            if (options.AccumulateGradients)
            {
                Dictionary<string, double[]> pass = CentralDifferences.Copy(values);
                ReferenceInterpreter.Outputs(training, batch, pass, step);
                foreach (string name in values.Keys.Where(n => n.StartsWith("gradient.", StringComparison.Ordinal) || n.Contains("running_", StringComparison.Ordinal)))
                    values[name] = pass[name];
                step = step with { Accumulated = batch };
            }
            expected[i] = ReferenceInterpreter.Outputs(training, batch, values, step)[ValueNames.Loss][0];
        }
        expected[Steps] = ReferenceInterpreter.Outputs(Pipeline.ForEvaluation(network, options), batch, values)[ValueNames.Loss][0];
        // A training that diverges multiplies roundings as it does the loss.
        double tolerance = expected.Max() > 1e3 ? 1e-3 : 1e-4;
        AssertClose(expected, losses, tolerance, $"seed {seed}, batch {batch}, the losses of\n{training}");
        foreach (Node parameter in network.Parameters)
            AssertClose(values[parameter.Name], after[parameter.Name], tolerance, $"seed {seed}, batch {batch}, {parameter.Name} of\n{training}");
    }

    private static int BatchOf(int seed) => 2 + seed % 4;

    private static Dictionary<string, double[]> RoundedValues(Graph graph, int batch, int seed) =>
        RandomGraphs.Values(graph, batch, seed).ToDictionary(v => v.Key, v => (double[])[.. v.Value.Select(x => (double)(float)x)], StringComparer.Ordinal);

    private static Dictionary<string, float[]> Parameters(Graph network, Dictionary<string, double[]> values) =>
        network.Parameters.ToDictionary(p => p.Name, p => Floats(values[p.Name]), StringComparer.Ordinal);

    private static float[] Floats(double[] values) => [.. values.Select(v => (float)v)];

    // How large the output is where the terms of its last sums happen to cancel less: with other signs of the last weights. Sums are rounded in proportion to what they have been on the
    // way, not to what they end as; 1,350 products of 1.2 and 0.03 on average come to 1.2, and are off by 8e-7 on average and by 3e-6 once in a hundred, also where they come to 0.1.
    private static double UncancelledSize(Graph network, int samples, Dictionary<string, double[]> values)
    {
        var random = new Random(1);
        string last = network.Parameters.Last(p => p.Shape.Rank > 1).Name;
        var others = new Dictionary<string, double[]>(values, StringComparer.Ordinal) { [last] = [.. values[last].Select(w => random.Next(2) == 0 ? w : -w)] };
        return ReferenceInterpreter.Outputs(network, samples, others)["output"].Max(Math.Abs);
    }

    private static void AssertClose(double[] expected, float[] actual, double tolerance, string where, Func<double>? uncancelledSize = null)
    {
        Assert.Equal(expected.Length, actual.Length);
        double bound = tolerance * Math.Max(0.1, expected.Max(Math.Abs));
        if (uncancelledSize is not null && !expected.Zip(actual).All(e => Math.Abs(e.First - e.Second) <= bound))
            bound = Math.Max(bound, tolerance * uncancelledSize());
        for (int i = 0; i < expected.Length; i++)
        {
            if (!(Math.Abs(expected[i] - actual[i]) <= bound))
                Assert.Fail($"element {i} of {expected.Length} is {actual[i]} instead of {expected[i]}; {where}");
        }
    }
}
