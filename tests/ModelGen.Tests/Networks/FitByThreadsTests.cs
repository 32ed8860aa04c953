using ModelGen.Data;
using ModelGen.Tests.Weights;

namespace ModelGen.Tests.Networks;

/// <summary>Large enough for threads to share; random numbers for images, in blocks, and for features of an odd number.</summary>
[Network, Input(3, 18, 26)]
[GaussianNoise, Conv2d(24, 3, Padding = 1), BatchNorm2d, Relu, GaussianNoise(StandardDeviation = 0.2), MaxPool2d(2),
    Conv2d(13, 3, Stride = 2), Dropout(P = 0.2), GlobalAvgPool2d]
[Flatten, GaussianNoise, Linear(5)]
[Trainable(BatchSize = 8)]
internal sealed partial class FittedByThreads;

public sealed class FitByThreadsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void CurvesAndParametersAreThoseOfOneThread()
    {
        (string curves, int[] parameters) = Run(1);
        Assert.Equal(4, curves.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        for (int threads = 2; threads <= 3; threads++)
        {
            (string theirs, int[] their) = Run(threads);
            Assert.Equal(curves, theirs);
            Assert.Equal(parameters, their);
        }
    }

    private (string Curves, int[] Parameters) Run(int threads)
    {
        const int Images = 30;
        var trainer = new FittedByThreads.Trainer(FittedByThreads.CreateWeights(3), new Sgd(0.05f, 0.9f),
            seed: 3) { Parallelism = threads };
        var images = new LabeledImages([.. Enumerable.Range(0, Images * FittedByThreads.InputLength).Select(i => MathF.Sin(i * i))],
            [.. Enumerable.Range(0, Images).Select(i => i * i % 5)], 3, 18, 26);
        using var batches = new ImageBatches(images,
            new ImageBatchOptions { BatchSize = 8, Augmentation = new ImageAugmentation { Shift = 2, FlipProbability = 0.5f } });
        using var validation = new ImageBatches(images, new ImageBatchOptions { BatchSize = 10, Shuffle = false });
        string path = _folder.File($"{threads}.csv");
        new Fit(3) { Observers = { new CsvCurves(path) } }.Run(trainer, batches, () => Evaluation.Of(trainer, validation));
        return (File.ReadAllText(path), [.. trainer.ToWeights().AllValues.ToArray().Select(BitConverter.SingleToInt32Bits)]);
    }
}
