using System.Buffers.Binary;
using System.Runtime.InteropServices;
using ModelGen.Data;
using StbImageSharp;

namespace ModelGen.Images;

/// <summary>Decodes BMP images with StbImageSharp. For one thread at a time.</summary>
#pragma warning disable CA1001 // A view of memory holds nothing that could be disposed of.
internal sealed unsafe class BmpDecoder
#pragma warning restore CA1001
{
    private readonly MemoryView view = new();
    private readonly StbImage.stbi__context context;

    public BmpDecoder() => context = new StbImage.stbi__context(view);

    /// <summary>Whether a file begins as BMP files do.</summary>
    public static bool IsBmp(ReadOnlySpan<byte> content) => content is [(byte)'B', (byte)'M', ..];

    /// <summary>The size that the header claims.</summary>
    /// <param name="start">At least the file's first 30 bytes, if it has as many.</param>
    /// <param name="length">Bytes of the whole file.</param>
    /// <param name="name">What to call the file in errors.</param>
    /// <exception cref="InvalidImageException">The header is damaged, or the file is too short for it.</exception>
    public static ImageSize ReadSize(ReadOnlySpan<byte> start, long length, string name)
    {
        if (start.Length < 30)
            throw new InvalidImageException(name, "BMP header", "at least 30 bytes", $"{start.Length}: the file is cut off");
        uint offset = BinaryPrimitives.ReadUInt32LittleEndian(start[10..]),
            headerBytes = BinaryPrimitives.ReadUInt32LittleEndian(start[14..]);
        bool isOld = headerBytes == 12;
        long width = isOld ? BinaryPrimitives.ReadUInt16LittleEndian(start[18..]) : BinaryPrimitives.ReadInt32LittleEndian(start[18..]);
        long height = isOld ? BinaryPrimitives.ReadUInt16LittleEndian(start[20..])
            : Math.Abs((long)BinaryPrimitives.ReadInt32LittleEndian(start[22..]));
        int bits = BinaryPrimitives.ReadUInt16LittleEndian(start[(isOld ? 24 : 28)..]);
        if (width is < 1 or > ImageFile.MaxSide || height is < 1 or > ImageFile.MaxSide || width * height > ImageFile.MaxPixels)
            throw new InvalidImageException(name, "image size",
                $"1×1 to {ImageFile.MaxSide}×{ImageFile.MaxSide} and at most {ImageFile.MaxPixels} pixels", $"{width}×{height}");
        // Rows are multiples of 4 bytes; the padding of the last may be missing.
        long needed = offset + (height - 1) * ((width * bits + 31) / 32 * 4) + (width * bits + 7) / 8;
        if (length < needed)
            throw new InvalidImageException(name, "BMP pixels", $"a file of at least {needed} bytes", $"{length}: it is cut off");
        return new ImageSize((int)width, (int)height, 3);
    }

    /// <summary>Decodes an image to red, green, blue.</summary>
    /// <exception cref="InvalidImageException">It is damaged, or of a kind that is not read.</exception>
    public void Decode(ReadOnlySpan<byte> content, ImageSize size, string name, Span<byte> rgb)
    {
        fixed (byte* data = content)
        {
            view.Open(data, content.Length);
            int width, height, channels;
            StbImage.stbi__result_info information = default;
            byte* pixels = (byte*)StbImage.stbi__bmp_load(context, &width, &height, &channels, 3, &information);
            try
            {
                if (pixels == null || view.RanOut || (width, height) != (size.Width, size.Height))
                    throw new InvalidImageException(name, "BMP data", "whole, not packed, with 1, 4, 8, 16, 24 or 32 bits a pixel",
                        "damaged ones, or another kind");
                new ReadOnlySpan<byte>(pixels, width * height * 3).CopyTo(rgb);
            }
            finally
            {
                Marshal.FreeHGlobal((nint)pixels);
            }
        }
    }
}
