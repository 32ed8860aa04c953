using System.Runtime.InteropServices;
using ModelGen.Tests.Networks;

namespace ModelGen.Tests.Threads;

/// <summary>
/// A residual network of 16 samples a step, which threads share: convolutions of both kinds, batch normalisation, strides, pools and
/// dropout.
/// </summary>
[Network, Trainable(BatchSize = 16, AccumulateGradients = true, ClipGradients = true)]
internal sealed partial class TrainedByThreads
{
    static Tensor Define([Shape(3, 16, 24)] Tensor image)
    {
        Tensor x = image.Conv2d(24, 3, padding: 1, name: "stem").BatchNorm2d(name: "bn0").Relu();
        x = x + x.Conv2d(24, 3, padding: 1, groups: 24, name: "depthwise").BatchNorm2d(name: "bn1").Tanh();
        x = x.Conv2d(40, 3, stride: 2, padding: 1, name: "down").BatchNorm2d(name: "bn2").Relu()
            .Concat(x.Conv2d(20, 1, stride: 2, name: "projection"));
        return x.MaxPool2d(3, stride: 2, padding: 1).Dropout(0.3).AvgPool2d(2).Flatten().Linear(90, name: "fc1").Relu()
            .Linear(10, name: "fc2");
    }
}

/// <summary>The same of two samples: too few to share, so threads share rows and channels.</summary>
[Network, Trainable(BatchSize = 2)]
internal sealed partial class TrainedByTwo
{
    static Tensor Define([Shape(3, 40, 44)] Tensor image)
    {
        Tensor x = image.Conv2d(40, 3, padding: 1, name: "stem").BatchNorm2d(name: "bn0").Relu();
        x = x.Conv2d(48, 3, stride: 2, padding: 1, name: "down").BatchNorm2d(name: "bn2").Relu();
        return x.MaxPool2d(2).Flatten().Linear(90, name: "fc1").Relu().Linear(10, name: "fc2");
    }
}

/// <summary>
/// Training on several threads: every thread count and every order gives the losses and parameters that one thread gives, bit for bit.
/// </summary>
public class TrainingThreadsTests
{
    private static readonly TrainedByThreads.Weights Initial = TrainedByThreads.CreateWeights(4);

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(20)]
    public void EveryNumberOfThreadsTrainsAlike(int parallelism)
    {
        (float[] losses, float[] parameters) = Train(t => t.Parallelism = 1);
        (float[] several, float[] theirs) = Train(t => t.Parallelism = parallelism);
        AssertSameBits(losses, several);
        AssertSameBits(parameters, theirs);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void EveryOrderTrainsAlike(int parallelism)
    {
        (float[] losses, float[] parameters) = Train(t => t.Scheduler = null);
        var scheduler = new Backwards(parallelism);
        (float[] several, float[] theirs) = Train(t => t.Scheduler = scheduler);
        Assert.True(scheduler.Runs > 10);
        AssertSameBits(losses, several);
        AssertSameBits(parameters, theirs);
    }

    [Fact]
    public void SmallBatchesTrainAlike()
    {
        var expected = new List<float>();
        for (int parallelism = 1; parallelism <= 3; parallelism++)
        {
            var trainer = new TrainedByTwo.Trainer(TrainedByTwo.CreateWeights(1),
                new Sgd { LearningRate = 0.01f }) { Scheduler = new Backwards(parallelism) };
            var results = new List<float>();
            for (int step = 0; step < 3; step++)
                results.Add(trainer.Step(Images(2 * TrainedByTwo.InputLength, step), [step, 7]));
            results.AddRange(trainer.ToWeights().AllValues.ToArray());
            if (parallelism == 1)
                expected = results;
            AssertSameBits([.. expected], [.. results]);
        }
    }

    [Fact]
    public void TwoThreadsAllocateNothing()
    {
        var trainer = new TrainedByThreads.Trainer(Initial, new Sgd { LearningRate = 0.01f }) { Parallelism = 2 };
        float[] images = Images(16 * TrainedByThreads.InputLength, 0);
        int[] labels = Labels(16, 0);
        Assert.Equal(0, Allocations.Of(30, () => trainer.Step(images, labels)));
        Assert.Equal(0, Allocations.Of(30, () => trainer.Evaluate(images, labels)));
        trainer.Parallelism = 1;
    }

    // Full batches, part of one, accumulation, and evaluation between.
    private static (float[] Losses, float[] Parameters) Train(Action<TrainedByThreads.Trainer> configure)
    {
        var trainer = new TrainedByThreads.Trainer(Initial,
            new Sgd { LearningRate = 0.05f, Momentum = 0.9f, MaxGradientNorm = 1f, WeightDecay = 1e-3f }, seed: 3);
        configure(trainer);
        var losses = new List<float>();
        for (int step = 0; step < 6; step++)
        {
            int samples = step % 3 == 2 ? 5 : 16;
            float[] images = Images(samples * TrainedByThreads.InputLength, step);
            losses.Add(step % 2 == 0 ? trainer.Accumulate(images, Labels(samples, step)) : trainer.Step(images, Labels(samples, step)));
            Evaluation evaluation = trainer.Evaluate(Images(21 * TrainedByThreads.InputLength, step), Labels(21, step));
            losses.AddRange([(float)evaluation.Loss, (float)evaluation.Accuracy]);
        }
        TrainedByThreads.Weights weights = trainer.ToWeights();
        trainer.Parallelism = 1;
        return ([.. losses], weights.AllValues.ToArray());
    }

    private static float[] Images(int length, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, length).Select(_ => random.NextSingle() - 0.5f)];
    }

    private static int[] Labels(int samples, int seed) => [.. Enumerable.Range(0, samples).Select(i => (3 * i + seed) % 10)];

    private static void AssertSameBits(float[] expected, float[] actual) =>
        Assert.Equal(MemoryMarshal.Cast<float, int>(expected).ToArray(), MemoryMarshal.Cast<float, int>(actual).ToArray());
}
