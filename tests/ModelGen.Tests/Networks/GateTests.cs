using ModelGen.Generator.Graphs;
using ModelGen.Generator.Tests.Definition;
using ModelGen.Tests.Reference;

namespace ModelGen.Tests.Networks;

/// <summary>
/// A gate whose image is read again, so that its result cannot take the image's memory, before a convolution that wants zeros around it.
/// </summary>
[Network]
internal sealed partial class Gated
{
    private static (Tensor, Tensor) Define([Shape(3, 12, 11)] Tensor x)
    {
        var v = x.Conv2d(16, 3, padding: 1, algorithm: ConvAlgorithm.Direct).Relu();
        var y = v.Multiply(v.GlobalAvgPool2d().Conv2d(16, 1).Sigmoid());
        return (y.Conv2d(16, 3, padding: 1, algorithm: ConvAlgorithm.Direct), v);
    }
}

/// <summary>A gate in training, whose gradient needs the image, on planes.</summary>
[Network, Trainable(BatchSize = 2, Loss = Loss.MeanSquaredError)]
internal sealed partial class GatedInTraining
{
    private static Tensor Define([Shape(6, 11, 4)] Tensor x)
    {
        var v = x.AvgPool2d((4, 1), 1, (2, 0), true, false);
        return v.Multiply(v.GlobalAvgPool2d().Conv2d(6, 1).Sigmoid()).Conv2d(2, 3, stride: (1, 2), padding: 1);
    }
}

/// <summary>Squeeze and excitation where the gate's result lies in memory of its own.</summary>
public class GateTests
{
    private static readonly float[] Image = [.. Enumerable.Range(0, Gated.InputLength).Select(i => MathF.Sin(0.37f * i + 1))];

    [Fact]
    public void AConvolutionBehindAGateFindsZerosAroundIt()
    {
        var weights = Gated.CreateWeights(1);
        var values = new Dictionary<string, double[]> { ["x"] = Doubles(Image) };
        Graph graph = GraphRecorder.Record(typeof(Gated));
        foreach (Node parameter in graph.Parameters)
            values[parameter.Name] = Doubles(weights[parameter.Name].ToArray());
        Bounded expected = RunningErrorInterpreter.Outputs(graph, 1, values)["output1"];

        var network = new Gated(weights);
        float[] first = Run(network), second = Run(network), other = Run(new Gated(weights));
        Assert.Null(expected.Compare("output1", first));
        Assert.Equal(first, second);
        Assert.Equal(first, other);

        static float[] Run(Gated network)
        {
            float[] output = new float[Gated.Output1Length], image = new float[Gated.Output2Length];
            network.Forward(Image, output, image);
            return output;
        }
    }

    [Fact]
    public void AStepSeesTheLossThatEvaluationSees()
    {
        float[] image = [.. Enumerable.Range(0, GatedInTraining.InputLength).Select(i => MathF.Sin(0.37f * i + 1))];
        float[] targets = new float[GatedInTraining.OutputLength], output = new float[GatedInTraining.OutputLength];
        var weights = GatedInTraining.CreateWeights(3);
        var trainer = new GatedInTraining.Trainer(weights, new Sgd(0));
        new GatedInTraining(weights).Forward(image, output);
        double expected = output.Average(y => (double)y * y);
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(expected, trainer.Step(image, targets), 1e-6);
            Assert.Equal(expected, trainer.Evaluate(image, targets), 1e-6);
        }
    }

    private static double[] Doubles(float[] values) => [.. values.Select(v => (double)v)];
}
