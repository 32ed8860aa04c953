namespace ModelGen.Data;

/// <summary>Brings images to one size.</summary>
public static class ImageScaling
{
    /// <summary>
    /// Scales an image, keeping its proportions, until it just covers the wanted size, and takes the middle. The filter is a triangle (linear interpolation),
    /// as wide as the pixels of the smaller image, as in Pillow's BILINEAR; it is computed in double precision, the same on every platform.
    /// </summary>
    /// <param name="source">Height × width × channels bytes, channels varying fastest.</param>
    /// <param name="width">Columns of the source, ≥ 1.</param>
    /// <param name="height">Rows of the source, ≥ 1.</param>
    /// <param name="channels">Channels of both, ≥ 1.</param>
    /// <param name="newWidth">Columns of the result, ≥ 1.</param>
    /// <param name="newHeight">Rows of the result, ≥ 1.</param>
    /// <returns>New height × new width × channels bytes.</returns>
    /// <exception cref="ArgumentException">The source's length is not the product of its sizes, or the result would not fit into an array.</exception>
    public static byte[] ScaleAndCrop(ReadOnlySpan<byte> source, int width, int height, int channels, int newWidth, int newHeight)
    {
        foreach (int size in (ReadOnlySpan<int>)[width, height, channels, newWidth, newHeight])
            ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        if (source.Length != (Int128)width * height * channels)
            throw new ArgumentException(MessageText.Invariant($"Expected {width}×{height}×{channels} bytes, got {source.Length}."), nameof(source));
        if ((Int128)newWidth * newHeight * channels > Array.MaxLength)
            throw new ArgumentException(MessageText.Invariant($"A result of {newWidth}×{newHeight}×{channels} bytes is too large."), nameof(newWidth));

        // Source pixels of one result pixel; the same for both axes.
        double scale = Math.Min((double)width / newWidth, (double)height / newHeight);
        var columns = new Axis(width, newWidth, scale);
        var rows = new Axis(height, newHeight, scale);
        int first = rows.First[0], last = 0;
        for (int y = 0; y < newHeight; y++)
            last = Math.Max(last, rows.First[y] + rows.Weights[y].Length);

        var narrow = new double[last - first][];
        for (int y = first; y < last; y++)
        {
            var row = narrow[y - first] = new double[newWidth * channels];
            var from = source.Slice(y * width * channels, width * channels);
            for (int x = 0; x < newWidth; x++)
                for (int c = 0; c < channels; c++)
                {
                    double sum = 0;
                    for (int k = 0; k < columns.Weights[x].Length; k++)
                        sum += columns.Weights[x][k] * from[(columns.First[x] + k) * channels + c];
                    row[x * channels + c] = sum;
                }
        }

        var result = new byte[newHeight * newWidth * channels];
        for (int y = 0; y < newHeight; y++)
            for (int i = 0; i < newWidth * channels; i++)
            {
                double sum = 0;
                for (int k = 0; k < rows.Weights[y].Length; k++)
                    sum += rows.Weights[y][k] * narrow[rows.First[y] - first + k][i];
                result[y * newWidth * channels + i] = (byte)Math.Clamp(Math.Floor(sum + 0.5), 0, 255);
            }
        return result;
    }

    // For each pixel of the result the first pixel of the source that counts, and the weights from there on.
    private readonly struct Axis
    {
        public readonly int[] First;
        public readonly double[][] Weights;

        public Axis(int size, int newSize, double scale)
        {
            (First, Weights) = (new int[newSize], new double[newSize][]);
            double margin = (size - newSize * scale) / 2, reach = Math.Max(scale, 1);
            for (int i = 0; i < newSize; i++)
            {
                double centre = margin + (i + 0.5) * scale;
                int first = Math.Clamp((int)Math.Floor(centre - reach + 0.5), 0, size - 1);
                int end = Math.Clamp((int)Math.Floor(centre + reach + 0.5), first + 1, size);
                var weights = new double[end - first];
                double sum = 0;
                for (int k = 0; k < weights.Length; k++)
                    sum += weights[k] = Math.Max(0, 1 - Math.Abs(first + k + 0.5 - centre) / reach);
                for (int k = 0; k < weights.Length; k++)
                    weights[k] /= sum;
                (First[i], Weights[i]) = (first, weights);
            }
        }
    }
}
