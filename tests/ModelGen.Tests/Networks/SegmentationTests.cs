using ModelGen.Tests.Harness;

namespace ModelGen.Tests.Networks;

/// <summary>A class for each pixel, of which some do not count.</summary>
[Network, Input(2, 5, 6)]
[Conv2d(8, 3, Padding = 1), Relu, Conv2d(3, 1)]
[Trainable(BatchSize = 4, IgnoreIndex = 255, ClassWeights = "0.5, 1, 2")]
internal sealed partial class PixelClassifier;

/// <summary>The same of vectors.</summary>
[Network, Input(4)]
[Linear(3)]
[Trainable(BatchSize = 4, ClassWeights = "1, 0, 3")]
internal sealed partial class WeightedClassifier;

/// <summary>Masks.</summary>
[Network, Input(2, 5, 6)]
[Conv2d(8, 3, Padding = 1, Init = Initializer.HeNormal), Relu, Conv2d(2, 1, Init = Initializer.Orthogonal)]
[Trainable(BatchSize = 4, Loss = Loss.Dice, Optimizer = Optimizer.Adam)]
internal sealed partial class MaskDice;

public class SegmentationTests
{
    private const int Pixels = 30;

    // The class of a pixel is how many of its two channels are positive; every seventh does not count.
    private static (float[] Images, int[] Labels) Data(int samples)
    {
        var random = new Random(5);
        float[] images = [.. Enumerable.Range(0, samples * 2 * Pixels).Select(_ => random.NextSingle() - 0.5f)];
        int[] labels = [.. Enumerable.Range(0, samples * Pixels).Select(i => i % 7 == 0 ? 255
            : Enumerable.Range(0, 2).Count(c => images[(i / Pixels * 2 + c) * Pixels + i % Pixels] > 0))];
        return (images, labels);
    }

    [Fact]
    public void PixelsAreClassified()
    {
        (float[] images, int[] labels) = Data(4);
        var trainer = new PixelClassifier.Trainer(PixelClassifier.CreateWeights(1), new Sgd(0.5f, 0.9f));
        float first = trainer.Step(images, labels), last = first;
        for (int i = 0; i < 300; i++)
            last = trainer.Step(images, labels);
        Assert.True(last < 0.2f * first, $"{first} became {last}");
        Evaluation result = trainer.Evaluate(images, labels);
        Assert.Equal(labels.Count(l => l != 255), result.Count);
        Assert.InRange(result.Accuracy, 0.95, 1);

        var network = new PixelClassifier(trainer.ToWeights());
        var metrics = new SegmentationMetrics(3, 255);
        float[] scores = new float[PixelClassifier.OutputLength];
        for (int n = 0; n < 4; n++)
        {
            network.Forward(images.AsSpan(n * 2 * Pixels, 2 * Pixels), scores);
            metrics.AddScores(scores, labels.AsSpan(n * Pixels, Pixels));
        }
        Assert.Equal(metrics.PixelAccuracy, result.Accuracy, 1e-12);
    }

    /// <summary>Batches of evaluation count by the weights of their labels, whatever their sizes.</summary>
    [Fact]
    public void EvaluationIsOfAllLabels()
    {
        (float[] images, int[] labels) = Data(7);
        var trainer = new PixelClassifier.Trainer(PixelClassifier.CreateWeights(1), new Sgd());
        labels.AsSpan(4 * Pixels, 2 * Pixels).Fill(255);
        Evaluation all = trainer.Evaluate(images, labels);
        (double loss, double weight) = (0, 0);
        for (int n = 0; n < 7; n++)
        {
            Span<int> own = labels.AsSpan(n * Pixels, Pixels);
            double ofOwn = own.ToArray().Sum(l => l switch { 0 => 0.5, 1 => 1, 2 => 2, _ => 0 });
            if (ofOwn == 0)
                continue;
            loss += ofOwn * trainer.Evaluate(images.AsSpan(n * 2 * Pixels, 2 * Pixels), own).Loss;
            weight += ofOwn;
        }
        Assert.Equal(loss / weight, all.Loss, 1e-6);
        Assert.Equal(labels.Count(l => l != 255), all.Count);
    }

    [Fact]
    public void LabelsAreCheckedAndNothingIsAllocated()
    {
        (float[] images, int[] labels) = Data(4);
        var trainer = new PixelClassifier.Trainer(PixelClassifier.CreateWeights(1), new Sgd(0.01f));
        Assert.Equal(0, Allocations.Of(100, () => trainer.Step(images, labels)));
        Assert.Equal(0, Allocations.Of(100, () => trainer.Evaluate(images, labels)));
        Assert.Contains("'labels' must hold 1 to 4 samples of 30 labels each, got 119 labels",
            Assert.Throws<ArgumentException>(() => trainer.Step(images, labels.AsSpan(1))).Message, StringComparison.Ordinal);
        labels[8] = 3;
        Assert.Contains("label 3 at index 8 is not a class; labels are 0 to 2, or 255 where none counts",
            Assert.Throws<ArgumentOutOfRangeException>(() => trainer.Step(images, labels)).Message, StringComparison.Ordinal);
    }

    /// <summary>A class of weight 0 has no part in the loss.</summary>
    [Fact]
    public void VectorsHaveWeightsToo()
    {
        var trainer = new WeightedClassifier.Trainer(WeightedClassifier.CreateWeights(1), new Sgd());
        float[] x = [.. Enumerable.Range(0, 12).Select(i => i * 0.25f - 1)];
        double zero = trainer.Evaluate(x.AsSpan(0, 4), [0]).Loss, two = trainer.Evaluate(x.AsSpan(8, 4), [2]).Loss;
        Evaluation all = trainer.Evaluate(x, [0, 1, 2]);
        Assert.Equal((zero + 3 * two) / 4, all.Loss, 1e-6);
        Assert.Equal(3, all.Count);
    }

    [Fact]
    public void MasksAreLearnt()
    {
        (float[] images, _) = Data(4);
        float[] masks = [.. images.Select(v => v > 0 ? 1f : 0f)];
        var trainer = new MaskDice.Trainer(MaskDice.CreateWeights(1), new Adam { LearningRate = 0.02f });
        float first = trainer.Step(images, masks), last = first;
        for (int i = 0; i < 300; i++)
            last = trainer.Step(images, masks);
        Assert.True(last < 0.2f * first, $"{first} became {last}");
        Assert.Equal(0, Allocations.Of(100, () => trainer.Step(images, masks)));
    }
}
