using ModelGen.Generator.Graphs;

namespace ModelGen.Tests.Reference;

/// <summary>Images of another size, and channels in another order.</summary>
internal static class Resamples
{
    /// <summary>The attribute that makes weights positive, to see how large sums may become on the way.</summary>
    public const string AbsoluteWeights = "absolute";

    public static Dictionary<string, Func<Operation, double[]>> Operators { get; } = new()
    {
        ["Upsample"] = o => Resample(o, gradient: false),
        ["UpsampleGradient"] = o => Resample(o, gradient: true),
        ["PixelShuffle"] = o => Shuffle(o, o.ImageOf(0), o.NewImage(), o.Attributes.Int("upscaleFactor"), forward: true),
        ["PixelUnshuffle"] = o => Shuffle(o, o.NewImage(), o.ImageOf(0), o.Attributes.Int("downscaleFactor"), forward: false),
        ["ChannelShuffle"] = ChannelShuffle,
        ["MaxPoolGather"] = Gather,
    };

    private static double[] Resample(Operation operation, bool gradient)
    {
        Image read = operation.ImageOf(0), written = operation.NewImage();
        (Image image, Image result) = gradient ? (written, read) : (read, written);
        for (int oy = 0; oy < result.Height; oy++)
        for (int ox = 0; ox < result.Width; ox++)
        foreach ((int y, double ofRow) in Taps(operation.Attributes, oy, image.Height, result.Height))
        foreach ((int x, double ofColumn) in Taps(operation.Attributes, ox, image.Width, result.Width))
        {
            for (int n = 0; n < operation.Batch; n++)
            for (int c = 0; c < image.Channels; c++)
            {
                if (gradient)
                    image[n, c, y, x] += ofRow * ofColumn * result[n, c, oy, ox];
                else
                    result[n, c, oy, ox] += ofRow * ofColumn * image[n, c, y, x];
            }
        }
        return written.Elements;
    }

    // Pixels along one dimension with their weights; those beyond the edge are the edge.
    private static IEnumerable<(int Place, double Weight)> Taps(AttributeMap attributes, int i, int image, int result)
    {
        (string mode, string rule) = (attributes["mode"].Word, attributes["coordinates"].Word);
        double at = rule switch
        {
            "corners" => result == 1 ? 0 : (double)i * (image - 1) / (result - 1),
            "asymmetric" => (double)i * image / result,
            _ => (i + 0.5) * image / result - 0.5,
        };
        if (mode == "nearest")
        {
            yield return (Math.Clamp((int)Math.Floor(rule == "asymmetric" ? at : at + 0.5), 0, image - 1), 1);
            yield break;
        }
        if (mode == "bilinear")
            at = Math.Clamp(at, 0, image - 1);
        int reach = mode == "bilinear" ? 1 : 2;
        for (int place = (int)Math.Floor(at) - reach + 1; place <= (int)Math.Floor(at) + reach; place++)
        {
            double d = Math.Abs(at - place);
            double weight = mode == "bilinear" ? 1 - d
                : d <= 1 ? 1.25 * d * d * d - 2.25 * d * d + 1 : -0.75 * d * d * d + 3.75 * d * d - 6 * d + 3;
            yield return (Math.Clamp(place, 0, image - 1), attributes.Flag(AbsoluteWeights) ? Math.Abs(weight) : weight);
        }
    }

    // few has r² channels for each of many's, which has r rows and columns for each of few's.
    private static double[] Shuffle(Operation operation, Image few, Image many, int r, bool forward)
    {
        for (int n = 0; n < operation.Batch; n++)
        for (int c = 0; c < few.Channels; c++)
        for (int y = 0; y < few.Height; y++)
        for (int x = 0; x < few.Width; x++)
        {
            ref double pixel = ref many[n, c / (r * r), y * r + c % (r * r) / r, x * r + c % r];
            if (forward)
                pixel = few[n, c, y, x];
            else
                few[n, c, y, x] = pixel;
        }
        return forward ? many.Elements : few.Elements;
    }

    private static double[] ChannelShuffle(Operation operation)
    {
        Image from = operation.ImageOf(0), to = operation.NewImage();
        int groups = operation.Attributes.Int("groups"), ofGroup = from.Channels / groups;
        for (int n = 0; n < operation.Batch; n++)
        for (int g = 0; g < groups; g++)
        for (int j = 0; j < ofGroup; j++)
        for (int y = 0; y < from.Height; y++)
        for (int x = 0; x < from.Width; x++)
            to[n, j * groups + g, y, x] = from[n, g * ofGroup + j, y, x];
        return to.Elements;
    }

    private static double[] Gather(Operation operation)
    {
        Image x = operation.ImageOf(0), taken = operation.ImageOf(1), y = operation.NewImage();
        var window = Sliding.Of(operation.Attributes);
        for (int n = 0; n < operation.Batch; n++)
        for (int c = 0; c < y.Channels; c++)
        for (int oy = 0; oy < y.Height; oy++)
        for (int ox = 0; ox < y.Width; ox++)
        {
            double largest = double.NegativeInfinity;
            for (int ky = 0; ky < window.KernelY; ky++)
            for (int kx = 0; kx < window.KernelX; kx++)
            {
                (int iy, int ix) = (window.Row(oy, ky), window.Column(ox, kx));
                if (!x.Has(iy, ix) || !(x[n, c, iy, ix] > largest))
                    continue;
                largest = x[n, c, iy, ix];
                y[n, c, oy, ox] = taken[n, c, iy, ix];
            }
        }
        return y.Elements;
    }
}
