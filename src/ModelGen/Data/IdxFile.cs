using System.Buffers.Binary;
using System.Globalization;

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
/// Files are not trusted. Memory is made once the file's length, or the length at the end of a gzip file, agrees with the sizes in the
/// head. A gzip file must be one member with nothing after it, as those of all published sets are; its checksum is verified. Members one
/// behind the other, which RFC 1952 also allows, are refused: nothing says then where the data should end.
/// </para>
/// </remarks>
public sealed class IdxFile
{
    /// <summary>The most elements a file may hold: 1 GiB, twice the largest data set of the MNIST family.</summary>
    public const int MaxDataBytes = 1 << 30;

    /// <summary>
    /// The most elements a gzip file may hold unless the caller allows more: 32 MiB, or this many for each byte of the file. Sets of images
    /// are packed to a half to a twentieth.
    /// </summary>
    public const int MaxElementsPerPackedByte = 64;

    private const int MaxUnpackedBytes = 32 << 20;
    private const byte UnsignedByteType = 0x08;

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
    public static IdxFile Read(string path) => Read(path, expectedRank: null, maxDataBytes: null);

    /// <summary>Reads a whole file that must have <paramref name="rank"/> dimensions: 3 for images, 1 for labels.</summary>
    /// <param name="path">The file.</param>
    /// <param name="rank">The number of dimensions, 1 to 255.</param>
    /// <inheritdoc cref="Read(string)"/>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="rank"/> is not 1 to 255.</exception>
    public static IdxFile Read(string path, int rank)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rank, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rank, 255);
        return Read(path, (int?)rank, maxDataBytes: null);
    }

    /// <summary>Reads a whole file that must have <paramref name="rank"/> dimensions and has at most so many elements.</summary>
    /// <param name="path">The file.</param>
    /// <param name="rank">The number of dimensions, 1 to 255.</param>
    /// <param name="maxDataBytes">The most elements, in place of <see cref="MaxElementsPerPackedByte"/>; 0 to
    /// <see cref="MaxDataBytes"/>.</param>
    /// <inheritdoc cref="Read(string)"/>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="rank"/> or <paramref name="maxDataBytes"/> is out of
    /// range.</exception>
    public static IdxFile Read(string path, int rank, int maxDataBytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rank, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rank, 255);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxDataBytes, 0);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(maxDataBytes, MaxDataBytes);
        return Read(path, (int?)rank, maxDataBytes);
    }

    private static IdxFile Read(string path, int? expectedRank, int? maxDataBytes)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        FileStream file;
        try
        {
            file = DataFile.Open(path, "IDX");
        }
        catch (InvalidDataFileException fault)
        {
            throw new InvalidIdxException(fault.File, fault.What, fault.Expected, fault.Actual);
        }
        using (file)
            return Read(file, path, expectedRank, maxDataBytes);
    }

    /// <summary>Reads a file that is open.</summary>
    internal static IdxFile Read(Stream file, string path, int? expectedRank, int? maxDataBytes)
    {
        var isGzip = file.ReadByte() == 0x1f && file.ReadByte() == 0x8b;
        file.Position = 0;
        return isGzip ? ReadGzip(file, path, expectedRank, maxDataBytes) : ReadPlain(file, path, expectedRank, maxDataBytes);
    }

    private static IdxFile ReadPlain(Stream file, string path, int? expectedRank, int? maxDataBytes)
    {
        var dimensions = ReadHeader(file.ReadAtLeast, path, expectedRank);
        var length = CountElements(dimensions, path, maxDataBytes ?? MaxDataBytes);
        var left = file.Length - file.Position;
        if (left > length)
            throw new InvalidIdxException(path, "data", Bytes(length), $"{Bytes(left)}: the file goes on after its last element");
        if (left < length)
            throw CutOff(path, length, left);
        var data = GC.AllocateUninitializedArray<byte>(length);
        var got = file.ReadAtLeast(data, length, throwOnEndOfStream: false);
        return got == length ? new IdxFile(dimensions, data) : throw CutOff(path, length, got);
    }

    private static IdxFile ReadGzip(Stream file, string path, int? expectedRank, int? maxDataBytes)
    {
        try
        {
            var member = GzipMember.Open(file, path);
            using var unpacked = new DeflateData(file, member.PackedBytes);
            uint sum = 0;
            var dimensions = ReadHeader(Unpack, path, expectedRank);
            var most = maxDataBytes ?? (int)Math.Clamp(file.Length * MaxElementsPerPackedByte, MaxUnpackedBytes, MaxDataBytes);
            var length = CountElements(dimensions, path, most);
            var total = 4 + 4 * dimensions.Length + length;
            if (member.UnpackedBytes != total)
                throw new InvalidIdxException(
                    path, "gzip trailer", $"unpacked size {Number(total)}",
                    $"{Number(member.UnpackedBytes)}: the file is cut off, or goes on after its data");
            if (member.PackedBytes * DeflateData.MostExpansion < total)
                throw new InvalidIdxException(
                    path, "gzip data", $"at least {Bytes(total / DeflateData.MostExpansion)} for {Number(total)}",
                    Bytes(member.PackedBytes));

            var data = GC.AllocateUninitializedArray<byte>(length);
            var got = Unpack(data, length, false);
            if (got < length)
                throw CutOff(path, length, got);
            if (unpacked.FaultAtEnd() is { } fault)
                throw new InvalidIdxException(path, "gzip data", "a complete, undamaged gzip member", fault);
            if (sum != member.Checksum)
                throw new InvalidIdxException(
                    path, "gzip data", "a complete, undamaged gzip member",
                    MessageText.Invariant($"a CRC of 0x{member.Checksum:x8} for data of 0x{sum:x8}"));
            return new IdxFile(dimensions, data);

            int Unpack(Span<byte> destination, int minimum, bool throwOnEnd)
            {
                var count = unpacked.Read(destination);
                sum = Crc32.Append(sum, destination[..count]);
                return count;
            }
        }
        catch (InvalidDataException fault)
        {
            throw new InvalidIdxException(path, "gzip data", "a complete, undamaged gzip member", "truncated or corrupt data", fault);
        }
    }

    private static InvalidIdxException CutOff(string path, int length, long actual) =>
        new(path, "data", Bytes(length), $"{Bytes(actual)}: the file is cut off");

    private delegate int Reader(Span<byte> destination, int minimum, bool throwOnEndOfStream);

    private static int[] ReadHeader(Reader read, string path, int? expectedRank)
    {
        Span<byte> word = stackalloc byte[4];
        var got = read(word, word.Length, throwOnEndOfStream: false);
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
            got = read(word, word.Length, throwOnEndOfStream: false);
            if (got < word.Length)
                throw new InvalidIdxException(
                    path, "header", $"{Bytes(4 + 4 * rank)} for {Number(rank)} dimensions", Bytes(4 + 4 * i + got));
            var size = BinaryPrimitives.ReadUInt32BigEndian(word);
            if (size > MaxDataBytes)
                throw new InvalidIdxException(path, $"dimension {Number(i)}", $"at most {Number(MaxDataBytes)}", Number(size));
            dimensions[i] = (int)size;
        }

        return dimensions;
    }

    private static int CountElements(int[] dimensions, string path, int most)
    {
        // Both factors are at most 2^30, so no product overflows before it is found too large.
        long length = 1;
        foreach (var size in dimensions)
        {
            length *= size;
            if (length > MaxDataBytes)
                break;
        }

        return length <= most ? (int)length
            : throw new InvalidIdxException(path, "size", $"at most {Number(most)} elements", Shape(dimensions));
    }

    private static string ExpectedMagic(int? rank) => rank is { } known
        ? $"0x000008{known.ToString("x2", CultureInfo.InvariantCulture)} (unsigned bytes, {Number(known)} "
            + $"{(known == 1 ? "dimension" : "dimensions")})"
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
