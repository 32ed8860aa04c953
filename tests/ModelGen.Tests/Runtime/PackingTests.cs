using ModelGen.Runtime;

namespace ModelGen.Tests.Runtime;

public class PackingTests
{
    private const int Lanes = 16;
    private const float Eps = 1e-3f;

    // Whole and partial blocks, whole and partial tiles of 16 columns.
    public static TheoryData<int, int, bool> Shapes => Product([1, 15, 16, 17, 50], [1, 3, 9, 15, 16, 17, 48, 75]);

    [Theory, MemberData(nameof(Shapes))]
    public void BlocksHaveSixteenRowsSideBySideAndZerosBeyond(int outputs, int length, bool fold)
    {
        float[] rows = Guarded.Normal(outputs * length, seed: 1), weight = Guarded.Normal(outputs, seed: 2), variance = Variances(outputs);
        int blocks = (outputs + Lanes - 1) / Lanes;
        Divided(blocks, blocks * length * Lanes, Pack, packed =>
        {
            for (int at = 0; at < packed.Length; at++)
            {
                int output = at / (length * Lanes) * Lanes + at % Lanes;
                float expected = output < outputs ? Folded(rows[output * length + at / Lanes % length], output) : 0;
                Assert.True(packed[at] == expected, $"at {at}: {packed[at]} in place of {expected}");
            }
        });

        void Pack(ref float packed, int part, int parts)
        {
            if (fold)
                Packing.FoldToBlocks(ref rows[0], ref weight[0], ref variance[0], ref packed, outputs, length, Eps, part, parts);
            else
                Packing.ToBlocks(ref rows[0], ref packed, outputs, length, part, parts);
        }

        float Folded(float value, int output) => fold ? Scaled(value, weight[output], variance[output]) : value;
    }

    public static TheoryData<int, int, bool> Filters => Product([1, 16, 19, 33], [1, 2, 16, 17, 37]);

    // The definition of the points: the filter's polynomial there, over the product of the differences to the other points.
    [Theory, MemberData(nameof(Filters))]
    public void FiltersAreTransformedToAllPoints(int outputs, int channels, bool fold)
    {
        double[] points = [0, Math.Sqrt(0.5), -Math.Sqrt(0.5), Math.Sqrt(2), -Math.Sqrt(2)];
        Transformed<WinogradF4x3>(outputs, channels, fold, [.. points.Select(p => Row(p, points, 3)), [0, 0, 1]]);
        Transformed<WinogradF2x5>(outputs, channels, fold, [.. points.Select(p => Row(p, points, 5)), [0, 0, 0, 0, 1]]);
        // The usual scale: with 2 at ±1, and 1 at 0.
        Transformed<WinogradF2x3>(outputs, channels, fold, [[1, 0, 0], [0.5, 0.5, 0.5], [0.5, -0.5, 0.5], [0, 0, 1]]);
        // The outer taps at 0, 1 and ∞, and the middle one.
        Transformed<WinogradF2x3By2>(outputs, channels, fold, [[1, 0, 0], [1, 0, 1], [0, 0, 1], [0, 1, 0]]);
    }

    private static double[] Row(double point, double[] all, int taps)
    {
        double scale = all.Where(p => p != point).Aggregate(1.0, (product, p) => product * (point - p));
        return [.. Enumerable.Range(0, taps).Select(tap => Math.Pow(point, tap) / scale)];
    }

    private static void Transformed<T>(int outputs, int channels, bool fold, double[][] g) where T : struct, IWinogradTile
    {
        float[] filters = Guarded.Normal(outputs * channels * T.Taps * T.Taps, seed: 3), weight = Guarded.Normal(outputs, seed: 4),
            variance = Variances(outputs);
        (int blocks, int patch) = ((outputs + Lanes - 1) / Lanes, g.Length);
        Divided(blocks, patch * patch * blocks * channels * Lanes, Transform, transformed =>
        {
            for (int at = 0; at < transformed.Length; at++)
            {
                (int lane, int channel, int block) = (at % Lanes, at / Lanes % channels, at / (Lanes * channels) % blocks);
                (int i, int j) = Math.DivRem(at / (Lanes * channels * blocks), patch);
                (double expected, double size) = (0, 0);
                for (int tap = 0; tap < T.Taps * T.Taps && block * Lanes + lane < outputs; tap++)
                {
                    int output = block * Lanes + lane;
                    float value = filters[(output * channels + channel) * T.Taps * T.Taps + tap];
                    double term = g[i][tap / T.Taps] * g[j][tap % T.Taps]
                        * (fold ? Scaled(value, weight[output], variance[output]) : value);
                    (expected, size) = (expected + term, size + Math.Abs(term));
                }
                // Sums in double, rounded once.
                double bound = Math.Abs(expected) * Math.Pow(2, -24) + size * 1e-15;
                Assert.True(Math.Abs(transformed[at] - expected) <= bound,
                    $"{typeof(T).Name} at {at}: {transformed[at]} in place of {expected}");
            }
        });

        void Transform(ref float transformed, int part, int parts)
        {
            if (fold)
                Winograd.FoldAndTransformFilters<T>(ref filters[0], ref weight[0], ref variance[0], ref transformed, outputs, channels, Eps,
                    part, parts);
            else
                Winograd.TransformFilters<T>(ref filters[0], ref transformed, outputs, channels, part, parts);
        }
    }

    private delegate void Packer(ref float packed, int part, int parts);

    // All blocks at once, then each by itself, the last one first.
    private static void Divided(int blocks, int length, Packer pack, Action<float[]> check)
    {
        var memory = new Guarded(length);
        pack(ref memory.First, 0, 1);
        memory.AssertGuards();
        check(memory.Span.ToArray());
        var pieces = new Guarded(length);
        for (int block = blocks - 1; block >= 0; block--)
            pack(ref pieces.First, block, blocks);
        pieces.AssertGuards();
        Assert.Equal(memory.Span.ToArray(), pieces.Span.ToArray());
        // More parts than blocks: some have nothing to do.
        var many = new Guarded(length);
        for (int part = 0; part <= blocks; part++)
            pack(ref many.First, part, blocks + 1);
        Assert.Equal(memory.Span.ToArray(), many.Span.ToArray());
    }

    private static TheoryData<int, int, bool> Product(int[] outputs, int[] lengths)
    {
        var data = new TheoryData<int, int, bool>();
        foreach ((int output, int length) in outputs.SelectMany(output => lengths.Select(length => (output, length))))
        {
            data.Add(output, length, false);
            data.Add(output, length, true);
        }
        return data;
    }

    private static float Scaled(float value, float weight, float variance) => (float)(value * (weight / Math.Sqrt((double)variance + Eps)));

    private static float[] Variances(int count) => [.. Guarded.Normal(count, seed: 5).Select(v => v * v)];
}
