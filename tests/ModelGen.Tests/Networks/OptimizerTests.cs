namespace ModelGen.Tests.Networks;

/// <summary>Steps on more samples than fit, and gradients of limited length.</summary>
[Network, Input(1, 6, 6)]
[Conv2d(5, 3), Tanh, Flatten, Linear(3)]
[Trainable(BatchSize = 8, Optimizer = Optimizer.Adam, ClipGradients = true, AccumulateGradients = true)]
internal sealed partial class Accumulating;

/// <summary>The same, clipped only.</summary>
[Network, Input(1, 6, 6)]
[Conv2d(5, 3), Tanh, Flatten, Linear(3)]
[Trainable(BatchSize = 8, ClipGradients = true)]
internal sealed partial class Clipped;

/// <summary>The same, with neither.</summary>
[Network, Input(1, 6, 6)]
[Conv2d(5, 3), Tanh, Flatten, Linear(3)]
[Trainable(BatchSize = 8, Optimizer = Optimizer.RmsProp)]
internal sealed partial class Plain;

public class OptimizerTests
{
    private static readonly float[] Images = [.. Enumerable.Range(0, 8 * 36).Select(i => MathF.Sin(i * i))];
    private static readonly int[] Labels = [0, 1, 2, 1, 0, 2, 2, 1];

    // A large epsilon, or Adam's first step is ±1 for every gradient, however small, and shows its rounding.
    private static Accumulating.Trainer Trainer(float norm = float.PositiveInfinity) =>
        new(Accumulating.CreateWeights(1), new Adam(0.1f, epsilon: 0.1f) { MaxGradientNorm = norm });

    [Theory]
    [InlineData(float.PositiveInfinity)]
    [InlineData(0.05f)]
    public void PiecesOfABatchMakeTheSameStepAsTheBatch(float norm)
    {
        Accumulating.Trainer whole = Trainer(norm), pieces = Trainer(norm);
        for (int step = 0; step < 3; step++)
        {
            float loss = whole.Step(Images, Labels);
            float[] before = [.. pieces.ToWeights().AllValues];
            float sum = 3 * pieces.Accumulate(Images.AsSpan(0, 3 * 36), Labels.AsSpan(0, 3)) + 1
                * pieces.Accumulate(Images.AsSpan(3 * 36, 36), Labels.AsSpan(3, 1));
            Assert.Equal(before, pieces.ToWeights().AllValues);
            sum += 4 * pieces.Step(Images.AsSpan(4 * 36, 4 * 36), Labels.AsSpan(4, 4));
            Assert.Equal(loss, sum / 8, 1e-5f);
        }
        float[] expected = [.. whole.ToWeights().AllValues], actual = [.. pieces.ToWeights().AllValues];
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], actual[i], 1e-5f);
        // Otherwise a step that forgets what was accumulated would do.
        Accumulating.Trainer last = Trainer(norm);
        for (int step = 0; step < 3; step++)
            last.Step(Images.AsSpan(4 * 36, 4 * 36), Labels.AsSpan(4, 4));
        Assert.True(expected.Zip([.. last.ToWeights().AllValues], (a, b) => Math.Abs(a - b)).Max() > 1e-3f);
    }

    // Plain descent with rate 1 moves the parameters by the gradients themselves.
    [Fact]
    public void GradientsAreClippedToTheirNorm()
    {
        Clipped.Weights initial = Clipped.CreateWeights(1);
        double free = Moved(float.PositiveInfinity);
        Assert.InRange(free, 0.1, 10);
        Assert.Equal(free, Moved((float)free * 1.01f), 1e-6);
        Assert.Equal(0.05, Moved(0.05f), 1e-4);

        double Moved(float norm)
        {
            var trainer = new Clipped.Trainer(initial, new Sgd(1f) { MaxGradientNorm = norm });
            trainer.Step(Images, Labels);
            float[] before = [.. initial.AllValues], after = [.. trainer.ToWeights().AllValues];
            return Math.Sqrt(before.Zip(after, (a, b) => (double)(a - b) * (a - b)).Sum());
        }
    }

    [Fact]
    public void ClippingThatTheNetworkWasNotCompiledForIsRefused()
    {
        var trainer = new Plain.Trainer(Plain.CreateWeights(1), new RmsProp());
        trainer.Step(Images, Labels);
        trainer.Optimizer.MaxGradientNorm = 1f;
        Assert.Equal("Plain: MaxGradientNorm is 1, but the network was compiled without clipping; write [Trainable(ClipGradients = true)].",
            Assert.Throws<InvalidOperationException>(() => trainer.Step(Images, Labels)).Message);
    }

    [Fact]
    public void MemoryIsWhatTheAttributeSays()
    {
        // 5·9 + 5 + 80·3 + 3 parameters, each kind on 64 bytes, once or with what is kept: SGD 2, RMSProp 4, Adam and sums 4.
        Assert.Equal(Plain.Trainer.ParameterBytes, 2 * Clipped.Trainer.ParameterBytes);
        Assert.Equal(Accumulating.Trainer.ParameterBytes, 2 * Clipped.Trainer.ParameterBytes);
        Assert.True(Clipped.Trainer.ArenaBytes >= Plain.Trainer.ArenaBytes);
    }

    [Fact]
    public void StepsAllocateNothing()
    {
        Accumulating.Trainer trainer = Trainer(1f);
        Assert.Equal(0, Allocations.Of(300, () =>
        {
            trainer.Accumulate(Images, Labels);
            trainer.Step(Images, Labels);
        }));
        var plain = new Plain.Trainer(Plain.CreateWeights(1), new RmsProp(1e-4f));
        var schedule = new CosineSchedule(1e-4f, 500).WithWarmup(10);
        int step = 0;
        Assert.Equal(0, Allocations.Of(300, () =>
        {
            schedule.Apply(plain.Optimizer, step++);
            plain.Step(Images, Labels);
        }));
    }
}
