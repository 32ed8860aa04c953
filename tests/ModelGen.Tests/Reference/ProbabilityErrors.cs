namespace ModelGen.Tests.Reference;

/// <summary>Softmax and its kin: sums of exponentials, whose arguments are differences to the largest.</summary>
internal static class ProbabilityErrors
{
    // An exponential, a logarithm, a quotient.
    private const int OfFunctions = 12;

    public static Dictionary<string, Func<ErrorCall, double[]>> Rules { get; } = new()
    {
        ["Softmax"] = Softmax,
        ["SoftmaxGradient"] = SoftmaxGradient,
        ["LogSoftmax"] = LogSoftmax,
        ["LogSoftmaxGradient"] = LogSoftmaxGradient,
        ["CrossEntropy"] = Loss,
        ["CrossEntropyGradient"] = LossGradient,
        ["CountCorrect"] = CountCorrect,
        ["WeightedCrossEntropy"] = WeightedLoss,
        ["WeightedCrossEntropyGradient"] = WeightedLossGradient,
        ["CountCorrectLabels"] = CountCorrect,
    };

    /// <summary>Scores along one line: probabilities, and what moves their logarithms.</summary>
    private sealed class Line
    {
        public Line(ErrorCall call, int[] line)
        {
            (double[] x, double[] errors) = (call.Inputs[0], call.Errors[0]);
            Largest = line.Max(i => x[i]);
            double sum = line.Sum(i => Math.Exp(x[i] - Largest));
            LogOfSum = Largest + Math.Log(sum);
            Shares = [.. line.Select(i => Math.Exp(x[i] - Largest) / sum)];
            Off = [.. line.Select(i => errors[i] + call.Unit * Math.Abs(x[i] - Largest))];
            OffOnAverage = Shares.Zip(Off, (p, e) => p * e).Sum();
            Own = call.Gamma(line.Length + OfFunctions);
        }

        public double Largest { get; }

        public double LogOfSum { get; }

        public double[] Shares { get; }

        // Of each score: its error, and the rounding of its distance to the largest.
        public double[] Off { get; }

        public double OffOnAverage { get; }

        // The relative rounding of a share.
        public double Own { get; }

        public double OfShare(int c) => Shares[c] * (Off[c] + OffOnAverage + Own);

        // Of the logarithm of the sum.
        public double OfLogarithm(double unit) => OffOnAverage + Own + 2 * unit * (Math.Abs(Largest) + Math.Abs(LogOfSum));
    }

    private static double[] Softmax(ErrorCall call) => Each(call, (line, indices, bound) =>
    {
        for (int c = 0; c < indices.Length; c++)
            bound[indices[c]] = line.OfShare(c);
    });

    private static double[] LogSoftmax(ErrorCall call) => Each(call, (line, indices, bound) =>
    {
        for (int c = 0; c < indices.Length; c++)
            bound[indices[c]] = call.Errors[0][indices[c]] + line.OfLogarithm(call.Unit) + 2 * call.Unit
                * Math.Abs(call.Inputs[0][indices[c]]);
    });

    private static double[] Each(ErrorCall call, Action<Line, int[], double[]> set)
    {
        double[] bound = new double[call.Result.Length];
        foreach (int[] indices in Probabilities.Lines(call.Node.Shape, call.Batch, Probabilities.AxisOf(call.Attributes, call.Node.Shape)))
            set(new Line(call, indices), indices, bound);
        return bound;
    }

    // dx = y·(dy − Σ y·dy)
    private static double[] SoftmaxGradient(ErrorCall call)
    {
        (double[] y, double[] dy, double[] ey, double[] edy) = (call.Inputs[0], call.Inputs[1], call.Errors[0], call.Errors[1]);
        double[] bound = new double[y.Length];
        foreach (int[] line in Probabilities.Lines(call.Node.Shape, call.Batch, Probabilities.AxisOf(call.Attributes, call.Node.Shape)))
        {
            double sum = line.Sum(i => y[i] * dy[i]), size = line.Sum(i => Math.Abs(y[i] * dy[i]));
            double off = line.Sum(i => y[i] * edy[i] + ey[i] * (Math.Abs(dy[i]) + edy[i])) + call.Gamma(line.Length) * size;
            foreach (int i in line)
            {
                double difference = Math.Abs(dy[i] - sum), ofDifference = edy[i] + off + call.Unit * (Math.Abs(dy[i]) + size);
                bound[i] = (y[i] + ey[i]) * ofDifference + (ey[i] + 2 * call.Unit * y[i]) * difference;
            }
        }
        return bound;
    }

    // dx = dy − exp(y)·Σ dy
    private static double[] LogSoftmaxGradient(ErrorCall call)
    {
        (double[] y, double[] dy, double[] ey, double[] edy) = (call.Inputs[0], call.Inputs[1], call.Errors[0], call.Errors[1]);
        double[] bound = new double[y.Length];
        foreach (int[] line in Probabilities.Lines(call.Node.Shape, call.Batch, Probabilities.AxisOf(call.Attributes, call.Node.Shape)))
        {
            double sum = Math.Abs(line.Sum(i => dy[i])), size = line.Sum(i => Math.Abs(dy[i]));
            double off = line.Sum(i => edy[i]) + call.Gamma(line.Length) * size;
            foreach (int i in line)
            {
                double share = Math.Exp(y[i]);
                bound[i] = edy[i] + share * (off + (sum + off) * (ey[i] + OfFunctions * call.Unit)) + 2 * call.Unit
                    * (Math.Abs(dy[i]) + share * sum);
            }
        }
        return bound;
    }

    private static IEnumerable<(Line Line, int[] Indices, double[] Targets)> Positions(ErrorCall call)
    {
        double smoothing = call.Attributes["labelSmoothing"].Number;
        int position = 0;
        foreach (int[] indices in Probabilities.Lines(call.ShapeOf(0), call.Batch, 0))
        {
            int label = (int)call.Inputs[1][position++];
            yield return (new Line(call, indices), indices,
                [.. indices.Select((_, c) => Probabilities.Target(c, label, indices.Length, smoothing))]);
        }
    }

    // Σ target·(log Σ exp − x), averaged; its derivative is share − target.
    private static double[] Loss(ErrorCall call)
    {
        double sum = 0, size = 0;
        int positions = 0;
        foreach ((Line line, int[] indices, double[] targets) in Positions(call))
        {
            positions++;
            for (int c = 0; c < indices.Length; c++)
            {
                double x = call.Inputs[0][indices[c]];
                sum += Math.Abs(line.Shares[c] - targets[c]) * line.Off[c] + line.Shares[c] * call.Unit * Math.Abs(x - line.Largest);
                size += targets[c] * (Math.Abs(x) + Math.Abs(line.Largest) + Math.Abs(line.LogOfSum));
            }
            sum += line.Own;
        }
        int classes = call.ShapeOf(0)[0];
        return [call.Attributes["weight"].Number / positions * (sum + call.Gamma(positions + classes + 4) * size)];
    }

    private static double[] LossGradient(ErrorCall call)
    {
        double[] bound = new double[call.Result.Length];
        double scale = LossErrors.ScaleOf(call) / call.Inputs[1].Length;
        foreach ((Line line, int[] indices, double[] targets) in Positions(call))
        {
            for (int c = 0; c < indices.Length; c++)
                bound[indices[c]] = scale * (line.OfShare(c) + 4 * call.Unit * (line.Shares[c] + targets[c]));
        }
        return LossErrors.WithScale(call, bound);
    }

    private static IEnumerable<(Line Line, int[] Indices, double[] Wanted)> WeightedPositions(ErrorCall call)
    {
        int position = 0;
        foreach (int[] indices in Probabilities.Lines(call.ShapeOf(0), call.Batch, 0))
        {
            (double[] wanted, _) = Probabilities.Wanted(call.Attributes, (int)call.Inputs[1][position++], indices.Length);
            yield return (new Line(call, indices), indices, wanted);
        }
    }

    private static double WeightOf(ErrorCall call) =>
        call.Inputs[1].Sum(l => Probabilities.Wanted(call.Attributes, (int)l, call.ShapeOf(0)[0]).Own);

    // As Loss, the sum of what is wanted being any number; what does not count wants nothing.
    private static double[] WeightedLoss(ErrorCall call)
    {
        double sum = 0, size = 0, weight = WeightOf(call);
        foreach ((Line line, int[] indices, double[] wanted) in WeightedPositions(call))
        {
            double all = wanted.Sum();
            for (int c = 0; c < indices.Length; c++)
            {
                double x = call.Inputs[0][indices[c]];
                sum += Math.Abs(all * line.Shares[c] - wanted[c]) * line.Off[c]
                    + all * line.Shares[c] * call.Unit * Math.Abs(x - line.Largest);
                size += wanted[c] * (Math.Abs(x) + Math.Abs(line.Largest) + Math.Abs(line.LogOfSum));
            }
            sum += all * line.Own;
        }
        return [weight == 0 ? 0 : call.Attributes["weight"].Number / weight
            * (sum + call.Gamma(call.Inputs[1].Length + call.ShapeOf(0)[0] + 4) * size)];
    }

    private static double[] WeightedLossGradient(ErrorCall call)
    {
        double[] bound = new double[call.Result.Length];
        double weight = WeightOf(call), scale = weight == 0 ? 0 : LossErrors.ScaleOf(call) / weight;
        foreach ((Line line, int[] indices, double[] wanted) in WeightedPositions(call))
        {
            double all = wanted.Sum();
            for (int c = 0; c < indices.Length; c++)
                bound[indices[c]] = scale * (all * line.OfShare(c) + 4 * call.Unit * (all * line.Shares[c] + wanted[c]));
        }
        return LossErrors.WithScale(call, bound);
    }

    // Where two scores may be the largest, either may be taken for it.
    private static double[] CountCorrect(ErrorCall call)
    {
        (double[] x, double[] errors) = (call.Inputs[0], call.Errors[0]);
        return
        [
            Probabilities.Lines(call.ShapeOf(0), call.Batch, 0).Count(line =>
            {
                double least = line.Max(i => x[i] - errors[i]);
                return line.Count(i => x[i] + errors[i] >= least) > 1;
            }),
        ];
    }
}
