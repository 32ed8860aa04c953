using ModelGen.Generator.Graphs;
using ModelGen.Generator.Model;
using ModelGen.Generator.Ops;
using ModelGen.Generator.Passes;
using ModelGen.Tests.Harness;
using ModelGen.Tests.Reference;

namespace ModelGen.Tests.Networks;

/// <summary>Numbers from numbers, as a user writes it: three outputs from an image of 1×6×6.</summary>
[Network, Input(1, 6, 6)]
[Conv2d(4, 3), Tanh, Flatten, Linear(3)]
[Trainable(BatchSize = 8, Loss = Loss.Huber, HuberDelta = 0.5)]
internal sealed partial class Regression;

/// <summary>Several yes-or-no answers for each position of a map.</summary>
[Network, Input(2, 5, 5)]
[Conv2d(4, 3, Padding = 1), BatchNorm2d, Relu, Conv2d(3, 1)]
[Trainable(BatchSize = 4, Loss = Loss.BinaryCrossEntropyWithLogits)]
internal sealed partial class Mask;

/// <summary>A backbone that keeps what it knows under a head that learns.</summary>
[Network, Input(1, 8, 8)]
[Conv2d(6, 3, Bias = false, Name = "features.conv"), BatchNorm2d(Name = "features.bn"), Relu, MaxPool2d(2), Flatten, Linear(4, Name = "fc")]
[Trainable(BatchSize = 4, Loss = Loss.Hinge, Freeze = "features.*")]
internal sealed partial class FineTuned;

public class LossTests
{
    private static readonly float[] Images = Values(8 * 36, 1);

    [Fact]
    public void ARegressionLearnsItsTargets()
    {
        var trainer = new Regression.Trainer(Regression.CreateWeights(1), new Sgd(0.1f, 0.9f));
        float[] targets = Values(8 * 3, 2);
        double before = trainer.Evaluate(Images, targets);
        // Nothing differs between training and evaluation of this network.
        Assert.Equal(before, trainer.Step(Images, targets), 1e-6);
        for (int i = 0; i < 300; i++)
            trainer.Step(Images, targets);
        Assert.True(trainer.Evaluate(Images, targets) < 0.01 * before);

        var network = new Regression(trainer.ToWeights());
        float[] output = new float[3];
        double loss = 0;
        for (int n = 0; n < 8; n++)
        {
            network.Forward(Images.AsSpan(n * 36, 36), output);
            loss += output.Select((y, i) => Math.Abs(y - targets[n * 3 + i])).Sum(d => d <= 0.5 ? d * d / 2 : 0.5 * (d - 0.25));
        }
        Assert.Equal(loss / 24, trainer.Evaluate(Images, targets), 1e-6);
    }

    [Fact]
    public void AMapHasATargetForEachPosition()
    {
        var trainer = new Mask.Trainer(Mask.CreateWeights(1), new Sgd(0.5f, 0.9f));
        float[] images = Values(4 * 50, 3);
        // Where the first channel is positive, and where the second is not.
        float[] targets = [.. Enumerable.Range(0, 4 * 75)
            .Select(i => images[i / 75 * 50 + (i % 75 < 25 ? 0 : 25) + i % 25] > 0 == i % 75 < 50 ? 1f : 0f)];
        float first = trainer.Step(images, targets);
        Assert.InRange(first, 0.3f, 1.5f);
        float last = first;
        for (int i = 0; i < 200; i++)
            last = trainer.Step(images, targets);
        Assert.True(last < 0.3f * first, $"{first} became {last}");
    }

    [Fact]
    public void StepAndEvaluateAllocateNothing()
    {
        var trainer = new Regression.Trainer(Regression.CreateWeights(1), new Sgd(0.01f));
        float[] targets = Values(8 * 3, 2);
        Assert.Equal(0, Allocations.Of(1_000, () => trainer.Step(Images, targets)));
        Assert.Equal(0, Allocations.Of(1_000, () => trainer.Evaluate(Images, targets)));
    }

    [Theory]
    [InlineData(8 * 36, 23, "'targets' must hold 1 to 8 samples of 3 floats each, got 23 floats")]
    [InlineData(9 * 36, 27, "'targets' must hold 1 to 8 samples of 3 floats each, got 27 floats")]
    [InlineData(7 * 36, 24, "288 floats, got 252")]
    public void WrongLengthsAreRefused(int floats, int targets, string message)
    {
        var trainer = new Regression.Trainer(Regression.CreateWeights(1), new Sgd());
        Assert.Contains(message, Assert.ThrowsAny<ArgumentException>(() => trainer.Step(new float[floats], new float[targets])).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void FrozenParametersKeepTheirValues()
    {
        FineTuned.Weights initial = FineTuned.CreateWeights(1);
        var trainer = new FineTuned.Trainer(initial, new Sgd(0.1f, 0.9f, weightDecay: 0.1f));
        float[] images = Values(4 * 64, 3);
        int[] labels = [0, 1, 2, 3];
        float first = trainer.Step(images, labels);
        float last = first;
        for (int i = 0; i < 50; i++)
            last = trainer.Step(images, labels);
        Assert.True(last < 0.3f * first, $"{first} became {last}");
        FineTuned.Weights trained = trainer.ToWeights();
        foreach (ParameterInfo parameter in initial.Parameters)
        {
            bool isSame = initial[parameter.Name].SequenceEqual(trained[parameter.Name]);
            Assert.Equal(parameter.Name.StartsWith("features.", StringComparison.Ordinal), isSame);
        }
        // The loss of training is that of the network as it is used: frozen normalisations take their running averages.
        Assert.Equal(trainer.Evaluate(images, labels).Loss, trainer.Step(images, labels), 1e-6);
    }

    [Fact]
    public void NothingIsComputedForFrozenParameters()
    {
        Graph declared = FrozenNetwork();
        Graph training = Pipeline.ForTraining(declared,
            new TrainingOptions(4, OpNames.CrossEntropy, 0) { Frozen = ["features.*", "bn.*"] });
        string[] backward = [.. training.Nodes.SkipWhile(n => n.Op != OpNames.CrossEntropy).Skip(1).Where(n => !n.Is(OpNames.Parameter))
            .Select(n => n.Op)];
        Assert.Equal(["ChannelSum", "CrossEntropyGradient", "LinearWeightGradient", "SgdUpdate", "SgdUpdate"],
            backward.Order(StringComparer.Ordinal));
        Assert.DoesNotContain(training.Nodes, n => n.Is(OpNames.BatchStatistics));
        // A normalisation whose bias is trained is not frozen.
        Assert.Contains(Pipeline.ForTraining(declared,
            new TrainingOptions(4, OpNames.CrossEntropy, 0) { Frozen = ["features.*", "bn.weight"] }).Nodes, n =>
                n.Is(OpNames.BatchStatistics));
    }

    [Fact]
    public void OtherOutputsAddTheirWeightedLosses()
    {
        Graph declared = TwoHeads();
        const int Batch = 3;
        TrainingOptions options = new(Batch, OpNames.CrossEntropy, 0.1f) { [TrainableOption.AuxiliaryWeight] = 0.3f };
        Graph training = GraphVerifier.Verify(Pipeline.ForTraining(declared, options), "test");
        Dictionary<string, double[]> values = RandomGraphs.Values(training, Batch, 7);
        TrainingStep step = TrainingStep.None with { Optimizer = new Sgd(1) };
        Dictionary<string, double[]> after = CentralDifferences.Copy(values);
        Assert.Equal(Total(values), ReferenceInterpreter.Outputs(training, Batch, after, step)[ValueNames.Loss][0], 12);
        foreach (Node parameter in declared.Parameters)
        {
            double[] Moved(double by)
            {
                Dictionary<string, double[]> moved = CentralDifferences.Copy(values);
                moved[parameter.Name][1] += by;
                return [Total(moved)];
            }
            double gradient = (Moved(1e-6)[0] - Moved(-1e-6)[0]) / 2e-6;
            Assert.Equal(values[parameter.Name][1] - gradient, after[parameter.Name][1], 1e-7);
        }
        // Evaluation is of the main output, and with weight 0 so is training.
        Assert.Equal(Cross(values, ValueNames.Output), ReferenceInterpreter.Outputs(
            Pipeline.ForEvaluation(declared, options), Batch, CentralDifferences.Copy(values))[ValueNames.Loss][0], 12);
        TrainingOptions without = new(Batch, OpNames.CrossEntropy, 0.1f) { [TrainableOption.AuxiliaryWeight] = 0 };
        Assert.DoesNotContain(Pipeline.ForTraining(declared, without).Parameters, p => p.Name.Contains("aux", StringComparison.Ordinal));

        double Total(Dictionary<string, double[]> at) => Cross(at, ValueNames.Output) + 0.3 * (Cross(at, "aux1") + Cross(at, "aux2"));

        double Cross(Dictionary<string, double[]> at, string output)
        {
            double[] scores = ReferenceInterpreter.Outputs(declared, Batch, CentralDifferences.Copy(at))[output];
            double loss = 0;
            for (int n = 0; n < Batch; n++)
            {
                double[] x = scores[(n * 4)..(n * 4 + 4)];
                double log = Math.Log(x.Sum(Math.Exp));
                for (int c = 0; c < 4; c++)
                    loss -= ((c == (int)at[ValueNames.Labels][n] ? 0.9 : 0) + 0.1 / 4) * (x[c] - log) / Batch;
            }
            return loss;
        }
    }

    [Fact]
    public void TheStepThatIsNotFiniteIsNamedAndChangesNothing()
    {
        var trainer = new Regression.Trainer(Regression.CreateWeights(1), new Sgd(0.01f));
        float[] targets = Values(8 * 3, 2);
        trainer.Step(Images, targets);
        float[] before = [.. trainer.ToWeights().AllValues];

        float[] broken = [.. Images];
        broken[2 * 36 + 5] = float.NaN;
        var input = Assert.Throws<NonFiniteLossException>(() => trainer.Step(broken, targets));
        Assert.Equal(("Regression", 2L, float.NaN), (input.NetworkName, input.Step, input.Loss));
        Assert.Contains("step 2 is NaN; 'image' holds NaN in sample 2, at index 5 of it", input.Message, StringComparison.Ordinal);

        targets[7] = float.PositiveInfinity;
        Assert.Contains("'targets' holds Infinity in sample 2, at index 1",
            Assert.Throws<NonFiniteLossException>(() => trainer.Step(Images, targets)).Message, StringComparison.Ordinal);
        targets[7] = 0;

        // Sums of these overflow.
        FineTuned.Weights weights = FineTuned.CreateWeights(1);
        var other = new FineTuned.Trainer(weights, new Sgd());
        string where = Assert.Throws<NonFiniteLossException>(() =>
            other.Step([.. Enumerable.Range(0, 128).Select(i => i < 64 ? 0.5f : i % 2 == 0 ? 3e38f : -3e38f)], [0, 1])).Where;
        Assert.Contains("in the result of Conv2d 'features.conv' for sample 1", where, StringComparison.Ordinal);
        Assert.Equal(weights.AllValues, other.ToWeights().AllValues);

        Assert.Equal(before, trainer.ToWeights().AllValues);
        trainer.Step(Images, targets);
        Assert.NotEqual(before, trainer.ToWeights().AllValues.ToArray());
        // A step so long that the parameters overflow is noticed while they do.
        (trainer.Optimizer.LearningRate, trainer.Optimizer.WeightDecay) = (3e38f, 100f);
        Assert.True(Assert.Throws<NonFiniteUpdateException>(() => trainer.Step(Images, targets)).HasChanged);
    }

    private static Graph FrozenNetwork()
    {
        var graph = new GraphBuilder("Frozen");
        int x = graph.Input("input", TensorType.Sample(1, 8, 8));
        x = Layer(graph, "Conv2d", "features.0", AttributeMap.Of(("outChannels", 6), ("kernelSize", new[] { 3, 3 })), x);
        x = Layer(graph, "BatchNorm2d", "bn", AttributeMap.Empty, x);
        x = Layer(graph, "Flatten", "flatten1", AttributeMap.Empty, Layer(graph, "Relu", "relu1", AttributeMap.Empty, x));
        graph.Output(ValueNames.Output, Layer(graph, "Linear", "fc", AttributeMap.Of(("outFeatures", 4)), x));
        return graph.Build();
    }

    private static Graph TwoHeads()
    {
        var graph = new GraphBuilder("TwoHeads");
        int x = Layer(graph, "Tanh", "tanh1", AttributeMap.Empty,
            Layer(graph, "Linear", "fc1", AttributeMap.Of(("outFeatures", 6)), graph.Input("input", TensorType.Sample(5))));
        graph.Output("aux1", Layer(graph, "Linear", "aux1.fc", AttributeMap.Of(("outFeatures", 4)), x));
        x = Layer(graph, "Tanh", "tanh2", AttributeMap.Empty, Layer(graph, "Linear", "fc2", AttributeMap.Of(("outFeatures", 6)), x));
        graph.Output(ValueNames.Output, Layer(graph, "Linear", "fc3", AttributeMap.Of(("outFeatures", 4)), x));
        graph.Output("aux2", Layer(graph, "Linear", "aux2.fc", AttributeMap.Of(("outFeatures", 4)), x));
        return graph.Build();
    }

    private static int Layer(GraphBuilder graph, string name, string key, AttributeMap attributes, int input)
    {
        Operator op = OperatorTable.Get(name);
        return op.BuildLayer(graph, [input], op.WithDefaults(attributes, forLayer: true), key);
    }

    private static float[] Values(int length, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, length).Select(_ => (float)(random.NextDouble() * 2 - 1))];
    }
}
