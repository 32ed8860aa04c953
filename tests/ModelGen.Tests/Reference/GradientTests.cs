using ModelGen.Generator.Emit;
using ModelGen.Generator.Graphs;
using ModelGen.Generator.Ops;
using ModelGen.Generator.Passes;

namespace ModelGen.Tests.Reference;

/// <summary>Every gradient against central differences, on random layers and whole networks.</summary>
public class GradientTests
{
    // Gradients of these are not of layers: a loss, and what passes make.
    public static TheoryData<string> Layers => [.. OperatorTable.Layers.Select(o => o.Name).Where(n => n != "Conv2d")];

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void ConvolutionsMatchCentralDifferences(int series)
    {
        for (int seed = series * 75; seed < (series + 1) * 75; seed++)
            CentralDifferences.Check(RandomGraphs.SingleLayer("Conv2d", seed), 1 + seed % 3, seed);
    }

    [Theory]
    [MemberData(nameof(Layers))]
    public void LayersMatchCentralDifferences(string op)
    {
        for (int seed = 1000; seed < 1060; seed++)
        {
            // Dropout and noise have no gradients of their own: in training they are RandomDropout and RandomNoise.
            Graph layer = RandomGraphs.SingleLayer(op, seed);
            CentralDifferences.Check(op is OpNames.Dropout or OpNames.GaussianNoise ? PrepareTraining.Run(layer) : layer, 1 + seed % 5, seed, CentralDifferences.FixedMasks(seed));
        }
    }

    [Fact]
    public void BatchNormByTheStatisticsOfTheBatchMatchesCentralDifferences()
    {
        for (int seed = 2000; seed < 2060; seed++)
        {
            Graph layer = PrepareTraining.Run(RandomGraphs.SingleLayer(OpNames.BatchNorm2d, seed));
            Assert.Contains(layer.Nodes, n => n.Is(OpNames.BatchStatistics));
            CentralDifferences.Check(layer, 2 + seed % 4, seed);
        }
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(0.1)]
    public void CrossEntropyMatchesCentralDifferences(double labelSmoothing)
    {
        var random = new Random(3000);
        for (int seed = 3000; seed < 3060; seed++)
        {
            var graph = new GraphBuilder("Loss");
            int[] positions = seed % 2 == 0 ? [] : [random.Next(1, 4), random.Next(1, 4)];
            int logits = graph.Input("input", TensorType.Sample([random.Next(2, 12), .. positions]));
            int labels = graph.Input("labels", new TensorType(Shape.Of(positions), PerSample: true, ElementType.I32));
            graph.Output("output", graph.Add(OpNames.CrossEntropy, [logits, labels], AttributeMap.Of(("labelSmoothing", labelSmoothing))));
            CentralDifferences.Check(graph.Build(), 1 + seed % 5, seed);
        }
    }

    public static TheoryData<string> OtherLosses => [.. LossOperator.Names.Where(l => l != OpNames.CrossEntropy)];

    [Theory]
    [MemberData(nameof(OtherLosses))]
    public void LossesMatchCentralDifferences(string loss)
    {
        for (int seed = 3100; seed < 3300; seed++)
        {
            var random = new Random(seed);
            var graph = new GraphBuilder("Loss");
            bool ofClasses = LossOperator.IsOfClasses(loss);
            TensorType type = TensorType.Sample(ofClasses || seed % 2 == 0 ? [random.Next(2, 40)] : [random.Next(1, 4), random.Next(1, 6), random.Next(1, 6)]);
            int x = graph.Input("input", type);
            int target = graph.Input("target", ofClasses ? new TensorType(Shape.Of(), PerSample: true, ElementType.I32) : type);
            TrainingOptions options = new(1, loss, 0) { HuberDelta = 0.3f, HingeMargin = 0.7f, HingePower = 1 + seed % 2 };
            graph.Output("output", graph.Add(loss, [x, target], options.LossAttributes(seed % 3 == 0 ? 1 : 0.3f)));
            CentralDifferences.Check(graph.Build(), 1 + seed % 5, seed, wanted: n => n.Name == "input");
        }
    }

    [Fact]
    public void ProductsMatchCentralDifferences()
    {
        for (int seed = 4000; seed < 4060; seed++)
        {
            var random = new Random(seed);
            var graph = new GraphBuilder("Product");
            TensorType type = TensorType.Sample(random.Next(1, 4), random.Next(1, 5), random.Next(1, 5));
            int a = graph.Input("a", type);
            int b = seed % 3 == 0 ? a : graph.Input("b", type);
            graph.Output("output", graph.Add(OpNames.Multiply, a, b));
            CentralDifferences.Check(graph.Build(), 1 + seed % 5, seed);
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
            double loss = ReferenceInterpreter.Outputs(training, batch, after, step)[Pipeline.Loss][0];

            Graph forward = WithoutUpdates(training);
            Assert.Equal(loss, Loss(before), 12);
            foreach (Node parameter in declared.Parameters.Where(Initializers.IsTrainable))
            {
                int i = seed % before[parameter.Name].Length;
                double gradient = (Loss(Changed(parameter.Name, i, 1e-6)) - Loss(Changed(parameter.Name, i, -1e-6))) / 2e-6 + 0.01 * before[parameter.Name][i];
                double velocity = 0.9 * before["velocity." + parameter.Name][i] + gradient;
                double expected = before[parameter.Name][i] - 0.1 * (seed % 3 == 0 ? gradient + 0.9 * velocity : velocity);
                Assert.True(Math.Abs(expected - after[parameter.Name][i]) < 1e-6 + 1e-4 * Math.Abs(gradient),
                    $"seed {seed}: {parameter.Name}[{i}] is {after[parameter.Name][i]} instead of {expected}\n{training}");
            }

            double Loss(Dictionary<string, double[]> values) =>
                ReferenceInterpreter.Outputs(forward, batch, CentralDifferences.Copy(values), step)[Pipeline.Loss][0];

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
        builder.Output(Pipeline.Loss, loss);
        return builder.Build();
    }
}
