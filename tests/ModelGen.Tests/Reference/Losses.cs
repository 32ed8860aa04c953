namespace ModelGen.Tests.Reference;

/// <summary>The losses beside cross-entropy, from their definitions in PyTorch's documentation.</summary>
internal static class Losses
{
    public static Dictionary<string, Func<Operation, double[]>> Operators { get; } = new()
    {
        ["MeanSquaredError"] = o => Mean(o, d => d * d),
        ["MeanSquaredErrorGradient"] = o => Gradient(o, d => 2 * d),
        ["MeanAbsoluteError"] = o => Mean(o, Math.Abs),
        ["MeanAbsoluteErrorGradient"] = o => Gradient(o, d => Math.Sign(d)),
        ["Huber"] = o => Mean(o, d => Math.Abs(d) <= Delta(o) ? d * d / 2 : Delta(o) * (Math.Abs(d) - Delta(o) / 2)),
        ["HuberGradient"] = o => Gradient(o, d => Math.Abs(d) <= Delta(o) ? d : Delta(o) * Math.Sign(d)),
        ["BinaryCrossEntropyWithLogits"] = o =>
            [o.LossWeight * o[0].Zip(o[1], (x, t) => -t * LogSigmoid(x) - (1 - t) * LogSigmoid(-x)).Average()],
        ["BinaryCrossEntropyWithLogitsGradient"] = o =>
            [.. o[0].Zip(o[1], (x, t) => Scale(o) * (Math.Exp(LogSigmoid(x)) - t) / o[0].Length)],
        ["SmoothL1"] = o => Mean(o, d => Math.Abs(d) < Beta(o) ? d * d / (2 * Beta(o)) : Math.Abs(d) - Beta(o) / 2),
        ["SmoothL1Gradient"] = o => Gradient(o, d => Math.Abs(d) < Beta(o) ? d / Beta(o) : Math.Sign(d)),
        ["Focal"] = MaskLosses.Focal,
        ["FocalGradient"] = MaskLosses.FocalGradient,
        ["Dice"] = MaskLosses.Dice,
        ["DiceGradient"] = MaskLosses.DiceGradient,
        ["Hinge"] = Hinge,
        ["HingeGradient"] = HingeGradient,
    };

    /// <summary>What the gradient of a loss is multiplied by: its weight and, where there is one, the gradient of the result.</summary>
    public static double Scale(Operation operation) => operation.LossWeight * (operation.Count == 3 ? operation[2][0] : 1);

    private static double Delta(Operation operation) => operation.Attributes["delta"].Number;

    private static double Beta(Operation operation) => operation.Attributes["beta"].Number;

    private static double[] Mean(Operation operation, Func<double, double> ofDifference) =>
        [operation.LossWeight * operation[0].Zip(operation[1], (x, t) => ofDifference(x - t)).Average()];

    private static double[] Gradient(Operation operation, Func<double, double> ofDifference) =>
        [.. operation[0].Zip(operation[1], (x, t) => Scale(operation) * ofDifference(x - t) / operation[0].Length)];

    private static double LogSigmoid(double x) => Math.Min(x, 0) - Math.Log(1 + Math.Exp(-Math.Abs(x)));

    // How much of the margin each class but the label takes away, by sample and class.
    private static IEnumerable<(int Sample, int Class, int Label, double Missing)> Missing(Operation operation)
    {
        int classes = operation.ShapeOf(0)[0];
        for (int s = 0; s < operation.Batch; s++)
        {
            int label = (int)operation[1][s];
            foreach (int c in Enumerable.Range(0, classes).Where(c => c != label))
                yield return (s, c, label, Math.Max(0,
                    operation.Attributes["margin"].Number - operation[0][s * classes + label] + operation[0][s * classes + c]));
        }
    }

    private static double[] Hinge(Operation operation) =>
        [operation.LossWeight * Missing(operation).Sum(m => Math.Pow(m.Missing, operation.Attributes.Int("p"))) / operation[0].Length];

    private static double[] HingeGradient(Operation operation)
    {
        double[] dx = operation.NewResult();
        int classes = operation.Shape[0];
        foreach ((int s, int c, int label, double missing) in Missing(operation).Where(m => m.Missing > 0))
        {
            double d = Scale(operation) * (operation.Attributes.Int("p") == 1 ? 1 : 2 * missing) / operation[0].Length;
            dx[s * classes + c] += d;
            dx[s * classes + label] -= d;
        }
        return dx;
    }
}
