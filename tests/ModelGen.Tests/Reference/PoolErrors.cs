namespace ModelGen.Tests.Reference;

/// <summary>The gradient of a maximum: which element it goes to is uncertain where two are as large within their bounds.</summary>
internal static class PoolErrors
{
    public static Dictionary<string, Func<ErrorCall, double[]>> Rules { get; } = new()
    {
        ["MaxPoolGradient"] = MaximumGradient,
        ["MaxPoolGather"] = Gather,
    };

    // What is taken, or, where several may be the largest, as far off as any of them.
    private static double[] Gather(ErrorCall call)
    {
        Image x = new(call.Inputs[0], call.ShapeOf(0)), errors = new(call.Errors[0], call.ShapeOf(0));
        Image taken = new(call.Inputs[1], call.ShapeOf(1)), ofTaken = new(call.Errors[1], call.ShapeOf(1));
        var bound = new Image(new double[call.Result.Length], call.Node.Shape);
        var result = new Image(call.Result, call.Node.Shape);
        var window = Sliding.Of(call.Attributes);
        for (int n = 0; n < call.Batch; n++)
        for (int c = 0; c < bound.Channels; c++)
        for (int oy = 0; oy < bound.Height; oy++)
        for (int ox = 0; ox < bound.Width; ox++)
        {
            (int Y, int X)[] all = [.. Inside(window, x, oy, ox)];
            double least = all.Select(p => x[n, c, p.Y, p.X] - errors[n, c, p.Y, p.X]).DefaultIfEmpty().Max();
            foreach ((int y, int column) in all.Where(p => x[n, c, p.Y, p.X] + errors[n, c, p.Y, p.X] >= least))
            {
                bound[n, c, oy, ox] = Math.Max(bound[n, c, oy, ox],
                    Math.Abs(taken[n, c, y, column] - result[n, c, oy, ox]) + ofTaken[n, c, y, column]);
            }
        }
        return bound.Elements;
    }

    private static double[] MaximumGradient(ErrorCall call)
    {
        Image x = new(call.Inputs[0], call.ShapeOf(0)), errors = new(call.Errors[0], call.ShapeOf(0));
        Image dy = new(call.Inputs[1], call.ShapeOf(1));
        var window = Sliding.Of(call.Attributes);
        // Windows that overlap add up in one element.
        double gamma = call.Gamma(window.KernelY * window.KernelX);
        double[] sizes = call.Apply(call.Inputs[0], call.Size(1));
        var bound = new Image([.. call.Apply(call.Inputs[0], call.Errors[1]).Zip(sizes, (e, size) => e + gamma * size)], call.ShapeOf(0));
        for (int n = 0; n < call.Batch; n++)
        for (int c = 0; c < dy.Channels; c++)
        for (int oy = 0; oy < dy.Height; oy++)
        for (int ox = 0; ox < dy.Width; ox++)
        {
            (int Y, int X)[] candidates = [.. Inside(window, x, oy, ox)];
            double least = candidates.Select(p => x[n, c, p.Y, p.X] - errors[n, c, p.Y, p.X]).DefaultIfEmpty().Max();
            candidates = [.. candidates.Where(p => x[n, c, p.Y, p.X] + errors[n, c, p.Y, p.X] >= least)];
            // Of values that are equal, and exact, the first is the largest.
            if (candidates.Length == 1 || candidates.All(p => errors[n, c, p.Y, p.X] == 0))
                continue;
            foreach ((int y, int column) in candidates)
                bound[n, c, y, column] += Math.Abs(dy[n, c, oy, ox]);
        }
        return bound.Elements;
    }

    private static IEnumerable<(int Y, int X)> Inside(Sliding window, Image x, int oy, int ox)
    {
        for (int ky = 0; ky < window.KernelY; ky++)
        for (int kx = 0; kx < window.KernelX; kx++)
        {
            (int y, int column) = (window.Row(oy, ky), window.Column(ox, kx));
            if (x.Has(y, column))
                yield return (y, column);
        }
    }
}
