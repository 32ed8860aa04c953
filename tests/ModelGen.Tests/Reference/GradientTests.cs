using ModelGen.Generator.Graphs;
using ModelGen.Generator.Model;
using ModelGen.Generator.Ops;
using ModelGen.Generator.Passes;

namespace ModelGen.Tests.Reference;

/// <summary>Every gradient against central differences, on random layers and whole networks.</summary>
public class GradientTests
{
    private const int Configurations = 200;

    /// <summary>Every operator of the table that has a gradient.</summary>
    public static TheoryData<string> Operators => [.. GradientConfigurations.Operators];

    [Theory, MemberData(nameof(Operators))]
    public void OperatorsMatchCentralDifferences(string op)
    {
        for (int seed = 1000; seed < 1000 + Configurations; seed++)
        {
            Graph graph = GradientConfigurations.Of(op, seed);
            // Of one value the statistics have no deviation.
            int batch = op == OpNames.BatchStatistics ? 2 + seed % 4 : 1 + seed % 5;
            CentralDifferences.Check(graph, batch, seed, CentralDifferences.FixedMasks(seed), GradientConfigurations.IsWanted);
        }
    }

    // The loss on which [Trainable] networks are trained; dropout and batch norm as in training.
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void NetworksMatchCentralDifferences(int series)
    {
        for (int seed = 5000 + series * 10; seed < 5000 + (series + 1) * 10; seed++)
        {
            Graph network = RandomGraphs.Network(seed);
            CentralDifferences.Check(PrepareTraining.Run(network), 2 + seed % 4, seed, CentralDifferences.FixedMasks(seed));
            CentralDifferences.Check(RemoveDropout.Run(network), 1 + seed % 5, seed);
        }
    }

    // One step of the training graph, fused and in the order in which the updates stand, against gradients taken apart from it.
    [Fact]
    public void TrainingGraphsUpdateByTheirGradients()
    {
        for (int seed = 6000; seed < 6040; seed++)
        {
            Graph declared = RandomGraphs.Network(seed);
            int batch = 2 + seed % 4;
            Graph training = Pipeline.ForTraining(declared, new TrainingOptions(batch, OpNames.CrossEntropy, seed % 2 * 0.1f));
            TrainingStep step = CentralDifferences.FixedMasks(seed) with { Optimizer = new Sgd(0.1f, 0.9f, 0.01f, seed % 3 == 0) };
            Dictionary<string, double[]> before = RandomGraphs.Values(training, batch, seed);
            foreach (Node velocity in training.Parameters.Where(p => p.Name.StartsWith("velocity.", StringComparison.Ordinal)))
                before[velocity.Name] = RandomGraphs.Distinct(new Random(seed), before[velocity.Name].Length);
            Dictionary<string, double[]> after = CentralDifferences.Copy(before);
            double loss = ReferenceInterpreter.Outputs(training, batch, after, step)[ValueNames.Loss][0];

            Graph forward = WithoutUpdates(training);
            Assert.Equal(loss, Loss(before), 12);
            foreach (Node parameter in declared.Parameters.Where(Initializers.IsTrainable))
            {
                int i = seed % before[parameter.Name].Length;
                double gradient = (Loss(Changed(parameter.Name, i, 1e-6)) - Loss(Changed(parameter.Name, i, -1e-6))) / 2e-6 + 0.01
                    * before[parameter.Name][i];
                double velocity = 0.9 * before["velocity." + parameter.Name][i] + gradient;
                double expected = before[parameter.Name][i] - 0.1 * (seed % 3 == 0 ? gradient + 0.9 * velocity : velocity);
                Assert.True(Math.Abs(expected - after[parameter.Name][i]) < 1e-6 + 1e-4 * Math.Abs(gradient),
                    $"seed {seed}: {parameter.Name}[{i}] is {after[parameter.Name][i]} instead of {expected}\n{training}");
            }

            double Loss(Dictionary<string, double[]> values) =>
                ReferenceInterpreter.Outputs(forward, batch, CentralDifferences.Copy(values), step)[ValueNames.Loss][0];

            Dictionary<string, double[]> Changed(string name, int i, double change)
            {
                Dictionary<string, double[]> values = CentralDifferences.Copy(before);
                values[name][i] += change;
                return values;
            }
        }
    }

    private static Graph WithoutUpdates(Graph training)
    {
        var builder = new GraphBuilder(training.Name);
        int loss = training.Outputs.Single().Value;
        foreach (Node node in training.Nodes.Take(loss + 1))
            builder.Copy(node, node.Inputs);
        builder.Output(ValueNames.Loss, loss);
        return builder.Build();
    }
}
