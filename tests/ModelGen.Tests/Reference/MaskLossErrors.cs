namespace ModelGen.Tests.Reference;

/// <summary>Losses of masks: functions of logits whose derivatives are bounded, and quotients of sums.</summary>
internal static class MaskLossErrors
{
    // A sigmoid or softplus, an exponential, products with constants.
    private const int OfTerm = 16;

    // p·−ln p is at most 1/e, so the derivative is at most γ/e + 1. Powers magnify the rounding of their exponents, γ·softplus.
    public static double[] Focal(ErrorCall call)
    {
        double gamma = call.Attributes["gamma"].Number, weight = call.Attributes["weight"].Number;
        double[] x = call.Inputs[0];
        double[] sizes = [.. x.Select((v, i) => SizeOf(call, i) * (Math.Abs(v) + 1))];
        double off = x.Select((v, i) => SizeOf(call, i) * (gamma / Math.E + 1) * call.Errors[0][i]
            + OfTerm * call.Unit * (1 + gamma * (Math.Abs(v) + 1)) * sizes[i]).Average();
        return [weight * (off + call.Gamma(x.Length + OfTerm) * sizes.Average())];
    }

    // The second derivative is at most γ²/e + (2 + 1/e)·γ + 1.
    public static double[] FocalGradient(ErrorCall call)
    {
        double gamma = call.Attributes["gamma"].Number, scale = LossErrors.ScaleOf(call) / call.Inputs[0].Length;
        return LossErrors.WithScale(call, [.. call.Inputs[0].Select((x, i) => scale * SizeOf(call, i)
            * ((gamma + 1) * (gamma + 2) * call.Errors[0][i]
                + 2 * OfTerm * call.Unit * (1 + gamma * (Math.Abs(x) + 1)) * (gamma + 1)))]);
    }

    public static double[] Dice(ErrorCall call) =>
        [call.Attributes["weight"].Number * MaskLosses.Groups(call.ShapeOf(0), call.Batch)
            .Average(g => Of(call, g) is var (share, _, ofShare, _) ? ofShare + OfTerm * call.Unit * (1 + Math.Abs(share)) : 0)];

    // 2·(p·share − t)/below·p·(1 − p)
    public static double[] DiceGradient(ErrorCall call)
    {
        (int First, int Length)[] groups = [.. MaskLosses.Groups(call.Node.Shape, call.Batch)];
        double[] bound = new double[call.Result.Length];
        double scale = 2 * LossErrors.ScaleOf(call) / groups.Length;
        foreach ((int First, int Length) group in groups)
        {
            (double share, double below, double ofShare, double ofBelow) = Of(call, group);
            for (int i = group.First; i < group.First + group.Length; i++)
            {
                double p = MaskLosses.Sigmoid(call.Inputs[0][i]), t = call.Inputs[1][i], slope = p * (1 - p);
                double off = OfSigmoid(call, i), size = Math.Abs(p * share - t), parts = p * Math.Abs(share) + Math.Abs(t);
                double first = (off * Math.Abs(share) + p * ofShare) * slope + size * (slope * ofBelow / below + off)
                    + OfTerm * call.Unit * parts * slope;
                // Errors are far below a half, so that products of two are less than the terms themselves.
                bound[i] = 2 * scale * first / below;
            }
        }
        return LossErrors.WithScale(call, bound);
    }

    private static (double Share, double Below, double OfShare, double OfBelow) Of(ErrorCall call, (int First, int Length) group)
    {
        double smooth = call.Attributes["smooth"].Number;
        (double share, double below) = MaskLosses.ShareOf(call.Inputs[0], call.Inputs[1], group, smooth);
        double ofAbove = 0, ofBelow = 0, above = smooth;
        for (int i = group.First; i < group.First + group.Length; i++)
        {
            double p = MaskLosses.Sigmoid(call.Inputs[0][i]), t = Math.Abs(call.Inputs[1][i]), off = OfSigmoid(call, i);
            ofAbove += 2 * t * off;
            ofBelow += (2 * p + off) * off;
            above += 2 * p * t;
        }
        double rounding = call.Gamma(group.Length + OfTerm);
        ofAbove += rounding * above;
        ofBelow += rounding * below;
        return (share, below, (ofAbove + Math.Abs(share) * ofBelow) / (below - ofBelow), ofBelow);
    }

    // The derivative is at most 1/4.
    private static double OfSigmoid(ErrorCall call, int i) => 0.25 * call.Errors[0][i] + OfTerm * call.Unit;

    private static double SizeOf(ErrorCall call, int i) => Math.Abs(call.Inputs[1][i]) + Math.Abs(1 - call.Inputs[1][i]);
}
