using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ModelGen.Runtime;

namespace ModelGen.Tests.Runtime;

public class OptimizersTests
{
    private delegate void SgdStep(
        ref float parameter, ref float gradient, ref float velocity, nint n, float learningRate, float momentum, float weightDecay, bool nesterov);

    private static readonly SgdStep[] Widths =
    [
        Optimizers.Sgd, Optimizers.Sgd<Simd512, Vector512<float>>, Optimizers.Sgd<Simd256, Vector256<float>>,
        Optimizers.Sgd<Simd128, Vector128<float>>,
    ];

    [Theory]
    [InlineData(0f, 0f, false)]
    [InlineData(0f, 0.1f, false)]
    [InlineData(0.9f, 0f, false)]
    [InlineData(0.9f, 0.1f, false)]
    [InlineData(0.9f, 0.1f, true)]
    public void ThreeStepsAgreeWithTheDefinition(float momentum, float weightDecay, bool nesterov)
    {
        const float LearningRate = 0.05f;
        foreach (var sgd in Widths)
        {
            for (int n = 0; n <= 70; n++)
            {
                Guarded p = new(Guarded.Normal(n, 1), n % 3), g = new(n, n % 5), v = new(new float[n], n % 7);
                double[] expected = Array.ConvertAll(p.Span.ToArray(), x => (double)x), velocity = new double[n];
                for (int step = 0; step < 3; step++)
                {
                    Guarded.Normal(n, 10 + step).CopyTo(g.Span);
                    for (int i = 0; i < n; i++)
                    {
                        double d = g[i] + weightDecay * expected[i];
                        velocity[i] = momentum * velocity[i] + d;
                        expected[i] -= LearningRate * (nesterov ? d + momentum * velocity[i] : velocity[i]);
                    }

                    sgd(ref p.First, ref g.First, ref v.First, n, LearningRate, momentum, weightDecay, nesterov);
                    Assert.Equal(Guarded.Normal(n, 10 + step), g.Span.ToArray());
                }

                for (int i = 0; i < n; i++)
                {
                    Assert.Equal(expected[i], p[i], 2e-6);
                    Assert.Equal(momentum == 0 ? 0 : velocity[i], v[i], 2e-6);
                }

                p.AssertGuards();
                v.AssertGuards();
            }
        }
    }

    [Fact]
    public void NumbersOfTorchOptimSgd()
    {
        // torch.optim.SGD([1.0], lr=0.1, momentum=0.9, weight_decay=0.5, nesterov=True) by hand, gradients 1 and 2:
        // g = 1.5, v = 1.5, p = 1 − 0.1·(1.5 + 1.35) = 0.715; g = 2.3575, v = 3.7075, p = 0.715 − 0.1·(2.3575 + 3.33675) = 0.145575
        float p = 1f, v = 0f, one = 1f, two = 2f;
        Optimizers.Sgd(ref p, ref one, ref v, 1, 0.1f, 0.9f, 0.5f, true);
        Assert.Equal(0.715f, p, 1e-6f);
        Optimizers.Sgd(ref p, ref two, ref v, 1, 0.1f, 0.9f, 0.5f, true);
        Assert.Equal(0.145575f, p, 1e-6f);
    }

    [Fact]
    public void WithoutMomentumTheVelocityIsNotTouched()
    {
        Guarded p = new(Guarded.Normal(37, 1)), g = new(Guarded.Normal(37, 2));
        Optimizers.Sgd(ref p.First, ref g.First, ref Unsafe.NullRef<float>(), 37, 0.1f, 0f, 0.1f, false);
        p.AssertGuards();
    }

    [Fact]
    public void WithoutWeightDecayAnInfiniteParameterStaysInfinite()
    {
        float p = float.PositiveInfinity, g = 1f, v = 0f;
        Optimizers.Sgd(ref p, ref g, ref v, 1, 0.1f, 0.9f, 0f, false);
        Assert.Equal(float.PositiveInfinity, p);
        Assert.Equal(1f, v);
    }

    [Fact]
    public void SettingsAreChecked()
    {
        foreach (float bad in new[] { float.NaN, -0.1f, float.PositiveInfinity })
        {
            Assert.Equal("LearningRate", Assert.Throws<ArgumentOutOfRangeException>(() => new Sgd(learningRate: bad)).ParamName);
            Assert.Equal("Momentum", Assert.Throws<ArgumentOutOfRangeException>(() => new Sgd { Momentum = bad }).ParamName);
            Assert.Equal("WeightDecay", Assert.Throws<ArgumentOutOfRangeException>(() => new Sgd { WeightDecay = bad }).ParamName);
        }

        Assert.Contains("Momentum", Assert.Throws<ArgumentException>(() => new Sgd(nesterov: true)).Message, StringComparison.Ordinal);
        var sgd = new Sgd(momentum: 0.9f, nesterov: true);
        Assert.Throws<ArgumentOutOfRangeException>(() => sgd.Momentum = 0f);
        Assert.Equal(0.9f, sgd.Momentum);
        sgd.LearningRate = 0.5f;
        Assert.Equal(0.5f, sgd.LearningRate);
        Assert.Equal((0.01f, 0f, 0f, false), (new Sgd().LearningRate, new Sgd().Momentum, new Sgd().WeightDecay, new Sgd().Nesterov));
    }
}
