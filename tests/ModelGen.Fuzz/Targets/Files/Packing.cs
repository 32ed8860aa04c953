using System.IO.Compression;

namespace ModelGen.Fuzz.Targets.Files;

/// <summary>Deflate data to begin with, and the checksums around it, written by their definitions.</summary>
internal static class Packing
{
    private static readonly uint[] CrcTable = MakeTable();

    /// <summary>The bytes as a deflate stream: stored, or packed by .NET.</summary>
    public static byte[] Deflate(byte[] bytes, Random random)
    {
        if (random.Next(3) > 0 && bytes.Length < 60_000)
        {
            // One or two blocks.
            int split = random.Next(bytes.Length + 1);
            return random.Next(2) == 0 ? [.. Block(1, bytes)] : [.. Block(0, bytes[..split]), .. Block(1, bytes[split..])];
        }
        using var packed = new MemoryStream();
        using (var stream = new DeflateStream(packed, random.Next(2) == 0 ? CompressionLevel.Fastest : CompressionLevel.Optimal))
            stream.Write(bytes);
        return packed.ToArray();

        static byte[] Block(byte last, byte[] content) =>
            [last, (byte)content.Length, (byte)(content.Length >> 8), (byte)~content.Length, (byte)(~content.Length >> 8), .. content];
    }

    /// <summary>So many zeros in a thousandth of the bytes.</summary>
    public static byte[] Zeros(int count)
    {
        using var packed = new MemoryStream();
        using (var stream = new DeflateStream(packed, CompressionLevel.SmallestSize))
            stream.Write(new byte[count]);
        return packed.ToArray();
    }

    public static uint Crc(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte b in bytes)
            crc = CrcTable[(byte)crc ^ b] ^ crc >> 8;
        return ~crc;
    }

    public static uint Adler(ReadOnlySpan<byte> bytes)
    {
        uint a = 1, b = 0;
        foreach (byte x in bytes)
        {
            a = (a + x) % 65521;
            b = (b + a) % 65521;
        }
        return b << 16 | a;
    }

    private static uint[] MakeTable()
    {
        var table = new uint[256];
        for (uint i = 0; i < 256; i++)
        {
            table[i] = i;
            for (int bit = 0; bit < 8; bit++)
                table[i] = table[i] >> 1 ^ ((table[i] & 1) != 0 ? 0xEDB88320 : 0);
        }
        return table;
    }
}
