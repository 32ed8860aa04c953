using ModelGen.Generator.Graphs;
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
        ["Silu"] = o => Activate(Activation.Silu, o[0]),
        ["SiluGradient"] = o => Combine(o, (x, dy) => dy * SlopeOfSilu(x)),
        ["SoftplusGradient"] = o => Combine(o, (y, dy) => (1 - Math.Exp(-y)) * dy),
        ["HardSigmoid"] = o => Activate(Activation.HardSigmoid, o[0]),
        ["HardSwish"] = o => Activate(Activation.HardSwish, o[0]),
        ["Gelu"] = o => Activate(Activation.Gelu, o[0]),
        ["GeluTanh"] = o => Activate(Activation.GeluTanh, o[0]),
        ["Mish"] = o => Activate(Activation.Mish, o[0]),
        ["Selu"] = o => Map(o, x => Functions.SeluScale * (x > 0 ? x : Functions.SeluAlpha * (Math.Exp(x) - 1))),
        ["Celu"] = o => Map(o, x => x > 0 ? x : Constant(o, "alpha") * (Math.Exp(x / Constant(o, "alpha")) - 1)),
        ["Softsign"] = o => Map(o, x => x / (1 + Math.Abs(x))),
        ["ThresholdedRelu"] = o => Map(o, x => x > Constant(o, "alpha") ? x : 0),
        ["Clamp"] = o => Map(o, x => Math.Min(Math.Max(x, Constant(o, "min")), Constant(o, "max"))),
        ["Exp"] = o => Map(o, Math.Exp),
        ["Log"] = o => Map(o, Math.Log),
        ["Sqrt"] = o => Map(o, Math.Sqrt),
        ["Reciprocal"] = o => Map(o, x => 1 / x),
        ["Erf"] = o => Map(o, Functions.Erf),
        ["Sin"] = o => Map(o, Math.Sin),
        ["Cos"] = o => Map(o, Math.Cos),
        ["Abs"] = o => Map(o, Math.Abs),
        ["Neg"] = o => Map(o, x => -x),
        ["Sign"] = o => Map(o, x => x > 0 ? 1 : x < 0 ? -1 : 0),
        ["Floor"] = o => Map(o, Math.Floor),
        ["Ceil"] = o => Map(o, Math.Ceiling),
        ["Round"] = o => Map(o, x => Math.Round(x, MidpointRounding.ToEven)),
        ["HardSigmoidGradient"] = o => Combine(o, (y, dy) => y is > 0 and < 1 ? dy / 6 : 0),
        ["HardSwishGradient"] = o => Combine(o, (x, dy) => x <= -3 ? 0 : x < 3 ? dy * (x / 3 + 0.5) : dy),
        ["GeluGradient"] = o => Combine(o, (x, dy) => dy * (Functions.Normal(x) + x * Functions.Bell(x))),
        ["GeluTanhGradient"] = o => Combine(o, (x, dy) => dy * Functions.GeluTanhSlope(x)),
        ["MishGradient"] = o => Combine(o, (x, dy) => dy * Functions.MishSlope(x)),
        ["SeluGradient"] = o => Combine(o,
            (y, dy) => dy * (y > 0 ? Functions.SeluScale : y + Functions.SeluScale * Functions.SeluAlpha)),
        ["CeluGradient"] = o => Combine(o, (y, dy) => y > 0 ? dy : dy * (y / Constant(o, "alpha") + 1)),
        ["SoftsignGradient"] = o => Combine(o, (x, dy) => dy / ((1 + Math.Abs(x)) * (1 + Math.Abs(x)))),
        ["ThresholdedReluGradient"] = o => Combine(o, (x, dy) => x > Constant(o, "alpha") ? dy : 0),
        ["ClampGradient"] = o => Combine(o, (x, dy) => x >= Constant(o, "min") && x <= Constant(o, "max") ? dy : 0),
        ["LogGradient"] = o => Combine(o, (x, dy) => dy / x),
        ["SqrtGradient"] = o => Combine(o, (y, dy) => dy / (2 * y)),
        ["ReciprocalGradient"] = o => Combine(o, (y, dy) => -dy * y * y),
        ["ErfGradient"] = o => Combine(o, (x, dy) => dy * 2 / Math.Sqrt(Math.PI) * Math.Exp(-x * x)),
        ["SinGradient"] = o => Combine(o, (x, dy) => dy * Math.Cos(x)),
        ["CosGradient"] = o => Combine(o, (x, dy) => -dy * Math.Sin(x)),
        ["AbsGradient"] = o => Combine(o, (x, dy) => dy * Math.Sign(x)),
        ["PRelu"] = o => [.. o[0].Select((x, i) => x > 0 ? x : SlopeAt(o, 0, o[1], i) * x)],
        ["PReluGradient"] = o => [.. o[2].Select((dy, i) => o[0][i] > 0 ? dy : SlopeAt(o, 0, o[1], i) * dy)],
        ["PReluWeightGradient"] = SlopesGradient,
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
        Activation.HardSigmoid => [.. x.Select(v => Math.Clamp(v + 3, 0, 6) / 6)],
        Activation.HardSwish => [.. x.Select(v => v * Math.Clamp(v + 3, 0, 6) / 6)],
        Activation.Silu => [.. x.Select(v => v / (1 + Math.Exp(-v)))],
        Activation.Gelu => [.. x.Select(v => v * Functions.Normal(v))],
        Activation.GeluTanh => [.. x.Select(Functions.GeluTanh)],
        Activation.Mish => [.. x.Select(v => v * Functions.TanhOfSoftplus(v))],
        _ => throw new ArgumentOutOfRangeException(nameof(activation), activation, "it has no definition here"),
    };

    // One for all channels, or one for each.
    private static double SlopeAt(Operation operation, int image, double[] slopes, int element) =>
        slopes[ChannelOf(operation, image, slopes.Length, element)];

    private static int ChannelOf(Operation operation, int image, int slopes, int element)
    {
        Shape shape = operation.ShapeOf(image);
        return slopes == 1 ? 0 : element / (int)(shape.Length / shape[0]) % shape[0];
    }

    private static double[] SlopesGradient(Operation operation)
    {
        double[] slopes = operation.NewResult();
        for (int i = 0; i < operation[0].Length; i++)
            slopes[ChannelOf(operation, 0, slopes.Length, i)] += operation[1][i] * Math.Min(operation[0][i], 0);
        return slopes;
    }

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
        ["Reshape"] = o => o[0],
        ["Reorder"] = o => o[0],
        ["Row"] = o => o[0][(o.Attributes.Int("row") * o.Shape[0])..((o.Attributes.Int("row") + 1) * o.Shape[0])],
        ["Pad"] = Pad,
        ["PadGradient"] = PadGradient,
    };

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
        string mode = operation.Attributes["mode"].Word;
        for (int n = 0; n < operation.Batch; n++)
        for (int c = 0; c < outer.Channels; c++)
        for (int y = 0; y < outer.Height; y++)
        for (int x = 0; x < outer.Width; x++)
            copy(n, c, (Source(y - border[0], inner.Height, mode), Source(x - border[1], inner.Width, mode)), (y, x));
    }

    private static int Source(int position, int length, string mode)
    {
        if (mode == "circular")
            return (position + length) % length;
        if (mode == "replicate")
            return Math.Clamp(position, 0, length - 1);
        int mirrored = Math.Abs(position);
        return mirrored < length ? mirrored : 2 * (length - 1) - mirrored;
    }
}
