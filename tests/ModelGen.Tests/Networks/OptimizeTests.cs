namespace ModelGen.Tests.Networks;

/// <summary>
/// The same layers compiled for each goal. Winograd suits the first three convolutions, the first and the third of which say how they want
/// to be computed in some of them.
/// </summary>
[Network]
internal sealed partial class ForSpeed
{
    internal static Tensor Define([Shape(32, 28, 28)] Tensor image, ConvAlgorithm first = ConvAlgorithm.Auto) => image
        .Conv2d(64, 3, padding: 1, algorithm: first, name: "conv1").BatchNorm2d(name: "bn1").Relu()
        .Conv2d(64, 3, padding: 1, name: "conv2").Relu().Conv2d(64, 3, stride: 2, padding: 1, algorithm: first, name: "strided").Relu()
        .Conv2d(64, 3, padding: 1, groups: 64, name: "depthwise").Conv2d(16, 1, name: "pointwise").GlobalAvgPool2d().Flatten()
            .Linear(10, name: "fc");
}

[Network(Optimize = Optimize.Memory)]
internal sealed partial class ForMemory
{
    private static Tensor Define([Shape(32, 28, 28)] Tensor image) => ForSpeed.Define(image);
}

[Network(Optimize = Optimize.Exact)]
internal sealed partial class ForExactness
{
    private static Tensor Define([Shape(32, 28, 28)] Tensor image) => ForSpeed.Define(image);
}

/// <summary>An explicit choice goes before the network's.</summary>
[Network(Optimize = Optimize.Exact), Trainable(BatchSize = 2)]
internal sealed partial class WithFirstByWinograd
{
    private static Tensor Define([Shape(32, 28, 28)] Tensor image) => ForSpeed.Define(image, ConvAlgorithm.Winograd2);
}

// Padding that is wider than a tile's border, few channels, and a border that is no zeros.
[Network, Input(1, 9, 9)]
[Conv2d(3, 3, Padding = 3, Algorithm = ConvAlgorithm.Winograd4, Name = "four"),
    Conv2d(3, 3, Algorithm = ConvAlgorithm.Direct, Name = "direct"),
    Conv2d(3, 3, PaddingMode = PaddingMode.Reflect, Padding = 1, Algorithm = ConvAlgorithm.Winograd2, Name = "two")]
internal sealed partial class ByAttributes;

[Network(Optimize = Optimize.Exact), Input(1, 9, 9)]
[Conv2d(3, 3, Padding = 3, Name = "four"), Conv2d(3, 3, Name = "direct"),
    Conv2d(3, 3, PaddingMode = PaddingMode.Reflect, Padding = 1, Name = "two")]
internal sealed partial class ByAttributesDirectly;

public class OptimizeTests
{
    private static readonly float[] Image = [.. Enumerable.Range(0, ForSpeed.InputLength).Select(i => MathF.Sin(i))];

    [Fact]
    public void SummarySaysWhatWasChosen()
    {
        Assert.Equal("Winograd F(4×4, 3×3)", KernelOf(ForSpeed.Summary, "conv1"));
        Assert.Equal("Winograd F(4×4, 3×3)", KernelOf(ForSpeed.Summary, "conv2"));
        Assert.Equal("Winograd F(2×2, 3×3) of stride 2", KernelOf(ForSpeed.Summary, "strided"));
        Assert.Equal("depthwise 3×3", KernelOf(ForSpeed.Summary, "depthwise"));
        Assert.Equal("direct 1×1", KernelOf(ForSpeed.Summary, "pointwise"));
        Assert.Equal("fully connected", KernelOf(ForSpeed.Summary, "fc"));
        Assert.Equal("", KernelOf(ForSpeed.Summary, "bn1"));
        Assert.Matches(@"(?m)^conv1 \(Conv2d\) .* Winograd F\(4×4, 3×3\)$", ForSpeed.Summary.ToString());
    }

    [Fact]
    public void MemoryAndExactnessHaveNoWinograd()
    {
        foreach (string layer in (string[])["conv1", "conv2", "strided"])
            Assert.Equal(("direct 3×3", "direct 3×3"), (KernelOf(ForMemory.Summary, layer), KernelOf(ForExactness.Summary, layer)));
    }

    [Fact]
    public void MemoryTakesLess()
    {
        Assert.True(ForMemory.ArenaBytes < ForSpeed.ArenaBytes, $"{ForMemory.ArenaBytes} bytes of arena, for speed {ForSpeed.ArenaBytes}");
        // All channels fill blocks of 16 but the 10 classes, and no bias is packed but the folded one.
        int padded = ForMemory.ParameterCount + 6 * 17;
        int packed = ForMemory.CreateWeights(1).Packed.Count;
        Assert.InRange(packed, 1, padded + 1_000);
        Assert.InRange(ForSpeed.CreateWeights(1).Packed.Count, 36 / 9 * 3 * 3 * (32 + 64) * 64, int.MaxValue);
    }

    [Fact]
    public void ResultsAgree()
    {
        float[] exact = new float[10], memory = new float[10], speed = new float[10];
        new ForExactness(ForExactness.CreateWeights(3)).Forward(Image, exact);
        new ForMemory(ForMemory.CreateWeights(3)).Forward(Image, memory);
        new ForSpeed(ForSpeed.CreateWeights(3)).Forward(Image, speed);
        Assert.Equal(exact, memory);
        Assert.NotEqual(exact, speed);
        // Half of what docs/performance.md promises of a layer by Winograd's algorithm; ExactnessTests bounds each of its forms.
        float largest = exact.Max(MathF.Abs);
        Assert.All(exact.Zip(speed), e => Assert.True(MathF.Abs(e.First - e.Second) < 1e-5f * largest, $"{e.First} and {e.Second}"));
    }

    [Fact]
    public void AnExplicitChoiceWins()
    {
        Assert.Equal("Winograd F(2×2, 3×3)", KernelOf(WithFirstByWinograd.Summary, "conv1"));
        Assert.Equal("direct 3×3", KernelOf(WithFirstByWinograd.Summary, "conv2"));
        Assert.Equal("Winograd F(2×2, 3×3) of stride 2", KernelOf(WithFirstByWinograd.Summary, "strided"));
        Assert.Equal("Winograd F(4×4, 3×3)", KernelOf(ByAttributes.Summary, "four"));
        Assert.Equal("direct 3×3", KernelOf(ByAttributes.Summary, "direct").Replace(" along rows", "", StringComparison.Ordinal));
        Assert.Equal("Winograd F(2×2, 3×3)", KernelOf(ByAttributes.Summary, "two"));
    }

    [Fact]
    public void AnyConvolutionThatCanBeComputedSoIsRight()
    {
        float[] direct = new float[ByAttributes.OutputLength], winograd = new float[ByAttributes.OutputLength];
        new ByAttributesDirectly(ByAttributesDirectly.CreateWeights(5)).Forward(Image.AsSpan(0, ByAttributes.InputLength), direct);
        new ByAttributes(ByAttributes.CreateWeights(5)).Forward(Image.AsSpan(0, ByAttributes.InputLength), winograd);
        Assert.NotEqual(direct, winograd);
        float largest = direct.Max(MathF.Abs);
        Assert.All(direct.Zip(winograd), d => Assert.True(MathF.Abs(d.First - d.Second) < 1e-5f * largest, $"{d.First} and {d.Second}"));
    }

    [Fact]
    public void TrainingDoesTheSame()
    {
        var trainer = new WithFirstByWinograd.Trainer(WithFirstByWinograd.CreateWeights(3), new Sgd { LearningRate = 0.01f }, seed: 1);
        var direct = new TrainedDirectly.Trainer(TrainedDirectly.CreateWeights(3), new Sgd { LearningRate = 0.01f }, seed: 1);
        float[] images = [.. Image, .. Image.Reverse()];
        for (int step = 0; step < 4; step++)
        {
            (float expected, float actual) = (direct.Step(images, [1, 2]), trainer.Step(images, [1, 2]));
            Assert.True(MathF.Abs(expected - actual) < 1e-5f * expected, $"{expected} and {actual}");
        }
        foreach (string filters in (string[])["conv1.weight", "strided.weight"])
        {
            float[] expected = direct.ToWeights()[filters].ToArray(), actual = trainer.ToWeights()[filters].ToArray();
            Assert.NotEqual(expected, actual);
            float largest = expected.Max(MathF.Abs);
            Assert.All(expected.Zip(actual),
                e => Assert.True(MathF.Abs(e.First - e.Second) < 1e-5f * largest, $"{filters}: {e.First} and {e.Second}"));
        }
    }

    private static string KernelOf(NetworkSummary summary, string layer) => summary.Layers.Single(l => l.Name == layer).Kernel;
}

[Network(Optimize = Optimize.Exact), Trainable(BatchSize = 2)]
internal sealed partial class TrainedDirectly
{
    private static Tensor Define([Shape(32, 28, 28)] Tensor image) => ForSpeed.Define(image, ConvAlgorithm.Direct);
}
