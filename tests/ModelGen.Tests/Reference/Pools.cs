namespace ModelGen.Tests.Reference;

/// <summary>
/// Pooling. Windows are clipped to the image; what lies outside is minus infinity for the largest value, zero for the mean.
/// </summary>
internal static class Pools
{
    public static Dictionary<string, Func<Operation, double[]>> Operators { get; } = new()
    {
        ["MaxPool2d"] = o => Max(o, gradient: false),
        ["MaxPoolGradient"] = o => Max(o, gradient: true),
        ["AvgPool2d"] = Mean,
        ["AvgPoolGradient"] = MeanGradient,
        ["GlobalAvgPool2d"] = o => Adaptive(o, gradient: false),
        ["AdaptiveAvgPool2d"] = o => Adaptive(o, gradient: false),
        ["AdaptiveAvgPoolGradient"] = o => Adaptive(o, gradient: true),
    };

    private static double[] Max(Operation operation, bool gradient)
    {
        Image x = operation.ImageOf(0);
        Image pooled = gradient ? operation.ImageOf(1) : operation.NewImage();
        Image dx = gradient ? operation.NewImage() : default;
        var window = Sliding.Of(operation.Attributes);
        for (int n = 0; n < operation.Batch; n++)
        for (int c = 0; c < pooled.Channels; c++)
        for (int oy = 0; oy < pooled.Height; oy++)
        for (int ox = 0; ox < pooled.Width; ox++)
        {
            double largest = double.NegativeInfinity;
            (int Y, int X) where = (-1, -1);
            for (int ky = 0; ky < window.KernelY; ky++)
            for (int kx = 0; kx < window.KernelX; kx++)
            {
                (int iy, int ix) = (window.Row(oy, ky), window.Column(ox, kx));
                if (!x.Has(iy, ix))
                    continue;
                double value = x[n, c, iy, ix];
                if (where.Y < 0 || value > largest || (double.IsNaN(value) && !double.IsNaN(largest)))
                    (largest, where) = (value, (iy, ix));
            }
            if (!gradient)
                pooled[n, c, oy, ox] = largest;
            else if (where.Y >= 0)
                dx[n, c, where.Y, where.X] += pooled[n, c, oy, ox];
        }
        return gradient ? dx.Elements : pooled.Elements;
    }

    private static double[] Mean(Operation operation)
    {
        Image x = operation.ImageOf(0);
        Image y = operation.NewImage();
        ForEachShare(operation, x, y, (n, c, iy, ix, oy, ox, divisor) => y[n, c, oy, ox] += x[n, c, iy, ix] / divisor);
        return y.Elements;
    }

    private static double[] MeanGradient(Operation operation)
    {
        Image dy = operation.ImageOf(0);
        Image dx = operation.NewImage();
        ForEachShare(operation, dx, dy, (n, c, iy, ix, oy, ox, divisor) => dx[n, c, iy, ix] += dy[n, c, oy, ox] / divisor);
        return dx.Elements;
    }

    // Window i of n reads from ⌊i·size/n⌋ up to ⌈(i + 1)·size/n⌉; windows overlap where n does not divide the size, and repeat pixels where
    // it is larger.
    private static double[] Adaptive(Operation operation, bool gradient)
    {
        Image from = operation.ImageOf(0);
        Image to = operation.NewImage();
        (Image image, Image pooled) = gradient ? (to, from) : (from, to);
        for (int n = 0; n < operation.Batch; n++)
        for (int c = 0; c < pooled.Channels; c++)
        for (int oy = 0; oy < pooled.Height; oy++)
        for (int ox = 0; ox < pooled.Width; ox++)
        {
            (int top, int bottom) = (oy * image.Height / pooled.Height, ((oy + 1) * image.Height + pooled.Height - 1) / pooled.Height);
            (int left, int right) = (ox * image.Width / pooled.Width, ((ox + 1) * image.Width + pooled.Width - 1) / pooled.Width);
            double area = (bottom - top) * (right - left);
            for (int iy = top; iy < bottom; iy++)
            for (int ix = left; ix < right; ix++)
            {
                if (gradient)
                    image[n, c, iy, ix] += pooled[n, c, oy, ox] / area;
                else
                    pooled[n, c, oy, ox] += image[n, c, iy, ix] / area;
            }
        }
        return to.Elements;
    }

    private delegate void Share(int n, int c, int iy, int ix, int oy, int ox, double divisor);

    private static void ForEachShare(Operation operation, Image image, Image pooled, Share share)
    {
        var window = Sliding.Of(operation.Attributes);
        bool countPadding = operation.Attributes.Flag("countIncludePad");
        for (int n = 0; n < operation.Batch; n++)
        for (int c = 0; c < pooled.Channels; c++)
        for (int oy = 0; oy < pooled.Height; oy++)
        for (int ox = 0; ox < pooled.Width; ox++)
        {
            (int Start, int End) rows = (window.Row(oy, 0), Math.Min(window.Row(oy, 0) + window.KernelY, image.Height + window.Bottom));
            (int Start, int End) columns =
                (window.Column(ox, 0), Math.Min(window.Column(ox, 0) + window.KernelX, image.Width + window.Right));
            (int Start, int End) rowsInside = (Math.Max(rows.Start, 0), Math.Min(rows.End, image.Height));
            (int Start, int End) columnsInside = (Math.Max(columns.Start, 0), Math.Min(columns.End, image.Width));
            int divisor = countPadding
                ? (rows.End - rows.Start) * (columns.End - columns.Start)
                : (rowsInside.End - rowsInside.Start) * (columnsInside.End - columnsInside.Start);
            for (int iy = rowsInside.Start; iy < rowsInside.End; iy++)
            for (int ix = columnsInside.Start; ix < columnsInside.End; ix++)
                share(n, c, iy, ix, oy, ox, divisor);
        }
    }
}
