namespace ModelGen.Data;

/// <summary>Brings images to one size.</summary>
public static class ImageScaling
{
    /// <summary>
    /// Scales an image, keeping its proportions, until it just covers the wanted size, and takes the middle: the pixels of torchvision's
    /// <c>Resize</c> and <c>CenterCrop</c> of a PIL image,
    /// where both are as large.
    /// </summary>
    /// <param name="source">Height × width × channels bytes, channels varying fastest.</param>
    /// <param name="width">Columns of the source, ≥ 1.</param>
    /// <param name="height">Rows of the source, ≥ 1.</param>
    /// <param name="channels">Channels of both, 1 to 4.</param>
    /// <param name="newWidth">Columns of the result, ≥ 1.</param>
    /// <param name="newHeight">Rows of the result, ≥ 1.</param>
    /// <returns>New height × new width × channels bytes.</returns>
    /// <exception cref="ArgumentException">The source's length is not the product of its sizes, or the result would not fit into an
    /// array.</exception>
    public static byte[] ScaleAndCrop(ReadOnlySpan<byte> source, int width, int height, int channels, int newWidth, int newHeight)
    {
        foreach (int size in (ReadOnlySpan<int>)[width, height, channels, newWidth, newHeight])
            ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        if (source.Length != (Int128)width * height * channels)
            throw new ArgumentException(MessageText.Invariant($"Expected {width}×{height}×{channels} bytes, got {source.Length}."),
                nameof(source));
        if ((Int128)newWidth * newHeight * channels > Array.MaxLength)
            throw new ArgumentException(MessageText.Invariant($"A result of {newWidth}×{newHeight}×{channels} bytes is too large."),
                nameof(newWidth));
        var result = new byte[newWidth * newHeight * channels];
        ScaleAndCrop(new ImageResizer(), source, new ImageSize(width, height, channels), newWidth, newHeight, result);
        return result;
    }

    /// <summary>The same with a resizer of the caller's, its filter and its memory.</summary>
    /// <param name="resizer">Resizes; for one thread at a time.</param>
    /// <param name="source">Height × width × channels bytes, channels varying fastest.</param>
    /// <param name="size">The source's size, and the channels of both.</param>
    /// <param name="newWidth">Columns of the result, ≥ 1.</param>
    /// <param name="newHeight">Rows of the result, ≥ 1.</param>
    /// <param name="destination">Receives new height × new width × channels bytes.</param>
    /// <exception cref="ArgumentException">A span is too short.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A size is out of range.</exception>
    public static void ScaleAndCrop(ImageResizer resizer, ReadOnlySpan<byte> source, ImageSize size, int newWidth, int newHeight,
        Span<byte> destination)
    {
        ArgumentNullException.ThrowIfNull(resizer);
        var (width, height) = CoveringSize(size.Width, size.Height, newWidth, newHeight);
        resizer.Resize(source, size, width, height, MultiCrop.CenterOffset(width, newWidth), MultiCrop.CenterOffset(height, newHeight),
            newWidth, newHeight, destination);
    }

    /// <summary>The size to which an image is scaled so that it just covers another: one side is equal, the other rounded down, as
    /// torchvision's <c>Resize</c> does.</summary>
    /// <param name="width">Columns of the image, 1 to <see cref="ImageFile.MaxSide"/>.</param>
    /// <param name="height">Rows of the image, 1 to <see cref="ImageFile.MaxSide"/>.</param>
    /// <param name="leastWidth">Columns to cover, 1 to <see cref="ImageFile.MaxSide"/>.</param>
    /// <param name="leastHeight">Rows to cover, 1 to <see cref="ImageFile.MaxSide"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is out of range.</exception>
    public static (int Width, int Height) CoveringSize(int width, int height, int leastWidth, int leastHeight)
    {
        foreach (int side in (ReadOnlySpan<int>)[width, height, leastWidth, leastHeight])
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(side, 1);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(side, ImageFile.MaxSide);
        }
        return (long)width * leastHeight <= (long)height * leastWidth
            ? (leastWidth, (int)((long)leastWidth * height / width))
            : ((int)((long)leastHeight * width / height), leastHeight);
    }
}
