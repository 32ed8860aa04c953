namespace ModelGen.Tests.Networks;

/// <summary>What deep networks are made of, small.</summary>
internal static class Blocks
{
    /// <summary>Residual blocks with batch normalisation.</summary>
    public static Tensor Residual(Tensor image)
    {
        Tensor x = image.Conv2d(18, 3, padding: 1, bias: false).BatchNorm2d().Relu();
        for (int block = 0; block < 6; block++)
        {
            Tensor y = x.Conv2d(18, 3, padding: 1, bias: false).BatchNorm2d().Relu().Conv2d(18, 3, padding: 1, bias: false).BatchNorm2d();
            x = (y + x).Relu();
        }
        return x.GlobalAvgPool2d().Flatten().Linear(3);
    }

    /// <summary>A dense block with dropout, pooled, and a second one.</summary>
    public static Tensor Dense(Tensor image)
    {
        Tensor x = image.Conv2d(16, 3, padding: 1);
        for (int layer = 0; layer < 8; layer++)
        {
            Tensor y = x.BatchNorm2d().Relu().Conv2d(12, 3, padding: 1, bias: false).Dropout(p: 0.2);
            x = layer == 3 ? Tensor.Concat([x, y]).AvgPool2d(2) : Tensor.Concat([x, y]);
        }
        return x.BatchNorm2d().Relu().GlobalAvgPool2d().Flatten().Dropout(p: 0.4).Linear(3);
    }

    /// <summary>Branches of several kinds that meet, in planes and in blocks, with gates.</summary>
    public static Tensor Branches(Tensor image)
    {
        Tensor x = image.Conv2d(5, 3, padding: 1).Tanh();
        for (int module = 0; module < 5; module++)
        {
            Tensor a = x.Conv2d(8, 1).Relu();
            Tensor b = x.Conv2d(4, 1).Relu().Conv2d(8, 3, padding: 1).Relu();
            Tensor c = x.MaxPool2d(3, stride: 1, padding: 1).Conv2d(8, 1).Relu();
            Tensor gate = x.Conv2d(24, 1).Sigmoid();
            x = (Tensor.Concat([a, b, c]) * gate).LocalResponseNorm(3).Dropout(p: 0.1);
        }
        return x.MaxPool2d(2).Flatten().Linear(20).Elu().Dropout().Linear(3);
    }
}

[Network, Trainable(BatchSize = 16)]
internal sealed partial class ResidualKept
{
    private static Tensor Define([Shape(2, 12, 12)] Tensor image) => Blocks.Residual(image);
}

[Network, Trainable(BatchSize = 16, Checkpoint = true)]
internal sealed partial class ResidualAgain
{
    private static Tensor Define([Shape(2, 12, 12)] Tensor image) => Blocks.Residual(image);
}

[Network, Trainable(BatchSize = 5, Optimizer = Optimizer.Adam, ClipGradients = true, AccumulateGradients = true)]
internal sealed partial class DenseKept
{
    private static Tensor Define([Shape(2, 12, 12)] Tensor image) => Blocks.Dense(image);
}

[Network, Trainable(BatchSize = 5, Optimizer = Optimizer.Adam, ClipGradients = true, AccumulateGradients = true, Checkpoint = true)]
internal sealed partial class DenseAgain
{
    private static Tensor Define([Shape(2, 12, 12)] Tensor image) => Blocks.Dense(image);
}

[Network, Trainable(BatchSize = 5, Optimizer = Optimizer.RmsProp)]
internal sealed partial class BranchesKept
{
    private static Tensor Define([Shape(2, 12, 12)] Tensor image) => Blocks.Branches(image);
}

[Network, Trainable(BatchSize = 5, Optimizer = Optimizer.RmsProp, Checkpoint = true)]
internal sealed partial class BranchesAgain
{
    private static Tensor Define([Shape(2, 12, 12)] Tensor image) => Blocks.Branches(image);
}

/// <summary>Networks that are trained twice, with and without <c>Checkpoint = true</c>.</summary>
public class RecomputeTests
{
    private const int Steps = 6;

    private static float[] Images(int step) => [.. Enumerable.Range(0, SamplesOf(step) * 2 * 12 * 12).Select(i => MathF.Sin(i * i + step))];

    private static int[] Labels(int step) => [.. Enumerable.Range(0, SamplesOf(step)).Select(i => (i + step) % 3)];

    // Not all batches are full.
    private static int SamplesOf(int step) => step == 3 ? 2 : 5;

    // On one thread, and on several that share the samples.
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void ResidualNetworksTrainToTheSameBits(int parallelism)
    {
        var kept = new ResidualKept.Trainer(ResidualKept.CreateWeights(3), new Sgd(0.05f, 0.9f, 0.01f));
        var again = new ResidualAgain.Trainer(ResidualAgain.CreateWeights(3), new Sgd(0.05f, 0.9f, 0.01f)) { Parallelism = parallelism };
        AssertSame(s => kept.Step(Images(s), Labels(s)), () => kept.ToWeights().AllValues, s => again.Step(Images(s), Labels(s)),
            () => again.ToWeights().AllValues);
        again.Parallelism = 1;
        AssertSmaller(ResidualKept.Summary, ResidualAgain.Summary);
        Assert.Equal(ResidualAgain.Trainer.ArenaBytes, ResidualAgain.Summary.TrainingArenaBytes);
    }

    // Sums of gradients over two batches, clipped; masks are those of the first time.
    [Fact]
    public void DenseBlocksWithDropoutTrainToTheSameBits()
    {
        var kept = new DenseKept.Trainer(DenseKept.CreateWeights(4), new Adam(0.01f) { MaxGradientNorm = 0.5f }, seed: 9);
        var again = new DenseAgain.Trainer(DenseAgain.CreateWeights(4), new Adam(0.01f) { MaxGradientNorm = 0.5f }, seed: 9);
        AssertSame(
            s => s % 2 == 0 ? kept.Accumulate(Images(s), Labels(s)) : kept.Step(Images(s), Labels(s)), () => kept.ToWeights().AllValues,
            s => s % 2 == 0 ? again.Accumulate(Images(s), Labels(s)) : again.Step(Images(s), Labels(s)), () => again.ToWeights().AllValues);
        AssertSmaller(DenseKept.Summary, DenseAgain.Summary);
    }

    [Fact]
    public void BranchesTrainToTheSameBits()
    {
        var kept = new BranchesKept.Trainer(BranchesKept.CreateWeights(5), new RmsProp(0.01f), seed: 2);
        var again = new BranchesAgain.Trainer(BranchesAgain.CreateWeights(5), new RmsProp(0.01f), seed: 2);
        AssertSame(s => kept.Step(Images(s), Labels(s)), () => kept.ToWeights().AllValues, s => again.Step(Images(s), Labels(s)),
            () => again.ToWeights().AllValues);
        AssertSmaller(BranchesKept.Summary, BranchesAgain.Summary);
    }

    [Fact]
    public void AllocatesNothing()
    {
        var trainer = new ResidualAgain.Trainer(ResidualAgain.CreateWeights(3), new Sgd(0.05f));
        float[] images = Images(0);
        int[] labels = Labels(0);
        Assert.Equal(0, Allocations.Of(20, () => trainer.Step(images, labels)));
    }

    private static void AssertSame(Func<int, float> first, Func<ReadOnlySpan<float>> firstValues, Func<int, float> second,
        Func<ReadOnlySpan<float>> secondValues)
    {
        for (int step = 0; step < Steps; step++)
            Assert.Equal(BitConverter.SingleToInt32Bits(first(step)), BitConverter.SingleToInt32Bits(second(step)));
        Assert.Equal(Bits(firstValues()), Bits(secondValues()));
    }

    private static int[] Bits(ReadOnlySpan<float> values) => Array.ConvertAll(values.ToArray(), BitConverter.SingleToInt32Bits);

    private static void AssertSmaller(NetworkSummary kept, NetworkSummary again)
    {
        Assert.True(again.TrainingArenaBytes <= 0.75 * kept.TrainingArenaBytes,
            $"{again.TrainingArenaBytes:N0} bytes instead of {kept.TrainingArenaBytes:N0}");
        Assert.True(again.TrainingArenaLowerBoundBytes < kept.TrainingArenaLowerBoundBytes);
        Assert.Equal(kept.TrainingParameterBytes, again.TrainingParameterBytes);
    }
}
