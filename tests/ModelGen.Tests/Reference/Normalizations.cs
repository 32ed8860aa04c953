namespace ModelGen.Tests.Reference;

/// <summary>
/// Local response normalisation; batch normalisation, its statistics [mean; 1/√(variance + eps); variance], its gradient and its folding
/// into filters.
/// </summary>
internal static class Normalizations
{
    public static Dictionary<string, Func<Operation, double[]>> Operators { get; } = new()
    {
        ["BatchNorm2d"] = Normalize,
        ["RunningStatistics"] = o => Statistics(o, o[0], o[1]),
        ["BatchStatistics"] = OfBatch,
        ["CheckRunningStatistics"] = o => o.NoResult(),
        ["UpdateRunningStatistics"] = UpdateRunning,
        ["BatchNormGradientSums"] = GradientSums,
        ["BatchNormGradient"] = Gradient,
        ["FoldBatchNormWeight"] = FoldWeight,
        ["FoldBatchNormBias"] = FoldBias,
        ["LocalResponseNorm"] = o => [.. o[0].Zip(ResponseScale(o), (x, s) => x * Math.Pow(s, -Beta(o)))],
        ["LocalResponseScale"] = ResponseScale,
        ["LocalResponseTerm"] = o => [.. o[0].Select((x, i) => o[2][i] * x * Math.Pow(o[1][i], -Beta(o) - 1))],
        ["LocalResponseNormGradient"] = ResponseGradient,
    };

    private static double[] Statistics(Operation operation, double[] mean, double[] variance)
    {
        double eps = operation.Attributes["eps"].Number;
        return [.. mean, .. variance.Select(v => 1 / Math.Sqrt(v + eps)), .. variance];
    }

    private static double[] OfBatch(Operation operation)
    {
        Image x = operation.ImageOf(0);
        double[] mean = new double[x.Channels];
        double[] variance = new double[x.Channels];
        double count = operation.Batch * x.Height * x.Width;
        for (int i = 0; i < x.Elements.Length; i++)
            mean[ChannelOf(x, i)] += x.Elements[i] / count;
        for (int i = 0; i < x.Elements.Length; i++)
            variance[ChannelOf(x, i)] += Math.Pow(x.Elements[i] - mean[ChannelOf(x, i)], 2) / count;
        return Statistics(operation, mean, variance);
    }

    // The running variance takes the unbiased one; with a single value there is none and the biased one stands in.
    private static double[] UpdateRunning(Operation operation)
    {
        double momentum = operation.Attributes["momentum"].Number;
        int channels = operation[0].Length;
        double count = operation.Batch * operation.Attributes.Int("pixels");
        double unbiased = count > 1 ? count / (count - 1) : 1;
        for (int c = 0; c < channels; c++)
        {
            operation[0][c] = (1 - momentum) * operation[0][c] + momentum * operation[2][c];
            operation[1][c] = (1 - momentum) * operation[1][c] + momentum * operation[2][2 * channels + c] * unbiased;
        }
        return operation.NoResult();
    }

    private static double[] Normalize(Operation operation)
    {
        Image x = operation.ImageOf(0);
        double[] y = operation.NewResult();
        for (int i = 0; i < y.Length; i++)
        {
            int c = ChannelOf(x, i);
            y[i] = Normalized(x, operation[3], i) * operation[1][c] + operation[2][c];
        }
        return Elements.Activate(operation.Activation, y);
    }

    // Inputs x, dy, statistics: Σ dy and Σ dy·x̂.
    private static double[] GradientSums(Operation operation)
    {
        Image x = operation.ImageOf(0);
        double[] sums = operation.NewResult();
        for (int i = 0; i < x.Elements.Length; i++)
        {
            sums[ChannelOf(x, i)] += operation[1][i];
            sums[x.Channels + ChannelOf(x, i)] += operation[1][i] * Normalized(x, operation[2], i);
        }
        return sums;
    }

    // Inputs x, dy, weight, statistics, sums: weight / σ · (dy − mean(dy) − x̂ · mean(dy·x̂)), the means dropping out where the statistics
    // are constants.
    private static double[] Gradient(Operation operation)
    {
        Image x = operation.ImageOf(0);
        double[] dx = operation.NewResult();
        double count = operation.Batch * x.Height * x.Width;
        double share = operation.Attributes.Flag("ofBatch") ? 1 / count : 0;
        for (int i = 0; i < dx.Length; i++)
        {
            int c = ChannelOf(x, i);
            double correction = share == 0 ? 0 : operation[4][c] + Normalized(x, operation[3], i) * operation[4][x.Channels + c];
            dx[i] = operation[2][c] * operation[3][x.Channels + c] * (operation[1][i] - share * correction);
        }
        return dx;
    }

    // Inputs filters, weight, variance.
    private static double[] FoldWeight(Operation operation)
    {
        int length = operation[0].Length / operation.Shape[0];
        return [.. operation[0].Select((w, i) => w * operation[1][i / length] / Deviation(operation, 2, i / length))];
    }

    // Inputs weight, bias, mean, variance and perhaps the convolution's bias.
    private static double[] FoldBias(Operation operation) => [.. operation[1].Select((bias, c) =>
        ((operation.Count == 5 ? operation[4][c] : 0) - operation[2][c]) * operation[0][c] / Deviation(operation, 3, c) + bias)];

    private static double Deviation(Operation operation, int variance, int channel) =>
        Math.Sqrt(operation[variance][channel] + operation.Attributes["eps"].Number);

    // s = k + alpha / size · Σ x² over the channels c − ⌊size / 2⌋ to c + ⌊(size − 1) / 2⌋ that exist.
    private static double[] ResponseScale(Operation operation)
    {
        Image x = operation.ImageOf(0);
        (int size, double k) = (operation.Attributes.Int("size"), operation.Attributes["k"].Number);
        return Neighbours(operation, size / 2, (size - 1) / 2, i => x.Elements[i] * x.Elements[i],
            (_, sum) => k + Alpha(operation) / size * sum);
    }

    // Inputs x, s, dy, t: dy · s^−beta − 2 · alpha · beta / size · x · Σ t over the channels whose window holds this one.
    private static double[] ResponseGradient(Operation operation)
    {
        int size = operation.Attributes.Int("size");
        double factor = 2 * Alpha(operation) * Beta(operation) / size;
        return Neighbours(operation, (size - 1) / 2, size / 2, i => operation[3][i],
            (i, sum) => operation[2][i] * Math.Pow(operation[1][i], -Beta(operation)) - factor * operation[0][i] * sum);
    }

    private static double[] Neighbours(Operation operation, int before, int after, Func<int, double> term, Func<int, double, double> result)
    {
        Image x = operation.ImageOf(0);
        int pixels = x.Height * x.Width;
        double[] results = operation.NewResult();
        for (int i = 0; i < results.Length; i++)
        {
            int c = ChannelOf(x, i);
            double sum = 0;
            for (int other = Math.Max(c - before, 0); other <= Math.Min(c + after, x.Channels - 1); other++)
                sum += term(i + (other - c) * pixels);
            results[i] = result(i, sum);
        }
        return results;
    }

    private static double Alpha(Operation operation) => operation.Attributes["alpha"].Number;

    private static double Beta(Operation operation) => operation.Attributes["beta"].Number;

    private static double Normalized(Image x, double[] statistics, int i) =>
        (x.Elements[i] - statistics[ChannelOf(x, i)]) * statistics[x.Channels + ChannelOf(x, i)];

    private static int ChannelOf(Image x, int i) => i / (x.Height * x.Width) % x.Channels;
}
