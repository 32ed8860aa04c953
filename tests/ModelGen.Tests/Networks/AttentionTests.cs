using ModelGen.Safetensors;
using ModelGen.Tests.Golden;

namespace ModelGen.Tests.Networks;

/// <summary>Multi-head self-attention, written out of layers for tensors.</summary>
internal static class SelfAttention
{
    public const int Length = 7, Width = 24, Heads = 4;

    public static (Tensor Result, Tensor Weights) Build(Tensor x)
    {
        int length = x.Shape[0], width = x.Shape[1] / Heads;
        Tensor[] parts = x.Linear(3 * x.Shape[1], lastDimension: true, name: "in_proj").Chunk(3, dim: -1);
        Tensor q = Head(parts[0]), k = Head(parts[1]), v = Head(parts[2]);
        var weights = (q.MatMul(k.Transpose(-2, -1)) * (1 / Math.Sqrt(width))).Softmax(dim: -1);
        var heads = weights.MatMul(v).Transpose(1, 2).Reshape([length, x.Shape[1]]);
        return (heads.Linear(x.Shape[1], lastDimension: true, name: "out_proj"), weights);

        Tensor Head(Tensor part) => part.Reshape([length, Heads, width]).Transpose(1, 2);
    }
}

[Network(Batch = 3)]
internal sealed partial class Attention
{
    private static (Tensor Output, Tensor Weights) Define([Shape(SelfAttention.Length, SelfAttention.Width)] Tensor x)
    {
        (Tensor result, Tensor weights) = SelfAttention.Build(x);
        return (result, weights.ReduceMean([1]));
    }
}

[Network, Trainable(BatchSize = 2, Loss = Loss.MeanSquaredError)]
internal sealed partial class AttentionInTraining
{
    private static Tensor Define([Shape(SelfAttention.Length, SelfAttention.Width)] Tensor x) => SelfAttention.Build(x).Result;
}

/// <summary>What layers for tensors make together, against PyTorch's nn.MultiheadAttention.</summary>
public class AttentionTests
{
    private const float Rate = 0.5f;

    private static readonly string[] Keys = ["in_proj.weight", "in_proj.bias", "out_proj.weight", "out_proj.bias"];

    private static readonly Dictionary<string, float[]> Data = Read();

    private static Dictionary<string, float[]> Read()
    {
        using SafetensorsFile file = SafetensorsFile.Open(GoldenData.NetworkFile("attention_values"));
        return file.Tensors.ToDictionary(t => t.Name, t => file.Floats(t.Name));
    }

    [Fact]
    public void ForwardIsPyTorchs()
    {
        var network = new Attention(Attention.LoadWeights(GoldenData.NetworkFile("attention")));
        float[] output = new float[Data["output"].Length], weights = new float[Data["attention"].Length];
        network.Forward(Data["input"], output, weights);
        AssertClose("output", Data["output"], output, 2e-6);
        AssertClose("attention", Data["attention"], weights, 2e-6);
        Assert.Equal(0, Allocations.Of(100, () => network.Forward(Data["input"], output, weights)));
    }

    [Fact]
    public void AStepIsPyTorchs()
    {
        var weights = AttentionInTraining.LoadWeights(GoldenData.NetworkFile("attention"));
        var trainer = new AttentionInTraining.Trainer(weights, new Sgd { LearningRate = Rate });
        float loss = trainer.Step(Data["input"], Data["target"]);
        Assert.Equal(Data["loss"][0], loss, 1e-5 * loss);
        var after = trainer.ToWeights();
        foreach (string key in Keys)
            AssertClose(key, Data["after." + key], after[key].ToArray(), 5e-6);
    }

    // Of the largest.
    private static void AssertClose(string what, float[] expected, float[] actual, double tolerance)
    {
        double largest = expected.Max(Math.Abs);
        for (int i = 0; i < expected.Length; i++)
            Assert.True(Math.Abs(expected[i] - actual[i]) <= tolerance * largest, $"{what}[{i}] is {actual[i]} instead of {expected[i]}");
    }
}
