using ModelGen.Generator.Graphs;
using ModelGen.Generator.Model;
using ModelGen.Generator.Ops;
using ModelGen.Generator.Passes;

namespace ModelGen.Tests.Reference;

/// <summary>Passes change how a network is computed, never what comes out.</summary>
public class PassesKeepResultsTests
{
    // Of sums in doubles: 9,000 roundings of 2⁻⁵³.
    private const double Tolerance = 1e-12;

    [Fact]
    public void RemoveDropoutKeepsResults() => CheckAll(RemoveDropout.Run, graph => Count(graph, OpNames.Dropout));

    [Fact]
    public void FoldBatchNormKeepsResults() => CheckAll(FoldBatchNorm.Run, graph => Count(graph, OpNames.BatchNorm2d));

    [Fact]
    public void FuseActivationKeepsResults() =>
        CheckAll(FuseActivation.Run, graph => Count(graph, "Relu") + Count(graph, "Tanh") + Count(graph, "Sigmoid"));

    [Fact]
    public void FuseResidualKeepsResults() =>
        CheckAll(graph => FuseResidual.Run(FoldBatchNorm.Run(graph)), graph => Count(graph, OpNames.Add), seeds: 4_000);

    [Fact]
    public void InferenceKeepsResults() =>
        CheckAll(graph => Pipeline.ForInference(graph),
            graph => graph.Nodes.Count(n => n.Op is OpNames.Dropout or OpNames.BatchNorm2d or "Relu"));

    [Fact]
    public void EvaluationCountsWhatInferenceGetsRight()
    {
        for (int seed = 7500; seed < 7530; seed++)
        {
            Graph network = RandomGraphs.Network(seed);
            int batch = 1 + seed % 5;
            Graph evaluation = Pipeline.ForEvaluation(network, new(batch, OpNames.CrossEntropy, 0));
            Dictionary<string, double[]> values = RandomGraphs.Values(evaluation, batch, seed);
            double[] scores = ReferenceInterpreter.Outputs(network, batch, values)["output"];
            int classes = scores.Length / batch;
            double loss = 0;
            int correct = 0;
            for (int n = 0; n < batch; n++)
            {
                double[] own = scores[(n * classes)..((n + 1) * classes)];
                int label = (int)values[ValueNames.Labels][n];
                loss += (Math.Log(own.Sum(Math.Exp)) - own[label]) / batch;
                correct += own[label] == own.Max() ? 1 : 0;
            }
            Dictionary<string, double[]> outputs = ReferenceInterpreter.Outputs(evaluation, batch, values);
            Assert.Equal(loss, outputs[ValueNames.Loss][0], Tolerance);
            Assert.Equal(correct, outputs[ValueNames.Correct][0]);
        }
    }

    // Over all seeds the pass must find something to do, or the check says nothing.
    private static void CheckAll(Func<Graph, Graph> pass, Func<Graph, int> candidates, int seeds = 150)
    {
        int replaced = 0;
        for (int seed = 7000; seed < 7000 + seeds; seed++)
        {
            Graph before = RandomGraphs.Network(seed);
            Graph after = GraphVerifier.Verify(pass(before), "the pass");
            int batch = 1 + seed % 5;
            Dictionary<string, double[]> values = RandomGraphs.Values(before, batch, seed);
            AssertClose(
                ReferenceInterpreter.Outputs(before, batch, values)["output"], ReferenceInterpreter.Outputs(after, batch, values)["output"],
                $"seed {seed}:\n{before}\n{after}");
            replaced += candidates(before) - candidates(after);
        }
        Assert.True(replaced > 20, $"only {replaced} nodes were replaced");
    }

    private static int Count(Graph graph, string op) => graph.Nodes.Count(n => n.Is(op));

    private static void AssertClose(double[] expected, double[] actual, string where)
    {
        Assert.Equal(expected.Length, actual.Length);
        double largest = Math.Max(1, expected.Max(Math.Abs));
        for (int i = 0; i < expected.Length; i++)
            Assert.True(Math.Abs(expected[i] - actual[i]) <= Tolerance * largest,
                $"element {i} is {actual[i]} instead of {expected[i]}; {where}");
    }
}
