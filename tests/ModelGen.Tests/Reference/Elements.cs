namespace ModelGen.Tests.Reference;

/// <summary>Element by element, and the updates of training.</summary>
internal static class Elements
{
    public static Dictionary<string, Func<Operation, double[]>> Operators { get; } = new()
    {
        ["Relu"] = o => Activate("relu", o[0]),
        ["Tanh"] = o => Activate("tanh", o[0]),
        ["Sigmoid"] = o => Activate("sigmoid", o[0]),
        ["Add"] = o => Combine(o, (a, b) => a + b),
        ["Multiply"] = o => Combine(o, (a, b) => a * b),
        ["ReluGradient"] = o => Combine(o, (y, dy) => y > 0 ? dy : 0),
        ["TanhGradient"] = o => Combine(o, (y, dy) => (1 - y * y) * dy),
        ["SigmoidGradient"] = o => Combine(o, (y, dy) => y * (1 - y) * dy),
        ["DropoutMask"] = o => o.Training.Mask(o.Attributes.Int("stream"), o.Attributes["p"].Number, o[0].Length),
        ["Dropout"] = o => o[0],
        ["SgdUpdate"] = Sgd,
    };

    /// <summary>The activation of a fused layer, or none. Max hands on NaN.</summary>
    public static double[] Activate(string name, double[] x) => name switch
    {
        "" => x,
        "relu" => [.. x.Select(v => Math.Max(v, 0))],
        "tanh" => [.. x.Select(Math.Tanh)],
        "sigmoid" => [.. x.Select(v => 1 / (1 + Math.Exp(-v)))],
        _ => throw new ArgumentException($"no activation is named '{name}'", nameof(name)),
    };

    private static double[] Combine(Operation operation, Func<double, double, double> function) => [.. operation[0].Zip(operation[1], function)];

    // g += weightDecay·p; v = momentum·v + g; p −= learningRate · (nesterov ? g + momentum·v : v)
    private static double[] Sgd(Operation operation)
    {
        (double[] parameter, double[] velocity, double[] gradient) = (operation[0], operation[1], operation[2]);
        TrainingStep step = operation.Training;
        for (int i = 0; i < parameter.Length; i++)
        {
            double g = gradient[i] + step.WeightDecay * parameter[i];
            velocity[i] = step.Momentum * velocity[i] + g;
            parameter[i] -= step.LearningRate * (step.Nesterov ? g + step.Momentum * velocity[i] : velocity[i]);
        }
        return operation.NoResult();
    }
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
