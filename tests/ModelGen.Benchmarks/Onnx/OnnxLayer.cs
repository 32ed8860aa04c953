namespace ModelGen.Benchmarks.Onnx;

/// <summary>A constant of the model: <paramref name="Data"/> holds the product of <paramref name="Shape"/> values, row-major.</summary>
internal sealed record OnnxTensor(string Name, int[] Shape, float[] Data);

/// <summary>An attribute of a node: exactly one of the values is set.</summary>
internal sealed record OnnxAttribute(string Name, float? Float = null, long? Integer = null, long[]? Integers = null);

/// <summary>
/// One node of an ONNX graph. Its inputs are the outputs of earlier layers, by name (none: the layer before, or the
/// network's input for the first), followed by <paramref name="Parameters"/>.
/// Arguments mean what they mean in PyTorch; square kernels, the same stride and padding in both directions.
/// </summary>
/// <param name="Operator">The ONNX <c>op_type</c>, opset 13.</param>
/// <param name="Name">Name of the layer and of its output. Unique in the network.</param>
internal sealed record OnnxLayer(
    string Operator, string Name, string[] Inputs, OnnxTensor[] Parameters, OnnxAttribute[] Attributes)
{
    /// <param name="weight">Shape outChannels × inChannels/groups × kernel × kernel.</param>
    /// <param name="bias">Shape outChannels, or null for none.</param>
    public static OnnxLayer Conv(
        string name, OnnxTensor weight, OnnxTensor? bias, int stride = 1, int padding = 0, int dilation = 1, int groups = 1, string? input = null) =>
        new("Conv", name, From(input), bias is null ? [weight] : [weight, bias],
            [.. Window(weight.Shape[^1], stride, padding), Square("dilations", dilation), new("group", Integer: groups)]);

    /// <summary>Inference form: the four parameters each have the shape channels.</summary>
    public static OnnxLayer BatchNormalization(
        string name, OnnxTensor weight, OnnxTensor bias, OnnxTensor runningMean, OnnxTensor runningVariance, float eps = 1e-5f, string? input = null) =>
        new("BatchNormalization", name, From(input), [weight, bias, runningMean, runningVariance], [new("epsilon", Float: eps)]);

    public static OnnxLayer Relu(string name, string? input = null) => new("Relu", name, From(input), [], []);

    public static OnnxLayer Tanh(string name, string? input = null) => new("Tanh", name, From(input), [], []);

    public static OnnxLayer Sigmoid(string name, string? input = null) => new("Sigmoid", name, From(input), [], []);

    public static OnnxLayer MaxPool(string name, int kernelSize, int stride, int padding = 0, string? input = null) =>
        new("MaxPool", name, From(input), [], Window(kernelSize, stride, padding));

    /// <summary>Padding counts as zeros in the mean, as in PyTorch.</summary>
    public static OnnxLayer AveragePool(string name, int kernelSize, int stride, int padding = 0, string? input = null) =>
        new("AveragePool", name, From(input), [], [.. Window(kernelSize, stride, padding), new("count_include_pad", Integer: 1)]);

    public static OnnxLayer GlobalAveragePool(string name, string? input = null) => new("GlobalAveragePool", name, From(input), [], []);

    public static OnnxLayer Flatten(string name, string? input = null) => new("Flatten", name, From(input), [], [new("axis", Integer: 1)]);

    /// <summary>A linear layer.</summary>
    /// <param name="weight">Shape outFeatures × inFeatures.</param>
    /// <param name="bias">Shape outFeatures, or null for none.</param>
    public static OnnxLayer Gemm(string name, OnnxTensor weight, OnnxTensor? bias, string? input = null) =>
        new("Gemm", name, From(input), bias is null ? [weight] : [weight, bias], [new("transB", Integer: 1)]);

    public static OnnxLayer Softmax(string name, string? input = null) => new("Softmax", name, From(input), [], [new("axis", Integer: 1)]);

    public static OnnxLayer Add(string name, string first, string second) => new("Add", name, [first, second], [], []);

    private static string[] From(string? input) => input is null ? [] : [input];

    private static OnnxAttribute Square(string name, int value) => new(name, Integers: [value, value]);

    private static OnnxAttribute[] Window(int kernelSize, int stride, int padding) =>
        [Square("kernel_shape", kernelSize), Square("strides", stride), new("pads", Integers: [padding, padding, padding, padding])];
}
