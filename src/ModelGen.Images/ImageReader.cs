using ModelGen.Data;
using ModelGen.Images.Jpeg;

namespace ModelGen.Images;

/// <summary>
/// Decodes JPEG, PNG, BMP, PGM and PPM images, told apart by their first bytes. For one thread at a time: memory is kept from one image to
/// the next.
/// </summary>
/// <remarks>
/// <para>
/// JPEG: baseline and progressive, 8 bits, gray, colours in any subsampling, and inks (CMYK, YCCK). Pixels are those of libjpeg, and so of
/// Pillow and of torchvision's loader, to the last bit: inverse
/// transform, upsampling and colours round as it does. Not read: arithmetic coding, lossless, 12 bits. Colour profiles are not applied, and
/// the orientation in EXIF data is not either: as in
/// torchvision, pixels come as they lie in the file.
/// </para>
/// <para>PNG, PGM and PPM are read by <see cref="ImageFile"/>. BMP: 1 to 32 bits a pixel, not packed.</para>
/// <para>
/// Files are not trusted. A size is checked before memory is made for it, a file that is cut off is refused, and so is one whose structure,
/// checksums (PNG) or codes are damaged. Bits that are wrong within
/// the data of a JPEG, which has no checksum, can go unseen.
/// </para>
/// </remarks>
public sealed class ImageReader : IImageDecoder
{
    private static readonly string[] KnownExtensions = [".jpg", ".jpeg", ".png", ".bmp", ".ppm", ".pgm", ".pnm"];

    private readonly JpegDecoder jpeg = new();
    private readonly BmpDecoder bmp = new();
    private byte[] native = [];

    /// <inheritdoc/>
    public IReadOnlyCollection<string> Extensions => KnownExtensions;

    /// <summary>The size of an image, of a file that is whole.</summary>
    /// <param name="content">The whole file.</param>
    /// <param name="name">What to call the file in errors.</param>
    /// <returns>The size, with the channels that the file has; inks count as colours.</returns>
    /// <exception cref="InvalidImageException">The file is damaged, or of another format.</exception>
    public static ImageSize ReadSize(ReadOnlySpan<byte> content, string name) =>
        JpegHeader.IsJpeg(content) ? JpegHeader.Read(content, name).Size
        : BmpDecoder.IsBmp(content) ? BmpDecoder.ReadSize(content, content.Length, name)
        : ImageFile.ReadSize(content, name, Unlimited);

    /// <summary>Decodes an image into memory of the caller, which is made no larger than it is.</summary>
    /// <param name="content">The whole file.</param>
    /// <param name="name">What to call the file in errors.</param>
    /// <param name="channels">The channels wanted, 1 to 4, converted as <see cref="ImageFile.Decode"/> says.</param>
    /// <param name="limits">How large the image may be, with the channels wanted.</param>
    /// <param name="pixels">Receives height × width × <paramref name="channels"/> bytes, channels varying fastest; replaced by a longer
    /// array where it is too short.</param>
    /// <returns>The size, with the channels that the file has.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="channels"/> is not 1 to 4.</exception>
    /// <exception cref="InvalidImageException">The file is damaged, too large, or of another format; what <paramref name="pixels"/> holds
    /// is then undefined.</exception>
    public ImageSize Decode(ReadOnlySpan<byte> content, string name, int channels, ImageLimits limits, ref byte[] pixels)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(channels, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(channels, 4);
        ArgumentNullException.ThrowIfNull(limits);
        ArgumentNullException.ThrowIfNull(pixels);
        if (JpegHeader.IsJpeg(content))
        {
            var header = JpegHeader.Read(content, name);
            var target = Reserve(header.Size, name, channels, limits, ref pixels);
            jpeg.Decode(content, header, name, target);
            return Convert(header.Size, channels, pixels);
        }
        if (BmpDecoder.IsBmp(content))
        {
            var size = BmpDecoder.ReadSize(content, content.Length, name);
            var target = Reserve(size, name, channels, limits, ref pixels);
            bmp.Decode(content, size, name, target);
            return Convert(size, channels, pixels);
        }
        var found = ImageFile.ReadSize(content, name, Unlimited);
        limits.Check(name, found, channels);
        Grow(ref pixels, found.Width * found.Height * channels);
        return ImageFile.Decode(content, name, channels, pixels);
    }

    /// <inheritdoc/>
    public void CheckHeader(string path, int channels, ImageLimits limits)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(limits);
        ImageSize size;
        using (var file = FileContent.Open(path))
        {
            Span<byte> start = stackalloc byte[30];
            start = start[..file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)];
            if (JpegHeader.IsJpeg(start))
                size = JpegHeader.ReadSize(file, path);
            else if (BmpDecoder.IsBmp(start))
                size = BmpDecoder.ReadSize(start, file.Length, path);
            else
                size = default;
        }
        if (size == default)
            ImageFile.CheckHeader(path, channels, limits);
        else
            limits.Check(path, size, channels);
    }

    /// <inheritdoc/>
    public byte[] Read(string path, int channels, ImageLimits limits, out ImageSize size)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        byte[] content = [], pixels = [];
        int length = FileContent.Read(path, ref content);
        size = Decode(content.AsSpan(0, length), path, channels, limits, ref pixels);
        return pixels;
    }

    private static ImageLimits Unlimited { get; } = new() { MaxPixels = ImageFile.MaxPixels, MaxBytes = int.MaxValue };

    // Where the pixels go that the decoder gives: to the result if they have the channels wanted.
    private Span<byte> Reserve(ImageSize size, string name, int channels, ImageLimits limits, ref byte[] pixels)
    {
        limits.Check(name, size, Math.Max(channels, size.Channels));
        int count = size.Width * size.Height;
        Grow(ref pixels, count * channels);
        if (channels == size.Channels)
            return pixels;
        Grow(ref native, count * size.Channels);
        return native;
    }

    private ImageSize Convert(ImageSize size, int channels, byte[] pixels)
    {
        if (channels != size.Channels)
            ImageFile.ConvertChannels(native, size.Channels, pixels, channels, size.Width * size.Height);
        return size;
    }

    private static void Grow(ref byte[] array, int length)
    {
        if (array.Length < length)
            array = new byte[length];
    }
}
