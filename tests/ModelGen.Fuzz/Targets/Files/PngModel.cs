using System.Buffers.Binary;
using System.Text;

namespace ModelGen.Fuzz.Targets.Files;

/// <summary>A decoded image.</summary>
internal sealed record PlainImage(int Width, int Height, int Channels, byte[] Pixels);

/// <summary>Decodes PNG by the specification, one sample after the other, and shares no code with the library.</summary>
internal static class PngModel
{
    /// <summary>The image; null if anything is wrong with the file, or it is none of those that the library reads.</summary>
    public static PlainImage? Read(byte[] file)
    {
        if (!file.AsSpan().StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10])
            || Chunks(file) is not { } chunks)
            return null;
        if (chunks[0].Type != "IHDR" || chunks.Count(c => c.Type == "IHDR") != 1 || chunks[^1].Type != "IEND"
            || chunks.Count(c => c.Type == "IEND") != 1)
            return null;
        if (chunks.Any(c => (c.Type[0] & 0x20) == 0 && c.Type is not ("IHDR" or "PLTE" or "IDAT" or "IEND")))
            return null;
        byte[] header = chunks[0].Body;
        if (header.Length != 13)
            return null;
        uint width = BinaryPrimitives.ReadUInt32BigEndian(header), height = BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(4));
        int depth = header[8], colour = header[9];
        bool isKnown = depth == 8 && colour is (0 or 2 or 3 or 4 or 6) || depth == 16 && colour is (0 or 2 or 4 or 6)
            || depth is (1 or 2 or 4) && colour is (0 or 3);
        if (!isKnown || header[10] != 0 || header[11] != 0 || header[12] > 1 || width is 0 or > 32768 || height is 0 or > 32768
            || (ulong)width * height > 1 << 24)
            return null;
        int paletteAt = chunks.FindIndex(c => c.Type == "PLTE");
        byte[]? palette = paletteAt < 0 ? null : chunks[paletteAt].Body, alpha = null;
        // Empty chunks of pixels do not count as pixels.
        int dataAt = chunks.FindIndex(c => c.Type == "IDAT" && c.Body.Length > 0);
        if (dataAt >= 0 && chunks[dataAt..(chunks.FindLastIndex(c => c.Type == "IDAT") + 1)].Any(c => c.Type != "IDAT"))
            return null;
        if (dataAt < 0 || paletteAt >= 0
            && (paletteAt > dataAt || chunks.Count(c => c.Type == "PLTE") > 1 || palette!.Length is 0 or > 768 || palette.Length % 3 != 0)
            || colour == 3 && palette is null)
            return null;
        if (colour == 3)
        {
            foreach (var (index, chunk) in chunks.Index().Where(c => c.Item.Type == "tRNS"))
            {
                if (index > dataAt || index < paletteAt || chunk.Body.Length > palette!.Length / 3)
                    // What has no entries is for no colour, wherever it stands.
                    if (index > dataAt || chunk.Body.Length > 0)
                        return null;
                alpha = chunk.Body;
            }
        }
        int samples = colour switch { 2 => 3, 4 => 2, 6 => 4, _ => 1 }, channels = colour == 3 ? alpha is null ? 3 : 4 : samples;
        if (width * (long)height * channels > 3 << 24)
            return null;
        byte[] zlib = [.. chunks.Where(c => c.Type == "IDAT").SelectMany(c => c.Body)];
        var passes = Passes((int)width, (int)height, header[12] == 1);
        if (Unzip(zlib, passes.Sum(pass => pass.Rows.Count * (1L + RowBytes(pass.Columns.Count, samples * depth)))) is not { } rows)
            return null;
        var pixels = new byte[width * height * channels];
        int at = 0;
        foreach (var (xs, ys) in passes)
        {
            int rowBytes = RowBytes(xs.Count, samples * depth);
            var part = rows.AsSpan(at, ys.Count * (1 + rowBytes)).ToArray();
            at += part.Length;
            if (Unfilter(part, rowBytes, ys.Count, Math.Max(1, samples * depth / 8)) is not { } raw
                || Pixels(raw, xs.Count, ys.Count, depth, colour, samples, channels, rowBytes, palette, alpha) is not { } found)
                return null;
            for (int i = 0; i < xs.Count * ys.Count * channels; i++)
                pixels[(ys[i / channels / xs.Count] * width + xs[i / channels % xs.Count]) * channels + i % channels] = found[i];
        }
        return new PlainImage((int)width, (int)height, channels, pixels);
    }

    private static int RowBytes(int columns, int pixelBits) => (columns * pixelBits + 7) / 8;

    /// <summary>The columns and rows of each pass that has pixels; 8.2: starting rows and columns, and the steps between.</summary>
    public static List<(List<int> Columns, List<int> Rows)> Passes(int width, int height, bool isInterlaced)
    {
        int[] left = [0, 4, 0, 2, 0, 1, 0], top = [0, 0, 4, 0, 2, 0, 1], right = [8, 8, 4, 4, 2, 2, 1], down = [8, 8, 8, 4, 4, 2, 2];
        if (!isInterlaced)
            (left, top, right, down) = ([0], [0], [1], [1]);
        return [.. left.Select((_, i) => (Every(left[i], right[i], width), Every(top[i], down[i], height)))
            .Where(pass => pass.Item1.Count > 0 && pass.Item2.Count > 0)];

        static List<int> Every(int first, int step, int end) =>
            [.. Enumerable.Range(0, end).Where(i => i >= first && (i - first) % step == 0)];
    }

    private static List<(string Type, byte[] Body)>? Chunks(byte[] file)
    {
        var chunks = new List<(string, byte[])>();
        for (int at = 8; at < file.Length;)
        {
            if (file.Length - at < 12 || BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan(at)) is var length
                && length > file.Length - at - 12)
                return null;
            int size = (int)length;
            if (BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan(at + 8 + size)) != Packing.Crc(file.AsSpan(at + 4, 4 + size)))
                return null;
            chunks.Add((Encoding.Latin1.GetString(file, at + 4, 4), file[(at + 8)..(at + 8 + size)]));
            at += 12 + size;
        }
        return chunks.Count > 0 ? chunks : null;
    }

    private static byte[]? Unzip(byte[] zlib, long length)
    {
        if (zlib.Length < 8 || zlib[0] % 16 != 8 || zlib[0] / 16 > 7 || (zlib[0] * 256 + zlib[1]) % 31 != 0 || (zlib[1] & 32) != 0
            || length > zlib.Length * 1032L)
            return null;
        return PlainInflate.Unpack(zlib.AsSpan(2, zlib.Length - 6), (int)length) is { } rows
            && BinaryPrimitives.ReadUInt32BigEndian(zlib.AsSpan(zlib.Length - 4)) == Packing.Adler(rows) ? rows : null;
    }

    private static byte[]? Unfilter(byte[] rows, int rowBytes, int height, int step)
    {
        var raw = new byte[rowBytes * height];
        int At(int y, int x) => y < 0 || x < 0 ? 0 : raw[y * rowBytes + x];
        for (int y = 0; y < height; y++)
        {
            int filter = rows[y * (1 + rowBytes)];
            if (filter > 4)
                return null;
            for (int x = 0; x < rowBytes; x++)
            {
                int a = At(y, x - step), b = At(y - 1, x), c = At(y - 1, x - step), p = a + b - c;
                int paeth = Math.Abs(p - a) <= Math.Abs(p - b) && Math.Abs(p - a) <= Math.Abs(p - c) ? a
                    : Math.Abs(p - b) <= Math.Abs(p - c) ? b : c;
                int predicted = filter switch { 0 => 0, 1 => a, 2 => b, 3 => (a + b) / 2, _ => paeth };
                raw[y * rowBytes + x] = (byte)(rows[y * (1 + rowBytes) + 1 + x] + predicted);
            }
        }
        return raw;
    }

    private static List<byte>? Pixels(byte[] raw, int width, int height, int depth, int colour, int samples, int channels, int rowBytes,
        byte[]? palette, byte[]? alpha)
    {
        var pixels = new List<byte>(width * height * channels);
        for (int y = 0; y < height; y++)
            for (int i = 0; i < width * samples; i++)
            {
                int value = depth == 16 ? raw[y * rowBytes + 2 * i]
                    : raw[y * rowBytes + i * depth / 8] >> 8 - depth - i * depth % 8 & (1 << depth) - 1;
                if (colour != 3)
                {
                    pixels.Add(depth == 16 ? (byte)value : (byte)(value * 255 / ((1 << depth) - 1)));
                    continue;
                }
                if (3 * value >= palette!.Length)
                    return null;
                pixels.AddRange(palette.AsSpan(3 * value, 3));
                if (alpha is not null)
                    pixels.Add(value < alpha.Length ? alpha[value] : (byte)255);
            }
        return pixels;
    }
}
