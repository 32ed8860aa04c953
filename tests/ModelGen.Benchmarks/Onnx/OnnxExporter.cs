namespace ModelGen.Benchmarks.Onnx;

/// <summary>Writes a list of layers as an ONNX file: <c>ir_version</c> 8, opset 13, batch 1, weights as <c>raw_data</c>.</summary>
/// <remarks>Field numbers are those of onnx.proto3 (github.com/onnx/onnx).</remarks>
internal static class OnnxExporter
{
    private const int IrVersion = 8, OpsetVersion = 13, FloatElement = 1;

    public const string InputName = "input";

    /// <summary>The bytes of the model, whose input is <see cref="InputName"/> and whose output is the last layer's name.</summary>
    /// <param name="networkName">Name of the graph.</param>
    /// <param name="inputShape">Shape of one sample, without the batch: channels × height × width.</param>
    /// <param name="layers">In an order where every layer follows those it reads.</param>
    /// <exception cref="ArgumentException">A layer reads a name that no earlier layer writes, a name is written twice, or a tensor has not the length its shape says.</exception>
    public static byte[] Export(string networkName, int[] inputShape, IReadOnlyList<OnnxLayer> layers)
    {
        Verify(networkName, layers);
        var model = new ProtobufWriter();
        model.Integer(1, IrVersion);
        model.Text(2, "ModelGen");
        model.Message(7, graph =>
        {
            string previous = InputName;
            foreach (OnnxLayer layer in layers)
            {
                string[] inputs = layer.Inputs.Length == 0 ? [previous] : layer.Inputs;
                graph.Message(1, node => WriteNode(node, layer, inputs));
                previous = layer.Name;
            }

            graph.Text(2, networkName);
            foreach (OnnxTensor tensor in layers.SelectMany(layer => layer.Parameters))
            {
                graph.Message(5, initializer => WriteTensor(initializer, tensor));
            }

            graph.Message(11, input => WriteValueInfo(input, InputName, [1, .. inputShape]));
            graph.Message(12, output => WriteValueInfo(output, previous, shape: null)); // readers infer the shape
        });
        model.Message(8, opset => opset.Integer(2, OpsetVersion));
        return model.ToArray();
    }

    private static void WriteNode(ProtobufWriter node, OnnxLayer layer, string[] inputs)
    {
        foreach (string input in inputs.Concat(layer.Parameters.Select(parameter => parameter.Name)))
        {
            node.Text(1, input);
        }

        node.Text(2, layer.Name);
        node.Text(3, layer.Name);
        node.Text(4, layer.Operator);
        foreach (OnnxAttribute attribute in layer.Attributes)
        {
            node.Message(5, message => WriteAttribute(message, attribute));
        }
    }

    private static void WriteAttribute(ProtobufWriter message, OnnxAttribute attribute)
    {
        const int type = 20, typeFloat = 1, typeInteger = 2, typeIntegers = 7;
        message.Text(1, attribute.Name);
        if (attribute.Float is float number)
        {
            message.Float(2, number);
            message.Integer(type, typeFloat);
        }
        else if (attribute.Integer is long integer)
        {
            message.Integer(3, integer);
            message.Integer(type, typeInteger);
        }
        else
        {
            foreach (long value in attribute.Integers!)
            {
                message.Integer(8, value);
            }

            message.Integer(type, typeIntegers);
        }
    }

    private static void WriteTensor(ProtobufWriter message, OnnxTensor tensor)
    {
        foreach (int size in tensor.Shape)
        {
            message.Integer(1, size);
        }

        message.Integer(2, FloatElement);
        message.Text(8, tensor.Name);
        message.RawFloats(9, tensor.Data);
    }

    private static void WriteValueInfo(ProtobufWriter value, string name, int[]? shape)
    {
        value.Text(1, name);
        value.Message(2, type => type.Message(1, tensor =>
        {
            tensor.Integer(1, FloatElement);
            if (shape is not null)
            {
                tensor.Message(2, dimensions =>
                {
                    foreach (int size in shape)
                    {
                        dimensions.Message(1, dimension => dimension.Integer(1, size));
                    }
                });
            }
        }));
    }

    private static void Verify(string networkName, IReadOnlyList<OnnxLayer> layers)
    {
        var names = new HashSet<string> { InputName };
        foreach (OnnxLayer layer in layers)
        {
            string place = $"{networkName}: {layer.Operator} '{layer.Name}'";
            if (layer.Inputs.FirstOrDefault(input => !names.Contains(input)) is string unknown)
            {
                throw new ArgumentException($"{place} reads '{unknown}', which no earlier layer writes.", nameof(layers));
            }

            foreach (OnnxTensor tensor in layer.Parameters)
            {
                long length = tensor.Shape.Aggregate(1L, (product, size) => product * size);
                if (length != tensor.Data.Length)
                {
                    throw new ArgumentException(
                        $"{place}: '{tensor.Name}' has {tensor.Data.Length} values, its shape {string.Join('×', tensor.Shape)} needs {length}.", nameof(layers));
                }
            }

            foreach (string name in layer.Parameters.Select(parameter => parameter.Name).Append(layer.Name))
            {
                if (!names.Add(name))
                {
                    throw new ArgumentException($"{place}: the name '{name}' is already taken.", nameof(layers));
                }
            }
        }
    }
}
