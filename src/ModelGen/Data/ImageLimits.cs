using static ModelGen.Data.DataFile;

namespace ModelGen.Data;

/// <summary>
/// How large an image may be that a file claims to hold. A few kilobytes of PNG can stand for hundreds of megabytes, so this is asked of
/// the header, before memory is made.
/// </summary>
public sealed record ImageLimits
{
    private readonly int maxPixels = 1 << 24;
    private readonly int maxBytes = 3 << 24;

    /// <summary>The limits where none are given.</summary>
    public static ImageLimits Default { get; } = new();

    /// <summary>The most pixels, width × height; 4,096 × 4,096 unless set. Never more than <see cref="ImageFile.MaxPixels"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Less than 1.</exception>
    public int MaxPixels
    {
        get => maxPixels;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            maxPixels = value;
        }
    }

    /// <summary>
    /// The most bytes of a decoded image, width × height × channels; 48 MiB unless set, which is 3 bytes for each of as many pixels as are
    /// allowed.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Less than 1.</exception>
    public int MaxBytes
    {
        get => maxBytes;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            maxBytes = value;
        }
    }

    /// <summary>Refuses an image that is larger.</summary>
    /// <param name="name">What to call the file in the error.</param>
    /// <param name="size">The size that its header claims.</param>
    /// <param name="channels">The channels that it will be decoded to.</param>
    /// <exception cref="InvalidImageException">The image is larger.</exception>
    public void Check(string name, ImageSize size, int channels)
    {
        long pixels = (long)size.Width * size.Height;
        if (pixels > MaxPixels)
            throw new InvalidImageException(
                name, "image size", $"at most {Number(MaxPixels)} pixels (ImageLimits.MaxPixels)",
                $"{Number(size.Width)}×{Number(size.Height)}");
        if (pixels * channels > MaxBytes)
            throw new InvalidImageException(name, "image size", $"at most {Number(MaxBytes)} bytes decoded (ImageLimits.MaxBytes)",
                $"{Number(size.Width)}×{Number(size.Height)} pixels of {Number(channels)} bytes");
    }
}
