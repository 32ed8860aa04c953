using ModelGen.Generator.Graphs;

namespace ModelGen.Tests.Reference;

/// <summary>Losses of masks, from their papers.</summary>
internal static class MaskLosses
{
    // α·t·(1 − p)^γ·−ln p + (1 − α)·(1 − t)·p^γ·−ln(1 − p)
    public static double[] Focal(Operation operation)
    {
        (double alpha, double gamma) = (operation.Attributes["alpha"].Number, operation.Attributes["gamma"].Number);
        return
        [
            operation.LossWeight * operation[0].Zip(operation[1], (x, t) =>
                alpha * t * Math.Pow(Sigmoid(-x), gamma) * Softplus(-x) + (1 - alpha) * (1 - t) * Math.Pow(Sigmoid(x), gamma) * Softplus(x))
                .Average(),
        ];
    }

    public static double[] FocalGradient(Operation operation)
    {
        (double alpha, double gamma) = (operation.Attributes["alpha"].Number, operation.Attributes["gamma"].Number);
        return
        [
            .. operation[0].Zip(operation[1], (x, t) =>
            {
                (double p, double q) = (Sigmoid(x), Sigmoid(-x));
                double ofOne = -Math.Pow(q, gamma) * (gamma * p * Softplus(-x) + q);
                double ofZero = Math.Pow(p, gamma) * (gamma * q * Softplus(x) + p);
                return Losses.Scale(operation) * (alpha * t * ofOne + (1 - alpha) * (1 - t) * ofZero) / operation[0].Length;
            }),
        ];
    }

    public static double[] Dice(Operation operation) =>
        [operation.LossWeight * Groups(operation.ShapeOf(0), operation.Batch)
            .Average(g => 1 - ShareOf(operation[0], operation[1], g, operation.Attributes["smooth"].Number).Share)];

    public static double[] DiceGradient(Operation operation)
    {
        (int First, int Length)[] groups = [.. Groups(operation.Shape, operation.Batch)];
        double[] dx = operation.NewResult();
        foreach ((int First, int Length) group in groups)
        {
            (double share, double below) = ShareOf(operation[0], operation[1], group, operation.Attributes["smooth"].Number);
            for (int i = group.First; i < group.First + group.Length; i++)
            {
                double p = Sigmoid(operation[0][i]);
                dx[i] = Losses.Scale(operation) / groups.Length * 2 * (p * share - operation[1][i]) / below * p * (1 - p);
            }
        }
        return dx;
    }

    /// <summary>What has a sum of its own: each channel of an image, or a vector.</summary>
    public static IEnumerable<(int First, int Length)> Groups(Shape shape, int batch)
    {
        int channels = shape.Rank == 3 ? shape[0] : 1, length = (int)shape.Length / channels;
        return Enumerable.Range(0, batch * channels).Select(i => (i * length, length));
    }

    /// <summary>(2·Σ p·t + smooth) / (Σ p² + Σ t² + smooth), and what is below the line.</summary>
    public static (double Share, double Below) ShareOf(double[] x, double[] target, (int First, int Length) group, double smooth)
    {
        (double above, double below) = (smooth, smooth);
        for (int i = group.First; i < group.First + group.Length; i++)
        {
            double p = Sigmoid(x[i]);
            above += 2 * p * target[i];
            below += p * p + target[i] * target[i];
        }
        return (above / below, below);
    }

    public static double Sigmoid(double x) => x >= 0 ? 1 / (1 + Math.Exp(-x)) : Math.Exp(x) / (1 + Math.Exp(x));

    private static double Softplus(double x) => Math.Max(x, 0) + Math.Log(1 + Math.Exp(-Math.Abs(x)));
}
