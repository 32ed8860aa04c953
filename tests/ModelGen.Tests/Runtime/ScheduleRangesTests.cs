namespace ModelGen.Tests.Runtime;

/// <summary>
/// Whatever arguments a schedule takes, every step has a rate that is finite and between its lowest and its highest; what it does not take
/// it refuses.
/// </summary>
public class ScheduleRangesTests
{
    private static readonly float[] Rates = [float.Epsilon, 1e-38f, 1e-20f, 1e-3f, 0.1f, 1f, 25f, 1e20f, 3e38f, float.MaxValue];
    private static readonly float[] Bad = [float.NaN, float.PositiveInfinity, float.NegativeInfinity, -1f, -float.Epsilon];
    private static readonly long[] Counts = [1, 2, 3, 7, 10, 1_000, int.MaxValue, 1L << 53, long.MaxValue - 1, long.MaxValue];

    /// <summary>A schedule with what its rates lie between; null where its arguments were refused.</summary>
    private sealed record Case(string Text, LearningRateSchedule? Schedule, float Lowest, float Highest, long Total, bool IsBad);

    [Fact]
    public void TheRateOfAShareOfOneStepIsTheHighest()
    {
        var schedule = new OneCycleSchedule(1f, 10, 0.1f);
        Assert.Equal(1f, schedule.At(0));
        Assert.Equal(1f / 25 / 1e4f, schedule.At(9), 1e-12);
        Assert.All(Enumerable.Range(0, 9), step => Assert.True(schedule.At(step + 1) < schedule.At(step)));
    }

    [Fact]
    public void EveryRateIsFiniteAndWithinItsBounds()
    {
        var random = new Random(11);
        int refused = 0;
        for (int i = 0; i < 20_000; i++)
        {
            Case made = Make(random);
            if (made.Schedule is null)
            {
                Assert.True(made.IsBad, made.Text);
                refused++;
                continue;
            }
            Assert.False(made.IsBad, made.Text);
            foreach (long step in Steps(made.Total, random))
            {
                float rate = made.Schedule.At(step);
                // A rate on its way between two others is rounded.
                Assert.True(float.IsFinite(rate) && rate >= made.Lowest * (1 - 1e-6) && rate <= made.Highest * (1 + 1e-6),
                    FormattableString.Invariant($"{made.Text} at {step}: {rate}, not from {made.Lowest} to {made.Highest}"));
                new Sgd().LearningRate = rate;
            }
            Assert.Throws<ArgumentOutOfRangeException>(() => made.Schedule.At(-1 - random.NextInt64(long.MaxValue)));
        }
        Assert.InRange(refused, 1_000, 12_000);
    }

    private static IEnumerable<long> Steps(long total, Random random)
    {
        long[] near = [0, 1, 2, total / 10, total / 10 - 1, total / 2, total - 2, total - 1, total, total == long.MaxValue ? total
            : total + 1, long.MaxValue, random.NextInt64(total), random.NextInt64(long.MaxValue)];
        return near.Concat(Enumerable.Range(0, (int)Math.Min(total, 12)).Select(i => (long)i)).Where(s => s >= 0);
    }

    private static Case Make(Random random)
    {
        bool isBad = false;
        bool grows = random.Next(4) == 0;
        float rate = Rate(), gamma = grows ? Rate() : random.Next(10) == 0 ? Bad[random.Next(Bad.Length)] : 1f - random.NextSingle();
        isBad |= !(gamma > 0f && float.IsFinite(gamma));
        float highest = gamma <= 1f ? rate : float.MaxValue, lowest = gamma <= 1f ? 0f : rate;
        long count = Count();
        switch (random.Next(6))
        {
            case 0:
                return Try($"StepSchedule({rate}, {count}, {gamma})", () => new StepSchedule(rate, count, gamma), lowest, highest, count);
            case 1:
                long[] milestones = [.. Enumerable.Range(0, random.Next(5))
                    .Select(_ => Counts[random.Next(Counts.Length)] * (random.Next(2) * 2 - 1))];
                count = Math.Abs(milestones.LastOrDefault(1));
                return Try($"MultiStepSchedule({rate}, [{string.Join(", ", milestones)}], {gamma})",
                    () => new MultiStepSchedule(rate, milestones, gamma), lowest, highest, count, ofCount: false);
            case 2:
                return Try($"ExponentialSchedule({rate}, {gamma})", () => new ExponentialSchedule(rate, gamma), lowest, highest, 1_000,
                    ofCount: false);
            case 3:
                float etaMin = random.Next(2) == 0 ? 0f : Rate();
                int factor = random.Next(5) - (random.Next(20) == 0 ? 5 : 0);
                isBad = !(rate > 0f && float.IsFinite(rate)) || !(etaMin >= 0f && float.IsFinite(etaMin)) || count < 1 || factor < 0;
                return Finish($"CosineSchedule({rate}, {count}, {etaMin}, {factor})", () => new CosineSchedule(rate, count, etaMin, factor),
                    Math.Min(rate, etaMin), Math.Max(rate, etaMin), count);
            case 4:
                float share = random.Next(8) switch { 0 => float.Epsilon, 1 => MathF.BitDecrement(1f), 2 => 0.1f,
                    3 => Bad[random.Next(Bad.Length)], 4 => random.Next(2), _ => random.NextSingle() };
                float first = Rate(), last = Rate();
                bool overflows = (double)rate / first > float.MaxValue || (double)rate / first / last > float.MaxValue;
                isBad = !(rate > 0f && float.IsFinite(rate)) || count < 2 || !(share is > 0f and < 1f)
                    || !(first > 0f && float.IsFinite(first)) || !(last > 0f && float.IsFinite(last)) || overflows;
                float[] all = [rate, (float)((double)rate / first), (float)((double)rate / first / last)];
                return Finish($"OneCycleSchedule({rate}, {count}, {share}, {first}, {last})",
                    () => new OneCycleSchedule(rate, count, share, first, last), isBad ? 0f : all.Min(), isBad ? 0f : all.Max(), count);
            default:
                Case inner = Make(random);
                if (inner.Schedule is null)
                    return inner;
                float start = random.Next(6) switch { 0 => 0f, 1 => 1f, 2 => Bad[random.Next(Bad.Length)], 3 => 1.5f,
                    _ => random.NextSingle() };
                bool delayed = random.Next(2) == 0;
                isBad = count < 1 || !(start is >= 0f and <= 1f);
                return Finish($"{inner.Text}, warm-up {count} from {start}, delayed {delayed}", () => delayed
                    ? inner.Schedule.AfterWarmup(count, start) : inner.Schedule.WithWarmup(count, start), 0f, inner.Highest, count);
        }

        float Rate() => random.Next(12) == 0 ? Bad[random.Next(Bad.Length)] : Rates[random.Next(Rates.Length)];

        long Count() => random.Next(12) == 0 ? -random.Next(2) * Counts[random.Next(Counts.Length)] : Counts[random.Next(Counts.Length)];

        Case Try(string text, Func<LearningRateSchedule> make, float low, float high, long total, bool ofCount = true)
        {
            isBad |= !(rate > 0f && float.IsFinite(rate)) || (ofCount && total < 1);
            return Finish(text, make, low, high, total);
        }

        Case Finish(string text, Func<LearningRateSchedule> make, float low, float high, long total)
        {
            try
            {
                return new Case(text, make(), low, high, Math.Max(1, total), isBad);
            }
            catch (ArgumentOutOfRangeException)
            {
                return new Case(text, null, low, high, 1, isBad);
            }
        }
    }
}
