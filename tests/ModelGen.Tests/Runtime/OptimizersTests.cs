using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ModelGen.Runtime;
using ModelGen.Tests.Reference;

namespace ModelGen.Tests.Runtime;

public class OptimizersTests
{
    private delegate void Step(GradientDescent optimizer, int updates, Guarded p, Guarded g, Guarded[] state, float scale,
        bool isPenalized);

    private static readonly Step[] Widths =
        [Public, OfWidth<Simd512, Vector512<float>>, OfWidth<Simd256, Vector256<float>>, OfWidth<Simd128, Vector128<float>>];

    public static TheoryData<GradientDescent> Settings => [.. OptimizerReference.All.Values.SelectMany(o => o.Settings)];

    [Theory, MemberData(nameof(Settings))]
    public void ThreeStepsAgreeWithTheDefinition(GradientDescent optimizer)
    {
        foreach (Step run in Widths)
        {
            for (int n = 0; n <= 70; n++)
            {
                Guarded p = new(Guarded.Normal(n, 1), n % 3), g = new(n, n % 5);
                Guarded[] state = [new(new float[n], n % 7), new(new float[n], n % 4), new(new float[n], n % 6)];
                double[] expected = Array.ConvertAll(p.Span.ToArray(), x => (double)x);
                double[][] kept = [new double[n], new double[n], new double[n]];
                for (int step = 0; step < 3; step++)
                {
                    Guarded.Normal(n, 10 + step).CopyTo(g.Span);
                    Updates.Step(optimizer, expected, [.. g.Span.ToArray().Select(v => 0.25 * v)], kept, step, isPenalized: n % 2 == 0);
                    run(optimizer, step, p, g, state, 0.25f, n % 2 == 0);
                    Assert.Equal(Guarded.Normal(n, 10 + step), g.Span.ToArray());
                }
                for (int i = 0; i < n; i++)
                    Assert.Equal(expected[i], p[i], 1e-5);
                p.AssertGuards();
                Assert.All(state, s => s.AssertGuards());
            }
        }
    }

    private static void Public(GradientDescent optimizer, int updates, Guarded p, Guarded g, Guarded[] state, float scale,
        bool isPenalized) =>
        Optimizers.Update(
            optimizer, ref p.First, ref g.First, ref state[0].First, ref state[1].First, ref state[2].First, p.Length, (ulong)updates,
            scale, isPenalized);

    private static void OfWidth<S, V>(GradientDescent optimizer, int updates, Guarded p, Guarded g, Guarded[] state, float scale,
        bool isPenalized)
        where S : struct, ISimd<V> where V : struct
    {
        var rule = new AnyRule(RuleOf(optimizer, new UpdateStep((ulong)updates, scale, isPenalized)));
        Optimizers.Run<S, V, AnyRule>(rule, ref p.First, ref g.First, ref state[0].First, ref state[1].First, ref state[2].First, p.Length);
    }

    // AdamW has Adam's.
    private static IUpdateRule RuleOf(GradientDescent optimizer, UpdateStep step)
    {
        for (Type type = optimizer.GetType(); ; type = type.BaseType!)
        {
            if (type.GetNestedType("Rule", BindingFlags.NonPublic) is Type rule)
                return (IUpdateRule)Activator.CreateInstance(rule, optimizer, step)!;
        }
    }

    private readonly struct AnyRule(IUpdateRule rule) : IUpdateRule
    {
        public V Update<S, V>(V p, V g, ref V a, ref V b, ref V c) where S : struct, ISimd<V> where V : struct =>
            rule.Update<S, V>(p, g, ref a, ref b, ref c);
    }

    [Theory]
    [InlineData(1, 0, 0)]
    [InlineData(5_000, 0, 0)]
    [InlineData(32, 48, 5)]
    [InlineData(0, 16, 15)]
    public void SumOfSquaresLeavesUnusedLanesOut(int n, int partial, int lanes)
    {
        Guarded x = new(Guarded.Normal(n + partial, 3));
        double expected = 0;
        for (int i = 0; i < n + partial; i++)
        {
            if (i < n || (i - n) % 16 < lanes)
                expected += (double)x[i] * x[i];
            else
                x.Span[i] = float.NaN;
        }
        Assert.Equal(expected, Optimizers.SumOfSquares(ref x.First, n, partial, lanes), 1e-5 * Math.Max(1, expected));
    }

    [Fact]
    public void GradientsAboveTheNormAreScaledToIt()
    {
        var sgd = new Sgd { MaxGradientNorm = 2f };
        Assert.Equal(0.2f, sgd.ScaleOf(100f, 1f), 1e-6f);
        Assert.Equal(1f, sgd.ScaleOf(3.9f, 1f));
        // Scaled by 1/10 first, they have norm 1.
        Assert.Equal(0.1f, sgd.ScaleOf(100f, 0.1f));
        Assert.Equal(0.5f, new Sgd().ScaleOf(float.MaxValue, 0.5f));
        Assert.Throws<ArgumentOutOfRangeException>(() => sgd.MaxGradientNorm = 0f);
        Assert.Throws<ArgumentOutOfRangeException>(() => sgd.MaxGradientNorm = float.NaN);
    }

    [Fact]
    public void ACenteredDeviationIsNeverBelowZero()
    {
        float p = 1f, g = 0.1f, a = 0f, b = 0f, c = 0f;
        var optimizer = new RmsProp(1e-3f, 0.5f, centered: true);
        for (int i = 0; i < 200; i++)
            Optimizers.Update(optimizer, ref p, ref g, ref a, ref b, ref c, 1, (ulong)i, 1f, true);
        Assert.False(float.IsNaN(p));
    }

    [Fact]
    public void NumbersOfTorchOptimSgd()
    {
        // torch.optim.SGD([1.0], lr=0.1, momentum=0.9, weight_decay=0.5, nesterov=True) by hand, gradients 1 and 2:
        // g = 1.5, v = 1.5, p = 1 − 0.1·(1.5 + 1.35) = 0.715; g = 2.3575, v = 3.7075, p = 0.715 − 0.1·(2.3575 + 3.33675) = 0.145575
        float p = 1f, v = 0f, one = 1f, two = 2f;
        var settings = new Sgd(0.1f, 0.9f, 0.5f, nesterov: true);
        Optimizers.Update(settings, ref p, ref one, ref v, 1, 0, 1f, true);
        Assert.Equal(0.715f, p, 1e-6f);
        Optimizers.Update(settings, ref p, ref two, ref v, 1, 1, 1f, true);
        Assert.Equal(0.145575f, p, 1e-6f);
    }

    [Fact]
    public void WithoutMomentumTheVelocityIsNotTouched()
    {
        Guarded p = new(Guarded.Normal(37, 1)), g = new(Guarded.Normal(37, 2));
        float[] before = p.Span.ToArray();
        // Where there is no velocity, a read or a write of it ends the process.
        Optimizers.Update(new Sgd(0.1f, 0f, 0.1f), ref p.First, ref g.First, ref Unsafe.NullRef<float>(), 37, 0, 1f, true);
        for (int i = 0; i < 37; i++)
            Assert.Equal(before[i] - 0.1 * (g.Span[i] + 0.1 * before[i]), p.Span[i], 4.0 / (1 << 24) * (1 + Math.Abs(before[i])));
        p.AssertGuards();
    }

    [Fact]
    public void WithoutWeightDecayAnInfiniteParameterStaysInfinite()
    {
        float p = float.PositiveInfinity, g = 1f, v = 0f;
        Optimizers.Update(new Sgd(0.1f, 0.9f), ref p, ref g, ref v, 1, 0, 1f, true);
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
            Assert.Equal("L1Penalty", Assert.Throws<ArgumentOutOfRangeException>(() => new Adam { L1Penalty = bad }).ParamName);
            Assert.Equal("Epsilon", Assert.Throws<ArgumentOutOfRangeException>(() => new AdamW(epsilon: bad)).ParamName);
            Assert.Equal("Beta1", Assert.Throws<ArgumentOutOfRangeException>(() => new Adam(beta1: bad)).ParamName);
            Assert.Equal("Beta2", Assert.Throws<ArgumentOutOfRangeException>(() => new Adam { Beta2 = 1f }).ParamName);
            Assert.Equal("Alpha", Assert.Throws<ArgumentOutOfRangeException>(() => new RmsProp(alpha: bad)).ParamName);
            Assert.Equal("LearningRateDecay",
                Assert.Throws<ArgumentOutOfRangeException>(() => new Adagrad(learningRateDecay: bad)).ParamName);
            Assert.Equal("InitialAccumulator",
                Assert.Throws<ArgumentOutOfRangeException>(() => new Adagrad { InitialAccumulator = bad }).ParamName);
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
