using ModelGen.Generator.Ops;

namespace ModelGen.Tests.Reference;

/// <summary>
/// Operators whose result depends on one element of each input, or on one of each part of it: the bound is how far the result moves as each
/// of them does. Own rounding is that of inputs a few units off, and of the result.
/// </summary>
internal static class ElementErrors
{
    // Roundings of functions with an exponential, from the project's promise of at most four floats between theirs and the nearest.
    private const int OfExponential = 8;

    public static Dictionary<string, Func<ErrorCall, double[]>> Rules { get; } = new()
    {
        ["Relu"] = c => Moved(c, 0),
        ["Relu6"] = c => Moved(c, 0),
        ["Maximum"] = c => Moved(c, 0),
        ["MaxPool2d"] = c => Moved(c, 0),
        ["ReluGradient"] = c => Moved(c, 0),
        ["Relu6Gradient"] = c => Moved(c, 0),
        ["MaximumGradient"] = c => Moved(c, 0),
        ["LeakyRelu"] = c => Moved(c, 1),
        ["LeakyReluGradient"] = c => Moved(c, 1),
        ["Affine"] = c => Moved(c, 2),
        ["Tanh"] = c => Moved(c, 4, ofInputs: 0),
        ["Sigmoid"] = c => Moved(c, 4, ofInputs: 0),
        ["Elu"] = c => Moved(c, OfExponential, ofInputs: 0),
        ["Softplus"] = c => Moved(c, OfExponential, ofInputs: 0),
        ["Silu"] = c => Moved(c, OfExponential, ofInputs: 0),
        ["SiluGradient"] = c => Moved(c, OfExponential),
        ["HardSigmoid"] = c => Moved(c, 3),
        ["HardSwish"] = c => Moved(c, 3),
        ["Gelu"] = c => Moved(c, OfExponential),
        ["GeluTanh"] = c => Moved(c, OfExponential),
        ["Mish"] = c => Moved(c, OfExponential),
        ["Selu"] = c => Moved(c, OfExponential, ofInputs: 0),
        ["Celu"] = c => Moved(c, OfExponential, ofInputs: 1),
        ["Softsign"] = c => Moved(c, 3, ofInputs: 0),
        ["ThresholdedRelu"] = c => Moved(c, 0),
        ["Clamp"] = c => Moved(c, 0),
        ["Exp"] = c => Moved(c, 4, ofInputs: 0),
        ["Log"] = c => Moved(c, 4, ofInputs: 0),
        ["Sqrt"] = c => Moved(c, 1, ofInputs: 0),
        ["Reciprocal"] = c => Moved(c, 1, ofInputs: 0),
        ["Erf"] = c => Moved(c, OfExponential, ofInputs: 0),
        ["Sin"] = c => Moved(c, OfExponential, ofInputs: 1),
        ["Cos"] = c => Moved(c, OfExponential, ofInputs: 1),
        ["Abs"] = c => Moved(c, 0),
        ["Neg"] = c => Moved(c, 0),
        ["Sign"] = c => Moved(c, 0),
        ["Floor"] = c => Moved(c, 0),
        ["Ceil"] = c => Moved(c, 0),
        ["Round"] = c => Moved(c, 0),
        ["HardSigmoidGradient"] = c => Moved(c, 2),
        ["HardSwishGradient"] = c => Moved(c, 4),
        ["GeluGradient"] = c => Moved(c, OfExponential),
        ["GeluTanhGradient"] = c => Moved(c, OfExponential),
        ["MishGradient"] = c => Moved(c, OfExponential),
        ["SeluGradient"] = c => Moved(c, 3),
        ["CeluGradient"] = c => Moved(c, 4),
        ["SoftsignGradient"] = c => Moved(c, 4),
        ["ThresholdedReluGradient"] = c => Moved(c, 0),
        ["ClampGradient"] = c => Moved(c, 0),
        ["LogGradient"] = c => Moved(c, 1),
        ["SqrtGradient"] = c => Moved(c, 2),
        ["ReciprocalGradient"] = c => Moved(c, 3),
        ["ErfGradient"] = c => Moved(c, OfExponential),
        ["SinGradient"] = c => Moved(c, OfExponential),
        ["CosGradient"] = c => Moved(c, OfExponential),
        ["AbsGradient"] = c => Moved(c, 0),
        ["PRelu"] = c => Moved(c, 1, partsOf: input => input == 1 ? c.Inputs[1].Length : 1),
        ["PReluGradient"] = c => Moved(c, 1, partsOf: input => input == 1 ? c.Inputs[1].Length : 1),
        ["PReluWeightGradient"] = SlopesGradient,
        ["TanhGradient"] = c => Moved(c, 3),
        ["SigmoidGradient"] = c => Moved(c, 3),
        ["EluGradient"] = c => Moved(c, 3),
        ["SoftplusGradient"] = c => Moved(c, OfExponential),
        ["RandomDropout"] = c => Moved(c, 2),
        ["RandomNoise"] = c => Moved(c, 2),
    };

    /// <summary>The bound of a fused activation.</summary>
    /// <param name="call">The layer.</param>
    /// <param name="activation">What is applied.</param>
    /// <param name="x">What it is applied to.</param>
    /// <param name="errors">How far that may be off.</param>
    public static double[] OfActivation(ErrorCall call, Activation activation, double[] x, double[] errors)
    {
        double[] y = Elements.Activate(activation, x);
        double[] up = Elements.Activate(activation, [.. x.Zip(errors, (v, e) => v + e)]),
            down = Elements.Activate(activation, [.. x.Zip(errors, (v, e) => v - e)]);
        double own = activation switch
        {
            Activation.Relu or Activation.Relu6 => 0,
            Activation.Tanh or Activation.Sigmoid => 4 * call.Unit,
            _ => OfExponential * call.Unit,
        };
        // Of those that turn, and of the square in GELU's exponential, which is rounded where multiply-adds are not fused.
        double ofInput = activation is Activation.Gelu or Activation.GeluTanh or Activation.Mish ? OfExponential * call.Unit : 0;
        if (ofInput > 0)
        {
            up = Elements.Activate(activation, [.. x.Zip(errors, (v, e) => v + e + ofInput * Math.Abs(v))]);
            down = Elements.Activate(activation, [.. x.Zip(errors, (v, e) => v - e - ofInput * Math.Abs(v))]);
        }
        return [.. y.Select((v, i) => Math.Max(Math.Abs(up[i] - v), Math.Abs(v - down[i])) + own * Math.Abs(v))];
    }

    // Sums of products with what is left of the input below 0.
    private static double[] SlopesGradient(ErrorCall call)
    {
        double[] negative = [.. call.Inputs[0].Select(x => Math.Min(x, 0))];
        double[] ofX = call.Apply([.. call.Errors[0].Select(e => -e)], [.. call.Inputs[1].Select(dy => -Math.Abs(dy))]);
        double[] sizes = call.Apply([.. negative.Zip(call.Errors[0], (x, e) => x - e)], [.. call.Size(1).Select(dy => -dy)]);
        double[] ofGradient = call.Apply([.. negative.Zip(call.Errors[0], (x, e) => x - e)], [.. call.Errors[1].Select(e => -e)]);
        double gamma = call.Gamma(call.Inputs[0].Length + 1);
        return [.. sizes.Select((size, i) => ofX[i] + ofGradient[i] + gamma * size)];
    }

    /// <summary>How far the result moves as inputs do.</summary>
    /// <param name="call">The operator.</param>
    /// <param name="ofResult">Roundings of the result.</param>
    /// <param name="ofInputs">Units by which each input is taken to be off beside its error; as many as the result's unless given.</param>
    /// <param name="partsOf">Equal parts of an input that each have an element for the result: mean and deviation, for instance.</param>
    public static double[] Moved(ErrorCall call, double ofResult, double? ofInputs = null, Func<int, int>? partsOf = null)
    {
        double[] bound = [.. call.Result.Select(y => ofResult * call.Unit * Math.Abs(y))];
        foreach ((int input, double[] up, double[] down) in Moves(call, ofInputs ?? ofResult, partsOf))
        {
            double[] above = call.Apply(With(call.Inputs, input, up)), below = call.Apply(With(call.Inputs, input, down));
            for (int i = 0; i < bound.Length; i++)
                bound[i] += Math.Max(Math.Abs(above[i] - call.Result[i]), Math.Abs(below[i] - call.Result[i]));
        }
        return bound;
    }

    /// <summary>Each part of each input, as far above and below as it may be.</summary>
    public static IEnumerable<(int Input, double[] Up, double[] Down)> Moves(ErrorCall call, double units, Func<int, int>? partsOf = null)
    {
        for (int input = 0; input < call.Count; input++)
        {
            if (!call.IsNumber(input))
                continue;
            double[] x = call.Inputs[input];
            double[] step = [.. x.Zip(call.Errors[input], (v, e) => e + units * call.Unit * Math.Abs(v))];
            int length = x.Length / (partsOf?.Invoke(input) ?? 1);
            for (int start = 0; start < x.Length; start += length)
            {
                int from = start;
                if (!step.AsSpan(start, length).ContainsAnyExcept(0.0))
                    continue;
                yield return (input, Move(1), Move(-1));

                double[] Move(int sign) => [.. x.Select((v, i) => i >= from && i < from + length ? v + sign * step[i] : v)];
            }
        }
    }

    public static double[][] With(double[][] inputs, int input, double[] changed) => [.. inputs.Select((x, i) => i == input ? changed : x)];
}

/// <summary>Operators that change parameters: bounds of their inputs as they are afterwards.</summary>
internal static class StateErrors
{
    // Moments, a root, a quotient and the step that is taken.
    private const int OfUpdate = 8;

    public static Dictionary<string, Func<ErrorCall, double[][]>> Rules { get; } = new(
        OptimizerTable.Rows.SelectMany(row => new KeyValuePair<string, Func<ErrorCall, double[][]>>[]
        {
            new(row.Name + Update.Suffix, c => Moved(c, OfUpdate)),
            new(row.Name + Update.CheckSuffix, c => c.Errors),
        }))
    {
        ["AccumulateGradient"] = c => Moved(c, 3),
        ["UpdateRunningStatistics"] = c => Moved(c, 3, input => input == 2 ? 3 : 1),
        ["StoreGradient"] = c => [c.Errors[0], (double[])c.Errors[2].Clone(), c.Errors[2]],
        ["CheckRunningStatistics"] = c => c.Errors,
    };

    private static double[][] Moved(ErrorCall call, double units, Func<int, int>? partsOf = null)
    {
        double[][] after = call.After(call.Inputs);
        bool[] changes = [.. after.Zip(call.Inputs, (a, b) => !a.AsSpan().SequenceEqual(b))];
        double[][] bounds = [.. after.Select((a, i) => changes[i] ? a.Select(v => units * call.Unit * Math.Abs(v)).ToArray()
            : (double[])call.Errors[i].Clone())];
        foreach ((int input, double[] up, double[] down) in ElementErrors.Moves(call, units, partsOf))
        {
            double[][] above = call.After(ElementErrors.With(call.Inputs, input, up)),
                below = call.After(ElementErrors.With(call.Inputs, input, down));
            for (int changed = 0; changed < after.Length; changed++)
            {
                for (int i = 0; i < after[changed].Length && changes[changed]; i++)
                    bounds[changed][i] += Math.Max(Math.Abs(above[changed][i] - after[changed][i]),
                        Math.Abs(below[changed][i] - after[changed][i]));
            }
        }
        return bounds;
    }
}
