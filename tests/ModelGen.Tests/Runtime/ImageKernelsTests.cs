using System.Runtime.Intrinsics;
using ModelGen.Runtime;

namespace ModelGen.Tests.Runtime;

/// <summary>Kernels on images in blocks and in planes, at every vector width, against their definitions in double precision.</summary>
public class ImageKernelsTests
{
    private delegate void Pool(ref float x, in ImageLayout from, ref float y, in ImageLayout to, int samples);
    private delegate void Factor(ref float x, ref float f, ref float y, in ImageLayout image, in ImageLayout factors, int samples);
    private delegate void Dot(ref float x, in ImageLayout xl, ref float dy, in ImageLayout dyl, ref float df, in ImageLayout factors,
        int samples);
    private delegate void Normalize(ref float x, ref float y, in ImageLayout image, int samples, int size, float alpha, float beta,
        float k);

    /// <summary>In blocks or planes, samples, channels, rows, columns, gap.</summary>
    public static TheoryData<bool, int, int, int, int, int> Shapes
    {
        get
        {
            var data = new TheoryData<bool, int, int, int, int, int>();
            foreach (bool blocked in new[] { true, false })
            {
                data.Add(blocked, 2, 5, 7, 6, 0);
                data.Add(blocked, 1, 33, 4, 5, 2);
                data.Add(blocked, 3, 16, 1, 1, 0);
                data.Add(blocked, 1, 40, 3, 19, 1);
                data.Add(blocked, 1, 2, 40, 33, 0);
                data.Add(blocked, 0, 3, 2, 2, 0);
            }
            return data;
        }
    }

    [Theory, MemberData(nameof(Shapes))]
    public void ChannelsAreCopiedFromAnywhereToAnywhere(bool blocked, int samples, int channels, int rows, int columns, int gap)
    {
        float[] values = Guarded.Normal(samples * channels * rows * columns, 1);
        int area = rows * columns;
        foreach ((int first, int target, int count) in new[] { (0, 0, channels), (0, 3, channels),
            (channels / 2, 0, channels - channels / 2), (channels - 1, 16, 1), (1, 6, channels - 1) })
        {
            var x = Images.Of(values, blocked, samples, channels, rows, columns, gap);
            var y = new Images(blocked, samples, target + count + 2, rows, columns, gap + 1, 42f);
            ChannelCopy.Copy(ref x.First, x.Layout, first, ref y.First, y.Layout, target, count, samples);
            float[] copied = y.ToArray();
            for (int i = 0; i < copied.Length; i++)
            {
                int s = i / area / (target + count + 2), c = i / area % (target + count + 2) - target;
                float expected = c >= 0 && c < count ? values[(s * channels + first + c) * area + i % area] : 42f;
                Assert.Equal(expected, copied[i]);
            }
            Assert.Equal(samples * count * area, y.Memory.Length - y.Memory.Count(42f));
            y.AssertGuards();
        }
    }

    [Theory, MemberData(nameof(Shapes))]
    public void AdaptivePoolingAgreesWithTheDefinition(bool blocked, int samples, int channels, int rows, int columns, int gap)
    {
        Pool[] forwards =
        [
            AdaptivePooling.Average, AdaptivePooling.Average<Simd512, Vector512<float>>, AdaptivePooling.Average<Simd256, Vector256<float>>,
            AdaptivePooling.Average<Simd128, Vector128<float>>,
        ];
        Pool[] gradients =
        [
            AdaptivePooling.Gradient, AdaptivePooling.Gradient<Simd512, Vector512<float>>,
            AdaptivePooling.Gradient<Simd256, Vector256<float>>, AdaptivePooling.Gradient<Simd128, Vector128<float>>,
        ];
        foreach ((int height, int width) in new[] { (1, 1), (3, 2), (rows, columns), (2, columns + 1) })
        {
            float[] values = Guarded.Normal(samples * channels * rows * columns, 1, 3),
                upstream = Guarded.Normal(samples * channels * height * width, 2);
            double[] means = new double[upstream.Length], shares = new double[values.Length];
            for (int p = 0; p < samples * channels; p++)
            {
                for (int w = 0; w < height * width; w++)
                {
                    int[] pixels =
                    [
                        .. from y in Range(w / width, rows, height) from x in Range(w % width, columns, width) select p * rows * columns + y
                            * columns + x,
                    ];
                    means[p * height * width + w] = pixels.Average(i => (double)values[i]);
                    foreach (int i in pixels)
                        shares[i] += (double)upstream[p * height * width + w] / pixels.Length;
                }
            }
            foreach ((Pool forward, Pool gradient) in forwards.Zip(gradients))
            {
                var y = new Images(blocked, samples, channels, height, width, gap, 0);
                Images image = Images.Of(values, blocked, samples, channels, rows, columns, gap);
                forward(ref image.First, image.Layout, ref y.First, y.Layout, samples);
                Close(means, y.ToArray(), 1.2e-6);
                y.AssertGuards();
                var dx = new Images(blocked, samples, channels, rows, columns, gap, 0);
                Images dy = Images.Of(upstream, blocked, samples, channels, height, width, gap);
                gradient(ref dy.First, dy.Layout, ref dx.First, dx.Layout, samples);
                Close(shares, dx.ToArray(), 1e-6);
                dx.AssertGuards();
            }
        }

        static IEnumerable<int> Range(int window, int length, int windows)
        {
            int first = (int)Math.Floor((double)window * length / windows), end = (int)Math.Ceiling((window + 1.0) * length / windows);
            return Enumerable.Range(first, end - first);
        }
    }

    [Theory, MemberData(nameof(Shapes))]
    public void FactorsScaleChannelsAndGetTheirGradients(bool blocked, int samples, int channels, int rows, int columns, int gap)
    {
        Factor[] forwards =
        [
            ChannelFactors.Multiply, ChannelFactors.Multiply<Simd512, Vector512<float>>, ChannelFactors.Multiply<Simd256, Vector256<float>>,
            ChannelFactors.Multiply<Simd128, Vector128<float>>,
        ];
        Dot[] gradients =
        [
            ChannelFactors.Gradient, ChannelFactors.Gradient<Simd512, Vector512<float>>, ChannelFactors.Gradient<Simd256, Vector256<float>>,
            ChannelFactors.Gradient<Simd128, Vector128<float>>,
        ];
        int area = rows * columns;
        float[] values = Guarded.Normal(samples * channels * area, 1), factors = Guarded.Normal(samples * channels, 2),
            upstream = Guarded.Normal(values.Length, 3);
        double[] sums = [.. factors.Select((_, c) => Enumerable.Range(c * area, area).Sum(i => (double)values[i] * upstream[i]))];
        foreach ((Factor forward, Dot gradient) in forwards.Zip(gradients))
        {
            Images x = Images.Of(values, blocked, samples, channels, rows, columns, gap),
                f = Images.Of(factors, blocked, samples, channels, 1, 1, 0);
            var y = new Images(blocked, samples, channels, rows, columns, gap, 0);
            forward(ref x.First, ref f.First, ref y.First, x.Layout, f.Layout, samples);
            Assert.Equal(values.Select((v, i) => v * factors[i / area]), y.ToArray());
            y.AssertGuards();
            Images dy = Images.Of(upstream, blocked, samples, channels, rows, columns, gap + 1);
            var df = new Images(blocked, samples, channels, 1, 1, 0, 0);
            gradient(ref x.First, x.Layout, ref dy.First, dy.Layout, ref df.First, df.Layout, samples);
            Close(sums, df.ToArray(), 2e-6);
            df.AssertGuards();
        }
    }

    [Theory, MemberData(nameof(Shapes))]
    public void LocalResponseNormAndItsGradientAgreeWithTheDefinition(bool blocked, int samples, int channels, int rows, int columns,
        int gap)
    {
        Normalize[] forwards =
        [
            LocalResponse.Norm, LocalResponse.Norm<Simd512, Vector512<float>>, LocalResponse.Norm<Simd256, Vector256<float>>,
            LocalResponse.Norm<Simd128, Vector128<float>>,
        ];
        int area = rows * columns;
        float[] values = Guarded.Normal(samples * channels * area, 1), upstream = Guarded.Normal(values.Length, 2);
        foreach ((int size, float alpha, float beta, float k) in new[] { (5, 0.5f, 0.75f, 2f), (4, 1f, 0.5f, 1f), (1, 2f, 1f, 1f),
            (3, 0.5f, 0.6f, 1.5f), (37, 1f, 0.75f, 1f) })
        {
            double[] scale = new double[values.Length], exact = new double[values.Length], gradient = new double[values.Length];
            for (int i = 0; i < values.Length; i++)
                scale[i] = k + alpha / (double)size * Window(i, size / 2, (size - 1) / 2).Sum(j => (double)values[j] * values[j]);
            for (int i = 0; i < values.Length; i++)
                exact[i] = values[i] * Math.Pow(scale[i], -beta);
            // The derivative of each result by each value, summed up as it stands.
            for (int i = 0; i < values.Length; i++)
            {
                gradient[i] += upstream[i] * Math.Pow(scale[i], -beta);
                foreach (int j in Window(i, size / 2, (size - 1) / 2))
                    gradient[j] -= upstream[i] * values[i] * beta * Math.Pow(scale[i], -beta - 1) * 2 * alpha / size * values[j];
            }
            foreach (Normalize forward in forwards)
            {
                Images x = Images.Of(values, blocked, samples, channels, rows, columns, gap);
                var y = new Images(blocked, samples, channels, rows, columns, gap, 0);
                forward(ref x.First, ref y.First, x.Layout, samples, size, alpha, beta, k);
                Close(exact, y.ToArray(), 1.2e-6);
                y.AssertGuards();
            }
            Images image = Images.Of(values, blocked, samples, channels, rows, columns, gap),
                dy = Images.Of(upstream, blocked, samples, channels, rows, columns, gap);
            Images s = new(blocked, samples, channels, rows, columns, gap, 0), t = new(blocked, samples, channels, rows, columns, gap, 0),
                dx = new(blocked, samples, channels, rows, columns, gap, 0);
            LocalResponse.Scale(ref image.First, ref s.First, image.Layout, samples, size, alpha, k);
            LocalResponse.Term(ref image.First, ref s.First, ref dy.First, ref t.First, t.Memory.Length / 16 * 16, beta);
            LocalResponse.Gradient(ref image.First, ref s.First, ref dy.First, ref t.First, ref dx.First, image.Layout, samples, size,
                alpha, beta);
            Close(exact.Select((_, i) => scale[i]).ToArray(), s.ToArray(), 1.2e-6);
            Close(gradient, dx.ToArray(), 1e-5);
            dx.AssertGuards();
        }

        IEnumerable<int> Window(int i, int before, int after)
        {
            int channel = i / area % channels;
            for (int c = Math.Max(0, channel - before); c <= Math.Min(channels - 1, channel + after); c++)
                yield return i + (c - channel) * area;
        }
    }

    [Fact]
    public void PositionBiasesAreAddedToEverySampleAndGetTheSumOfTheirGradients()
    {
        float[] x = Guarded.Normal(3 * 37, 1), bias = Guarded.Normal(37, 2);
        Guarded y = new(x.Length), sum = new(37);
        PositionBias.Add(ref x[0], ref bias[0], ref y.First, 37, 3);
        PositionBias.SumSamples(ref x[0], ref sum.First, 37, 3);
        for (int i = 0; i < x.Length; i++)
            Assert.Equal(x[i] + bias[i % 37], y[i]);
        for (int i = 0; i < 37; i++)
            Assert.Equal(x[i] + x[37 + i] + x[74 + i], sum[i]);
        PositionBias.SumSamples(ref x[0], ref sum.First, 37, 0);
        Assert.All(sum.Span.ToArray(), v => Assert.Equal(0f, v));
        y.AssertGuards();
        sum.AssertGuards();
    }

    private static void Close(double[] expected, float[] actual, double shareOfLargest)
    {
        Assert.Equal(expected.Length, actual.Length);
        double largest = expected.Select(Math.Abs).DefaultIfEmpty().Max();
        for (int i = 0; i < expected.Length; i++)
            Assert.True(Math.Abs(expected[i] - actual[i]) <= shareOfLargest * largest,
                $"at {i}: expected {expected[i]:R}, got {actual[i]:R}");
    }
}
