using ModelGen.Runtime;

namespace ModelGen.Tests.Runtime;

public class DropoutTests
{
    [Theory]
    [InlineData(0.1f)]
    [InlineData(0.5f)]
    [InlineData(0.9f)]
    public void KeepsTheRightShareAtTheRightScale(float p)
    {
        const int N = 200_000;
        var mask = new Guarded(N);
        mask.Span.Fill(1f);
        Dropout.Apply(ref mask.First, ref mask.First, N, p, 1, 2);
        mask.AssertGuards();
        float kept = 1f / (1f - p);
        Assert.All(mask.Span.ToArray(), v => Assert.True(v == 0f || v == kept));
        double share = mask.Span.ToArray().Count(v => v == 0f) / (double)N;
        Assert.Equal(p, share, 5 * Math.Sqrt(p * (1 - p) / N)); // five standard deviations; the mask is fixed, so this cannot flicker
    }

    [Fact]
    public void TheMaskIsTheSameEverywhereAndForever()
    {
        // From the same formula in Python: training that is resumed on another machine must go on with the same masks.
        float[] mask = Mask(32, 0.5f, 42, 7);
        Assert.Equal("11010110110111100101110100001001", string.Concat(mask.Select(v => v == 0f ? '0' : '1')));
    }

    [Fact]
    public void PiecesGiveWhatOneCallGives()
    {
        float[] x = Guarded.Normal(100, seed: 1), whole = new float[100], pieces = new float[100];
        Dropout.Apply(ref x[0], ref whole[0], 100, 0.3f, 5, 6);
        for (int start = 0; start < 100; start += 7)
            Dropout.Apply(ref x[start], ref pieces[start], Math.Min(7, 100 - start), 0.3f, 5, 6, (ulong)start);
        Assert.Equal(whole, pieces);
    }

    [Fact]
    public void MultipliesByTheMask()
    {
        float[] x = Guarded.Wild(300, seed: 2), mask = Mask(300, 0.4f, 8, 9), y = new float[300];
        Dropout.Apply(ref x[0], ref y[0], 300, 0.4f, 8, 9);
        Assert.Equal(x.Zip(mask, (a, b) => a * b), y);
        Dropout.Apply(ref x[0], ref x[0], 300, 0.4f, 8, 9);
        Assert.Equal(y, x);
    }

    [Fact]
    public void SeedAndStepBothChangeTheMask()
    {
        var masks = new HashSet<string>();
        foreach (var (seed, step) in new[] { (0ul, 0ul), (1ul, 0ul), (0ul, 1ul), (1ul, 1ul), (2ul, 0ul), (0ul, 2ul) })
        {
            Assert.True(masks.Add(string.Join(' ', Mask(64, 0.5f, seed, step))));
        }
    }

    [Fact]
    public void TheEndsOfTheRange()
    {
        Assert.All(Mask(1000, 0f, 1, 1), v => Assert.Equal(1f, v));
        Assert.All(Mask(1000, 1f, 1, 1), v => Assert.Equal(0f, v));
        float almost = MathF.BitDecrement(1f);
        Assert.All(Mask(1000, almost, 1, 1), v => Assert.True(v == 0f || v == 1f / (1f - almost)));
        Assert.Empty(Mask(0, 0.5f, 1, 1));
        foreach (float bad in new[] { -0.1f, 1.1f, float.NaN })
            Assert.Throws<ArgumentOutOfRangeException>(() => Mask(1, bad, 1, 1));
    }

    // What becomes of ones.
    private static float[] Mask(int length, float p, ulong seed, ulong step)
    {
        float[] ones = [.. Enumerable.Repeat(1f, length)];
        ref float first = ref System.Runtime.InteropServices.MemoryMarshal.GetArrayDataReference(ones);
        Dropout.Apply(ref first, ref first, length, p, seed, step);
        return ones;
    }
}
