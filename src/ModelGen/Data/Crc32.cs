using System.Buffers.Binary;

namespace ModelGen.Data;

/// <summary>CRC-32 as in PNG, zip and gzip (PNG specification, second edition, annex D): polynomial 0xEDB88320, reflected.</summary>
internal static class Crc32
{
    // Table k of 256 entries: what a byte does to the checksum of itself and k bytes behind it. So eight bytes are eight look-ups that do
    // not wait for one another (Kounavis and Berry, A systematic approach to building high performance software-based CRC generators,
    // 2005).
    private static readonly uint[] Tables = MakeTables();

    /// <summary>The checksum of some bytes.</summary>
    public static uint HashToUInt32(ReadOnlySpan<byte> bytes) => Append(0, bytes);

    /// <summary>The checksum of bytes behind others, whose checksum is <paramref name="crc"/>; 0 for none.</summary>
    public static uint Append(uint crc, ReadOnlySpan<byte> bytes)
    {
        uint[] t = Tables;
        crc = ~crc;
        for (; bytes.Length >= 8; bytes = bytes[8..])
        {
            uint low = crc ^ BinaryPrimitives.ReadUInt32LittleEndian(bytes), high = BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);
            crc = t[1792 + (low & 255)] ^ t[1536 + (low >> 8 & 255)] ^ t[1280 + (low >> 16 & 255)] ^ t[1024 + (low >> 24)]
                ^ t[768 + (high & 255)] ^ t[512 + (high >> 8 & 255)] ^ t[256 + (high >> 16 & 255)] ^ t[high >> 24];
        }
        foreach (byte b in bytes)
            crc = t[(byte)(crc ^ b)] ^ crc >> 8;
        return ~crc;
    }

    private static uint[] MakeTables()
    {
        var tables = new uint[8 * 256];
        for (uint n = 0; n < 256; n++)
        {
            uint value = n;
            for (int bit = 0; bit < 8; bit++)
                value = (value & 1) != 0 ? 0xEDB88320 ^ value >> 1 : value >> 1;
            tables[n] = value;
        }
        for (int i = 256; i < tables.Length; i++)
            tables[i] = tables[(byte)tables[i - 256]] ^ tables[i - 256] >> 8;
        return tables;
    }
}
