namespace ModelGen.Tests.Networks;

/// <summary>A weight of which the gradient is computed in two pieces, the second one not of whole blocks.</summary>
[Network, Input(3, 22, 20)]
[Conv2d(7, 3), Relu, Flatten, Linear(1001), Relu, Linear(5)]
[Trainable(BatchSize = 9, Optimizer = Optimizer.Adam)]
internal sealed partial class UpdatedInPieces;

/// <summary>The same network with gradients that could be clipped, for which they have to be there as wholes.</summary>
[Network, Input(3, 22, 20)]
[Conv2d(7, 3), Relu, Flatten, Linear(1001), Relu, Linear(5)]
[Trainable(BatchSize = 9, Optimizer = Optimizer.Adam, ClipGradients = true)]
internal sealed partial class UpdatedAsWhole;

public class SplitUpdatesTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void PiecesTrainToTheSameBits(int parallelism)
    {
        var pieces = new UpdatedInPieces.Trainer(UpdatedInPieces.CreateWeights(2),
            new Adam(0.001f, weightDecay: 0.01f)) { Parallelism = parallelism };
        var whole = new UpdatedAsWhole.Trainer(UpdatedAsWhole.CreateWeights(2), new Adam(0.001f, weightDecay: 0.01f));
        for (int step = 0; step < 4; step++)
        {
            int samples = step == 2 ? 4 : 9;
            float[] images = [.. Enumerable.Range(0, samples * UpdatedAsWhole.InputLength).Select(i => MathF.Sin(i * i + step))];
            int[] labels = [.. Enumerable.Range(0, samples).Select(i => (i + step) % 5)];
            Assert.Equal(BitConverter.SingleToInt32Bits(whole.Step(images, labels)),
                BitConverter.SingleToInt32Bits(pieces.Step(images, labels)));
        }
        Assert.Equal(Bits(whole.ToWeights().AllValues), Bits(pieces.ToWeights().AllValues));
        pieces.Parallelism = 1;
    }

    [Fact]
    public void PiecesTakeLessMemory()
    {
        const long Weight = 7 * 20 * 18 * 1001 * sizeof(float);
        Assert.True(UpdatedAsWhole.Summary.TrainingArenaBytes > Weight);
        Assert.True(UpdatedInPieces.Summary.TrainingArenaBytes < 0.7 * Weight,
            $"{UpdatedInPieces.Summary.TrainingArenaBytes} bytes beside a weight of {Weight}");
    }

    private static int[] Bits(ReadOnlySpan<float> values) => Array.ConvertAll(values.ToArray(), BitConverter.SingleToInt32Bits);
}
