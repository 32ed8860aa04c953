using ModelGen.Data;

namespace Company.App_1;

/// <summary>
/// Draws digits as a hand would: strokes that are turned, slanted, moved and of different width, on a noisy ground. They stand in for
/// pictures of your own, which ModelGen.Data reads from folders and from the files of MNIST and CIFAR.
/// </summary>
internal static class DrawnDigits
{
    /// <summary>Rows and columns of a picture.</summary>
    public const int Side = 28;

    /// <summary>The digits, 0 to 9.</summary>
    public const int Classes = 10;

    // Lines through these points, in a square of 0 to 10, with y downwards.
    private static readonly (int X, int Y)[][][] Strokes =
    [
        [[(5, 0), (8, 1), (9, 5), (8, 9), (5, 10), (2, 9), (1, 5), (2, 1), (5, 0)]],
        [[(3, 2), (5, 0), (5, 10)], [(3, 10), (7, 10)]],
        [[(1, 2), (3, 0), (7, 0), (9, 2), (8, 5), (1, 10), (9, 10)]],
        [[(1, 1), (5, 0), (8, 2), (7, 4), (4, 5), (8, 6), (9, 8), (6, 10), (1, 9)]],
        [[(7, 10), (7, 0), (1, 7), (9, 7)]],
        [[(8, 0), (2, 0), (2, 4), (6, 4), (9, 6), (8, 9), (5, 10), (1, 9)]],
        [[(7, 0), (3, 3), (1, 7), (3, 10), (7, 10), (9, 7), (6, 5), (2, 6)]],
        [[(1, 0), (9, 0), (4, 10)]],
        [[(5, 5), (2, 3), (3, 0), (7, 0), (8, 3), (5, 5), (1, 8), (3, 10), (7, 10), (9, 8), (5, 5)]],
        [[(8, 4), (4, 5), (1, 3), (3, 0), (7, 0), (8, 4), (7, 10)]],
    ];

    /// <summary>Draws pictures, each of a digit that is picked at random.</summary>
    /// <param name="count">How many.</param>
    /// <param name="seed">The same seed gives the same pictures.</param>
    public static LabeledImages Draw(int count, int seed)
    {
        var random = new Random(seed);
        var pixels = new byte[count * Side * Side];
        var labels = new int[count];
        for (int i = 0; i < count; i++)
        {
            labels[i] = random.Next(Classes);
            Draw(labels[i], random, pixels.AsSpan(i * Side * Side, Side * Side));
        }
        string[] names = [.. Enumerable.Range(0, Classes).Select(digit => digit.ToString())];
        return new LabeledImages(pixels, labels, channels: 1, Side, Side, names);
    }

    private static void Draw(int digit, Random random, Span<byte> picture)
    {
        double angle = Between(-0.3, 0.3), slant = Between(-0.3, 0.3), scale = Between(1.3, 2.1), width = Between(0.8, 1.7);
        double centreX = Side / 2 + Between(-3, 3), centreY = Side / 2 + Between(-3, 3);
        (double X, double Y)[][] lines = [.. Strokes[digit].Select(line => line.Select(Place).ToArray())];
        for (int y = 0; y < Side; y++)
        {
            for (int x = 0; x < Side; x++)
            {
                double ink = Math.Clamp(width + 0.5 - Distance(lines, x, y), 0, 1);
                picture[y * Side + x] = (byte)Math.Clamp(ink * 230 + Between(0, 40), 0, 255);
            }
        }

        double Between(double from, double to) => from + random.NextDouble() * (to - from);

        (double X, double Y) Place((int X, int Y) point)
        {
            double y = (point.Y - 5 + Between(-0.4, 0.4)) * scale, x = (point.X - 5 + Between(-0.4, 0.4)) * scale * 0.8 - y * slant;
            return (centreX + x * Math.Cos(angle) - y * Math.Sin(angle), centreY + x * Math.Sin(angle) + y * Math.Cos(angle));
        }
    }

    // From a pixel to the nearest line.
    private static double Distance((double X, double Y)[][] lines, double x, double y)
    {
        double nearest = double.MaxValue;
        foreach (var line in lines)
        {
            for (int i = 1; i < line.Length; i++)
            {
                double dx = line[i].X - line[i - 1].X, dy = line[i].Y - line[i - 1].Y;
                double along = ((x - line[i - 1].X) * dx + (y - line[i - 1].Y) * dy) / (dx * dx + dy * dy);
                along = Math.Clamp(along, 0, 1);
                double toX = x - line[i - 1].X - along * dx, toY = y - line[i - 1].Y - along * dy;
                nearest = Math.Min(nearest, toX * toX + toY * toY);
            }
        }
        return Math.Sqrt(nearest);
    }
}
