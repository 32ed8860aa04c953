using System.Buffers.Binary;
using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace ModelGen.Tests.Data;

/// <summary>Writes image files, by the specifications and not by the code that is tested.</summary>
internal static class TestImages
{
    public static byte[] Bytes(int count, int seed)
    {
        var bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    /// <summary>Rows of <paramref name="rowBytes"/> bytes, row y filtered by <c>filters[y % filters.Length]</c>.</summary>
    public static byte[] Png(int width, int height, int bitDepth, int colourType, byte[] raw, int[] filters, byte[]? palette = null,
        byte[]? alpha = null, int dataChunk = 1 << 20)
    {
        int samples = colourType switch { 2 => 3, 4 => 2, 6 => 4, _ => 1 };
        byte[] packed = Zlib(Filter(raw, (width * samples * bitDepth + 7) / 8, height, Math.Max(1, samples * bitDepth / 8), filters));
        List<byte> file = [.. Signature, .. Chunk("IHDR", Header(width, height, bitDepth, colourType))];
        if (palette is not null)
            file.AddRange(Chunk("PLTE", palette));
        if (alpha is not null)
            file.AddRange(Chunk("tRNS", alpha));
        file.AddRange(Chunk("tEXt", "Comment\0of no consequence"u8.ToArray()));
        for (int start = 0; start < packed.Length; start += dataChunk)
            file.AddRange(Chunk("IDAT", packed[start..Math.Min(packed.Length, start + dataChunk)]));
        file.AddRange(Chunk("IEND", []));
        return [.. file];
    }

    /// <summary>
    /// An interlaced file of an image whose samples are whole bytes. Which pass a pixel belongs to is read off the pattern of eight rows in
    /// the specification.
    /// </summary>
    public static byte[] InterlacedPng(int width, int height, int bitDepth, int colourType, byte[] raw, int[] filters)
    {
        const string Pattern = "16462646" + "77777777" + "56565656" + "77777777" + "36463646" + "77777777" + "56565656" + "77777777";
        int pixelBytes = raw.Length / (width * height);
        var filtered = new List<byte>();
        for (char pass = '1'; pass <= '7'; pass++)
        {
            byte[] Row(int y) => [.. Enumerable.Range(0, width).Where(x => Pattern[y % 8 * 8 + x % 8] == pass)
                .SelectMany(x => raw.AsSpan((y * width + x) * pixelBytes, pixelBytes).ToArray())];
            byte[][] rows = [.. Enumerable.Range(0, height).Select(Row).Where(row => row.Length > 0)];
            if (rows.Length > 0)
                filtered.AddRange(Filter([.. rows.SelectMany(row => row)], rows[0].Length, rows.Length, pixelBytes, filters));
        }
        return [.. Signature, .. Chunk("IHDR", Header(width, height, bitDepth, colourType, interlace: 1)),
            .. Chunk("IDAT", Zlib([.. filtered])), .. Chunk("IEND", [])];
    }

    public static byte[] Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10];

    public static byte[] Header(int width, int height, int bitDepth, int colourType, int interlace = 0)
    {
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9], header[12]) = ((byte)bitDepth, (byte)colourType, (byte)interlace);
        return header;
    }

    public static byte[] Chunk(string type, byte[] body)
    {
        byte[] typed = [.. Encoding.ASCII.GetBytes(type), .. body];
        var (length, crc) = (new byte[4], new byte[4]);
        BinaryPrimitives.WriteInt32BigEndian(length, body.Length);
        BinaryPrimitives.WriteUInt32BigEndian(crc, Remainder(typed));
        return [.. length, .. typed, .. crc];
    }

    public static byte[] Zlib(byte[] content)
    {
        using var packed = new MemoryStream();
        using (var stream = new ZLibStream(packed, CompressionLevel.SmallestSize))
            stream.Write(content);
        return packed.ToArray();
    }

    public static byte[] Netpbm(int width, int height, int channels, int maximum, byte[] pixels) =>
        [.. Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture,
            $"P{(channels == 1 ? 5 : 6)}\n# a comment\n{width} {height}\n{maximum}\n")), .. pixels];

    // Bit by bit.
    private static uint Remainder(byte[] bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte b in bytes)
            for (int bit = 0; bit < 8; bit++)
                crc = ((crc ^ (uint)(b >> bit)) & 1) != 0 ? crc >> 1 ^ 0xEDB88320 : crc >> 1;
        return ~crc;
    }

    private static byte[] Filter(byte[] raw, int rowBytes, int height, int step, int[] filters)
    {
        Assert.Equal(rowBytes * height, raw.Length);
        var filtered = new List<byte>();
        for (int y = 0; y < height; y++)
        {
            int filter = filters[y % filters.Length];
            filtered.Add((byte)filter);
            for (int i = 0; i < rowBytes; i++)
            {
                int At(int row, int column) => row < 0 || column < 0 ? 0 : raw[row * rowBytes + column];
                int a = At(y, i - step), b = At(y - 1, i), c = At(y - 1, i - step);
                int p = a + b - c;
                int[] distances = [Math.Abs(p - a), Math.Abs(p - b), Math.Abs(p - c)];
                int nearest = new[] { a, b, c }[Array.IndexOf(distances, distances.Min())];
                int predicted = filter switch { 0 => 0, 1 => a, 2 => b, 3 => (a + b) / 2, 4 => nearest, _ => 0 };
                filtered.Add((byte)(raw[y * rowBytes + i] - predicted));
            }
        }
        return [.. filtered];
    }
}
