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
        ["GroupStatistics"] = OfGroups,
        ["GroupNorm"] = NormalizeGroups,
        ["GroupNormGradientSums"] = GroupGradientSums,
        ["GroupNormGradient"] = GroupGradient,
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

    // Of each sample, for each channel: its group's mean and inverse deviation, and its own variance.
    private static double[] OfGroups(Operation operation)
    {
        Image x = operation.ImageOf(0);
        double[] statistics = operation.NewResult();
        int pixels = x.Height * x.Width, ofGroup = x.Channels / operation.Attributes.Int("numGroups");
        for (int n = 0; n < operation.Batch; n++)
        for (int c = 0; c < x.Channels; c++)
        {
            int group = n * x.Channels + c / ofGroup * ofGroup;
            double[] values = x.Elements[(group * pixels)..((group + ofGroup) * pixels)];
            double[] own = x.Elements[((n * x.Channels + c) * pixels)..((n * x.Channels + c + 1) * pixels)];
            double mean = values.Average(), ownMean = own.Average();
            statistics[3 * n * x.Channels + c] = mean;
            double variance = values.Average(v => (v - mean) * (v - mean));
            statistics[(3 * n + 1) * x.Channels + c] = 1 / Math.Sqrt(variance + operation.Attributes["eps"].Number);
            statistics[(3 * n + 2) * x.Channels + c] = own.Average(v => (v - ownMean) * (v - ownMean));
        }
        return statistics;
    }

    private static double[] NormalizeGroups(Operation operation)
    {
        Image x = operation.ImageOf(0);
        double[] y = operation.NewResult();
        for (int i = 0; i < y.Length; i++)
        {
            double normalized = InGroup(x, operation[1], i);
            y[i] = operation.Count == 2 ? normalized : normalized * operation[2][ChannelOf(x, i)] + operation[3][ChannelOf(x, i)];
        }
        return y;
    }

    // Inputs x, statistics, dy.
    private static double[] GroupGradientSums(Operation operation)
    {
        Image x = operation.ImageOf(0);
        double[] sums = operation.NewResult();
        for (int i = 0; i < x.Elements.Length; i++)
        {
            int at = 2 * SampleOf(x, i) * x.Channels + ChannelOf(x, i);
            sums[at] += operation[2][i];
            sums[at + x.Channels] += operation[2][i] * InGroup(x, operation[1], i);
        }
        return sums;
    }

    // Inputs x, statistics, dy, sums and perhaps the weight.
    private static double[] GroupGradient(Operation operation)
    {
        Image x = operation.ImageOf(0);
        double[] dx = operation.NewResult();
        int ofGroup = x.Channels / operation.Attributes.Int("numGroups");
        for (int i = 0; i < dx.Length; i++)
        {
            int sample = SampleOf(x, i), channel = ChannelOf(x, i), first = channel / ofGroup * ofGroup;
            double Mean(int row) => Enumerable.Range(first, ofGroup)
                .Sum(c => Weight(c) * operation[3][(2 * sample + row) * x.Channels + c]) / (ofGroup * x.Height * x.Width);
            double inverse = operation[1][(3 * sample + 1) * x.Channels + channel];
            dx[i] = inverse * (Weight(channel) * operation[2][i] - Mean(0) - InGroup(x, operation[1], i) * Mean(1));
        }
        return dx;

        double Weight(int channel) => operation.Count == 5 ? operation[4][channel] : 1;
    }

    private static double InGroup(Image x, double[] statistics, int i)
    {
        int at = 3 * SampleOf(x, i) * x.Channels + ChannelOf(x, i);
        return (x.Elements[i] - statistics[at]) * statistics[at + x.Channels];
    }

    private static int SampleOf(Image x, int i) => i / (x.Channels * x.Height * x.Width);

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
