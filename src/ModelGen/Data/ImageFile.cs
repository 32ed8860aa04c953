using static ModelGen.Data.DataFile;

namespace ModelGen.Data;

/// <summary>The size of an image in a file.</summary>
/// <param name="Width">Columns.</param>
/// <param name="Height">Rows.</param>
/// <param name="Channels">1 gray, 2 gray and alpha, 3 red, green, blue, 4 with alpha.</param>
public readonly record struct ImageSize(int Width, int Height, int Channels);

/// <summary>Decodes PNG, PGM (P5) and PPM (P6) images of 8 bits into memory of the caller.</summary>
/// <remarks>
/// <para>
/// Sources: <i>Portable Network Graphics (PNG) Specification</i>, second edition (ISO/IEC 15948:2003): gray of 1, 2, 4 or 8 bits, palettes, RGB, with
/// and without an alpha channel; every checksum is verified. Interlaced images and 16 bits a sample are refused. Colour profiles and gamma
/// are not applied, and a transparent colour (<c>tRNS</c>) counts for palettes only. Netpbm's <i>pgm</i> and <i>ppm</i> manual pages: raw formats with a maximum of 1 to 255,
/// scaled to 255.
/// </para>
/// <para>
/// Files are not trusted. A size is only reported if the file has as many bytes as it would need at least, so memory that a caller
/// makes by it stays in proportion to the file.
/// </para>
/// </remarks>
public static class ImageFile
{
    /// <summary>The most rows, and the most columns, of an image.</summary>
    public const int MaxSide = 1 << 15;

    /// <summary>The most pixels of an image: 8,192 × 8,192.</summary>
    public const int MaxPixels = 1 << 26;

    /// <summary>The most bytes of a file that is read by its path: 256 MiB.</summary>
    public const int MaxFileBytes = 1 << 28;

    /// <summary>The size of an image.</summary>
    /// <param name="content">The whole file.</param>
    /// <param name="name">What to call the file in errors.</param>
    /// <exception cref="InvalidDataFileException">The file is damaged, or of another format.</exception>
    public static ImageSize ReadSize(ReadOnlySpan<byte> content, string name)
    {
        if (PngReader.IsPng(content))
            return new PngReader(content, name).Size;
        return new NetpbmReader(content, name).Size;
    }

    /// <summary>Decodes an image.</summary>
    /// <param name="content">The whole file.</param>
    /// <param name="name">What to call the file in errors.</param>
    /// <param name="channels">
    /// The channels wanted, 1 to 4 as in <see cref="ImageSize.Channels"/>. Gray of colours is their luma (0.299 red + 0.587 green + 0.114 blue); colours of gray
    /// are three times the same; alpha is left out, or 255.
    /// </param>
    /// <param name="destination">Receives height × width × <paramref name="channels"/> bytes, channels varying fastest; what it has beyond them stays.</param>
    /// <returns>The size, with the channels the file has.</returns>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is too short.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="channels"/> is not 1 to 4.</exception>
    /// <exception cref="InvalidDataFileException">The file is damaged, or of another format; the destination's content is then undefined.</exception>
    public static ImageSize Decode(ReadOnlySpan<byte> content, string name, int channels, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(channels, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(channels, 4);
        if (PngReader.IsPng(content))
        {
            var png = new PngReader(content, name);
            CheckLength(png.Size, channels, destination);
            png.Decode(channels, destination);
            return png.Size;
        }
        var netpbm = new NetpbmReader(content, name);
        CheckLength(netpbm.Size, channels, destination);
        netpbm.Decode(channels, destination);
        return netpbm.Size;
    }

    /// <summary>Reads and decodes a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="channels">The channels wanted, as for <see cref="Decode"/>.</param>
    /// <param name="size">The image's size, with the channels the file has.</param>
    /// <returns>Height × width × <paramref name="channels"/> bytes, channels varying fastest.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="channels"/> is not 1 to 4.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataFileException">The file is damaged, too large, or of another format.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static byte[] Read(string path, int channels, out ImageSize size)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(channels, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(channels, 4);
        var content = ReadAll(path, "image", MaxFileBytes);
        size = ReadSize(content, path);
        var pixels = new byte[size.Width * size.Height * channels];
        Decode(content, path, channels, pixels);
        return pixels;
    }

    /// <summary>Refuses images without pixels, and those beyond the limits.</summary>
    internal static void CheckSize(string name, long width, long height)
    {
        if (width is < 1 or > MaxSide || height is < 1 or > MaxSide)
            throw new InvalidDataFileException(name, "image size", $"1×1 to {Number(MaxSide)}×{Number(MaxSide)}", $"{Number(width)}×{Number(height)}");
        if (width * height > MaxPixels)
            throw new InvalidDataFileException(name, "image size", $"at most {Number(MaxPixels)} pixels", $"{Number(width)}×{Number(height)}");
    }

    /// <summary>Copies pixels from one number of channels to another.</summary>
    internal static void Convert(ReadOnlySpan<byte> from, int fromChannels, Span<byte> to, int toChannels, int pixels)
    {
        if (fromChannels == toChannels)
        {
            from[..(pixels * fromChannels)].CopyTo(to);
            return;
        }
        for (int p = 0; p < pixels; p++)
        {
            var source = from.Slice(p * fromChannels, fromChannels);
            var target = to.Slice(p * toChannels, toChannels);
            byte alpha = fromChannels is 2 or 4 ? source[^1] : (byte)255;
            if (toChannels >= 3)
                (target[0], target[1], target[2]) = fromChannels >= 3 ? (source[0], source[1], source[2]) : (source[0], source[0], source[0]);
            else
                target[0] = fromChannels >= 3 ? Luma(source) : source[0];
            if (toChannels is 2 or 4)
                target[^1] = alpha;
        }
    }

    // ITU-R BT.601 in 16 bits after the point, rounded; the weights' sum is 65,536.
    private static byte Luma(ReadOnlySpan<byte> rgb) => (byte)((19595 * rgb[0] + 38470 * rgb[1] + 7471 * rgb[2] + 32768) >> 16);

    private static void CheckLength(ImageSize size, int channels, ReadOnlySpan<byte> destination)
    {
        long needed = (long)size.Width * size.Height * channels;
        if (destination.Length < needed)
            throw new ArgumentException(MessageText.Invariant(
                $"An image of {size.Width}×{size.Height} pixels and {channels} channels has {needed} bytes, the destination {destination.Length}."), nameof(destination));
    }
}
