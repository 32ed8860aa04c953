using ModelGen.Runtime;

namespace ModelGen.Tests.Networks;

[Network, Trainable(BatchSize = 2), Input(300)]
[Linear(200), Relu, Linear(70), Relu, Linear(10)]
internal sealed partial class InFloat;

[Network(WeightStorage = WeightStorage.BFloat16), Trainable(BatchSize = 2), Input(300)]
[Linear(200), Relu, Linear(70), Relu, Linear(10, WeightStorage = WeightStorage.Float32)]
internal sealed partial class InBFloat16;

[Network(Batch = 3), Input(300)]
[Linear(77, WeightStorage = WeightStorage.BFloat16, Name = "fc")]
internal sealed partial class OneLayer;

[Network(Batch = 3)]
internal sealed partial class OneLayerDefined
{
    private static Tensor Define([Shape(300)] Tensor x) => x.Linear(77, weightStorage: WeightStorage.BFloat16, name: "fc");
}

public class WeightStorageTests
{
    private static readonly float[] Input = [.. Enumerable.Range(0, 3 * 300).Select(i => MathF.Sin(i))];

    [Fact]
    public void LayersSayItOrTheNetworkDoes()
    {
        Assert.Equal(["fully connected, bfloat16", "fully connected, bfloat16", "fully connected"],
            InBFloat16.Summary.Layers.Where(l => l.Operator == "Linear").Select(l => l.Kernel));
        Assert.Equal("fully connected, bfloat16", Assert.Single(OneLayer.Summary.Layers).Kernel);
        Assert.Equal("fully connected, bfloat16", Assert.Single(OneLayerDefined.Summary.Layers).Kernel);
        Assert.Equal(["fully connected"], InFloat.Summary.Layers.Where(l => l.Operator == "Linear").Select(l => l.Kernel).Distinct());
    }

    [Fact]
    public void WeightsTakeHalfTheMemory()
    {
        // Output channels are rounded up to 32.
        Assert.Equal(300 * 96 / 2, OneLayer.CreateWeights(1).Packed.Count);
        Assert.Equal((300 * 224 + 200 * 96) / 2 + 70 * 16, InBFloat16.CreateWeights(1).Packed.Count);
    }

    // |y − ŷ| ≤ 2⁻⁸·Σ|w·x|, and the rounding of the sums.
    [Fact]
    public void ResultsAreAsNearAsRoundedWeightsAre()
    {
        OneLayer.Weights weights = OneLayer.CreateWeights(4);
        float[] results = new float[3 * 77], defined = new float[3 * 77];
        new OneLayer(weights).Forward(Input, results);
        new OneLayerDefined(OneLayerDefined.CreateWeights(4)).Forward(Input, defined);
        Assert.Equal(results, defined);
        ReadOnlySpan<float> w = weights["fc.weight"], bias = weights["fc.bias"];
        double largest = 0;
        for (int n = 0; n < 3; n++)
        {
            for (int o = 0; o < 77; o++)
            {
                (double exact, double sizes) = (bias[o], 0);
                for (int i = 0; i < 300; i++)
                {
                    double product = (double)w[o * 300 + i] * Input[n * 300 + i];
                    exact += product;
                    sizes += Math.Abs(product);
                }
                // A weight is off by 2⁻⁸ of itself at most, few by as much; 1e-6 is for the rounding of the sum and the bias, 16 of 2⁻²⁴.
                double error = Math.Abs(exact - results[n * 77 + o]);
                Assert.True(error <= sizes / 256 + 1e-6, $"{n}, {o}: off by {error}, allowed {sizes / 256}");
                largest = Math.Max(largest, error / sizes);
            }
        }
        Assert.True(largest > 1e-6, "the weights are not rounded");
    }

    [Fact]
    public void TrainingAndSavedWeightsIgnoreIt()
    {
        var trainer = new InBFloat16.Trainer(InBFloat16.CreateWeights(3), new Sgd { LearningRate = 0.1f }, seed: 1);
        var inFloat = new InFloat.Trainer(InFloat.CreateWeights(3), new Sgd { LearningRate = 0.1f }, seed: 1);
        for (int step = 0; step < 3; step++)
            Assert.Equal(inFloat.Step(Input.AsSpan(0, 600), [1, 2]), trainer.Step(Input.AsSpan(0, 600), [1, 2]));
        Assert.True(inFloat.ToWeights()["fc1.weight"].SequenceEqual(trainer.ToWeights()["fc1.weight"]));
    }

    [Theory]
    [InlineData(77, 130, 1)]
    [InlineData(77, 130, 3)]
    [InlineData(48, 64, 2)]
    [InlineData(1, 1, 5)]
    public void PlacesHaveTwoWeightsInAnyNumberOfParts(int outputs, int inputs, int parts)
    {
        float[] weights = [.. Enumerable.Range(0, outputs * inputs).Select(i => MathF.Sin(i))];
        float[] packed = new float[(outputs + 31) / 32 * inputs * 16];
        Array.Fill(packed, float.NaN);
        for (int part = parts - 1; part >= 0; part--)
            BFloat16.Pack(ref weights[0], ref packed[0], outputs, inputs, part, parts);
        for (int at = 0; at < packed.Length; at++)
        {
            (int output, int input) = (at / (16 * inputs) * 32 + at % 16, at / 16 % inputs);
            uint expected = Bits(output) | (Bits(output + 16) << 16);
            Assert.True(BitConverter.SingleToUInt32Bits(packed[at]) == expected,
                $"place {at}: {BitConverter.SingleToUInt32Bits(packed[at]):X8} in place of {expected:X8}");

            uint Bits(int o) => o < outputs ? BFloat16.Round(weights[o * inputs + input]) : 0u;
        }
    }

    [Theory]
    [InlineData(0f, 0x0000)]
    [InlineData(-0f, 0x8000)]
    [InlineData(1f, 0x3F80)]
    [InlineData(1.00390625f, 0x3F80)] // Half-way between 1 and the next: to the even one.
    [InlineData(1.01171875f, 0x3F82)] // Half-way between an odd and an even one.
    [InlineData(1.0039064f, 0x3F81)]
    [InlineData(-3.14159274f, 0xC049)]
    [InlineData(float.MaxValue, 0x7F80)]
    [InlineData(float.NegativeInfinity, 0xFF80)]
    [InlineData(float.Epsilon, 0x0000)]
    [InlineData(1e-40f, 0x0001)]
    public void RoundsToTheNearest(float value, int bits) => Assert.Equal(bits, BFloat16.Round(value));

    [Fact]
    public void NaNStaysNaN()
    {
        foreach (uint bits in new uint[] { 0x7F80_0001, 0xFFFF_FFFF, 0x7FC0_0000, 0x7F80_FFFF })
            Assert.True(float.IsNaN(BitConverter.UInt32BitsToSingle((uint)BFloat16.Round(BitConverter.UInt32BitsToSingle(bits)) << 16)));
    }
}
