using System.Text.Json;
using ModelGen.Safetensors;
using ModelGen.Tests.Golden;
using ModelGen.Tests.Weights;

namespace ModelGen.Tests.Networks;

/// <summary>The reference weights and batch for <see cref="LeNet5"/>, and what PyTorch makes of them.</summary>
internal static class GoldenLeNet5
{
    private static readonly SafetensorsFile File = GoldenData.Open(GoldenData.Network("lenet5"));

    public static JsonElement Sgd { get; } = GoldenData.Network("lenet5").GetProperty("sgd");

    public static float[] Images { get; } = File.Floats("input");

    public static int[] Labels { get; } = File.Labels("labels");

    public static float[] Tensor(string name) => File.Floats(name);

    public static LeNet5.Weights Weights()
    {
        using var folder = new TemporaryFolder();
        LeNet5.Weights shapes = LeNet5.CreateWeights(0);
        SafetensorsWriter.Write(folder.File("lenet5.safetensors"),
            [.. shapes.Parameters.Select(p => new SafetensorsTensor(p.Name, p.Shape.Select(d => (long)d).ToArray(), Tensor(p.Name)))]);
        return LeNet5.LoadWeights(folder.File("lenet5.safetensors"));
    }

    public static LeNet5.Trainer Trainer() => new(Weights(), new Sgd(
        Sgd.GetProperty("learningRate").GetSingle(), Sgd.GetProperty("momentum").GetSingle(), Sgd.GetProperty("weightDecay").GetSingle()));

    /// <summary>Samples of the reference batch, over and over.</summary>
    public static (float[] Images, int[] Labels) Batch(int samples) =>
        ([.. Enumerable.Range(0, samples).SelectMany(i => Image(i).ToArray())],
            [.. Enumerable.Range(0, samples).Select(i => Labels[i % Labels.Length])]);

    public static ReadOnlySpan<float> Image(int sample) => Images.AsSpan(sample % Labels.Length * LeNet5.InputLength, LeNet5.InputLength);

    public static float[] Forward(LeNet5 network, ReadOnlySpan<float> image)
    {
        float[] output = new float[LeNet5.OutputLength];
        network.Forward(image, output);
        return output;
    }
}
