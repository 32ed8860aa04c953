using ModelGen.Benchmarks.Onnx;

namespace ModelGen.Benchmarks;

/// <summary>
/// Whether the exporter's files mean what its layers say: small networks that use every operator in an unusual way are
/// exported, run by ONNX Runtime and compared with <see cref="ReferenceForward"/>.
/// </summary>
internal static class OnnxCheck
{
    private const double AllowedDifference = 1e-5;

    /// <returns>The program's exit code: 0, or 1 when one disagrees.</returns>
    /// <exception cref="PeerMissingException">ONNX Runtime is not installed.</exception>
    public static int Run()
    {
        using var runtime = OnnxRuntimeLibrary.Load();
        bool agree = true;
        foreach (PeerNetwork network in Networks().Concat(PeerNetwork.All.Values.Select(create => create())))
        {
            float[] input = PeerRunner.RandomInput(network.InputLength);
            byte[] model = OnnxExporter.Export(network.Name, network.InputShape, network.Layers);
            using OnnxRuntimeSession session = PeerRunner.Load(runtime, model, network, new(1, Spinning: false, IoBinding: false), input);
            session.Run();
            float[] expected = [.. ReferenceForward.Run(network.InputShape, input, network.Layers).Select(value => (float)value)];
            double difference = expected.Length == network.OutputLength ? PeerRunner.LargestDifference(expected, session.Output) : double.NaN;
            bool agrees = difference <= AllowedDifference;
            agree &= agrees;
            Report.Line($"{network.Name,-12}{(agrees ? "ok" : "DIFFERS"),-8} largest difference {difference:E1}, operators {string.Join(' ', network.Layers.Select(layer => layer.Operator).Distinct())}");
        }

        return agree ? 0 : 1;
    }

    private static IEnumerable<PeerNetwork> Networks()
    {
        var random = new Random(3);
        yield return Network("residual", [3, 11, 13], 7,
            OnnxLayer.Conv("conv1", Tensor("conv1.weight", 8, 3, 3, 3), Tensor("conv1.bias", 8), padding: 1),
            OnnxLayer.BatchNormalization("bn1", Tensor("bn1.weight", 8), Tensor("bn1.bias", 8), Tensor("bn1.running_mean", 8), Positive("bn1.running_var", 8), eps: 1e-3f),
            OnnxLayer.Relu("relu1"),
            OnnxLayer.Conv("depthwise", Tensor("depthwise.weight", 8, 1, 3, 3), bias: null, padding: 2, dilation: 2, groups: 8),
            OnnxLayer.Add("sum", "depthwise", "relu1"),
            OnnxLayer.Sigmoid("sigmoid"),
            OnnxLayer.MaxPool("maxpool", kernelSize: 3, stride: 2, padding: 1),
            OnnxLayer.Conv("conv2", Tensor("conv2.weight", 6, 4, 3, 3), Tensor("conv2.bias", 6), stride: 2, padding: 1, groups: 2),
            OnnxLayer.Tanh("tanh"),
            OnnxLayer.AveragePool("avgpool", kernelSize: 2, stride: 1, padding: 1),
            OnnxLayer.Flatten("flatten"), // 6×4×5
            OnnxLayer.Gemm("fc", Tensor("fc.weight", 7, 120), Tensor("fc.bias", 7)),
            OnnxLayer.Softmax("softmax"));
        yield return Network("global", [2, 5, 6], 4,
            OnnxLayer.Conv("conv", Tensor("conv.weight", 5, 2, 1, 1), bias: null),
            OnnxLayer.GlobalAveragePool("pool"),
            OnnxLayer.Flatten("flatten"),
            OnnxLayer.Gemm("fc", Tensor("fc.weight", 4, 5), bias: null));

        PeerNetwork Network(string name, int[] inputShape, int outputLength, params OnnxLayer[] layers) =>
            new(name, inputShape, outputLength, (_, _) => throw new NotSupportedException($"'{name}' is not compiled by ModelGen."), layers);

        OnnxTensor Tensor(string name, params int[] shape) => Fill(name, shape, -0.5f);

        OnnxTensor Positive(string name, params int[] shape) => Fill(name, shape, 0.5f);

        OnnxTensor Fill(string name, int[] shape, float offset) =>
            new(name, shape, [.. Enumerable.Range(0, shape.Aggregate(1, (product, size) => product * size)).Select(_ => random.NextSingle() + offset)]);
    }
}
