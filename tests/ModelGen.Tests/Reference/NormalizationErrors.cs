using ModelGen.Generator.Graphs;
using ModelGen.Generator.Ops;

namespace ModelGen.Tests.Reference;

/// <summary>Batch normalisation and local response normalisation.</summary>
internal static class NormalizationErrors
{
    // A difference, two products and a sum.
    private const int OfNormalization = 4;

    // Powers go by way of a logarithm and an exponential.
    private const int OfPower = 12;

    public static Dictionary<string, Func<ErrorCall, double[]>> Rules { get; } = new()
    {
        ["BatchNorm2d"] = Normalize,
        ["RunningStatistics"] = c => ElementErrors.Moved(c, 1, ofInputs: 0),
        ["BatchStatistics"] = Statistics,
        ["BatchNormGradientSums"] = GradientSums,
        ["BatchNormGradient"] = c => ElementErrors.Moved(c, OfNormalization, partsOf: input => input == 3 ? 3 : input == 4 ? 2 : 1),
        ["GroupStatistics"] = c => EachAlone(c, ValuesOfGroup(c) + 4),
        ["GroupNorm"] = c => EachAlone(c, OfNormalization),
        ["GroupNormGradientSums"] = c => EachAlone(c, c.ShapeOf(0)[1] * c.ShapeOf(0)[2] + OfNormalization),
        ["GroupNormGradient"] = c => EachAlone(c, c.ShapeOf(0)[0] / c.Attributes.Int("numGroups") + 2 * OfNormalization),
        ["FoldBatchNormWeight"] = c => ElementErrors.Moved(c, 2),
        ["FoldBatchNormBias"] = c => ElementErrors.Moved(c, 2),
        ["LocalResponseNorm"] = Respond,
        ["LocalResponseScale"] = ResponseScale,
        ["LocalResponseTerm"] = c => ElementErrors.Moved(c, OfPower),
        ["LocalResponseNormGradient"] = ResponseGradient,
    };

    // Sums, whose terms are each as far off as their number makes it: as if every element alone were.
    private static double[] EachAlone(ErrorCall call, double units) =>
        ElementErrors.Moved(call, units, partsOf: input => call.Inputs[input].Length);

    private static double ValuesOfGroup(ErrorCall call)
    {
        Shape image = call.ShapeOf(0);
        return (double)image[0] / call.Attributes.Int("numGroups") * image[1] * image[2];
    }

    private static double[] Normalize(ErrorCall call)
    {
        if (call.Activation == Activation.None)
            return ElementErrors.Moved(call, OfNormalization, partsOf: input => input == 3 ? 3 : 1);
        ErrorCall plain = call.WithoutActivation();
        return ElementErrors.OfActivation(call, call.Activation, plain.Result, Normalize(plain));
    }

    // [mean; 1/√(variance + eps); variance]. The variance does not move with the mean to first order: its terms are deviations.
    private static double[] Statistics(ErrorCall call)
    {
        (double[] x, double[] errors) = (call.Inputs[0], call.Errors[0]);
        int channels = call.ShapeOf(0)[0];
        double count = x.Length / channels, eps = call.Attributes["eps"].Number;
        double[] mean = new double[channels], ofMean = new double[channels], ofVariance = new double[channels];
        for (int i = 0; i < x.Length; i++)
        {
            int c = ChannelOf(call, i);
            mean[c] = call.Result[c];
            ofMean[c] += (errors[i] + call.Gamma(count + 1) * (Math.Abs(x[i]) + errors[i])) / count;
            double deviation = Math.Abs(x[i] - mean[c]), off = errors[i] + call.Unit * Math.Abs(x[i]);
            ofVariance[c] += (2 * deviation * off + off * off) / count;
        }
        double[] bound = new double[3 * channels];
        for (int c = 0; c < channels; c++)
        {
            double variance = call.Result[2 * channels + c], deviation = call.Result[channels + c];
            bound[c] = ofMean[c];
            bound[2 * channels + c] = ofVariance[c] + call.Gamma(count + 3) * variance + ofMean[c] * ofMean[c];
            double least = Math.Max(0, variance - bound[2 * channels + c]);
            bound[channels + c] = 1 / Math.Sqrt(least + eps) - deviation + 2 * call.Unit * deviation;
        }
        return bound;
    }

    // Σ dy and Σ dy·x̂, where x̂ = (x − mean)·s.
    private static double[] GradientSums(ErrorCall call)
    {
        (double[] x, double[] dy, double[] statistics) = (call.Inputs[0], call.Inputs[1], call.Inputs[2]);
        int channels = call.ShapeOf(0)[0];
        double gamma = call.Gamma(x.Length / channels + 1);
        double[] bound = new double[2 * channels];
        for (int i = 0; i < x.Length; i++)
        {
            int c = ChannelOf(call, i);
            (double mean, double s) = (statistics[c], statistics[channels + c]);
            double normalized = Math.Abs(x[i] - mean) * s;
            double off = s * (call.Errors[0][i] + call.Errors[2][c] + call.Unit * (Math.Abs(x[i]) + Math.Abs(mean)))
                + Math.Abs(x[i] - mean) * call.Errors[2][channels + c] + 3 * call.Unit * normalized;
            double size = Math.Abs(dy[i]) + call.Errors[1][i];
            bound[c] += call.Errors[1][i] + gamma * size;
            bound[channels + c] += call.Errors[1][i] * normalized + size * (off + gamma * (normalized + off));
        }
        return bound;
    }

    private static int ChannelOf(ErrorCall call, int i)
    {
        Shape image = call.ShapeOf(0);
        return i / (image[1] * image[2]) % image[0];
    }

    // s = k + alpha / size · Σ x² grows with every |x|.
    private static double[] ResponseScale(ErrorCall call)
    {
        double[] exact = call.Apply(call.Node with { Op = "LocalResponseScale" }, call.Inputs);
        double[] largest = call.Apply(call.Node with { Op = "LocalResponseScale" }, [call.Size(0)]);
        return [.. largest.Zip(exact, (l, s) => l - s + call.Gamma(call.Attributes.Int("size") + 4) * l)];
    }

    // x · s^−beta.
    private static double[] Respond(ErrorCall call)
    {
        double[] scale = call.Apply(call.Node with { Op = "LocalResponseScale" }, call.Inputs), ofScale = ResponseScale(call);
        double beta = call.Attributes["beta"].Number;
        return [.. call.Result.Select((y, i) =>
            call.Errors[0][i] * Math.Pow(scale[i], -beta) + Math.Abs(y) * (Math.Pow(1 - ofScale[i] / scale[i], -beta) - 1) + OfPower
                * call.Unit * Math.Abs(y))];
    }

    // Linear in the terms of the neighbours, which add up; the rest is element by element.
    private static double[] ResponseGradient(ErrorCall call)
    {
        double units = call.Attributes.Int("size") + OfPower;
        double[] terms = [.. call.Inputs[3].Zip(call.Errors[3], (t, e) => e + units * call.Unit * Math.Abs(t))];
        double[] none = new double[terms.Length];
        double[] ofTerms = call.Apply(call.Absolute(0), call.Inputs[1], none, terms);
        double[] bound = [.. ofTerms.Zip(call.Result, (t, dx) => Math.Abs(t) + 2 * call.Unit * Math.Abs(dx))];
        foreach ((int input, double[] up, double[] down) in ElementErrors.Moves(call, OfPower).Where(m => m.Input < 3))
        {
            double[] above = call.Apply(ElementErrors.With(call.Inputs, input, up)),
                below = call.Apply(ElementErrors.With(call.Inputs, input, down));
            for (int i = 0; i < bound.Length; i++)
                bound[i] += Math.Max(Math.Abs(above[i] - call.Result[i]), Math.Abs(below[i] - call.Result[i]));
        }
        return bound;
    }
}
