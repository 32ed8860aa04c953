using ModelGen.Runtime;

namespace ModelGen.Tests.Runtime;

public class NoiseTests
{
    private const int N = 200_000;

    private static double[] Draw(ulong seed, ulong step, float deviation = 1f)
    {
        var noise = new Guarded(new float[N]);
        Noise.Add(ref noise.First, ref noise.First, N, deviation, seed, step);
        noise.AssertGuards();
        return [.. noise.Span.ToArray().Select(v => (double)v)];
    }

    // Five standard deviations of each statistic; the numbers are fixed, so this cannot flicker.
    [Fact]
    public void IsNormal()
    {
        double[] noise = Draw(1, 2, deviation: 0.5f);
        Assert.Equal(0, noise.Average(), 5 * 0.5 / Math.Sqrt(N));
        Assert.Equal(0.25, noise.Average(v => v * v), 5 * 0.25 * Math.Sqrt(2.0 / N));
        Assert.Equal(0, noise.Average(v => v * v * v), 5 * 0.125 * Math.Sqrt(15.0 / N));
        // The fourth moment is 3 σ⁴; that of σ⁴ times a fourth power has a variance of 105 − 9.
        Assert.Equal(3 * 0.0625, noise.Average(v => v * v * v * v), 5 * 0.0625 * Math.Sqrt(96.0 / N));
        Assert.Equal(0.6827, noise.Count(v => Math.Abs(v) < 0.5) / (double)N, 0.006);
        // Neighbours, of which some come from one pair, and numbers of one pair's first and the next one's first.
        foreach (int distance in (int[])[1, 2])
            Assert.Equal(0, noise.Skip(distance).Zip(noise, (a, b) => a * b).Average(), 5 * 0.25 / Math.Sqrt(N));
    }

    [Fact]
    public void NumbersAreTheSameEverywhereAndForever()
    {
        // From the same formulas in Python: training that is resumed on another machine must go on with the same numbers.
        var noise = new float[6];
        Noise.Add(ref noise[0], ref noise[0], 6, 1f, 42, 7);
        Assert.Equal([0.29925665f, 0.233092f, 0.3831694f, 0.76331f, 0.290128754f, 0.37083616f], noise);
    }

    [Fact]
    public void PiecesGiveWhatOneCallGives()
    {
        foreach (int piece in (int[])[1, 2, 7, 8, 99])
        {
            float[] x = [.. Enumerable.Range(0, 100).Select(i => i * 0.5f)], whole = new float[100], pieces = [.. x];
            Noise.Add(ref x[0], ref whole[0], 100, 0.3f, 5, 6);
            Assert.All(whole.Zip(x), v => Assert.InRange(v.First - v.Second, -2, 2));
            for (int start = 0; start < 100; start += piece)
                Noise.Add(ref pieces[start], ref pieces[start], Math.Min(piece, 100 - start), 0.3f, 5, 6, (ulong)start);
            Assert.Equal(whole, pieces);
        }
    }

    [Fact]
    public void SeedAndStepBothChangeTheNumbers()
    {
        double[][] all = [.. new (ulong, ulong)[] { (0, 0), (1, 0), (0, 1), (1, 1), (2, 0), (0, 2) }.Select(p => Draw(p.Item1, p.Item2))];
        for (int a = 0; a < all.Length; a++)
        {
            for (int b = 0; b < a; b++)
                Assert.Equal(0, all[a].Zip(all[b], (x, y) => x * y).Average(), 5 / Math.Sqrt(N));
        }
    }

    [Fact]
    public void TheEndsOfTheRange()
    {
        var noise = new float[3];
        Noise.Add(ref noise[0], ref noise[0], 3, 0f, 1, 1);
        Assert.All(noise, v => Assert.Equal(0f, v));
        Noise.Add(ref noise[0], ref noise[0], 0, 1f, 1, 1, 1);
        Assert.All(noise, v => Assert.Equal(0f, v));
        foreach (float bad in new[] { -0.1f, float.PositiveInfinity, float.NaN })
            Assert.Throws<ArgumentOutOfRangeException>(() => Noise.Add(ref noise[0], ref noise[0], 1, bad, 1, 1));
    }
}
