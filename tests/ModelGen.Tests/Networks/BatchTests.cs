namespace ModelGen.Tests.Networks;

/// <summary>One definition for networks of several sizes and batches.</summary>
internal static class Digits
{
    public static Tensor Build(Tensor image) => image
        .Conv2d(20, 3, padding: 1, name: "conv1").Relu().MaxPool2d(2)
        .Conv2d(7, 3, name: "conv2").BatchNorm2d(name: "bn").Tanh()
        .AdaptiveAvgPool2d(3).Flatten().Linear(33, name: "fc1").Relu().Linear(5, name: "fc2");
}

/// <summary>One sample at a time.</summary>
[Network]
internal sealed partial class DigitsOneByOne
{
    static Tensor Define([Shape(2, 14, 14)] Tensor image) => Digits.Build(image);
}

/// <summary>Seven at a time.</summary>
[Network(Batch = 7)]
internal sealed partial class DigitsBySeven
{
    static Tensor Define([Shape(2, 14, 14)] Tensor image) => Digits.Build(image);
}

/// <summary>A larger image, two at a time.</summary>
[Network(Batch = 2)]
internal sealed partial class LargeDigits
{
    static Tensor Define([Shape(2, 20, 24)] Tensor image) => Digits.Build(image);
}

/// <summary><c>[Network(Batch = …)]</c>: calls of 1 to so many samples.</summary>
public class BatchTests
{
    // Fewer than the batch, of which tiles over samples have remainders of every length.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    public void ABatchGivesWhatItsSamplesGiveOneByOne(int samples)
    {
        var one = new DigitsOneByOne(DigitsOneByOne.CreateWeights(3));
        var seven = new DigitsBySeven(DigitsBySeven.CreateWeights(3));
        float[] images = Values(samples * DigitsOneByOne.InputLength);
        float[] expected = new float[samples * DigitsOneByOne.OutputLength];
        for (int i = 0; i < samples; i++)
            one.Forward(images.AsSpan(i * DigitsOneByOne.InputLength, DigitsOneByOne.InputLength),
                expected.AsSpan(i * DigitsOneByOne.OutputLength, DigitsOneByOne.OutputLength));

        // What was there before must not matter.
        seven.Forward(Values(7 * DigitsBySeven.InputLength), new float[7 * DigitsBySeven.OutputLength]);
        float[] actual = new float[samples * DigitsBySeven.OutputLength];
        seven.Forward(images, actual);

        Assert.Equal(samples, actual.Chunk(DigitsBySeven.OutputLength).Select(s => s[0]).Distinct().Count());
        for (int i = 0; i < actual.Length; i++)
            Assert.Equal(expected[i], actual[i], 1e-6f);
    }

    [Theory]
    [InlineData(0, 1, "'image' must hold 1 to 7 samples of 392 floats each, got 0 floats", "image")]
    [InlineData(391, 1, "got 391 floats", "image")]
    [InlineData(393, 1, "got 393 floats", "image")]
    [InlineData(8 * 392, 8, "got 3136 floats", "image")]
    [InlineData(2 * 392, 1, "'output' must hold 10 floats, got 5", "output")]
    [InlineData(2 * 392, 7, "'output' must hold 10 floats, got 35", "output")]
    public void OtherNumbersOfSamplesAreRefused(int floats, int results, string message, string argument)
    {
        var seven = new DigitsBySeven(DigitsBySeven.CreateWeights(3));
        float[] output = Enumerable.Repeat(5f, results * DigitsBySeven.OutputLength).ToArray();
        var e = Assert.Throws<ArgumentException>(() => seven.Forward(new float[floats], output));
        Assert.StartsWith("DigitsBySeven: ", e.Message, StringComparison.Ordinal);
        Assert.Contains(message, e.Message, StringComparison.Ordinal);
        Assert.Equal(argument, e.ParamName);
        Assert.All(output, o => Assert.Equal(5f, o));
    }

    [Fact]
    public void TheArenaIsForTheBatch()
    {
        Assert.Equal(1, DigitsOneByOne.Batch);
        Assert.Equal(7, DigitsBySeven.Batch);
        Assert.InRange(DigitsBySeven.ArenaBytes, 7 * DigitsOneByOne.Summary.ArenaLowerBoundBytes, 7 * DigitsOneByOne.ArenaBytes);
        Assert.Equal(DigitsBySeven.ArenaBytes, DigitsBySeven.Summary.ArenaBytes);
        Assert.Equal(7, DigitsBySeven.Summary.Batch);
        Assert.Contains(" for up to 7 samples\n", DigitsBySeven.Summary.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("for up to", DigitsOneByOne.Summary.ToString(), StringComparison.Ordinal);
        Assert.Equal(DigitsOneByOne.MultiplyAdds, DigitsBySeven.MultiplyAdds);
    }

    [Fact]
    public void ABatchAllocatesNothing()
    {
        var seven = new DigitsBySeven(DigitsBySeven.CreateWeights(3));
        float[] images = Values(7 * DigitsBySeven.InputLength), output = new float[7 * DigitsBySeven.OutputLength];
        Assert.Equal(0, Allocations.Of(1000, () => seven.Forward(images, output)));
    }

    [Fact]
    public void SizesOfOneDefinitionShareAWeightsFile()
    {
        using var folder = new Weights.TemporaryFolder();
        DigitsOneByOne.CreateWeights(5).Save(folder.File("digits.safetensors"));
        LargeDigits.Weights weights = LargeDigits.LoadWeights(folder.File("digits.safetensors"));
        Assert.Equal(DigitsOneByOne.ParameterCount, LargeDigits.ParameterCount);
        float[] output = new float[2 * LargeDigits.OutputLength];
        new LargeDigits(weights).Forward(Values(2 * LargeDigits.InputLength), output);
        Assert.All(output, o => Assert.NotEqual(0f, o));
    }

    private static float[] Values(int length)
    {
        var random = new Random(length);
        return [.. Enumerable.Range(0, length).Select(_ => (float)(random.NextDouble() * 2 - 1))];
    }
}
