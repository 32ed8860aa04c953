using ModelGen.Runtime;

namespace ModelGen.Tests.Weights;

public sealed class NormalInitializationTests
{
    private const int Count = 1_000_000;

    /// <summary>Both are less than a unit off the true value, so they are the same number or neighbours.</summary>
    [Fact]
    public void The_logarithm_is_within_a_unit_of_the_platforms()
    {
        var random = new Random(1);
        for (int i = 0; i < Count; i++)
        {
            double x = (i % 4) switch
            {
                0 => random.NextDouble() + 1e-300,
                1 => 1 + (random.NextDouble() - 0.5) * Math.ScaleB(1, -random.Next(52)),
                2 => BitConverter.Int64BitsToDouble(random.NextInt64(1, 0x7FF0000000000000)),
                _ => Math.ScaleB(1 + random.NextDouble(), random.Next(-1060, 1023)),
            };
            double expected = Math.Log(x), actual = PortableMath.Log(x);
            Assert.True(actual == expected || actual == Math.BitIncrement(expected) || actual == Math.BitDecrement(expected),
                $"log {x:R}: expected {expected:R}, actual {actual:R}");
        }
        Assert.Equal(0, PortableMath.Log(1));
    }

    /// <summary>To 20 digits, by the inverse of the distribution function in arithmetic of 40.</summary>
    [Theory]
    [InlineData(1e-300, -37.047096299361199237)]
    [InlineData(1e-100, -21.273453560965324294)]
    [InlineData(1e-20, -9.2623400897984075796)]
    [InlineData(1e-05, -4.2648907939228246102)]
    [InlineData(0.01, -2.3263478740408410931)]
    [InlineData(0.074, -1.4466320671589785099)]
    [InlineData(0.076, -1.4325027208258116188)]
    [InlineData(0.3, -0.52440051270804081597)]
    [InlineData(0.4999, -0.00025066283008800749239)]
    [InlineData(0.5, 0)]
    public void Quantiles_are_those_of_the_normal_distribution(double share, double expected)
    {
        Assert.Equal(expected, PortableMath.NormalQuantile(share), 2e-15 * Math.Abs(expected));
        Assert.Equal(share, PortableMath.NormalShareBelow(expected), 2e-15 * Math.Max(1, expected * expected) * share);
        if (share > 1e-15)
            Assert.Equal(-expected, PortableMath.NormalQuantile(1 - share), 1e-10 * Math.Abs(expected));
    }

    [Theory]
    [InlineData(0f, 1f)]
    [InlineData(-3f, 0.02f)]
    public void Normal_values_have_their_mean_and_deviation(float mean, float deviation)
    {
        foreach (int seed in new[] { 0, 1, int.MinValue })
        {
            double[] z = [.. InitialBits.Values(
                new ParameterInfo("w", [Count], 0, ParameterInitializer.Normal) { Mean = mean, StandardDeviation = deviation }, seed)
                .Select(v => ((double)v - mean) / deviation)];
            // Standard errors of the moments of n normal numbers: 1/√n, √(2/n), √(15/n), √(96/n); five of each.
            Near(0, z.Average(), 1);
            Near(1, z.Average(v => v * v), Math.Sqrt(2));
            Near(0, z.Average(v => v * v * v), Math.Sqrt(15));
            Near(3, z.Average(v => v * v * v * v), Math.Sqrt(96));
            Near(0, z.Skip(1).Zip(z, (a, b) => a * b).Average(), 1);
        }
    }

    /// <summary>The variance of the normal distribution within ±2 is 1 − 4φ(2)/(Φ(2) − Φ(−2)) = 0.7737.</summary>
    [Fact]
    public void Truncated_values_lie_within_their_limits()
    {
        var parameter = new ParameterInfo("w", [Count], 0, ParameterInitializer.TruncatedNormal)
        {
            Mean = 1, StandardDeviation = 0.5f, Lower = 0, Upper = 2,
        };
        float[] values = InitialBits.Values(parameter, 1);
        Assert.All(values, v => Assert.InRange(v, 0, 2));
        double[] z = [.. values.Select(v => (v - 1.0) / 0.5)];
        Near(0, z.Average(), Math.Sqrt(0.7737));
        Near(0.7737413035499232, z.Average(v => v * v), 1);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(7, 64)]
    [InlineData(64, 7)]
    [InlineData(61, 61)]
    public void An_orthogonal_matrix_times_its_transpose_is_the_unit_matrix(int rows, int columns)
    {
        const float gain = 1.5f;
        float[] q = InitialBits.Values(
            new ParameterInfo("w", [rows, columns], 0, ParameterInitializer.Orthogonal) { Gain = gain }, 5);
        int count = Math.Min(rows, columns), length = Math.Max(rows, columns);
        for (int a = 0; a < count; a++)
        {
            for (int b = 0; b < count; b++)
            {
                double sum = 0;
                for (int i = 0; i < length; i++)
                    sum += (double)(rows <= columns ? q[a * columns + i] : q[i * columns + a])
                        * (rows <= columns ? q[b * columns + i] : q[i * columns + b]);
                // Values are rounded to float: at most 2⁻²⁴ relative each, so 2 · 2⁻²⁴ · |q|·|q| of the sum.
                Assert.Equal(a == b ? gain * gain : 0, sum, 2 * Math.ScaleB(1, -24) * gain * gain * 1.01);
            }
        }
    }

    [Fact]
    public void Numbers_of_initializers_are_finite()
    {
        Assert.Contains("Parameter 'w': expected a finite standard deviation above 0, actual 0.",
            Assert.Throws<ArgumentOutOfRangeException>(
                () => new ParameterInfo("w", [1], 0, ParameterInitializer.Normal) { StandardDeviation = 0 }).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => new ParameterInfo("w", [1], 0, ParameterInitializer.Normal) { Mean = float.NaN });
        Assert.Throws<ArgumentOutOfRangeException>(
            () => new ParameterInfo("w", [1], 0, ParameterInitializer.Constant) { Value = float.PositiveInfinity });
    }

    private static void Near(double expected, double actual, double deviation) =>
        Assert.InRange(actual, expected - 5 * deviation / Math.Sqrt(Count), expected + 5 * deviation / Math.Sqrt(Count));
}
