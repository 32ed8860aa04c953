using System.Text.Json;
using ModelGen.Tests.Golden;

namespace ModelGen.Tests.Runtime;

/// <summary>Schedules against PyTorch's, and where it gives no values here, against its formulas.</summary>
public class LearningRateScheduleTests
{
    public static TheoryData<string> Ids =>
        [.. GoldenData.Operators.Select(o => o.Text("id")).Where(id => id.Contains("schedule", StringComparison.Ordinal))];

    [Theory, MemberData(nameof(Ids))]
    public void AgreesWithPyTorch(string id)
    {
        JsonElement entry = GoldenData.Operator(id);
        LearningRateSchedule schedule = Of(entry.Text("op"), entry.GetProperty("attributes"));
        double[] expected = [.. entry.GetProperty("values").EnumerateArray().Select(v => v.GetDouble())];
        Assert.Equal(20, expected.Length);
        for (int step = 0; step < expected.Length; step++)
            Assert.Equal(expected[step], schedule.At(step), 1e-6 * expected.Max());
        var optimizer = new Sgd();
        schedule.Apply(optimizer, 7);
        Assert.Equal(schedule.At(7), optimizer.LearningRate);
        Assert.Throws<ArgumentOutOfRangeException>(() => schedule.At(-1));
    }

    [Fact]
    public void ThereAreSixOfThem() => Assert.Equal(6, Ids.Count);

    private static LearningRateSchedule Of(string op, JsonElement a)
    {
        return op switch
        {
            "StepSchedule" => new StepSchedule(Number("learningRate"), a.GetProperty("stepSize").GetInt64(), Number("gamma")),
            "MultiStepSchedule" =>
                new MultiStepSchedule(Number("learningRate"), a.GetProperty("milestones").EnumerateArray().Select(m => m.GetInt64()),
                    Number("gamma")),
            "ExponentialSchedule" => new ExponentialSchedule(Number("learningRate"), Number("gamma")),
            "CosineSchedule" => new CosineSchedule(Number("learningRate"), a.GetProperty("tMax").GetInt64(), Number("etaMin")),
            "OneCycleSchedule" =>
                new OneCycleSchedule(Number("maxLearningRate"), a.GetProperty("totalSteps").GetInt64(), Number("pctStart"),
                    Number("divFactor"), Number("finalDivFactor")),
            _ => throw new ArgumentException(op, nameof(op)),
        };

        float Number(string name) => a.GetProperty(name).GetSingle();
    }

    // CosineAnnealingWarmRestarts(T_0 = 4, T_mult = 2, eta_min = 0.1): periods 4, 8, 16.
    [Fact]
    public void RestartsGetLonger()
    {
        var schedule = new CosineSchedule(1.1f, 4, 0.1f, periodFactor: 2);
        Assert.Equal([1.1f, 1.1f, 1.1f], new[] { schedule.At(0), schedule.At(4), schedule.At(12) });
        Assert.Equal(0.6, schedule.At(2), 1e-6);
        Assert.Equal(0.6, schedule.At(8), 1e-6);
        Assert.Equal(0.6, schedule.At(20), 1e-6);
        Assert.Equal(0.1 + 0.5 * (1 + Math.Cos(Math.PI * 7 / 8)), schedule.At(11), 1e-6);
        Assert.Equal(new CosineSchedule(1.1f, 4, 0.1f, 1).At(3), new CosineSchedule(1.1f, 4, 0.1f, 1).At(4_000_003));
    }

    // LinearLR(start_factor = 0.25, total_iters = 4) gives 0.25, 0.4375, 0.625, 0.8125, 1.
    [Fact]
    public void WarmupGrowsEvenly()
    {
        LearningRateSchedule step = new StepSchedule(1f, 3, 0.5f);
        Assert.Equal([0.25f, 0.4375f, 0.625f, 0.8125f * 0.5f, 0.5f, 0.5f, 0.25f],
            Enumerable.Range(0, 7).Select(i => step.WithWarmup(4, 0.25f).At(i)));
        Assert.Equal([0f, 0.25f, 0.5f, 0.75f, 1f, 1f, 1f, 0.5f], Enumerable.Range(0, 8).Select(i => step.AfterWarmup(4).At(i)));
        Assert.Throws<ArgumentOutOfRangeException>(() => step.AfterWarmup(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => step.AfterWarmup(1, 1.5f));
    }

    [Fact]
    public void PlateausLowerTheRate()
    {
        // torch.optim.lr_scheduler.ReduceLROnPlateau(factor=0.5, patience=1, threshold=0.01, cooldown=1, min_lr=0.2) by hand.
        var optimizer = new Sgd(1f);
        var plateau = new ReduceOnPlateau(factor: 0.5f, patience: 1, threshold: 0.01f, cooldown: 1, minLearningRate: 0.2f);
        (double Result, bool IsLowered)[] results =
        [
            (1.0, false), (0.995, false), (0.992, true), // not a hundredth better, twice
            (2.0, false), (2.0, false), (0.98, false), // the first is in the cooldown; then one bad, then a good one
            (0.99, false), (double.NaN, true), (3, false), (3, false), (3, true), (3, false), (3, false), (3, false),
        ];
        Assert.Equal(results.Select(r => r.IsLowered), results.Select(r => plateau.Observe(optimizer, r.Result)));
        Assert.Equal((0.2f, 0.98), (optimizer.LearningRate, plateau.Best));

        // A rate that is below the lowest already is left alone, as torch leaves it.
        var low = new Sgd(0.1f);
        Assert.False(new ReduceOnPlateau(patience: 0, minLearningRate: 0.2f) { Best = 0 }.Observe(low, 1));
        Assert.Equal(0.1f, low.LearningRate);
        // Saturated, not negative.
        Assert.True(new ReduceOnPlateau(patience: 3) { Best = 0, BadResults = int.MaxValue }.Observe(low, 1));

        var accuracy = new ReduceOnPlateau(isHigherBetter: true, patience: 0);
        Assert.Equal([false, false, true], new[] { 0.5, 0.6, 0.6 }.Select(r => accuracy.Observe(optimizer, r)));
    }

    [Fact]
    public void BadSettingsAreRefused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new StepSchedule(0f, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new StepSchedule(0.1f, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ExponentialSchedule(0.1f, float.NaN));
        Assert.Throws<ArgumentOutOfRangeException>(() => new CosineSchedule(0.1f, 10, -1f));
        Assert.Throws<ArgumentOutOfRangeException>(() => new CosineSchedule(0.1f, 10, 0f, -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new OneCycleSchedule(0.1f, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new OneCycleSchedule(0.1f, 10, 1f));
        Assert.Contains("The first rate would be",
            Assert.Throws<ArgumentOutOfRangeException>(() => new OneCycleSchedule(1f, 10, 0.1f, 1e-39f)).Message, StringComparison.Ordinal);
        Assert.Contains("The lowest rate would be",
            Assert.Throws<ArgumentOutOfRangeException>(() => new OneCycleSchedule(1f, 10, 0.1f, 1f, 1e-39f)).Message,
            StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => new ReduceOnPlateau { Best = double.NaN });
        Assert.Throws<ArgumentOutOfRangeException>(() => new ReduceOnPlateau { BadResults = -1 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new ReduceOnPlateau { CooldownLeft = -1 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new ReduceOnPlateau(factor: 1f));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ReduceOnPlateau(patience: -1));
    }
}
