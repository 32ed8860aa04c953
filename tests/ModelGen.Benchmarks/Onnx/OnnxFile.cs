namespace ModelGen.Benchmarks.Onnx;

/// <summary>Writes a model as an ONNX file: <c>ir_version</c> 8, opset 13, weights as <c>raw_data</c>.</summary>
/// <remarks>Field numbers are those of onnx.proto3 (github.com/onnx/onnx).</remarks>
internal static class OnnxFile
{
    private const int IrVersion = 8, OpsetVersion = 13, FloatElement = 1, IntegerElement = 7;

    /// <exception cref="ArgumentException">A node reads a name that nothing before it writes, a name is written twice, or a constant has
    /// not the length its shape says.</exception>
    /// <exception cref="NotSupportedException">The model is longer than the 2 GB that a protobuf message can be.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(string path, OnnxModel model)
    {
        Verify(model);
        var message = new ProtobufWriter();
        message.Integer(1, IrVersion);
        message.Text(2, "ModelGen");
        message.Message(7, graph =>
        {
            foreach (OnnxNode node in model.Nodes)
            {
                graph.Message(1, content => WriteNode(content, node));
            }

            graph.Text(2, model.Name);
            foreach (OnnxTensor tensor in model.Constants)
            {
                graph.Message(5, initializer => WriteTensor(initializer, tensor));
            }

            graph.Message(11, input => WriteValueInfo(input, model.InputName, model.InputShape));
            graph.Message(12, output => WriteValueInfo(output, model.OutputName, shape: null)); // readers infer the shape
        });
        message.Message(8, opset => opset.Integer(2, OpsetVersion));
        if (message.Length > int.MaxValue)
        {
            throw new NotSupportedException(
                $"{model.Name}: the model would have {message.Length} bytes; an ONNX file has at most {int.MaxValue}.");
        }

        using FileStream file = File.Create(path);
        message.WriteTo(file);
    }

    private static void WriteNode(ProtobufWriter message, OnnxNode node)
    {
        foreach (string input in node.Inputs)
        {
            message.Text(1, input);
        }

        message.Text(2, node.Name);
        message.Text(3, node.Name);
        message.Text(4, node.Operator);
        foreach (OnnxAttribute attribute in node.Attributes)
        {
            message.Message(5, content => WriteAttribute(content, attribute));
        }
    }

    private static void WriteAttribute(ProtobufWriter message, OnnxAttribute attribute)
    {
        const int type = 20, typeFloat = 1, typeInteger = 2, typeText = 3, typeIntegers = 7;
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
        else if (attribute.Text is string text)
        {
            message.Text(4, text);
            message.Integer(type, typeText);
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

        message.Integer(2, tensor.Floats is null ? IntegerElement : FloatElement);
        message.Text(8, tensor.Name);
        if (tensor.Floats is not null)
        {
            message.Raw(9, tensor.Floats);
        }
        else
        {
            message.Raw(9, tensor.Integers!);
        }
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

    private static void Verify(OnnxModel model)
    {
        var names = new HashSet<string> { model.InputName };
        foreach (OnnxTensor tensor in model.Constants)
        {
            long length = tensor.Shape.Aggregate(1L, (product, size) => product * size);
            if (length != tensor.Length)
            {
                throw new ArgumentException(
                    $"{model.Name}: '{tensor.Name}' has {tensor.Length} values, its shape {string.Join('×', tensor.Shape)} needs {length}.",
                    nameof(model));
            }

            Add(tensor.Name, "constant");
        }

        foreach (OnnxNode node in model.Nodes)
        {
            if (node.Inputs.FirstOrDefault(input => !names.Contains(input)) is string unknown)
            {
                throw new ArgumentException(
                    $"{model.Name}: {node.Operator} '{node.Name}' reads '{unknown}', which nothing before it writes.", nameof(model));
            }

            Add(node.Name, node.Operator);
        }

        if (!names.Contains(model.OutputName))
        {
            throw new ArgumentException($"{model.Name}: nothing writes the output '{model.OutputName}'.", nameof(model));
        }

        void Add(string name, string what)
        {
            if (!names.Add(name))
            {
                throw new ArgumentException($"{model.Name}: {what} '{name}': the name is already taken.", nameof(model));
            }
        }
    }
}
