using ModelGen.Benchmarks.Onnx;

namespace ModelGen.Benchmarks;

internal delegate void ForwardCall(ReadOnlySpan<float> input, Span<float> output);

/// <summary>A network in both forms: compiled by ModelGen, and as layers to export, with the same weights.</summary>
/// <param name="InputShape">One sample, without the batch.</param>
internal sealed record PeerNetwork(string Name, int[] InputShape, int OutputLength, ForwardCall Forward, IReadOnlyList<OnnxLayer> Layers)
{
    public int InputLength => InputShape.Aggregate(1, (product, size) => product * size);

    public static IReadOnlyDictionary<string, Func<PeerNetwork>> All { get; } =
        new SortedDictionary<string, Func<PeerNetwork>>(StringComparer.Ordinal) { ["lenet5"] = LeNet5 };

    private static PeerNetwork LeNet5()
    {
        var weights = Benchmarks.LeNet5.CreateWeights(seed: 1);
        var network = new LeNet5(weights);
        return new("lenet5", [1, 28, 28], Benchmarks.LeNet5.OutputLength, network.Forward,
        [
            OnnxLayer.Conv("conv1", Tensor("conv1.weight", 6, 1, 5, 5), Tensor("conv1.bias", 6), padding: 2),
            OnnxLayer.Tanh("tanh1"),
            OnnxLayer.AveragePool("pool1", kernelSize: 2, stride: 2),
            OnnxLayer.Conv("conv2", Tensor("conv2.weight", 16, 6, 5, 5), Tensor("conv2.bias", 16)),
            OnnxLayer.Tanh("tanh2"),
            OnnxLayer.AveragePool("pool2", kernelSize: 2, stride: 2),
            OnnxLayer.Flatten("flatten"),
            OnnxLayer.Gemm("fc1", Tensor("fc1.weight", 120, 400), Tensor("fc1.bias", 120)),
            OnnxLayer.Tanh("tanh3"),
            OnnxLayer.Gemm("fc2", Tensor("fc2.weight", 84, 120), Tensor("fc2.bias", 84)),
            OnnxLayer.Tanh("tanh4"),
            OnnxLayer.Gemm("fc3", Tensor("fc3.weight", 10, 84), Tensor("fc3.bias", 10)),
        ]);

        OnnxTensor Tensor(string name, params int[] shape) => new(name, shape, weights[name].ToArray());
    }
}
