using System.Globalization;
using ModelGen.Tests.Harness;
using ModelGen.Tests.Weights;

namespace ModelGen.Tests.Networks;

/// <summary>The inference half of a network compiled at build time.</summary>
public class LeNet5InferenceTests
{
    [Fact]
    public void ForwardAgreesWithPyTorch()
    {
        var network = new LeNet5(GoldenLeNet5.Weights());
        float[] logits = [.. Enumerable.Range(0, GoldenLeNet5.Labels.Length)
            .SelectMany(i => GoldenLeNet5.Forward(network, GoldenLeNet5.Image(i)))];
        Assert.Null(new Expected(GoldenLeNet5.Tensor("logits"), Tolerance.OfMax(1e-6)).Compare("logits", logits));
    }

    [Fact]
    public void ConstantsAreTheLiteratures()
    {
        Assert.Equal(784, LeNet5.InputLength);
        Assert.Equal(10, LeNet5.OutputLength);
        Assert.Equal(61_706, LeNet5.ParameterCount);
        Assert.Equal(117_600 + 240_000 + 48_000 + 10_080 + 840, LeNet5.MultiplyAdds);
    }

    // Weights alone are 150, 2,400 and 48,000 in the first three.
    [Theory]
    [InlineData("conv1", "6,28,28", 150 + 6, 117_600)]
    [InlineData("conv2", "16,10,10", 2_400 + 16, 240_000)]
    [InlineData("fc1", "120", 48_000 + 120, 48_000)]
    [InlineData("fc2", "84", 10_080 + 84, 10_080)]
    [InlineData("fc3", "10", 840 + 10, 840)]
    [InlineData("pool1", "6,14,14", 0, 0)]
    [InlineData("pool2", "16,5,5", 0, 0)]
    [InlineData("flatten1", "400", 0, 0)]
    public void SummaryHasTheLayer(string name, string shape, long parameters, long multiplyAdds)
    {
        LayerSummary layer = LeNet5.Summary.Layers.Single(l => l.Name == name);
        Assert.Equal(shape, string.Join(",", layer.OutputShape));
        Assert.Equal(parameters, layer.Parameters);
        Assert.Equal(multiplyAdds, layer.MultiplyAdds);
    }

    [Fact]
    public void SummaryAgreesWithTheConstants()
    {
        NetworkSummary summary = LeNet5.Summary;
        Assert.Equal("LeNet5", summary.Name);
        Assert.Equal([1, 28, 28], summary.InputShape);
        Assert.Equal(12, summary.Layers.Count);
        Assert.Equal(LeNet5.ParameterCount, summary.Parameters);
        Assert.Equal(LeNet5.MultiplyAdds, summary.MultiplyAdds);
        Assert.Equal(LeNet5.ArenaBytes, summary.ArenaBytes);
        Assert.Equal(LeNet5.Trainer.ArenaBytes, summary.TrainingArenaBytes);
        Assert.InRange(summary.ArenaLowerBoundBytes, 1, summary.ArenaBytes);
        Assert.InRange(summary.TrainingArenaLowerBoundBytes, summary.ArenaLowerBoundBytes, summary.TrainingArenaBytes);
        Assert.Equal(LeNet5.Trainer.BatchSize, summary.TrainingBatch);
        Assert.Equal(LeNet5.Trainer.ParameterBytes, summary.TrainingParameterBytes);
        // Of each parameter one velocity.
        Assert.Equal(summary.TrainingParameterBytes, 2 * summary.OptimizerStateBytes);
        // The filters of the second convolution, turned, 6 of its channels in a block of 16, are a part of what is there while they are
        // read.
        Assert.InRange(summary.TrainingPackedBytes, 16 * 16 * 25 * sizeof(float), summary.TrainingArenaBytes / 2);
        Assert.All(summary.Layers.Where(l => l.ArenaOffset is not null), l =>
        {
            Assert.InRange(l.ArenaOffset!.Value + sizeof(float) * l.OutputShape.Aggregate(1L, (a, b) => a * b), 0, summary.ArenaBytes);
            Assert.InRange(l.LastStep, l.FirstStep, int.MaxValue);
        });
        string text = summary.ToString();
        Assert.Contains("conv1 (Conv2d)", text, StringComparison.Ordinal);
        Assert.Contains("61,706", text, StringComparison.Ordinal);
    }

    [Fact]
    public void ForwardAllocatesNothing()
    {
        var network = new LeNet5(LeNet5.CreateWeights(1));
        float[] output = new float[LeNet5.OutputLength];
        int image = 0;
        Assert.Equal(0, Allocations.Of(10_000, () => network.Forward(GoldenLeNet5.Image(image++), output)));
    }

    [Fact]
    public void SavedAndLoadedWeightsGiveTheSameBits()
    {
        using var folder = new TemporaryFolder();
        LeNet5.Weights weights = LeNet5.CreateWeights(7);
        weights.Save(folder.File("a.safetensors"));
        LeNet5.Weights loaded = LeNet5.LoadWeights(folder.File("a.safetensors"));
        Assert.Equal(GoldenLeNet5.Forward(new LeNet5(weights), GoldenLeNet5.Image(0)),
            GoldenLeNet5.Forward(new LeNet5(loaded), GoldenLeNet5.Image(0)));
        Assert.NotEqual(GoldenLeNet5.Forward(new LeNet5(LeNet5.CreateWeights(8)), GoldenLeNet5.Image(0)),
            GoldenLeNet5.Forward(new LeNet5(loaded), GoldenLeNet5.Image(0)));
    }

    [Fact]
    public void InstancesShareWeightsAndMayUseTheCallersMemory()
    {
        LeNet5.Weights weights = GoldenLeNet5.Weights();
        float[] memory = new float[LeNet5.ArenaBytes / sizeof(float) + 2_112 / sizeof(float)];
        memory.AsSpan().Fill(float.NaN);
        Assert.Equal(GoldenLeNet5.Forward(new LeNet5(weights), GoldenLeNet5.Image(2)),
            GoldenLeNet5.Forward(new LeNet5(weights, memory), GoldenLeNet5.Image(2)));
        Assert.Throws<ArgumentException>(() => new LeNet5(weights, new float[10]));
    }

    [Theory]
    [InlineData(783, 10, "'image' must hold 784 floats, got 783", "image")]
    [InlineData(785, 10, "got 785", "image")]
    [InlineData(0, 10, "got 0", "image")]
    [InlineData(784, 9, "'output' must hold 10 floats, got 9", "output")]
    [InlineData(784, 11, "got 11", "output")]
    public void ForwardRefusesSpansOfTheWrongLength(int inputs, int outputs, string message, string argument)
    {
        var network = new LeNet5(LeNet5.CreateWeights(1));
        float[] output = Enumerable.Repeat(5f, outputs).ToArray();
        var e = Assert.Throws<ArgumentException>(() => network.Forward(new float[inputs], output));
        Assert.Contains("LeNet5", e.Message, StringComparison.Ordinal);
        Assert.Contains(message, e.Message, StringComparison.Ordinal);
        Assert.Equal(argument, e.ParamName);
        Assert.All(output, o => Assert.Equal(5f, o));
    }

    [Fact]
    public void NullArgumentsAreNamed() => Assert.Equal("weights", Assert.Throws<ArgumentNullException>(() => new LeNet5(null!)).ParamName);
}
