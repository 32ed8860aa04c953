using System.Buffers.Binary;

namespace ModelGen.Data;

/// <summary>What the first and the last bytes of a gzip file say of it, read as one member (RFC 1952, section 2.3).</summary>
/// <param name="PackedBytes">Bytes between the header, behind which the stream stands, and the trailer.</param>
/// <param name="Checksum">The CRC-32 of the unpacked data.</param>
/// <param name="UnpackedBytes">The size of the unpacked data, modulo 2^32.</param>
internal readonly record struct GzipMember(long PackedBytes, uint Checksum, uint UnpackedBytes)
{
    private const int TrailerBytes = 8;
    // A name and a comment have no bound; no file has so long ones.
    private const int MaxHeaderBytes = 1 << 16;
    private const byte HeaderChecksum = 2, Extra = 4, Name = 8, Comment = 16, Reserved = 0xE0;

    /// <summary>Reads the header and the trailer.</summary>
    /// <exception cref="InvalidIdxException">Either is damaged, or cut off.</exception>
    public static GzipMember Open(Stream file, string path)
    {
        int start = ReadHeader(file, path);
        long packed = file.Length - start - TrailerBytes;
        // The shortest stream is an empty block of 10 bits.
        if (packed < 2)
            throw new InvalidIdxException(path, "gzip data", "a complete, undamaged gzip member", "a file that is cut off");
        Span<byte> trailer = stackalloc byte[TrailerBytes];
        file.Position = file.Length - TrailerBytes;
        if (file.ReadAtLeast(trailer, TrailerBytes, throwOnEndOfStream: false) < TrailerBytes)
            throw new InvalidIdxException(path, "gzip data", "a complete, undamaged gzip member", "a file that is cut off");
        file.Position = start;
        return new GzipMember(
            packed, BinaryPrimitives.ReadUInt32LittleEndian(trailer), BinaryPrimitives.ReadUInt32LittleEndian(trailer[4..]));
    }

    /// <returns>Bytes of the header.</returns>
    private static int ReadHeader(Stream file, string path)
    {
        Span<byte> bytes = stackalloc byte[10];
        (int position, uint sum) = (0, 0);
        Next(bytes);
        byte flags = bytes[3];
        if (bytes[0] != 0x1f || bytes[1] != 0x8b || bytes[2] != 8 || (flags & Reserved) != 0)
            throw new InvalidIdxException(
                path, "gzip header", "0x1f8b, method 8 and flags without reserved bits", "0x" + Convert.ToHexString(bytes[..4])
                    .ToLowerInvariant());
        if ((flags & Extra) != 0)
        {
            Next(bytes[..2]);
            for (int left = BinaryPrimitives.ReadUInt16LittleEndian(bytes); left > 0; left--)
                Next(bytes[..1]);
        }
        for (int texts = (flags & Name) / Name + (flags & Comment) / Comment; texts > 0; texts--)
            do
                Next(bytes[..1]);
            while (bytes[0] != 0);
        if ((flags & HeaderChecksum) != 0)
        {
            uint expected = sum & 0xffff;
            Next(bytes[..2]);
            if (BinaryPrimitives.ReadUInt16LittleEndian(bytes) != expected)
                throw new InvalidIdxException(
                    path, "CRC of the gzip header", MessageText.Invariant($"0x{expected:x4}"),
                    MessageText.Invariant($"0x{BinaryPrimitives.ReadUInt16LittleEndian(bytes):x4}"));
        }
        return position;

        void Next(Span<byte> part)
        {
            position += part.Length;
            if (position > MaxHeaderBytes || file.ReadAtLeast(part, part.Length, throwOnEndOfStream: false) < part.Length)
                throw new InvalidIdxException(
                    path, "gzip header", MessageText.Invariant($"one of at most {MaxHeaderBytes} bytes"), position > MaxHeaderBytes ? "more"
                    : "a file that is cut off");
            sum = Crc32.Append(sum, part);
        }
    }
}
