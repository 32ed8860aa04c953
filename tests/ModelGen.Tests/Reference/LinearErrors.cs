using ModelGen.Generator.Graphs;
using ModelGen.Generator.Ops;

namespace ModelGen.Tests.Reference;

/// <summary>
/// Operators that copy, add up, or multiply and add up: γₙ times what they give for absolute values, n being what they give for ones.
/// </summary>
internal static class LinearErrors
{
    // Roundings of the transforms on the way of one product, in two dimensions: at most four of the input's, four of the results' and one
    // of the filter's.
    private const int OfTransforms = 2 * 4 + 2 * 4 + 1;

    public static Dictionary<string, Func<ErrorCall, double[]>> Rules { get; } = new()
    {
        ["Flatten"] = Copy,
        ["Concat"] = Copy,
        ["Slice"] = Copy,
        ["SliceGradient"] = Copy,
        ["Permute"] = Copy,
        ["Expand"] = Copy,
        ["IndexSelect"] = Copy,
        ["IndexAdd"] = Sum,
        ["ReduceSum"] = Sum,
        ["ReduceMean"] = c => Mean(c, (double)c.Inputs[0].Length / c.Result.Length),
        ["MatMul"] = Products,
        ["Reshape"] = Copy,
        ["Reorder"] = Copy,
        ["Row"] = Copy,
        ["Pad"] = Copy,
        ["InsertZeros"] = Copy,
        ["PixelShuffle"] = Copy,
        ["PixelUnshuffle"] = Copy,
        ["ChannelShuffle"] = Copy,
        ["Upsample"] = Weighted,
        ["UpsampleGradient"] = Weighted,
        ["TransposeFilters"] = Copy,
        // What their transform rounds is part of the convolution's.
        ["WinogradFilters"] = Copy,
        ["FilterGradients"] = Copy,
        ["Dropout"] = Copy,
        ["GaussianNoise"] = Copy,
        ["Add"] = Sum,
        ["PositionBias"] = Sum,
        ["ChannelSum"] = Sum,
        ["SampleSum"] = Sum,
        ["PadGradient"] = Sum,
        ["AvgPool2d"] = c => Mean(c, Area(c)),
        ["AvgPoolGradient"] = c => Mean(c, Area(c)),
        ["GlobalAvgPool2d"] = c => Mean(c, c.ShapeOf(0).Length),
        ["AdaptiveAvgPool2d"] = c => Mean(c, c.ShapeOf(0).Length / c.ShapeOf(0)[0]),
        ["AdaptiveAvgPoolGradient"] = c => Mean(c, c.ShapeOf(0).Length / c.ShapeOf(0)[0]),
        ["Conv2d"] = c => Activated(c, Convolution),
        ["Linear"] = c => Activated(c, Products),
        ["ConvWeightGradient"] = Products,
        ["WinogradWeightGradient"] = WeightGradient,
        ["LinearInputGradient"] = Products,
        ["LinearWeightGradient"] = Products,
        ["Multiply"] = Products,
        ["ChannelFactorsGradient"] = Products,
    };

    private static double[] Copy(ErrorCall call) => call.Apply(call.Errors);

    private static double[] Sum(ErrorCall call) =>
        Total(call, call.Apply(call.Errors), call.Apply(Sizes(call)), call.Apply(Ones(call)));

    // Sums of products with weights, which cubic convolution has of both signs; these are rounded too. Backwards there may be as many terms
    // as the result has pixels, where the image is small.
    private static double[] Weighted(ErrorCall call)
    {
        Node sizesOnly = call.Node with { Attributes = call.Node.Attributes.With(Resamples.AbsoluteWeights, true) };
        double[] errors = call.Apply(sizesOnly, call.Errors), sizes = call.Apply(sizesOnly, Sizes(call));
        double gamma = call.Gamma(8 + 16.0 * (call.Node.Is("Upsample") ? 1 : call.ShapeOf(0)[1] * call.ShapeOf(0)[2]));
        return [.. errors.Zip(sizes, (e, size) => e + gamma * size)];
    }

    // One more for the division, and one where it is a product with the reciprocal, itself rounded.
    private static double[] Mean(ErrorCall call, double terms) =>
        [.. call.Apply(call.Errors).Zip(call.Apply(Sizes(call)), (e, size) => e + call.Gamma(terms + 2) * size)];

    private static double Area(ErrorCall call)
    {
        var kernel = call.Attributes.Ints("kernelSize");
        return kernel[0] * kernel[1];
    }

    private static double[] Products(ErrorCall call)
    {
        double[] terms = call.ApplyWithoutActivation(Ones(call)), sizes = call.ApplyWithoutActivation(Sizes(call));
        return call.IsLikely ? Likely(call, i => terms[i], call.ApplyWithoutActivation(SquaresOf(call)))
            : Total(call, Propagated(call, sizes), sizes, terms);
    }

    private static double[] Convolution(ErrorCall call)
    {
        Shape filters = call.ShapeOf(1);
        if (ConvolutionPlan.Of(call.Node).Winograd is not WinogradForm form)
            return Products(call);
        int more = call.Count - 2, terms = filters[1] + OfTransforms + more;
        if (call.IsLikely)
            return Likely(call, _ => terms,
                WithRest(SquaresOf(call), WinogradSizes.OfResults(form, call, call.Inputs[0], call.Inputs[1], squares: true)));
        double[] propagated = Propagated(call, call.ApplyWithoutActivation(Sizes(call)));
        double[] sizes = WithRest(Sizes(call), WinogradSizes.OfResults(form, call, call.Size(0), call.Size(1), squares: false));
        return [.. propagated.Zip(sizes, (e, size) => e + call.Gamma(terms) * size)];

        // A bias and a residual are added to what the transforms give.
        double[] WithRest(double[][] inputs, double[] products)
        {
            if (more == 0)
                return products;
            inputs[0] = new double[inputs[0].Length];
            return [.. products.Zip(call.ApplyWithoutActivation(inputs), (a, b) => a + b)];
        }
    }

    // Sums over tiles of all samples.
    private static double[] WeightGradient(ErrorCall call)
    {
        WinogradForm form = ConvolutionPlan.FormOf(call.Node);
        int terms = call.Batch * form.TilesOf(call.ShapeOf(1)[1], call.ShapeOf(1)[2]) + OfTransforms;
        if (call.IsLikely)
            return Likely(call, _ => terms, WinogradSizes.OfFilters(form, call, call.Inputs[0], call.Inputs[1], squares: true));
        double[] propagated = Propagated(call, call.Apply(Sizes(call)));
        return [.. propagated.Zip(WinogradSizes.OfFilters(form, call, call.Size(0), call.Size(1), squares: false),
            (e, size) => e + call.Gamma(terms) * size)];
    }

    // The deviation of a sum of n terms t from roundings that know nothing of each other, of sums on the way: of the k-th, k/n of the whole
    // and what the terms seen so far are off from that. u²/3·Σ of their squares is u²/3·n·(S²/3 + Σt²/6).
    private static double[] Likely(ErrorCall call, Func<int, double> terms, double[] squares)
    {
        double[] sums = call.ApplyWithoutActivation(call.Inputs);
        return [.. squares.Select((q, i) => call.Unit * Math.Sqrt(terms(i) / 3 * (sums[i] * sums[i] / 3 + q / 6)))];
    }

    // All that the errors of inputs do: (|x| + ex)·(|w| + ew) − |x|·|w|.
    private static double[] Propagated(ErrorCall call, double[] sizes) => call.Errors.All(e => Array.TrueForAll(e, v => v == 0))
        ? new double[sizes.Length]
        : [.. sizes.Zip(call.ApplyWithoutActivation([.. Enumerable.Range(0, call.Count).Select(call.Absolute)]),
        (all, exact) => all - exact)];

    private static double[] Total(ErrorCall call, double[] propagated, double[] sizes, double[] terms) =>
        [.. propagated.Select((e, i) => e + call.Gamma(terms[i]) * sizes[i])];

    private static double[] Activated(ErrorCall call, Func<ErrorCall, double[]> sum)
    {
        double[] bound = sum(call);
        return call.Activation == Activation.None ? bound
            : ElementErrors.OfActivation(call, call.Activation, call.ApplyWithoutActivation(call.Inputs), bound);
    }

    private static double[][] Sizes(ErrorCall call) => [.. Enumerable.Range(0, call.Count).Select(call.Size)];

    private static double[][] SquaresOf(ErrorCall call) => [.. call.Inputs.Select(x => x.Select(v => v * v).ToArray())];

    private static double[][] Ones(ErrorCall call) => [.. call.Inputs.Select(x => x.Select(_ => 1.0).ToArray())];
}
