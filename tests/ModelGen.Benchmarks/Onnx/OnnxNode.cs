namespace ModelGen.Benchmarks.Onnx;

/// <summary>
/// A constant of the model, row-major: either <paramref name="Floats"/> or <paramref name="Integers"/> holds the product of
/// <paramref name="Shape"/> values.
/// </summary>
internal sealed record OnnxTensor(string Name, int[] Shape, float[]? Floats = null, long[]? Integers = null)
{
    public long Length => Floats?.LongLength ?? Integers!.LongLength;
}

/// <summary>An attribute of a node: exactly one of the values is set.</summary>
internal sealed record OnnxAttribute(string Name, float? Float = null, long? Integer = null, long[]? Integers = null, string? Text = null)
{
    public static implicit operator OnnxAttribute((string Name, float Value) pair) => new(pair.Name, Float: pair.Value);

    public static implicit operator OnnxAttribute((string Name, long Value) pair) => new(pair.Name, Integer: pair.Value);

    public static implicit operator OnnxAttribute((string Name, long[] Values) pair) => new(pair.Name, Integers: pair.Values);

    public static implicit operator OnnxAttribute((string Name, string Value) pair) => new(pair.Name, Text: pair.Value);
}

/// <summary>One node of an ONNX graph.</summary>
/// <param name="Operator">The ONNX <c>op_type</c>.</param>
/// <param name="Name">Name of the node and of its one output. Unique in the model.</param>
/// <param name="Inputs">The model's input, outputs of earlier nodes and constants, by name.</param>
internal sealed record OnnxNode(string Operator, string Name, string[] Inputs, OnnxAttribute[] Attributes);

/// <summary>A network as ONNX has it: one input, one output.</summary>
/// <param name="InputShape">With the batch.</param>
/// <param name="Nodes">In an order where every node follows those it reads.</param>
/// <param name="Constants">Parameters, and what else nodes read that is no result.</param>
internal sealed record OnnxModel(
    string Name, string InputName, int[] InputShape, string OutputName, IReadOnlyList<OnnxNode> Nodes, IReadOnlyList<OnnxTensor> Constants);
