using System.Runtime.Intrinsics;
using ModelGen.Runtime;

namespace ModelGen.Tests.Runtime;

public class BatchNormTests
{
    private const float Eps = 1e-5f;

    /// <summary>Samples, channel blocks, rows, columns and halo; 17 × 17 and more take several pieces.</summary>
    public static TheoryData<int, int, int, int, int> Shapes => new()
    {
        { 2, 1, 1, 1, 0 }, { 1, 2, 1, 2, 0 }, { 3, 2, 7, 7, 0 }, { 2, 3, 7, 7, 1 }, { 2, 1, 17, 17, 2 },
        { 1, 1, 40, 31, 1 }, { 2, 1, 3, 300, 0 }, { 4, 1, 5, 3, 1 },
    };

    private static bool IsUntouched(float value) => BitConverter.SingleToInt32Bits(value) == 0;

    private readonly record struct Layout(int Samples, int Blocks, int Rows, int Columns, int Halo)
    {
        public int RowStride => (Columns + 2 * Halo) * 16;
        public int BlockStride => (Rows + 2 * Halo) * RowStride;
        public int SampleStride => Blocks * BlockStride + 16 * Halo;
        public int Length => Samples * SampleStride;
        public int Start => Halo * (RowStride + 16);
        public int Channels => Blocks * 16;
        public int Count => Samples * Rows * Columns;

        /// <summary>Where the values of a channel lie.</summary>
        public IEnumerable<int> Places(int channel)
        {
            for (int s = 0; s < Samples; s++)
                for (int r = 0; r < Rows; r++)
                    for (int c = 0; c < Columns; c++)
                        yield return Start + s * SampleStride + channel / 16 * BlockStride + r * RowStride + c * 16 + channel % 16;
        }
    }

    [Theory, MemberData(nameof(Shapes))]
    public void ForwardAndBackwardAgreeWithTheDefinition(int samples, int blocks, int rows, int columns, int halo)
    {
        Check<Simd512, Vector512<float>>();
        Check<Simd256, Vector256<float>>();
        Check<Simd128, Vector128<float>>();
        Check<Simd512, Vector512<float>>(dispatched: true);

        void Check<S, V>(bool dispatched = false) where S : struct, ISimd<V> where V : struct
        {
            // x, y, dy and dx lie differently: strides must not be mixed up.
            Layout lx = new(samples, blocks, rows, columns, halo);
            Layout ly = lx with { Halo = halo + 1 }, ldy = lx with { Halo = 0 }, ldx = lx with { Halo = 2 };
            int channels = lx.Channels, m = lx.Count;
            Guarded x = new(Guarded.Normal(lx.Length, 1, 3, 2), 1), y = new(new float[ly.Length], 2);
            Guarded dy = new(Guarded.Normal(ldy.Length, 2), 3), dx = new(new float[ldx.Length]);
            Guarded stats = new(3 * channels), sums = new(2 * channels, 1);
            float[] weight = Guarded.Normal(channels, 3), bias = Guarded.Normal(channels, 4);
            ref float px = ref x.Span[lx.Start], py = ref y.Span[ly.Start], pdy = ref dy.Span[ldy.Start], pdx = ref dx.Span[ldx.Start];
            ref float invStd = ref stats.Span[channels];
            if (dispatched)
            {
                BatchNorm.Statistics(ref px, ref stats.First, blocks * 16, samples, lx.SampleStride, blocks, lx.BlockStride, rows,
                    lx.RowStride, columns, Eps);
                BatchNorm.Normalize(ref px, ref stats.First, ref invStd, ref weight[0], ref bias[0], ref py,
                    samples, lx.SampleStride, blocks, lx.BlockStride, rows, lx.RowStride, columns, ly.SampleStride, ly.BlockStride,
                    ly.RowStride);
                BatchNorm.GradientSums(ref px, ref stats.First, ref pdy, ref sums.First, blocks * 16,
                    samples, lx.SampleStride, blocks, lx.BlockStride, rows, lx.RowStride, columns, ldy.SampleStride, ldy.BlockStride,
                    ldy.RowStride);
                BatchNorm.GradientInput(ref px, ref stats.First, ref weight[0], ref sums.First, ref pdy, ref pdx, blocks * 16,
                    samples * rows * columns,
                    samples, lx.SampleStride, blocks, lx.BlockStride, rows, lx.RowStride, columns, ldy.SampleStride, ldy.BlockStride,
                    ldy.RowStride,
                    ldx.SampleStride, ldx.BlockStride, ldx.RowStride);
            }
            else
            {
                BatchNorm.Statistics<S, V>(ref px, ref stats.First, blocks * 16,
                    samples, lx.SampleStride, blocks, lx.BlockStride, rows, lx.RowStride, columns, Eps);
                BatchNorm.Normalize<S, V>(ref px, ref stats.First, ref invStd, ref weight[0], ref bias[0], ref py,
                    samples, lx.SampleStride, blocks, lx.BlockStride, rows, lx.RowStride, columns, ly.SampleStride, ly.BlockStride,
                    ly.RowStride);
                BatchNorm.GradientSums<S, V>(ref px, ref stats.First, ref pdy, ref sums.First, blocks * 16,
                    samples, lx.SampleStride, blocks, lx.BlockStride, rows, lx.RowStride, columns, ldy.SampleStride, ldy.BlockStride,
                    ldy.RowStride);
                BatchNorm.GradientInput<S, V>(ref px, ref stats.First, ref weight[0], ref sums.First, ref pdy, ref pdx, blocks * 16,
                    samples * rows * columns,
                    samples, lx.SampleStride, blocks, lx.BlockStride, rows, lx.RowStride, columns, ldy.SampleStride, ldy.BlockStride,
                    ldy.RowStride,
                    ldx.SampleStride, ldx.BlockStride, ldx.RowStride);
            }

            int written = 0;
            for (int c = 0; c < channels; c++)
            {
                double[] vx = [.. lx.Places(c).Select(i => (double)x[i])], vdy = [.. ldy.Places(c).Select(i => (double)dy[i])];
                double mean = vx.Average(), variance = vx.Average(v => (v - mean) * (v - mean)), inverse = 1 / Math.Sqrt(variance + Eps);
                double sum = vdy.Sum(), products = vx.Zip(vdy, (v, d) => (v - mean) * inverse * d).Sum();
                Assert.Equal(mean, stats[c], 2e-6);
                Assert.Equal(1, stats[channels + c] / inverse, 1e-6);
                Assert.Equal(variance, stats[2 * channels + c], 2e-6 * variance + 1e-12);
                Assert.Equal(sum, sums[c], 1e-6 * m);
                Assert.Equal(products, sums[channels + c], 1e-6 * m + 1e-6 * Math.Abs(products));
                foreach (var ((v, d), (iy, idx)) in vx.Zip(vdy).Zip(ly.Places(c).Zip(ldx.Places(c))))
                {
                    double normal = (v - mean) * inverse;
                    Assert.Equal(normal * weight[c] + bias[c], y[iy], 4e-6 * (1 + inverse * 1.5));
                    Assert.Equal(weight[c] * inverse * (d - sum / m - normal * products / m), dx[idx], 4e-6 * (1 + inverse * 1.5));
                    written++;
                }
            }

            Assert.Equal(channels * m, written);
            Assert.Equal(ly.Length - written, y.Span.ToArray().Count(IsUntouched));
            Assert.Equal(ldx.Length - written, dx.Span.ToArray().Count(IsUntouched));
            foreach (var buffer in new[] { x, y, dy, dx, stats, sums })
                buffer.AssertGuards();
        }
    }

    [Theory]
    [InlineData(1e4, 1.0)]
    [InlineData(-1e6, 1.0)]
    [InlineData(1e-3, 1e-6)]
    [InlineData(100, 1e-3)]
    public void TheVarianceIsExactWhenTheMeanIsLarge(double mean, double deviation)
    {
        var layout = new Layout(4, 1, 20, 20, 0);
        var x = new Guarded(Guarded.Normal(layout.Length, 9, mean, deviation));
        var stats = new float[48];
        BatchNorm.Statistics(ref x.First, ref stats[0], 16, 4, layout.SampleStride, 1, layout.BlockStride, 20, layout.RowStride, 20, 0f);
        for (int c = 0; c < 16; c++)
        {
            double[] values = [.. layout.Places(c).Select(i => (double)x[i])];
            double exactMean = values.Average(), exact = values.Average(v => (v - exactMean) * (v - exactMean));
            Assert.Equal(1, stats[c] / exactMean, 1e-7);
            Assert.Equal(1, stats[32 + c] / exact, 2e-6);
        }
    }

    [Fact]
    public void AnOutlierInTheFirstPieceDoesNotSpoilTheRest()
    {
        // First piece: all 0; the others: around 1e5.
        var layout = new Layout(4, 1, 16, 16, 0);
        float[] values = Guarded.Normal(layout.Length, 9, 1e5, 1);
        values.AsSpan(0, layout.SampleStride).Clear();
        var stats = new float[48];
        BatchNorm.Statistics(ref values[0], ref stats[0], 16, 4, layout.SampleStride, 1, layout.BlockStride, 16, layout.RowStride, 16, 0f);
        double[] lane = [.. layout.Places(0).Select(i => (double)values[i])];
        double mean = lane.Average();
        Assert.Equal(1, stats[0] / mean, 1e-7);
        Assert.Equal(1, stats[32] / lane.Average(v => (v - mean) * (v - mean)), 1e-6);
    }

    [Fact]
    public void ConstantsHaveNoVarianceAndNaNStaysInItsChannel()
    {
        var values = new float[2 * 25 * 16];
        Array.Fill(values, 0.1f);
        values[16 * 3 + 5] = float.NaN;
        var stats = new float[48];
        BatchNorm.Statistics(ref values[0], ref stats[0], 16, 2, 400, 1, 400, 5, 80, 5, Eps);
        for (int c = 0; c < 16; c++)
        {
            Assert.Equal(c == 5 ? float.NaN : 0.1f, stats[c], 1e-8f);
            Assert.Equal(c == 5 ? float.NaN : 0f, stats[32 + c], 1e-15f);
        }
    }

    [Fact]
    public void NormalizeWorksInPlace()
    {
        var layout = new Layout(2, 2, 5, 5, 1);
        float[] x = Guarded.Normal(layout.Length, 1), y = new float[x.Length], inPlace = [.. x], v = Guarded.Normal(32, 2);
        BatchNorm.Normalize(ref x[layout.Start], ref v[0], ref v[0], ref v[0], ref v[0], ref y[layout.Start],
            2, layout.SampleStride, 2, layout.BlockStride, 5, layout.RowStride, 5, layout.SampleStride, layout.BlockStride,
            layout.RowStride);
        BatchNorm.Normalize(ref inPlace[layout.Start], ref v[0], ref v[0], ref v[0], ref v[0], ref inPlace[layout.Start],
            2, layout.SampleStride, 2, layout.BlockStride, 5, layout.RowStride, 5, layout.SampleStride, layout.BlockStride,
            layout.RowStride);
        foreach (int i in Enumerable.Range(0, 32).SelectMany(layout.Places))
            (x[i], inPlace[i]) = (0, inPlace[i] == y[i] ? 0 : float.NaN);
        Assert.Equal(x, inPlace); // and the halo is as it was
    }

    [Fact]
    public void RunningStatisticsAreUpdatedAsInPyTorch()
    {
        float[] mean = [1f, 2f], variance = [1f, 1f], stats = [3f, 4f, 0f, 0f, 2f, 6f];
        BatchNorm.UpdateRunning(ref mean[0], ref variance[0], ref stats[0], 2, 0.1f, 4);
        Assert.Equal([1.2f, 2.2f], mean);
        Assert.Equal(0.9 + 0.1 * 2 * 4 / 3, variance[0], 1e-6);
        Assert.Equal(0.9 + 0.1 * 6 * 4 / 3, variance[1], 1e-6);

        BatchNorm.UpdateRunning(ref mean[0], ref variance[0], ref stats[0], 2, 1f, 1);
        Assert.Equal([2f, 6f], variance);

        string message = Assert.Throws<InvalidOperationException>(() => BatchNorm.CheckCount(1, "ResNet18", "layer1.0.bn1")).Message;
        Assert.Contains("ResNet18: BatchNorm2d 'layer1.0.bn1'", message, StringComparison.Ordinal);
        BatchNorm.CheckCount(2, "ResNet18", "bn1");
    }

    [Fact]
    public void InvStdOfEveryLength()
    {
        for (int n = 0; n < 40; n++)
        {
            Guarded variance = new(Guarded.Normal(n, n).Select(MathF.Abs).ToArray()), invStd = new(n, 1);
            BatchNorm.InvStdFromVariance(ref variance.First, ref invStd.First, n, Eps);
            for (int i = 0; i < n; i++)
                Assert.Equal(1 / Math.Sqrt((double)variance[i] + Eps), invStd[i], 1e-7 * invStd[i]);
            invStd.AssertGuards();
        }
    }
}
