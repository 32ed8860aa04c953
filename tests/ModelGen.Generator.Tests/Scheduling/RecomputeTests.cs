using ModelGen.Generator.Graphs;
using ModelGen.Generator.Model;
using ModelGen.Generator.Ops;
using ModelGen.Generator.Passes;
using ModelGen.Generator.Scheduling;
using ModelGen.Tests.Reference;

namespace ModelGen.Generator.Tests.Scheduling;

/// <summary>Training graphs that compute activations again: the same values, never more memory.</summary>
public class RecomputeTests
{
    // The gradient of tanh reads its result: what lies before the cut is there again when the backward pass comes to it, and the step after
    // it reads what was kept.
    [Fact]
    public void ComputesASegmentAgainWhereTheBackwardPassComesToIt()
    {
        Graph network = GraphParser.Parse("""
            graph Chain
            %0 = Input "input" : f32[N,8]
            %1 = Parameter "w" : f32[8,8]
            %2 = Linear(%0, %1) "fc"
            %3 = Softplus(%2) "a"
            %4 = Softplus(%3) "b"
            %5 = Softplus(%4) "c"
            %6 = Softplus(%5) "d"
            output "output" %6
            """);
        LaidOutGraph training = Training(network, 4);
        int cut = training.Graph.Nodes.Single(n => n is { Op: "Softplus", Name: "c" }).Id;

        string[] order = [.. Recompute.Run(training, ValueNames.Loss, [cut])
            .Graph.Nodes.Where(n => n.Op is "Linear" or "Softplus" or "SoftplusGradient").Select(n => $"{n.Op} {n.Name}")];

        Assert.Equal(
            [
                "Linear fc", "Softplus a", "Softplus b", "Softplus c", "Softplus d", "SoftplusGradient d", "SoftplusGradient c",
                "SoftplusGradient b",
                "Linear fc again", "Softplus a again", "SoftplusGradient a",
            ], order);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void KeepsEveryValue(int series)
    {
        for (int seed = 7000 + series * 20; seed < 7000 + (series + 1) * 20; seed++)
        {
            int batch = 2 + seed % 4;
            LaidOutGraph training = Training(RandomGraphs.Network(seed), batch);
            LaidOutGraph recomputing = Recompute.Run(training, ValueNames.Loss, Plans.CutsOf(training.Graph));
            LaidOutGraph chosen = Recompute.Run(training, ValueNames.Loss, batch);
            TrainingStep step = CentralDifferences.FixedMasks(seed) with { Optimizer = new Sgd(0.1f, 0.9f) };
            Dictionary<string, double[]> values = RandomGraphs.Values(training.Graph, batch, seed);
            Dictionary<string, double[]> expected = After(training.Graph);

            foreach (Graph graph in new[] { recomputing.Graph, chosen.Graph })
            {
                foreach ((string name, double[] after) in After(graph))
                    Assert.True(expected[name].SequenceEqual(after), $"seed {seed}: {name} differs\n{graph}");
            }

            // The loss and all parameters.
            Dictionary<string, double[]> After(Graph graph)
            {
                Dictionary<string, double[]> changed = CentralDifferences.Copy(values);
                changed[ValueNames.Loss] = ReferenceInterpreter.Outputs(graph, batch, changed, step)[ValueNames.Loss];
                return changed;
            }
        }
    }

    // What changes state is done once; statistics of a batch cost a pass over it and are small.
    [Fact]
    public void RepeatsNeitherUpdatesNorStatistics()
    {
        int again = 0;
        for (int seed = 7100; seed < 7160; seed++)
        {
            LaidOutGraph training = Training(RandomGraphs.Network(seed), 3);
            LaidOutGraph recomputing = Recompute.Run(training, ValueNames.Loss, Plans.CutsOf(training.Graph));
            Assert.Equal(Once(training.Graph), Once(recomputing.Graph));
            again += recomputing.Graph.Nodes.Count - training.Graph.Nodes.Count;
            Assert.Equal(recomputing.Graph.Nodes.Count, recomputing.Layouts.Count);
        }
        Assert.True(again > 100, $"only {again} nodes are computed again");

        static string[] Once(Graph graph) =>
            [.. graph.Nodes.Where(n => !n.Type.PerSample && DependsOnSamples(graph, n)).Select(n => $"{n.Op} {n.Name}")];
    }

    // They are larger than the weights, and would live until the backward pass.
    [Fact]
    public void TransformsFiltersAgain()
    {
        Graph network = GraphParser.Parse("""
            graph Convolutions
            %0 = Input "input" : f32[N,32,28,28]
            %1 = Parameter "a" : f32[32,32,3,3]
            %2 = Conv2d(%0, %1) "a" {padding=[1,1,1,1], algorithm=winograd4}
            %3 = Relu(%2) "relu"
            %4 = Parameter "b" : f32[32,32,3,3]
            %5 = Conv2d(%3, %4) "b" {padding=[1,1,1,1], algorithm=winograd4}
            %6 = Relu(%5) "relu"
            %7 = GlobalAvgPool2d(%6) "pool"
            %8 = Flatten(%7)
            output "output" %8
            """);
        LaidOutGraph training = Training(network, 4);
        int cut = training.Graph.Nodes.First(n => n.Is("GlobalAvgPool2d")).Id;
        Graph recomputing = Recompute.Run(training, ValueNames.Loss, [cut]).Graph;
        Node again = recomputing.Nodes.Single(n => n.Is(OpNames.Conv2d) && n.Name == "a again");
        Assert.Equal((OpNames.WinogradFilters, "a again"), (recomputing[again.Inputs[1]].Op, recomputing[again.Inputs[1]].Name));
    }

    private static bool DependsOnSamples(Graph graph, Node node) => node.Is(OpNames.Input)
        || node.Inputs.Any(i => DependsOnSamples(graph, graph[i]));

    [Fact]
    public void TakesLessMemoryWhereThatIsPossible()
    {
        int smaller = 0;
        for (int seed = 7200; seed < 7230; seed++)
        {
            int batch = 2 + seed % 4;
            LaidOutGraph training = Training(RandomGraphs.Network(seed, wide: true), batch);
            int before = Scheduler.LowerBound(training, batch);
            int after = Scheduler.LowerBound(Recompute.Run(training, ValueNames.Loss, batch), batch);
            Assert.Equal(Scheduler.Schedule(training, batch, parametersChange: true).ArenaLowerBound, before);
            Assert.True(after <= before * 1.02, $"seed {seed}: {after} instead of {before}");
            smaller += after < before ? 1 : 0;
        }
        Assert.True(smaller >= 5, $"only {smaller} of 30 networks need less");
    }

    private static LaidOutGraph Training(Graph network, int batch) =>
        LayoutPlanner.Plan(Pipeline.ForTraining(network,
            new TrainingOptions(batch, network.Name == "Chain" ? OpNames.MeanSquaredError : OpNames.CrossEntropy, 0)), _ => null);
}
