namespace ModelGen.Tests.Weights;

public sealed class WeightInitializationTests
{
    static float[] Uniform(string name, int seed, float bound, int length)
    {
        var values = new float[length];
        WeightInitialization.Fill(new ParameterInfo(name, [length], 0, ParameterInitializer.Uniform, bound), seed, values);
        return values;
    }

    /// <summary>The first bits, computed from the definition (FNV-1a, SplitMix64) by a program of another language.</summary>
    [Theory]
    [InlineData(0, "conv1.weight", 0.2f, new uint[] { 0xbd200c60, 0x3e387fc7, 0x3db3b88a, 0x3d22ca00 })]
    [InlineData(42, "conv1.weight", 0.2f, new uint[] { 0xbd4fe513, 0xbde3ed0a, 0x3dd7776a, 0xbe2e781d })]
    [InlineData(-1, "fc.bias", 1f, new uint[] { 0xbf521630, 0x3f1d41e2, 0xbebf6b8c, 0x3ca0b780 })]
    [InlineData(7, "größe.weight", 0.5f, new uint[] { 0x3ed7e326, 0x3ddaf588, 0xbd8b1bf8, 0xbed63b08 })]
    public void First_values_never_change(int seed, string name, float bound, uint[] expected) =>
        Assert.Equal(expected, Uniform(name, seed, bound, 4).Select(BitConverter.SingleToUInt32Bits));

    [Fact]
    public void Values_are_uniform_in_the_interval()
    {
        // n = 10^6: the mean's standard error is bound/√(3n), that of the variance (of bound²/3) below it.
        const int n = 1_000_000;
        foreach (int seed in new[] { 0, 1, 12345, int.MinValue })
        {
            var values = Uniform("w", seed, 2, n);
            Assert.All(values, v => Assert.InRange(v, -2, 2 - 2f / (1 << 23)));
            double mean = values.Average(v => (double)v);
            Assert.InRange(mean, -5 * 2 / Math.Sqrt(3.0 * n), 5 * 2 / Math.Sqrt(3.0 * n));
            Assert.InRange(values.Average(v => (v - mean) * (v - mean)), 4 / 3.0 * 0.995, 4 / 3.0 * 1.005);
            // Neighbours do not know each other.
            double covariance = values.Zip(values.Skip(1), (a, b) => (double)a * b).Average();
            Assert.InRange(covariance, -5 * (4 / 3.0) / Math.Sqrt(n), 5 * (4 / 3.0) / Math.Sqrt(n));
        }
    }

    [Fact]
    public void Seed_and_name_both_matter_and_nothing_else()
    {
        var values = Uniform("a.weight", 1, 1, 100);
        Assert.Equal(values, Uniform("a.weight", 1, 1, 200)[..100]);
        Assert.Empty(values.Intersect(Uniform("a.weight", 2, 1, 100)));
        Assert.Empty(values.Intersect(Uniform("b.weight", 1, 1, 100)));
        Assert.Empty(Uniform("a.weight", 0, 1, 100).Intersect(Uniform("a.weight", -1, 1, 100)));
    }

    [Fact]
    public void A_store_is_filled_by_each_initializer()
    {
        var weights = new SmallWeights();
        weights.Values.Fill(9);
        weights.Initialize(1);
        Assert.Equal(Uniform("conv1.weight", 1, 0.5f, 8), weights["conv1.weight"].ToArray());
        Assert.Equal([1, 1], weights["bn1.weight"].ToArray());
        Assert.Equal([0, 0], weights["bn1.running_mean"].ToArray());
        Assert.Equal([1, 1], weights["bn1.running_var"].ToArray());
    }
}
