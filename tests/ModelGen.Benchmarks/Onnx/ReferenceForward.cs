namespace ModelGen.Benchmarks.Onnx;

/// <summary>
/// Computes a list of layers by their definitions, one sample, in float64: slow, and simple enough to be believed.
/// It is what an exported file is checked against.
/// </summary>
internal static class ReferenceForward
{
    private sealed record Value(int[] Shape, double[] Data);

    /// <summary>The output of the last layer.</summary>
    public static double[] Run(int[] inputShape, ReadOnlySpan<float> input, IReadOnlyList<OnnxLayer> layers)
    {
        var previous = new Value(inputShape, [.. input.ToArray().Select(value => (double)value)]);
        var values = new Dictionary<string, Value> { [OnnxExporter.InputName] = previous };
        foreach (OnnxLayer layer in layers)
        {
            Value x = layer.Inputs.Length == 0 ? previous : values[layer.Inputs[0]];
            values[layer.Name] = previous = layer.Operator switch
            {
                "Conv" => Conv(x, layer),
                "BatchNormalization" => BatchNormalization(x, layer),
                "Relu" => Map(x, value => Math.Max(value, 0)),
                "Tanh" => Map(x, Math.Tanh),
                "Sigmoid" => Map(x, value => 1 / (1 + Math.Exp(-value))),
                "MaxPool" => Pool(x, layer, window => window.Max()),
                "AveragePool" => Pool(x, layer, window => window.Sum() / Math.Pow(Attribute(layer, "kernel_shape"), 2)),
                "GlobalAveragePool" => GlobalAveragePool(x),
                "Flatten" => x with { Shape = [x.Data.Length] },
                "Gemm" => Gemm(x, layer),
                "Softmax" => Softmax(x),
                "Add" => x with { Data = [.. x.Data.Zip(values[layer.Inputs[1]].Data, (first, second) => first + second)] },
                _ => throw new NotSupportedException($"'{layer.Name}': no reference for the operator {layer.Operator}."),
            };
        }

        return previous.Data;
    }

    private static int Attribute(OnnxLayer layer, string name)
    {
        OnnxAttribute attribute = layer.Attributes.Single(candidate => candidate.Name == name);
        return (int)(attribute.Integer ?? attribute.Integers![0]);
    }

    private static Value Map(Value x, Func<double, double> function) => x with { Data = [.. x.Data.Select(function)] };

    // The index in x of every tap of the window at (row, column) that falls inside, with its place in the kernel.
    private static IEnumerable<(int Index, int Tap)> Window(
        Value x, int channel, int row, int column, int kernel, int stride, int padding, int dilation = 1)
    {
        int height = x.Shape[1], width = x.Shape[2];
        for (int tap = 0; tap < kernel * kernel; tap++)
        {
            int h = (row * stride) - padding + (tap / kernel * dilation);
            int w = (column * stride) - padding + (tap % kernel * dilation);
            if (h >= 0 && h < height && w >= 0 && w < width)
            {
                yield return ((((channel * height) + h) * width) + w, tap);
            }
        }
    }

    private static int OutputSize(int size, int kernel, int stride, int padding, int dilation) =>
        ((size + (2 * padding) - (dilation * (kernel - 1)) - 1) / stride) + 1;

    private static Value Conv(Value x, OnnxLayer layer)
    {
        OnnxTensor weight = layer.Parameters[0];
        int kernel = weight.Shape[2], channelsPerGroup = weight.Shape[1], outChannels = weight.Shape[0];
        int stride = Attribute(layer, "strides"), padding = Attribute(layer, "pads"), dilation = Attribute(layer, "dilations");
        int outChannelsPerGroup = outChannels / Attribute(layer, "group");
        return Fill(
            [outChannels, OutputSize(x.Shape[1], kernel, stride, padding, dilation), OutputSize(x.Shape[2], kernel, stride, padding, dilation)],
            (channel, row, column) =>
            {
                double sum = layer.Parameters.Length > 1 ? layer.Parameters[1].Data[channel] : 0;
                for (int i = 0; i < channelsPerGroup; i++)
                {
                    int inChannel = (channel / outChannelsPerGroup * channelsPerGroup) + i;
                    foreach ((int index, int tap) in Window(x, inChannel, row, column, kernel, stride, padding, dilation))
                    {
                        sum += x.Data[index] * weight.Data[(((channel * channelsPerGroup) + i) * kernel * kernel) + tap];
                    }
                }

                return sum;
            });
    }

    private static Value Pool(Value x, OnnxLayer layer, Func<IEnumerable<double>, double> reduce)
    {
        int kernel = Attribute(layer, "kernel_shape"), stride = Attribute(layer, "strides"), padding = Attribute(layer, "pads");
        return Fill(
            [x.Shape[0], OutputSize(x.Shape[1], kernel, stride, padding, 1), OutputSize(x.Shape[2], kernel, stride, padding, 1)],
            (channel, row, column) => reduce(Window(x, channel, row, column, kernel, stride, padding).Select(tap => x.Data[tap.Index])));
    }

    private static Value GlobalAveragePool(Value x)
    {
        int area = x.Shape[1] * x.Shape[2];
        return Fill([x.Shape[0], 1, 1], (channel, _, _) => x.Data.Skip(channel * area).Take(area).Average());
    }

    private static Value BatchNormalization(Value x, OnnxLayer layer)
    {
        float[][] p = [.. layer.Parameters.Select(parameter => parameter.Data)];
        double eps = layer.Attributes.Single().Float!.Value;
        int height = x.Shape[1], width = x.Shape[2];
        return Fill(x.Shape, (c, row, column) =>
            ((x.Data[(((c * height) + row) * width) + column] - p[2][c]) / Math.Sqrt(p[3][c] + eps) * p[0][c]) + p[1][c]);
    }

    private static Value Gemm(Value x, OnnxLayer layer)
    {
        OnnxTensor weight = layer.Parameters[0];
        int inFeatures = weight.Shape[1];
        var output = new double[weight.Shape[0]];
        for (int row = 0; row < output.Length; row++)
        {
            double sum = layer.Parameters.Length > 1 ? layer.Parameters[1].Data[row] : 0;
            for (int i = 0; i < inFeatures; i++)
            {
                sum += x.Data[i] * weight.Data[(row * inFeatures) + i];
            }

            output[row] = sum;
        }

        return new([output.Length], output);
    }

    private static Value Softmax(Value x)
    {
        double maximum = x.Data.Max(), sum = x.Data.Sum(value => Math.Exp(value - maximum));
        return Map(x, value => Math.Exp(value - maximum) / sum);
    }

    private static Value Fill(int[] shape, Func<int, int, int, double> element)
    {
        var data = new double[shape[0] * shape[1] * shape[2]];
        for (int i = 0; i < data.Length; i++)
        {
            data[i] = element(i / (shape[1] * shape[2]), i / shape[2] % shape[1], i % shape[2]);
        }

        return new(shape, data);
    }
}
