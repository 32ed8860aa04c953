using System.Buffers.Binary;
using System.Globalization;
using System.IO.Compression;

namespace ModelGen.Data;

/// <summary>
/// An array of unsigned bytes in the IDX format, in which MNIST and the data sets modelled on it are published. Plain or gzip.
/// </summary>
/// <remarks>
/// <para>
/// Source: Y. LeCun, C. Cortes, C. J. C. Burges, <i>The MNIST database of handwritten digits</i>, section "File formats": two zero bytes,
/// a type code (0x08 is unsigned byte), the number of dimensions, each dimension as a 32-bit big-endian integer, then the elements with
/// the last dimension varying fastest.
/// </para>
/// <para>
/// Files are not trusted. Memory grows with what the file really delivers and never with what its header claims; a gzip file
/// must be one member with nothing after it, and its checksum is verified.
/// </para>
/// </remarks>
public sealed class IdxFile
{
    /// <summary>The most elements a file may hold: 1 GiB, twice the largest data set of the MNIST family.</summary>
    public const int MaxDataBytes = 1 << 30;

    private const byte UnsignedByteType = 0x08;
    private const int FirstReadBytes = 1 << 20;

    private IdxFile(int[] dimensions, byte[] data)
    {
        Dimensions = dimensions;
        Data = data;
    }

    /// <summary>The sizes, outermost first: <c>[60000, 28, 28]</c> for MNIST's training images. Each is 0 or more.</summary>
    public IReadOnlyList<int> Dimensions { get; }

    /// <summary>The elements, last dimension varying fastest. Its length is the product of <see cref="Dimensions"/>.</summary>
    public byte[] Data { get; }

    /// <summary>Reads a whole file. Gzip is recognised by its first two bytes, whatever the file is called.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidIdxException">The file is damaged, or not IDX, or its elements are not unsigned bytes.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read, or is a folder.</exception>
    public static IdxFile Read(string path) => Read(path, expectedRank: null);

    /// <summary>Reads a whole file that must have <paramref name="rank"/> dimensions: 3 for images, 1 for labels.</summary>
    /// <param name="path">The file.</param>
    /// <param name="rank">The number of dimensions, 1 to 255.</param>
    /// <inheritdoc cref="Read(string)"/>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="rank"/> is not 1 to 255.</exception>
    public static IdxFile Read(string path, int rank)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rank, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rank, 255);
        return Read(path, (int?)rank);
    }

    private static IdxFile Read(string path, int? expectedRank)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using var file = DataFile.Open(path, "IDX");
        if (!file.CanSeek)
            throw new InvalidIdxException(path, "file", "a file on disk", "a pipe or device");
        if (!IsGzip(file))
            return ReadContent(file, path, expectedRank);

        try
        {
            IdxFile content;
            using (var unpacked = new GZipStream(file, CompressionMode.Decompress, leaveOpen: true))
                content = ReadContent(unpacked, path, expectedRank);
            CheckGzipTrailer(file, path, content);
            return content;
        }
        catch (InvalidDataException fault)
        {
            throw new InvalidIdxException(path, "gzip data", "a complete, undamaged gzip member", "truncated or corrupt data", fault);
        }
    }

    private static bool IsGzip(FileStream file)
    {
        var isGzip = file.ReadByte() == 0x1f && file.ReadByte() == 0x8b;
        file.Position = 0;
        return isGzip;
    }

    private static IdxFile ReadContent(Stream stream, string path, int? expectedRank)
    {
        var dimensions = ReadHeader(stream, path, expectedRank);
        var length = CountElements(dimensions, path);
        var data = ReadElements(stream, path, length);
        return new IdxFile(dimensions, data);
    }

    private static int[] ReadHeader(Stream stream, string path, int? expectedRank)
    {
        Span<byte> word = stackalloc byte[4];
        var got = stream.ReadAtLeast(word, word.Length, throwOnEndOfStream: false);
        if (got < word.Length)
            throw new InvalidIdxException(path, "header", "4 bytes of magic number", Bytes(got));
        var rank = word[3];
        if (word[0] != 0 || word[1] != 0 || word[2] != UnsignedByteType || rank == 0)
            throw new InvalidIdxException(path, "magic number", ExpectedMagic(expectedRank), DescribeMagic(word));
        if (expectedRank is { } wanted && rank != wanted)
            throw new InvalidIdxException(path, "number of dimensions", Number(wanted), Number(rank));

        var dimensions = new int[rank];
        for (var i = 0; i < rank; i++)
        {
            got = stream.ReadAtLeast(word, word.Length, throwOnEndOfStream: false);
            if (got < word.Length)
                throw new InvalidIdxException(path, "header", $"{Bytes(4 + 4 * rank)} for {Number(rank)} dimensions", Bytes(4 + 4 * i + got));
            var size = BinaryPrimitives.ReadUInt32BigEndian(word);
            if (size > MaxDataBytes)
                throw new InvalidIdxException(path, $"dimension {Number(i)}", $"at most {Number(MaxDataBytes)}", Number(size));
            dimensions[i] = (int)size;
        }

        return dimensions;
    }

    private static int CountElements(int[] dimensions, string path)
    {
        // Both factors are at most 2^30, so no product overflows before it is found too large.
        long length = 1;
        foreach (var size in dimensions)
        {
            length *= size;
            if (length > MaxDataBytes)
                throw new InvalidIdxException(path, "size", $"at most {Number(MaxDataBytes)} elements", Shape(dimensions));
        }

        return (int)length;
    }

    private static byte[] ReadElements(Stream stream, string path, int length)
    {
        var data = new byte[Math.Min(length, FirstReadBytes)];
        var filled = 0;
        while (true)
        {
            filled += stream.ReadAtLeast(data.AsSpan(filled), data.Length - filled, throwOnEndOfStream: false);
            if (filled < data.Length)
                throw new InvalidIdxException(path, "data", Bytes(length), $"{Bytes(filled)}: the file is cut off");
            if (filled == length)
                break;
            Array.Resize(ref data, (int)Math.Min(length, 2L * data.Length));
        }

        // Reading past the end also makes a gzip stream verify its checksum.
        if (stream.ReadByte() >= 0)
            throw new InvalidIdxException(path, "data", Bytes(length), "more: the file goes on after its last element");
        return data;
    }

    // A gzip stream ends quietly where the member's trailer is cut off, and at bytes that do not start another member. The last
    // four bytes of a file that ends with its only member are that member's unpacked size (RFC 1952, section 2.3.1).
    private static void CheckGzipTrailer(FileStream file, string path, IdxFile content)
    {
        Span<byte> word = stackalloc byte[4];
        file.Position = file.Length - word.Length;
        file.ReadExactly(word);
        var found = BinaryPrimitives.ReadUInt32LittleEndian(word);
        var expected = 4 + 4 * content.Dimensions.Count + content.Data.Length;
        if (found != expected)
            throw new InvalidIdxException(path, "gzip trailer", $"unpacked size {Number(expected)}", $"{Number(found)}: the file is cut off, or goes on after its data");
    }

    private static string ExpectedMagic(int? rank) => rank is { } known
        ? $"0x000008{known.ToString("x2", CultureInfo.InvariantCulture)} (unsigned bytes, {Number(known)} {(known == 1 ? "dimension" : "dimensions")})"
        : "0x00000801 to 0x000008ff (unsigned bytes, 1 or more dimensions)";

    private static string DescribeMagic(ReadOnlySpan<byte> magic)
    {
        var text = "0x" + BinaryPrimitives.ReadUInt32BigEndian(magic).ToString("x8", CultureInfo.InvariantCulture);
        if (magic[0] != 0 || magic[1] != 0)
            return text;
        return magic[2] switch
        {
            0x08 => text + " (no dimensions)",
            0x09 => text + " (signed bytes)",
            0x0b => text + " (16-bit integers)",
            0x0c => text + " (32-bit integers)",
            0x0d => text + " (32-bit floats)",
            0x0e => text + " (64-bit floats)",
            _ => text,
        };
    }

    private static string Shape(int[] dimensions) => string.Join('×', dimensions.Select(d => Number(d)));

    private static string Bytes(long count) => count == 1 ? "1 byte" : Number(count) + " bytes";

    private static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
