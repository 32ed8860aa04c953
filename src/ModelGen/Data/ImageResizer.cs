namespace ModelGen.Data;

/// <summary>
/// Resizes images of bytes with the pixels that Pillow gives, and so torchvision's <c>Resize</c> of a PIL image: columns first, then rows,
/// weights of 22 bits after the point,
/// rounded to bytes after both. For one thread at a time; memory is kept, so that images of one size, or smaller ones, allocate nothing
/// after the first.
/// </summary>
/// <remarks>Source of the cubic: R. Keys, <i>Cubic convolution interpolation for digital image processing</i>, 1981.</remarks>
public sealed class ImageResizer
{
    private readonly Axis columns, rows;
    private byte[] narrow = [];

    /// <summary>Prepares a resizer.</summary>
    /// <param name="interpolation">The filter.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such filter.</exception>
    public ImageResizer(Interpolation interpolation = Interpolation.Bilinear)
    {
        if (!Enum.IsDefined(interpolation))
            throw new ArgumentOutOfRangeException(nameof(interpolation), interpolation, "Expected Bilinear or Bicubic.");
        Interpolation = interpolation;
        (columns, rows) = (new Axis(interpolation), new Axis(interpolation));
    }

    /// <summary>The filter.</summary>
    public Interpolation Interpolation { get; }

    /// <summary>Resizes an image.</summary>
    /// <param name="source">Height × width × channels bytes, channels varying fastest; what is behind them is left alone.</param>
    /// <param name="size">The image's size, and the channels that <paramref name="source"/> has.</param>
    /// <param name="newWidth">Columns of the result, ≥ 1.</param>
    /// <param name="newHeight">Rows of the result, ≥ 1.</param>
    /// <param name="destination">Receives new height × new width × channels bytes.</param>
    /// <exception cref="ArgumentException">A span is too short.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A size is out of range.</exception>
    public void Resize(ReadOnlySpan<byte> source, ImageSize size, int newWidth, int newHeight, Span<byte> destination) =>
        Resize(source, size, newWidth, newHeight, 0, 0, newWidth, newHeight, destination);

    /// <summary>Resizes an image, and takes a part of the result: the same pixels as resizing all of it and cutting the part out.</summary>
    /// <param name="source">Height × width × channels bytes, channels varying fastest; what is behind them is left alone.</param>
    /// <param name="size">The image's size, and the channels that <paramref name="source"/> has.</param>
    /// <param name="newWidth">Columns of the whole result, ≥ 1.</param>
    /// <param name="newHeight">Rows of the whole result, ≥ 1.</param>
    /// <param name="left">The part's first column.</param>
    /// <param name="top">The part's first row.</param>
    /// <param name="width">The part's columns.</param>
    /// <param name="height">The part's rows.</param>
    /// <param name="destination">Receives height × width × channels bytes.</param>
    /// <exception cref="ArgumentException">A span is too short, or the part's columns of all rows of the source do not fit into an
    /// array.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A size is out of range, or the part is not inside the result.</exception>
    public void Resize(ReadOnlySpan<byte> source, ImageSize size, int newWidth, int newHeight, int left, int top, int width, int height,
        Span<byte> destination)
    {
        if (size.Width is < 1 or > ImageFile.MaxSide || size.Height is < 1 or > ImageFile.MaxSide || size.Channels is < 1 or > 4)
            throw new ArgumentOutOfRangeException(nameof(size), size,
                MessageText.Invariant($"Expected sides of 1 to {ImageFile.MaxSide} and 1 to 4 channels."));
        CheckPart(left, width, newWidth, nameof(left));
        CheckPart(top, height, newHeight, nameof(top));
        CheckLength((Int128)size.Width * size.Height * size.Channels, source.Length, nameof(source));
        CheckLength((Int128)width * height * size.Channels, destination.Length, nameof(destination));
        if ((Int128)width * size.Height * size.Channels > Array.MaxLength)
            throw new ArgumentException(
                MessageText.Invariant($"{width} columns of {size.Height} rows and {size.Channels} channels are too large."), nameof(width));

        columns.Prepare(size.Width, newWidth, left, width);
        rows.Prepare(size.Height, newHeight, top, height);
        // Where a side stays as it is, its pass would change nothing.
        if (newWidth == size.Width && newHeight == size.Height)
        {
            for (int y = 0; y < height; y++)
                source.Slice(((top + y) * size.Width + left) * size.Channels,
                    width * size.Channels).CopyTo(destination[(y * width * size.Channels)..]);
            return;
        }
        int first = rows.First(0), end = rows.End(height - 1), rowBytes = width * size.Channels;
        if (narrow.Length < (long)(end - first) * rowBytes)
            narrow = new byte[(end - first) * rowBytes];
        for (int y = first; y < end; y++)
        {
            var from = source.Slice(y * size.Width * size.Channels, size.Width * size.Channels);
            var to = narrow.AsSpan((y - first) * rowBytes, rowBytes);
            if (newWidth == size.Width)
                from.Slice(left * size.Channels, rowBytes).CopyTo(to);
            else if (size.Channels == 3)
                columns.Narrow3(from, to);
            else
                columns.Narrow(from, to, size.Channels);
        }
        if (newHeight == size.Height)
            narrow.AsSpan(0, height * rowBytes).CopyTo(destination);
        else
            for (int y = 0; y < height; y++)
                rows.Flatten(narrow, y, first, destination.Slice(y * rowBytes, rowBytes));
    }

    private static void CheckPart(int start, int length, int all, string parameter)
    {
        if (start < 0 || length < 1 || start > all - length)
            throw new ArgumentOutOfRangeException(parameter, start,
                MessageText.Invariant($"Expected a part inside the {all} pixels of the result, got {length} from {start} on."));
    }

    private static void CheckLength(Int128 needed, int length, string parameter)
    {
        if (length < needed)
            throw new ArgumentException(MessageText.Invariant($"Expected at least {needed} bytes, got {length}."), parameter);
    }

    /// <summary>For each pixel of a part of the result the first pixel of the source that counts, and the weights from there on.</summary>
    private sealed class Axis(Interpolation interpolation)
    {
        private const int PrecisionBits = 32 - 8 - 2;

        private (int Size, int NewSize, int Start, int Count) prepared;
        private int[] firsts = [];
        private int[] counts = [];
        private int[] weights = [];
        private double[] exact = [];
        private int most;

        public int First(int pixel) => firsts[pixel];

        public int End(int pixel) => firsts[pixel] + counts[pixel];

        public void Prepare(int size, int newSize, int start, int count)
        {
            if (prepared == (size, newSize, start, count))
                return;
            double scale = (double)size / newSize, width = Math.Max(scale, 1),
                support = width * (interpolation == Interpolation.Bicubic ? 2 : 1);
            most = (int)Math.Ceiling(support) * 2 + 1;
            if (firsts.Length < count)
                (firsts, counts) = (new int[count], new int[count]);
            if (weights.Length < (long)count * most)
                weights = new int[count * most];
            if (exact.Length < most)
                exact = new double[most];
            for (int i = 0; i < count; i++)
            {
                double centre = (start + i + 0.5) * scale, inverse = 1 / width, sum = 0;
                int first = Math.Max((int)(centre - support + 0.5), 0), end = Math.Min((int)(centre + support + 0.5), size);
                for (int k = 0; k < end - first; k++)
                    sum += exact[k] = Filter((k + first - centre + 0.5) * inverse);
                for (int k = 0; k < end - first; k++)
                {
                    double weight = (sum != 0 ? exact[k] / sum : exact[k]) * (1 << PrecisionBits);
                    weights[i * most + k] = (int)(weight < 0 ? weight - 0.5 : weight + 0.5);
                }
                (firsts[i], counts[i]) = (first, end - first);
            }
            prepared = (size, newSize, start, count);
        }

        public void Narrow(ReadOnlySpan<byte> from, Span<byte> to, int channels)
        {
            for (int i = 0; i < to.Length; i++)
            {
                int pixel = i / channels, at = firsts[pixel] * channels + i % channels, sum = 1 << PrecisionBits - 1;
                foreach (int weight in weights.AsSpan(pixel * most, counts[pixel]))
                {
                    sum += weight * from[at];
                    at += channels;
                }
                to[i] = Round(sum);
            }
        }

        public void Narrow3(ReadOnlySpan<byte> from, Span<byte> to)
        {
            for (int pixel = 0; pixel * 3 < to.Length; pixel++)
            {
                int red = 1 << PrecisionBits - 1, green = red, blue = red;
                var taps = weights.AsSpan(pixel * most, counts[pixel]);
                var pixels = from.Slice(firsts[pixel] * 3, taps.Length * 3);
                for (int k = 0; k < taps.Length; k++)
                {
                    red += taps[k] * pixels[3 * k];
                    green += taps[k] * pixels[3 * k + 1];
                    blue += taps[k] * pixels[3 * k + 2];
                }
                (to[pixel * 3], to[pixel * 3 + 1], to[pixel * 3 + 2]) = (Round(red), Round(green), Round(blue));
            }
        }

        /// <summary>One row of the result, of rows of which the first is <paramref name="offset"/> of the source.</summary>
        public void Flatten(ReadOnlySpan<byte> from, int row, int offset, Span<byte> to)
        {
            var taps = weights.AsSpan(row * most, counts[row]);
            int start = (firsts[row] - offset) * to.Length;
            for (int i = 0; i < to.Length; i++)
            {
                int sum = 1 << PrecisionBits - 1, at = start + i;
                foreach (int weight in taps)
                {
                    sum += weight * from[at];
                    at += to.Length;
                }
                to[i] = Round(sum);
            }
        }

        private static byte Round(int sum) => (byte)Math.Clamp(sum >> PrecisionBits, 0, 255);

        private double Filter(double x)
        {
            x = Math.Abs(x);
            if (interpolation == Interpolation.Bilinear)
                return x < 1 ? 1 - x : 0;
            const double A = -0.5;
            return x < 1 ? ((A + 2) * x - (A + 3)) * x * x + 1 : x < 2 ? (((x - 5) * x + 8) * x - 4) * A : 0;
        }
    }
}
