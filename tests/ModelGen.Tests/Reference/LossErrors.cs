namespace ModelGen.Tests.Reference;

/// <summary>Losses beside cross-entropy, and sums over gradients.</summary>
internal static class LossErrors
{
    // A difference, a function of it, products with constants.
    private const int OfTerm = 8;

    public static Dictionary<string, Func<ErrorCall, double[]>> Rules { get; } = new()
    {
        ["MeanSquaredError"] = FartherApart,
        ["MeanAbsoluteError"] = FartherApart,
        ["Huber"] = FartherApart,
        ["MeanSquaredErrorGradient"] = Gradient,
        ["MeanAbsoluteErrorGradient"] = Gradient,
        ["HuberGradient"] = Gradient,
        ["BinaryCrossEntropyWithLogits"] = Logits,
        ["BinaryCrossEntropyWithLogitsGradient"] = LogitsGradient,
        ["SmoothL1"] = FartherApart,
        ["SmoothL1Gradient"] = Gradient,
        ["Focal"] = MaskLossErrors.Focal,
        ["FocalGradient"] = MaskLossErrors.FocalGradient,
        ["Dice"] = MaskLossErrors.Dice,
        ["DiceGradient"] = MaskLossErrors.DiceGradient,
        ["Hinge"] = Hinge,
        ["HingeGradient"] = HingeGradient,
        ["TotalGradient"] = c => ElementErrors.Moved(c, 3),
        ["SumOfSquares"] = c =>
            [c.Apply([.. Enumerable.Range(0, c.Count).Select(c.Size)])[0] * (1 + c.Gamma(c.Inputs[0].Length + 2)) - c.Result[0]],
    };

    /// <summary>What the gradient of a loss is multiplied by, without its sign.</summary>
    public static double ScaleOf(ErrorCall call) => Math.Abs(call.Attributes["weight"].Number * (call.Count == 3 ? call.Inputs[2][0] : 1));

    /// <summary>The bound of a gradient, with what the error of the factor adds, where it is an input.</summary>
    public static double[] WithScale(ErrorCall call, double[] bound) =>
        call.Count < 3 || call.Errors[2][0] == 0 ? bound
            : [.. bound.Zip(call.Result, (b, dx) => b + Math.Abs(dx) * call.Errors[2][0] / Math.Abs(call.Inputs[2][0]))];

    private static double Weight(ErrorCall call) => call.Attributes["weight"].Number;

    private static double OffOf(ErrorCall call, int i) =>
        call.Errors[0][i] + call.Errors[1][i] + 2 * call.Unit * (Math.Abs(call.Inputs[0][i]) + Math.Abs(call.Inputs[1][i]));

    // The loss grows with every difference.
    private static double[] FartherApart(ErrorCall call)
    {
        (double[] x, double[] target) = (call.Inputs[0], call.Inputs[1]);
        double[] apart = [.. x.Select((v, i) => v + (v >= target[i] ? 1 : -1) * OffOf(call, i))];
        double largest = call.Apply(apart, target)[0];
        return [Math.Abs(largest - call.Result[0]) + call.Gamma(x.Length + OfTerm) * Math.Abs(largest)];
    }

    private static double[] Gradient(ErrorCall call)
    {
        double[] x = call.Inputs[0];
        double[] above = Moved(1), below = Moved(-1);
        double[] bound = [.. call.Result.Select((d, i) => Math.Max(Math.Abs(above[i] - d), Math.Abs(below[i] - d)) + OfTerm * call.Unit
            * Math.Abs(d))];
        return WithScale(call, bound);

        double[] Moved(int sign) => call.Apply(ElementErrors.With(call.Inputs, 0, [.. x.Select((v, i) => v + sign * OffOf(call, i))]));
    }

    // The derivative is a share less the target.
    private static double[] Logits(ErrorCall call)
    {
        double[] x = call.Inputs[0];
        double off = Weight(call) * x.Select((v, i) => (1 + Math.Abs(call.Inputs[1][i]))
            * (call.Errors[0][i] + OfTerm * call.Unit * (Math.Abs(v) + 1))).Average();
        return [off + call.Gamma(x.Length + OfTerm)
            * (call.Result[0] + Weight(call) * x.Select((v, i) => (2 + Math.Abs(call.Inputs[1][i])) * Math.Abs(v)).Average())];
    }

    // sigmoid(x) − target
    private static double[] LogitsGradient(ErrorCall call)
    {
        double scale = ScaleOf(call) / call.Inputs[0].Length;
        return WithScale(call, [.. call.Inputs[0].Select((x, i) =>
        {
            double y = 1 / (1 + Math.Exp(-Math.Abs(x)));
            return scale * (y * (1 - y) * call.Errors[0][i] + call.Errors[0][i] * call.Errors[0][i] + OfTerm * call.Unit
                * (1 + Math.Abs(call.Inputs[1][i])));
        })]);
    }

    // Grows with all scores but the label's.
    private static double[] Hinge(ErrorCall call)
    {
        double[] x = [.. call.Inputs[0]];
        int classes = call.ShapeOf(0)[0];
        for (int i = 0; i < x.Length; i++)
            x[i] += (i % classes == (int)call.Inputs[1][i / classes] ? -1 : 1)
                * (call.Errors[0][i] + 2 * call.Unit * (Math.Abs(x[i]) + Margin(call)));
        double largest = call.Apply(x, call.Inputs[1])[0];
        return [largest - call.Result[0] + call.Gamma(x.Length + OfTerm) * largest];
    }

    private static double Margin(ErrorCall call) => call.Attributes["margin"].Number;

    private static double[] HingeGradient(ErrorCall call)
    {
        double[] x = call.Inputs[0], bound = new double[x.Length];
        int classes = call.ShapeOf(0)[0];
        double scale = ScaleOf(call) / x.Length;
        for (int i = 0; i < x.Length; i++)
        {
            int label = i / classes * classes + (int)call.Inputs[1][i / classes];
            if (i == label)
                continue;
            double missing = Margin(call) - x[label] + x[i];
            double off = call.Errors[0][i] + call.Errors[0][label] + 2 * call.Unit * (Margin(call) + Math.Abs(x[label]) + Math.Abs(x[i]));
            double each = scale * Math.Max(Derivative(missing + off) - Derivative(missing),
                Derivative(missing) - Derivative(missing - off));
            double size = scale * Derivative(missing + off);
            bound[i] += each + OfTerm * call.Unit * size;
            bound[label] += each + call.Gamma(classes + OfTerm) * size;
        }
        return WithScale(call, bound);

        double Derivative(double missing) => missing <= 0 ? 0 : call.Attributes.Int("p") == 1 ? 1 : 2 * missing;
    }
}
