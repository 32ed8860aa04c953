using ModelGen.Generator.Graphs;

namespace ModelGen.Tests.Reference;

/// <summary>Cross-correlation and what its gradient is made of.</summary>
internal static class Convolutions
{
    public static Dictionary<string, Func<Operation, double[]>> Operators { get; } = new()
    {
        ["Conv2d"] = Convolve,
        ["TransposeFilters"] = Transpose,
        ["WinogradFilters"] = operation => operation.Attributes.Flag("rotated") ? Transpose(operation) : [.. operation[0]],
        ["ConvWeightGradient"] = WeightGradient,
        ["WinogradWeightGradient"] = WeightGradient,
        ["FilterGradients"] = operation => [.. operation[0]],
        ["InsertZeros"] = InsertZeros,
        ["ChannelSum"] = ChannelSum,
    };

    // y[n, o] = bias[o] + Σ over the channels of o's group and all taps of x · w; zero outside the image.
    private static double[] Convolve(Operation operation)
    {
        Image x = operation.ImageOf(0);
        Image y = operation.NewImage();
        Shape filters = operation.ShapeOf(1);
        var window = Sliding.Of(operation.Attributes, filters[2], filters[3]);
        ForEachProduct(operation, x, y, filters, window, (xAt, yAt, wAt) => y.Elements[yAt] += x.Elements[xAt] * operation[1][wAt]);
        int pixels = y.Height * y.Width;
        (int? bias, int? residual) = operation.ConvolutionInputs;
        for (int i = 0; i < y.Elements.Length && bias is int added; i++)
            y.Elements[i] += operation[added][i / pixels % y.Channels];
        for (int i = 0; i < y.Elements.Length && residual is int added; i++)
            y.Elements[i] += operation[added][i];
        return Elements.Activate(operation.Activation, y.Elements);
    }

    // dL/dw = Σ x · dy over every product that w takes part in.
    private static double[] WeightGradient(Operation operation)
    {
        Image x = operation.ImageOf(0);
        Image dy = operation.ImageOf(1);
        double[] dw = operation.NewResult();
        ForEachProduct(operation, x, dy, operation.Shape, Sliding.Of(operation.Attributes),
            (xAt, yAt, wAt) => dw[wAt] += x.Elements[xAt] * dy.Elements[yAt]);
        return dw;
    }

    private static void ForEachProduct(Operation operation, Image x, Image y, Shape filters, Sliding window, Action<int, int, int> product)
    {
        int groups = operation.Attributes.Int("groups");
        int outPerGroup = y.Channels / groups;
        int inPerGroup = x.Channels / groups;
        for (int n = 0; n < operation.Batch; n++)
        for (int o = 0; o < y.Channels; o++)
        for (int oy = 0; oy < y.Height; oy++)
        for (int ox = 0; ox < y.Width; ox++)
        for (int c = 0; c < inPerGroup; c++)
        for (int ky = 0; ky < window.KernelY; ky++)
        for (int kx = 0; kx < window.KernelX; kx++)
        {
            (int iy, int ix) = (window.Row(oy, ky), window.Column(ox, kx));
            if (!x.Has(iy, ix))
                continue;
            int channel = o / outPerGroup * inPerGroup + c;
            product(
                ((n * x.Channels + channel) * x.Height + iy) * x.Width + ix,
                ((n * y.Channels + o) * y.Height + oy) * y.Width + ox,
                ((o * filters[1] + c) * filters[2] + ky) * filters[3] + kx);
        }
    }

    // w'[g·I + i, o, ky, kx] = w[g·O + o, i, kh − 1 − ky, kw − 1 − kx]
    private static double[] Transpose(Operation operation)
    {
        Shape filters = operation.ShapeOf(0);
        Shape rotated = operation.Shape;
        double[] result = operation.NewResult();
        int inputs = filters[1];
        int outputs = rotated[1];
        for (int to = 0; to < rotated[0]; to++)
        for (int o = 0; o < outputs; o++)
        for (int ky = 0; ky < rotated[2]; ky++)
        for (int kx = 0; kx < rotated[3]; kx++)
        {
            int from = to / inputs * outputs + o;
            result[((to * outputs + o) * rotated[2] + ky) * rotated[3] + kx] =
                operation[0][((from * inputs + to % inputs) * filters[2] + filters[2] - 1 - ky) * filters[3] + filters[3] - 1 - kx];
        }
        return result;
    }

    private static double[] InsertZeros(Operation operation)
    {
        Image x = operation.ImageOf(0);
        Image canvas = operation.NewImage();
        var (stride, offset) = (operation.Attributes.Ints("stride"), operation.Attributes.Ints("offset"));
        for (int n = 0; n < operation.Batch; n++)
        for (int c = 0; c < x.Channels; c++)
        for (int y = 0; y < x.Height; y++)
        for (int column = 0; column < x.Width; column++)
        {
            (int toY, int toX) = (offset[0] + y * stride[0], offset[1] + column * stride[1]);
            if (canvas.Has(toY, toX))
                canvas[n, c, toY, toX] = x[n, c, y, column];
        }
        return canvas.Elements;
    }

    private static double[] ChannelSum(Operation operation)
    {
        double[] sums = operation.NewResult();
        int pixels = (int)operation.ShapeOf(0).Length / sums.Length;
        for (int i = 0; i < operation[0].Length; i++)
            sums[i / pixels % sums.Length] += operation[0][i];
        return sums;
    }
}

/// <summary>y = W·x + b.</summary>
internal static class FullyConnected
{
    public static Dictionary<string, Func<Operation, double[]>> Operators { get; } = new()
    {
        ["Linear"] = Multiply,
        ["LinearInputGradient"] = InputGradient,
        ["LinearWeightGradient"] = WeightGradient,
    };

    private static double[] Multiply(Operation operation)
    {
        (int outputs, int features) = (operation.Shape[0], operation.ShapeOf(0)[0]);
        double[] y = operation.NewResult();
        for (int n = 0; n < operation.Batch; n++)
        for (int o = 0; o < outputs; o++)
        {
            double sum = operation.Count == 3 ? operation[2][o] : 0;
            for (int i = 0; i < features; i++)
                sum += operation[1][o * features + i] * operation[0][n * features + i];
            y[n * outputs + o] = sum;
        }
        return Elements.Activate(operation.Activation, y);
    }

    private static double[] InputGradient(Operation operation)
    {
        (int outputs, int features) = (operation.ShapeOf(0)[0], operation.Shape[0]);
        double[] gradient = operation.NewResult();
        for (int n = 0; n < operation.Batch; n++)
        for (int o = 0; o < outputs; o++)
        for (int i = 0; i < features; i++)
            gradient[n * features + i] += operation[1][o * features + i] * operation[0][n * outputs + o];
        return gradient;
    }

    private static double[] WeightGradient(Operation operation)
    {
        (int outputs, int features) = (operation.Shape[0], operation.Shape[1]);
        double[] dw = operation.NewResult();
        for (int n = 0; n < operation.Batch; n++)
        for (int o = 0; o < outputs; o++)
        for (int i = 0; i < features; i++)
            dw[o * features + i] += operation[1][n * outputs + o] * operation[0][n * features + i];
        return dw;
    }
}
