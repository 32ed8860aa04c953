using ModelGen.Generator.Ops;

namespace ModelGen.Tests.Reference;

/// <summary>Element by element.</summary>
internal static class Elements
{
    public static Dictionary<string, Func<Operation, double[]>> Operators { get; } = new()
    {
        ["Relu"] = o => Activate(Activation.Relu, o[0]),
        ["Tanh"] = o => Activate(Activation.Tanh, o[0]),
        ["Sigmoid"] = o => Activate(Activation.Sigmoid, o[0]),
        ["Add"] = o => Combine(o, (a, b) => a + b),
        ["Multiply"] = Multiply,
        ["ChannelFactorsGradient"] = FactorsGradient,
        ["Maximum"] = o => Combine(o, Math.Max),
        ["MaximumGradient"] = MaximumGradient,
        ["Affine"] = o => Map(o, x => Constant(o, "scale") * x + Constant(o, "shift")),
        ["Relu6"] = o => Activate(Activation.Relu6, o[0]),
        ["Relu6Gradient"] = o => Combine(o, (y, dy) => y is > 0 and < 6 ? dy : 0),
        ["LeakyRelu"] = o => Map(o, x => x > 0 ? x : Constant(o, "negativeSlope") * x),
        ["LeakyReluGradient"] = o => Combine(o, (y, dy) => y > 0 ? dy : Constant(o, "negativeSlope") * dy),
        ["Elu"] = o => Map(o, x => x > 0 ? x : Constant(o, "alpha") * (Math.Exp(x) - 1)),
        ["EluGradient"] = o => Combine(o, (y, dy) => y > 0 ? dy : (y + Constant(o, "alpha")) * dy),
        ["Softplus"] = o => Map(o, x => Math.Max(x, 0) + LogOfOnePlus(Math.Exp(-Math.Abs(x)))),
        ["Silu"] = o => Map(o, x => x / (1 + Math.Exp(-x))),
        ["SiluGradient"] = o => Combine(o, (x, dy) => dy * SlopeOfSilu(x)),
        ["SoftplusGradient"] = o => Combine(o, (y, dy) => (1 - Math.Exp(-y)) * dy),
        ["PositionBias"] = o => [.. o[0].Select((x, i) => x + o[1][i % o[1].Length])],
        ["SampleSum"] = SampleSum,
        ["ReluGradient"] = o => Combine(o, (y, dy) => y > 0 ? dy : 0),
        ["TanhGradient"] = o => Combine(o, (y, dy) => (1 - y * y) * dy),
        ["SigmoidGradient"] = o => Combine(o, (y, dy) => y * (1 - y) * dy),
        ["RandomDropout"] = o =>
            [.. o.Training.Mask(o.Attributes.Int("stream"), o.Attributes["p"].Number, o[0].Length).Zip(o[0], (mask, x) => mask * x)],
        ["Dropout"] = o => o[0],
        // Which fixed numbers they are does not matter to gradients.
        ["RandomNoise"] = o => [.. o.Training.Mask(o.Attributes.Int("stream"), 0.5, o[0].Length).Zip(o[0], (number, x) => number + x)],
        ["GaussianNoise"] = o => o[0],
    };

    /// <summary>The activation of a fused layer, or none. Max hands on NaN.</summary>
    public static double[] Activate(Activation activation, double[] x) => activation switch
    {
        Activation.None => x,
        Activation.Relu => [.. x.Select(v => Math.Max(v, 0))],
        Activation.Relu6 => [.. x.Select(v => Math.Clamp(v, 0, 6))],
        Activation.Tanh => [.. x.Select(Math.Tanh)],
        Activation.Sigmoid => [.. x.Select(v => 1 / (1 + Math.Exp(-v)))],
        _ => throw new ArgumentOutOfRangeException(nameof(activation), activation, "it has no definition here"),
    };

    private static double SlopeOfSilu(double x)
    {
        double sigmoid = 1 / (1 + Math.Exp(-x));
        return sigmoid * (1 + x * (1 - sigmoid));
    }

    private static double[] Map(Operation operation, Func<double, double> function) => [.. operation[0].Select(function)];

    private static double Constant(Operation operation, string name) => operation.Attributes[name].Number;

    // Kahan: the rounding of 1 + x has the same share in both factors.
    private static double LogOfOnePlus(double x) => 1 + x is var sum && sum == 1 ? x : Math.Log(sum) * (x / (sum - 1));

    // The second input has as many elements as the first, or one for each channel of each sample.
    private static double[] Multiply(Operation operation)
    {
        int share = operation[0].Length / operation[1].Length;
        return [.. operation[0].Select((x, i) => x * operation[1][i / share])];
    }

    private static double[] FactorsGradient(Operation operation)
    {
        double[] gradient = operation.NewResult();
        int pixels = operation[0].Length / gradient.Length;
        for (int i = 0; i < operation[0].Length; i++)
            gradient[i / pixels] += operation[0][i] * operation[1][i];
        return gradient;
    }

    // Inputs: a, b, dL/dy; the result is dL/da. What is equal shares.
    private static double[] MaximumGradient(Operation operation) =>
        [.. operation[2].Select((dy, i) => operation[0][i] < operation[1][i] ? 0 : operation[0][i] == operation[1][i] ? dy / 2 : dy)];

    private static double[] SampleSum(Operation operation)
    {
        double[] sums = operation.NewResult();
        for (int i = 0; i < operation[0].Length; i++)
            sums[i % sums.Length] += operation[0][i];
        return sums;
    }

    private static double[] Combine(Operation operation, Func<double, double, double> function) =>
        [.. operation[0].Zip(operation[1], function)];
}

/// <summary>The same elements elsewhere.</summary>
internal static class Rearrangements
{
    public static Dictionary<string, Func<Operation, double[]>> Operators { get; } = new()
    {
        ["Flatten"] = o => o[0],
        ["Concat"] = Concat,
        ["Slice"] = o => [.. Enumerable.Range(0, o.Batch).SelectMany(n => Channels(o, 0, n, o.Attributes.Int("start"), o.Shape[0]))],
        ["Reshape"] = o => o[0],
        ["Reorder"] = o => o[0],
        ["Row"] = o => o[0][(o.Attributes.Int("row") * o.Shape[0])..((o.Attributes.Int("row") + 1) * o.Shape[0])],
        ["Pad"] = Pad,
        ["PadGradient"] = PadGradient,
    };

    private static double[] Concat(Operation operation) =>
        [.. from n in Enumerable.Range(0, operation.Batch)
            from input in Enumerable.Range(0, operation.Count)
            from element in Channels(operation, input, n, 0, operation.ShapeOf(input)[0])
            select element];

    // Neighbouring channels, or features, of one sample.
    private static IEnumerable<double> Channels(Operation operation, int input, int sample, int first, int count)
    {
        int channels = operation.ShapeOf(input)[0];
        int pixels = (int)operation.ShapeOf(input).Length / channels;
        return operation[input].Skip((sample * channels + first) * pixels).Take(count * pixels);
    }

    private static double[] Pad(Operation operation)
    {
        Image x = operation.ImageOf(0);
        Image y = operation.NewImage();
        ForEachCopy(operation, x, y, (n, c, from, to) => y[n, c, to.Y, to.X] = x[n, c, from.Y, from.X]);
        return y.Elements;
    }

    private static double[] PadGradient(Operation operation)
    {
        Image dy = operation.ImageOf(0);
        Image dx = operation.NewImage();
        ForEachCopy(operation, dx, dy, (n, c, from, to) => dx[n, c, from.Y, from.X] += dy[n, c, to.Y, to.X]);
        return dx.Elements;
    }

    private static void ForEachCopy(Operation operation, Image inner, Image outer, Action<int, int, (int Y, int X), (int Y, int X)> copy)
    {
        var border = operation.Attributes.Ints("padding");
        bool reflect = operation.Attributes["mode"].Word == "reflect";
        for (int n = 0; n < operation.Batch; n++)
        for (int c = 0; c < outer.Channels; c++)
        for (int y = 0; y < outer.Height; y++)
        for (int x = 0; x < outer.Width; x++)
            copy(n, c, (Source(y - border[0], inner.Height, reflect), Source(x - border[1], inner.Width, reflect)), (y, x));
    }

    private static int Source(int position, int length, bool reflect)
    {
        if (!reflect)
            return Math.Clamp(position, 0, length - 1);
        int mirrored = Math.Abs(position);
        return mirrored < length ? mirrored : 2 * (length - 1) - mirrored;
    }
}
