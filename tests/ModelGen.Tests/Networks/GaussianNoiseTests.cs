using ModelGen.Safetensors;
using ModelGen.Tests.Weights;

namespace ModelGen.Tests.Networks;

/// <summary>Noise on the input and between layers, in blocks with unused lanes.</summary>
[Network, Input(2, 6, 6)]
[GaussianNoise(StandardDeviation = 0.3), Conv2d(20, 3, Padding = 1), GaussianNoise, Relu, Flatten, Linear(3)]
[Trainable(BatchSize = 4)]
internal sealed partial class Noisy;

/// <summary>The same without.</summary>
[Network, Input(2, 6, 6)]
[Conv2d(20, 3, Padding = 1), Relu, Flatten, Linear(3)]
[Trainable(BatchSize = 4)]
internal sealed partial class Noiseless;

/// <summary>Noise that a convolution reads with its padding, in a layout that stores it.</summary>
[Network, Input(16, 1, 24)]
[GaussianNoise(StandardDeviation = 2), Conv2d(16, 3, Padding = 1, Bias = false, Name = "conv")]
[Trainable(BatchSize = 3, Loss = Loss.MeanSquaredError)]
internal sealed partial class NoiseBesideZeros;

public sealed class GaussianNoiseTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static readonly float[] Images = [.. Enumerable.Range(0, 4 * 72).Select(i => MathF.Sin(i * i))];
    private static readonly int[] Labels = [0, 1, 2, 1];

    private static Noiseless.Weights Same(Noisy.Weights weights, TemporaryFolder folder)
    {
        weights.Save(folder.File("noisy"));
        return Noiseless.LoadWeights(folder.File("noisy"));
    }

    [Fact]
    public void InInferenceThereIsNone()
    {
        Noisy.Weights weights = Noisy.CreateWeights(1);
        Noiseless.Weights same = Same(weights, _folder);
        float[] noisy = new float[3], noiseless = new float[3];
        new Noisy(weights).Forward(Images.AsSpan(0, 72), noisy);
        new Noiseless(same).Forward(Images.AsSpan(0, 72), noiseless);
        Assert.Equal(noiseless, noisy);
        Assert.Equal(new Noiseless.Trainer(same, new Sgd()).Evaluate(Images, Labels),
            new Noisy.Trainer(weights, new Sgd()).Evaluate(Images, Labels));
    }

    [Fact]
    public void TheSeedFixesIt()
    {
        static float[] Losses(int seed)
        {
            var trainer = new Noisy.Trainer(Noisy.CreateWeights(1), new Sgd(0), seed);
            return [trainer.Step(Images, Labels), trainer.Step(Images, Labels), trainer.Step(Images, Labels)];
        }
        Assert.Equal(Losses(1), Losses(1));
        // Nothing is learned at a rate of 0, so all that differs is noise: six different values.
        Assert.Equal(6, Losses(1).Concat(Losses(2)).Distinct().Count());
    }

    [Fact]
    public void TheLossHasTheVarianceOfTheNoise()
    {
        const int Steps = 500;
        NoiseBesideZeros.Weights start = Kernel([0, 0, 0, 0.5f, -1, 2, 0, 0, 0]);
        var trainer = new NoiseBesideZeros.Trainer(start, new Sgd(0), seed: 5);
        float[] zeros = new float[3 * NoiseBesideZeros.InputLength];
        double mean = Enumerable.Range(0, Steps).Average(_ => trainer.Step(zeros, zeros));
        // Outputs are sums of three numbers of variance 4, at the ends of the row of two.
        double expected = 4 * (22 * (0.25 + 1 + 4) + (1 + 4) + (0.25 + 1)) / 24;
        Assert.Equal(expected, mean, expected * 0.02);
    }

    // What lies around an image has to stay zero: of these kernels the outputs are made of padding alone.
    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void PaddingStaysZero(int row)
    {
        float[] kernel = new float[9], zeros = new float[3 * NoiseBesideZeros.InputLength];
        kernel.AsSpan(row * 3, 3).Fill(1);
        var trainer = new NoiseBesideZeros.Trainer(Kernel(kernel), new Sgd(0), seed: 5);
        for (int step = 0; step < 5; step++)
            Assert.Equal(0f, trainer.Step(zeros, zeros));
    }

    // One kernel for each channel, which sees no other one.
    private NoiseBesideZeros.Weights Kernel(float[] values)
    {
        float[] all = [.. Enumerable.Range(0, 16 * 16).SelectMany(i => i / 16 == i % 16 ? values : new float[9])];
        SafetensorsWriter.Write(_folder.File("kernel"), [new SafetensorsTensor("conv.weight", [16, 16, 3, 3], all)]);
        return NoiseBesideZeros.LoadWeights(_folder.File("kernel"));
    }
}
