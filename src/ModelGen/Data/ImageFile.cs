using static ModelGen.Data.DataFile;

namespace ModelGen.Data;

/// <summary>The size of an image in a file.</summary>
/// <param name="Width">Columns.</param>
/// <param name="Height">Rows.</param>
/// <param name="Channels">1 gray, 2 gray and alpha, 3 red, green, blue, 4 with alpha.</param>
public readonly record struct ImageSize(int Width, int Height, int Channels);

/// <summary>Decodes PNG, PGM (P5) and PPM (P6) images into memory of the caller, as bytes.</summary>
/// <remarks>
/// <para>
/// Sources: <i>Portable Network Graphics (PNG) Specification</i>, second edition (ISO/IEC 15948:2003): all of its colour types and depths,
/// also interlaced; every checksum is verified. Of 16 bits a sample the upper 8 are taken, as Pillow does for colours and libpng's
/// <c>png_set_strip_16</c>. Colour profiles and gamma are not applied, and a transparent colour (<c>tRNS</c>) counts for palettes only.
/// Netpbm's <i>pgm</i> and <i>ppm</i> manual pages: raw formats with a maximum of 1 to 255, scaled to 255.
/// </para>
/// <para>
/// Files are not trusted. A size is only reported if the file has as many bytes as it would need at least, and if it is within
/// <see cref="ImageLimits"/>: packed pixels can be a thousandth of what they stand for.
/// </para>
/// </remarks>
public static class ImageFile
{
    /// <summary>The most rows, and the most columns, of an image.</summary>
    public const int MaxSide = 1 << 15;

    /// <summary>The most pixels of an image, whatever <see cref="ImageLimits"/> allow: 8,192 × 8,192.</summary>
    public const int MaxPixels = 1 << 26;

    /// <summary>The most bytes of a file that is read by its path: 256 MiB.</summary>
    public const int MaxFileBytes = 1 << 28;

    // All of a header without comments; a longer one is looked at when the file is read.
    private const int HeaderBytes = 512;

    /// <summary>The size of an image.</summary>
    /// <param name="content">The whole file.</param>
    /// <param name="name">What to call the file in errors.</param>
    /// <param name="limits">How large it may be, with the channels that the file has; <see cref="ImageLimits.Default"/> where it is
    /// null.</param>
    /// <exception cref="InvalidImageException">The file is damaged, or of another format, or the image is too large.</exception>
    public static ImageSize ReadSize(ReadOnlySpan<byte> content, string name, ImageLimits? limits = null)
    {
        var size = SizeOf(content, name);
        (limits ?? ImageLimits.Default).Check(name, size, size.Channels);
        return size;
    }

    /// <summary>Decodes an image.</summary>
    /// <param name="content">The whole file.</param>
    /// <param name="name">What to call the file in errors.</param>
    /// <param name="channels">
    /// The channels wanted, 1 to 4 as in <see cref="ImageSize.Channels"/>. Gray of colours is their luma (0.299 red + 0.587 green + 0.114
    /// blue); colours of gray are three times the same; alpha is left out, or 255.
    /// </param>
    /// <param name="destination">Receives height × width × <paramref name="channels"/> bytes, channels varying fastest; what it has beyond
    /// them stays.</param>
    /// <returns>The size, with the channels the file has.</returns>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is too short.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="channels"/> is not 1 to 4.</exception>
    /// <exception cref="InvalidImageException">The file is damaged, or of another format; the destination's content is then
    /// undefined.</exception>
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
    /// <exception cref="InvalidImageException">The file is damaged, too large, of another format, or a pipe or a device, or the image
    /// exceeds <see cref="ImageLimits.Default"/>.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static byte[] Read(string path, int channels, out ImageSize size) => Read(path, channels, ImageLimits.Default, out size);

    /// <summary>Reads and decodes a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="channels">The channels wanted, as for <see cref="Decode"/>.</param>
    /// <param name="limits">How large the image may be, with the channels wanted.</param>
    /// <param name="size">The image's size, with the channels the file has.</param>
    /// <inheritdoc cref="Read(string, int, out ImageSize)"/>
    /// <exception cref="InvalidImageException">The file is damaged, too large, of another format, or a pipe or a device, or the image
    /// exceeds <paramref name="limits"/>.</exception>
    public static byte[] Read(string path, int channels, ImageLimits limits, out ImageSize size)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(channels, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(channels, 4);
        ArgumentNullException.ThrowIfNull(limits);
        var content = ReadAll(path, "image", MaxFileBytes);
        size = SizeOf(content, path);
        limits.Check(path, size, channels);
        var pixels = new byte[size.Width * size.Height * channels];
        Decode(content, path, channels, pixels);
        return pixels;
    }

    /// <summary>Opens a file on disk for reading: a pipe or a device, which may never end, is refused before it is opened.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataFileException">It is no file on disk, empty, or has more than <see cref="MaxFileBytes"/>.</exception>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    public static FileStream Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var file = DataFile.Open(path, "image");
        if (file.Length <= MaxFileBytes)
            return file;
        long length = file.Length;
        file.Dispose();
        throw new InvalidImageException(path, "size", $"at most {Number(MaxFileBytes)} bytes", $"{Number(length)} bytes");
    }

    /// <summary>
    /// Refuses what cannot be an image by its first bytes and its length, and what claims a size beyond the limits, without reading the
    /// rest.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="channels">The channels wanted, 1 to 4.</param>
    /// <param name="limits">How large the image may be, with the channels wanted.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataFileException">The file is refused.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static void CheckHeader(string path, int channels, ImageLimits limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        using var file = Open(path);
        long length = file.Length;
        Span<byte> start = stackalloc byte[(int)Math.Min(length, HeaderBytes)];
        start = start[..file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)];
        ImageSize size;
        if (PngReader.ReadHeader(start, path) is { } header)
        {
            size = header.Size;
            if (length * DeflateData.MostExpansion < header.RawBytes)
                throw new InvalidImageException(
                    path, "size",
                    $"at least {Number(header.RawBytes / DeflateData.MostExpansion)} bytes for "
                        + $"{Number(size.Width)}×{Number(size.Height)} pixels",
                    $"{Number(length)} bytes");
        }
        else if (start.Length < length && (PngReader.IsPng(start) || start.Contains((byte)'#')))
        {
            // Damaged, or with a comment that may be longer than what was read.
            size = SizeOf(ReadAll(path, "image", MaxFileBytes), path);
        }
        else
        {
            size = PngReader.IsPng(start) ? SizeOf(start, path) : NetpbmReader.ReadHeader(start, length, path, out _, out _);
        }
        limits.Check(path, size, channels);
    }

    /// <summary>Refuses images without pixels, and those that nobody can allow.</summary>
    internal static void CheckSize(string name, long width, long height)
    {
        if (width is < 1 or > MaxSide || height is < 1 or > MaxSide)
            throw new InvalidImageException(
                name, "image size", $"1×1 to {Number(MaxSide)}×{Number(MaxSide)}", $"{Number(width)}×{Number(height)}");
        if (width * height > MaxPixels)
            throw new InvalidImageException(name, "image size", $"at most {Number(MaxPixels)} pixels", $"{Number(width)}×{Number(height)}");
    }

    /// <summary>Copies pixels from one number of channels to another, as <see cref="Decode"/> says.</summary>
    /// <param name="from">The pixels.</param>
    /// <param name="fromChannels">Their channels, 1 to 4.</param>
    /// <param name="to">Receives as many pixels.</param>
    /// <param name="toChannels">The channels wanted, 1 to 4.</param>
    /// <param name="pixels">How many pixels.</param>
    /// <exception cref="ArgumentException">A span is too short.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Channels are not 1 to 4.</exception>
    public static void ConvertChannels(ReadOnlySpan<byte> from, int fromChannels, Span<byte> to, int toChannels, int pixels)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(fromChannels, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(fromChannels, 4);
        ArgumentOutOfRangeException.ThrowIfLessThan(toChannels, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(toChannels, 4);
        if (pixels < 0 || from.Length < (long)pixels * fromChannels || to.Length < (long)pixels * toChannels)
            throw new ArgumentException(
                MessageText.Invariant(
                    $"{pixels} pixels of {fromChannels} and {toChannels} channels do not fit into {from.Length} and {to.Length} bytes."),
                        nameof(pixels));
        Convert(from, fromChannels, to, toChannels, pixels);
    }

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
                (target[0], target[1], target[2]) = fromChannels >= 3 ? (source[0], source[1], source[2])
                    : (source[0], source[0], source[0]);
            else
                target[0] = fromChannels >= 3 ? Luma(source) : source[0];
            if (toChannels is 2 or 4)
                target[^1] = alpha;
        }
    }

    private static ImageSize SizeOf(ReadOnlySpan<byte> content, string name) =>
        PngReader.IsPng(content) ? new PngReader(content, name).Size : new NetpbmReader(content, name).Size;

    // ITU-R BT.601 in 16 bits after the point, rounded; the weights' sum is 65,536.
    private static byte Luma(ReadOnlySpan<byte> rgb) => (byte)((19595 * rgb[0] + 38470 * rgb[1] + 7471 * rgb[2] + 32768) >> 16);

    private static void CheckLength(ImageSize size, int channels, ReadOnlySpan<byte> destination)
    {
        long needed = (long)size.Width * size.Height * channels;
        if (destination.Length < needed)
            throw new ArgumentException(MessageText.Invariant(
                $"An image of {size.Width}×{size.Height} pixels and {channels} channels has {needed} bytes, the destination "
                    + $"{destination.Length}."), nameof(destination));
    }
}
