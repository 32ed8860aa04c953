using System.Buffers.Binary;
using static ModelGen.Data.DataFile;

namespace ModelGen.Data;

/// <summary>One PNG image. Section numbers are those of the PNG specification, second edition.</summary>
internal readonly ref struct PngReader
{
    private const uint Header = 0x49484452, Palette = 0x504C5445, Data = 0x49444154, End = 0x49454E44, Transparency = 0x74524E53;

    private readonly ReadOnlySpan<byte> content;
    private readonly ReadOnlySpan<byte> palette;
    private readonly ReadOnlySpan<byte> paletteAlpha;
    private readonly string name;
    private readonly int bitDepth;
    private readonly int colourType;
    private readonly bool isInterlaced;
    private readonly int dataBytes;

    /// <summary>Whether a file begins as PNG files do (5.2).</summary>
    public static bool IsPng(ReadOnlySpan<byte> content) => content is [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, ..];

    /// <summary>Reads all chunks but the pixels, and checks every checksum.</summary>
    public PngReader(ReadOnlySpan<byte> content, string name)
    {
        this.content = content;
        this.name = name;
        int position = 8;
        uint previous = 0;
        do
        {
            uint type = ReadChunk(content, name, ref position, out var body);
            if ((type == Header) != (previous == 0))
                throw new InvalidImageException(
                    name, "chunks", "IHDR once, as the first", previous == 0 ? $"{Name(type)} as the first" : "a second IHDR");
            switch (type)
            {
                case Header:
                    (Size, bitDepth, colourType, isInterlaced) = ReadHeaderBody(body, name);
                    break;
                case Palette:
                    if (palette.Length > 0 || dataBytes > 0)
                        throw new InvalidImageException(
                            name, "PLTE", "one, before the pixels", palette.Length > 0 ? "a second one" : "one behind them");
                    if (body.Length == 0 || body.Length % 3 != 0 || body.Length > 768)
                        throw new InvalidImageException(
                            name, "PLTE", "3 bytes for each of 1 to 256 colours", $"{Number(body.Length)} bytes");
                    palette = body;
                    break;
                case Transparency when colourType == 3:
                    if (dataBytes > 0 || body.Length * 3 > palette.Length)
                        throw new InvalidImageException(
                            name, "tRNS", $"before the pixels, at most one byte for each of {Number(palette.Length / 3)} colours",
                            dataBytes > 0 ? "one behind the pixels" : $"{Number(body.Length)} bytes");
                    paletteAlpha = body;
                    Size = Size with { Channels = 4 };
                    break;
                case Data:
                    if (dataBytes > 0 && previous != Data)
                        throw new InvalidImageException(
                            name, "IDAT", "all pixels in chunks one behind the other", $"{Name(previous)} between them");
                    dataBytes += body.Length;
                    break;
                case End:
                    break;
                default:
                    // 5.4: bit 5 of the first letter says that a decoder may do without the chunk.
                    if ((type >> 24 & 0x20) == 0)
                        throw new InvalidImageException(
                            name, "chunks", "IHDR, PLTE, IDAT, IEND, and others that are not critical", Name(type));
                    break;
            }
            previous = type;
        }
        while (previous != End);

        if (position < content.Length)
            throw new InvalidImageException(
                name, "IEND", "the end of the file behind it", $"{Number(content.Length - position)} bytes more");
        if (colourType == 3 && palette.Length == 0)
            throw new InvalidImageException(name, "PLTE", "a palette, as the colour type is 3", "none");
        long raw = RawLength(Size, bitDepth * Samples, isInterlaced);
        if (dataBytes * DeflateData.MostExpansion < raw)
            throw new InvalidImageException(
                name, "IDAT",
                $"at least {Number((raw + DeflateData.MostExpansion - 1) / DeflateData.MostExpansion)} bytes for "
                    + $"{Number(Size.Width)}×{Number(Size.Height)} pixels", $"{Number(dataBytes)} bytes");
    }

    /// <summary>
    /// The size that the header claims, where its chunk is whole, and the bytes that so many pixels have before they are packed; null where
    /// it is not, or this is no PNG file.
    /// </summary>
    /// <param name="start">The file's first bytes.</param>
    /// <param name="name">What to call the file in errors.</param>
    public static (ImageSize Size, long RawBytes)? ReadHeader(ReadOnlySpan<byte> start, string name)
    {
        int position = 8;
        if (!IsPng(start) || start.Length < position + 25 || BinaryPrimitives.ReadInt32BigEndian(start[position..]) != 13
            || ReadChunk(start, name, ref position, out var body) != Header)
            return null;
        var (size, bitDepth, colourType, isInterlaced) = ReadHeaderBody(body, name);
        return (size, RawLength(size, bitDepth * SamplesOf(colourType), isInterlaced));
    }

    /// <summary>The image's size.</summary>
    public ImageSize Size { get; }

    private int Samples => SamplesOf(colourType);

    private static int SamplesOf(int colourType) => colourType switch { 2 => 3, 4 => 2, 6 => 4, _ => 1 };

    private static int RowBytes(int columns, int pixelBits) => (int)(((long)columns * pixelBits + 7) / 8);

    // With a byte for each row's filter.
    private static long RawLength(ImageSize size, int pixelBits, bool isInterlaced)
    {
        long length = 0;
        foreach (var pass in PngPass.Of(isInterlaced))
            length += pass.Rows(size) * (1L + RowBytes(pass.Columns(size.Width), pixelBits));
        return length;
    }

    /// <summary>Writes the pixels.</summary>
    public void Decode(int channels, Span<byte> destination)
    {
        var packed = GatherData();
        CheckZlibHeader(packed);
        using var stream = new MemoryStream(packed, 2, packed.Length - 6, writable: false);
        using var unpacked = new DeflateData(stream, packed.Length - 6);
        uint sum = Adler32.Empty;
        try
        {
            foreach (var pass in PngPass.Of(isInterlaced))
                sum = DecodePass(pass, unpacked, sum, channels, destination);
            if (unpacked.FaultAtEnd() is { } fault)
                throw new InvalidImageException(name, "IDAT", $"{Number(Size.Height)} rows", fault);
        }
        catch (InvalidDataException fault)
        {
            throw Damaged("truncated or corrupt data", fault);
        }
        // RFC 1950, section 2.2: behind the deflated data.
        uint stored = BinaryPrimitives.ReadUInt32BigEndian(packed.AsSpan(packed.Length - 4));
        if (stored != sum)
            throw Damaged(MessageText.Invariant($"an Adler-32 of 0x{stored:x8} for pixels of 0x{sum:x8}"));
    }

    // Filters know nothing of other passes' rows.
    private uint DecodePass(PngPass pass, DeflateData unpacked, uint sum, int channels, Span<byte> destination)
    {
        int columns = pass.Columns(Size.Width), rows = pass.Rows(Size), step = Math.Max(1, Samples * bitDepth / 8);
        // Behind the filter's number.
        int rowBytes = 1 + RowBytes(columns, Samples * bitDepth);
        var (row, above) = (new byte[rowBytes], new byte[rowBytes]);
        var pixels = new byte[columns * Size.Channels];
        for (int i = 0; i < rows; i++)
        {
            int y = pass.Top + i * pass.RowStep;
            if (unpacked.Read(row) < row.Length)
                throw new InvalidImageException(name, "IDAT", $"{Number(Size.Height)} rows", isInterlaced
                    ? $"an end before row {Number(y)} of a pass: the pixels are cut off" : $"{Number(y)}: the pixels are cut off");
            sum = Adler32.Append(sum, row);
            PngFilter.Undo(row[0], row.AsSpan(1), above.AsSpan(1), step, name, y);
            Expand(row.AsSpan(1), pixels, pass, y);
            var target = destination[((y * Size.Width + pass.Left) * channels)..];
            if (pass.ColumnStep == 1)
                ImageFile.Convert(pixels, Size.Channels, target, channels, columns);
            else
                for (int x = 0; x < columns; x++)
                    ImageFile.Convert(
                        pixels.AsSpan(x * Size.Channels), Size.Channels, target[(x * pass.ColumnStep * channels)..], channels, pixels: 1);
            (row, above) = (above, row);
        }
        return sum;
    }

    // RFC 1950, section 2.2: the method (8, with a window of up to 32 KiB), flags that make both bytes a multiple of 31, and no dictionary.
    private void CheckZlibHeader(ReadOnlySpan<byte> packed)
    {
        if (packed.Length < 8)
            throw Damaged($"{Number(packed.Length)} bytes");
        if ((packed[0] & 15) != 8 || packed[0] >> 4 > 7 || (packed[0] << 8 | packed[1]) % 31 != 0 || (packed[1] & 0x20) != 0)
            throw Damaged(MessageText.Invariant($"a header of 0x{packed[0]:x2}{packed[1]:x2}"));
    }

    private InvalidImageException Damaged(string actual, Exception? fault = null) =>
        new(name, "IDAT", "complete, undamaged zlib data", actual, fault);

    // One row as bytes: of 16 bits the upper 8, fewer spread out, palette indices as colours.
    private void Expand(ReadOnlySpan<byte> row, Span<byte> pixels, PngPass pass, int y)
    {
        if (bitDepth == 16)
        {
            for (int i = 0; i < pixels.Length; i++)
                pixels[i] = row[2 * i];
            return;
        }
        if (bitDepth == 8 && colourType != 3)
        {
            row.CopyTo(pixels);
            return;
        }
        int largest = (1 << bitDepth) - 1;
        for (int x = 0; x * Size.Channels < pixels.Length; x++)
        {
            int bit = x * bitDepth;
            int value = row[bit >> 3] >> 8 - bitDepth - (bit & 7) & largest;
            if (colourType != 3)
            {
                pixels[x] = (byte)(value * 255 / largest);
                continue;
            }
            if (value * 3 >= palette.Length)
                throw new InvalidImageException(
                    name, $"pixel {Number(pass.Left + x * pass.ColumnStep)} of row {Number(y)}",
                    $"a colour from 0 to {Number(palette.Length / 3 - 1)}", Number(value));
            var pixel = pixels.Slice(x * Size.Channels, Size.Channels);
            palette.Slice(value * 3, 3).CopyTo(pixel);
            if (Size.Channels == 4)
                pixel[3] = value < paletteAlpha.Length ? paletteAlpha[value] : (byte)255;
        }
    }

    private byte[] GatherData()
    {
        var packed = new byte[dataBytes];
        int position = 8, filled = 0;
        uint type;
        do
        {
            // Checked before; the checksum is not computed again.
            int length = BinaryPrimitives.ReadInt32BigEndian(content[position..]);
            type = BinaryPrimitives.ReadUInt32BigEndian(content[(position + 4)..]);
            if (type == Data)
            {
                content.Slice(position + 8, length).CopyTo(packed.AsSpan(filled));
                filled += length;
            }
            position += length + 12;
        }
        while (type != End);
        return packed;
    }

    // 5.3: length, type, data, CRC-32 of type and data.
    private static uint ReadChunk(ReadOnlySpan<byte> content, string name, scoped ref int position, out ReadOnlySpan<byte> body)
    {
        var rest = content[position..];
        if (rest.Length < 12)
            throw new InvalidImageException(
                name, "chunks", "an IEND chunk at the end",
                $"{Number(rest.Length)} bytes after byte {Number(position)}: the file is cut off");
        uint length = BinaryPrimitives.ReadUInt32BigEndian(rest);
        uint type = BinaryPrimitives.ReadUInt32BigEndian(rest[4..]);
        if (length > rest.Length - 12)
            throw new InvalidImageException(
                name, $"{Name(type)} at byte {Number(position)}", $"at most the {Number(rest.Length - 12)} bytes that are left",
                $"{Number(length)} bytes");
        body = rest.Slice(8, (int)length);
        uint stored = BinaryPrimitives.ReadUInt32BigEndian(rest[(8 + (int)length)..]);
        uint computed = Crc32.HashToUInt32(rest.Slice(4, 4 + (int)length));
        if (stored != computed)
            throw new InvalidImageException(
                name, $"CRC of {Name(type)} at byte {Number(position)}", MessageText.Invariant($"0x{computed:x8}"),
                MessageText.Invariant($"0x{stored:x8}"));
        position += (int)length + 12;
        return type;
    }

    private static (ImageSize Size, int BitDepth, int ColourType, bool IsInterlaced) ReadHeaderBody(ReadOnlySpan<byte> body, string name)
    {
        if (body.Length != 13)
            throw new InvalidImageException(name, "IHDR", "13 bytes", $"{Number(body.Length)} bytes");
        uint width = BinaryPrimitives.ReadUInt32BigEndian(body), height = BinaryPrimitives.ReadUInt32BigEndian(body[4..]);
        ImageFile.CheckSize(name, width, height);
        int bitDepth = body[8], colourType = body[9];
        if (colourType is not (0 or 2 or 3 or 4 or 6))
            throw new InvalidImageException(name, "colour type", "0, 2, 3, 4 or 6", Number(colourType));
        string? depths = (colourType, bitDepth) switch
        {
            (0, not (1 or 2 or 4 or 8 or 16)) => "1, 2, 4, 8 or 16",
            (3, not (1 or 2 or 4 or 8)) => "1, 2, 4 or 8",
            (2 or 4 or 6, not (8 or 16)) => "8 or 16",
            _ => null,
        };
        if (depths is not null)
            throw new InvalidImageException(name, "bit depth", depths, Number(bitDepth));
        if (body[10] != 0 || body[11] != 0)
            throw new InvalidImageException(name, "compression and filter method", "0 and 0", $"{Number(body[10])} and {Number(body[11])}");
        if (body[12] > 1)
            throw new InvalidImageException(name, "interlace method", "0 (none) or 1 (Adam7)", Number(body[12]));
        var size = new ImageSize((int)width, (int)height, colourType switch { 0 => 1, 4 => 2, 6 => 4, _ => 3 });
        return (size, bitDepth, colourType, body[12] == 1);
    }

    private static string Name(uint type)
    {
        Span<char> letters = stackalloc char[4];
        for (int i = 0; i < 4; i++)
        {
            var letter = (char)(type >> 24 - 8 * i & 0xff);
            letters[i] = char.IsAsciiLetter(letter) ? letter : '?';
        }
        return letters.ToString();
    }
}
