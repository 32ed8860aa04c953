using System.Buffers.Binary;
using System.Globalization;
using System.IO.Compression;
using FsCheck;
using FsCheck.Fluent;
using ModelGen.Data;

namespace ModelGen.Tests.Data;

public sealed class IdxFileTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("idx-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Reads_what_was_written(bool gzip)
    {
        Prop.ForAll(
            Gen.Choose(0, 6).ListOf().Where(sizes => sizes.Count is >= 1 and <= 5).ToArbitrary(),
            sizes =>
            {
                var dimensions = sizes.ToArray();
                var data = new byte[dimensions.Aggregate(1, (product, size) => product * size)];
                for (var i = 0; i < data.Length; i++)
                    data[i] = (byte)(i * 37 + 11);

                var file = IdxFile.Read(Write(Idx(dimensions, data), gzip), dimensions.Length);

                Assert.Equal(dimensions, file.Dimensions);
                Assert.Equal(data, file.Data);
            }).QuickCheckThrowOnFailure();
    }

    /// <summary>More than the first buffer (1 MiB) and not a multiple of it, so growing and the last partial read both happen.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Reads_data_larger_than_the_first_buffer(bool gzip)
    {
        var data = new byte[3 * (1 << 20) + 5];
        new Random(1).NextBytes(data);

        var file = IdxFile.Read(Write(Idx([data.Length], data), gzip));

        Assert.Equal([data.Length], file.Dimensions);
        Assert.Equal(data, file.Data);
    }

    public static TheoryData<string, byte[], string> DamagedFiles()
    {
        byte[] twelve = [.. Enumerable.Range(1, 12).Select(i => (byte)i)];
        var good = Idx([3, 2, 2], twelve);
        var packed = Gzip(good);
        byte[] badChecksum = [.. packed];
        badChecksum[^8] ^= 1;

        // The runtime reports some cuts of a gzip file and silently ends the stream at others, so those rows leave the wording open.
        const string AnyFault = ": expected ";
        return new()
        {
            { "empty", [], "file: expected a file on disk, found an empty file, a pipe or a device" },
            { "one byte", [0], "header: expected 4 bytes of magic number, found 1 byte" },
            { "not IDX", "<!DOCTYPE html>"u8.ToArray(),
                "magic number: expected 0x00000803 (unsigned bytes, 3 dimensions), found 0x3c21444f" },
            { "little-endian magic", [3, 8, 0, 0, .. good[4..]], "found 0x03080000" },
            { "floats", [0, 0, 0x0d, 3, .. good[4..]], "found 0x00000d03 (32-bit floats)" },
            { "no dimensions", [0, 0, 8, 0, 7], "found 0x00000800 (no dimensions)" },
            { "labels for images", Idx([12], twelve), "number of dimensions: expected 3, found 1" },
            { "header cut off", good[..14], "header: expected 16 bytes for 3 dimensions, found 14 bytes" },
            { "data cut off", good[..^1], "data: expected 12 bytes, found 11 bytes: the file is cut off" },
            { "no data", good[..16], "data: expected 12 bytes, found 0 bytes: the file is cut off" },
            { "data goes on", [.. good, 0], "data: expected 12 bytes, found 13 bytes: the file goes on after its last element" },
            { "claims 4 GiB in one dimension", Idx([-1, 1, 1], twelve),
                "dimension 0: expected at most 1,073,741,824, found 4,294,967,295" },
            { "sizes overflow 32 bits", Idx([65536, 65536, 1], twelve),
                "size: expected at most 1,073,741,824 elements, found 65,536×65,536×1" },
            { "sizes overflow 64 bits", Idx([1 << 30, 1 << 30, 1 << 30], twelve), "size: expected at most 1,073,741,824 elements" },
            { "gzip: header alone", packed[..10], AnyFault },
            { "gzip: magic alone", packed[..2], AnyFault },
            { "gzip: cut in the data", packed[..(packed.Length / 2)], AnyFault },
            { "gzip: cut in the trailer", packed[..^3], AnyFault },
            { "gzip: trailer missing", packed[..^8], AnyFault },
            { "gzip: wrong checksum", badChecksum, "gzip data: expected a complete, undamaged gzip member" },
            { "gzip: other bytes after it", [.. packed, 1, 2, 3, 4], "gzip trailer: expected unpacked size 28, found 67,305,985" },
            { "gzip: content cut off", Gzip(good[..^1]), "gzip trailer: expected unpacked size 28, found 27: the file is cut off" },
            { "gzip: content goes on", Gzip([.. good, 0]), "gzip trailer: expected unpacked size 28, found 29" },
            { "gzip: second member", [.. packed, .. Gzip([9])], "gzip trailer: expected unpacked size 28, found 1" },
            { "gzip: members one behind the other", [.. Gzip(good[..20]), .. Gzip(good[20..])],
                "gzip trailer: expected unpacked size 28, found 8" },
            { "gzip: other bytes that end as the file did", [.. packed, .. "junk"u8, .. packed[^4..]],
                "found a stream that ends before its data, and something behind it" },
            { "gzip: the same member twice", [.. packed, .. packed], "found a stream that ends before its data, and something behind it" },
            { "gzip: one byte before the trailer missing", [.. packed[..^9], .. packed[^8..]], AnyFault },
            { "gzip: an empty second member that is cut off, then the trailer", [.. packed, 0x1f, 0x8b, .. packed[^8..]],
                "and something behind it" },
            { "gzip: reserved flags", [.. packed[..3], 0x80, .. packed[4..]],
                "gzip header: expected 0x1f8b, method 8 and flags without reserved bits, found 0x1f8b0880" },
            { "gzip: another method", [.. packed[..2], 7, .. packed[3..]], "found 0x1f8b0700" },
            { "gzip: endless name", [.. packed[..3], 8, .. packed[4..10], .. Enumerable.Repeat((byte)'n', 70_000)],
                "gzip header: expected one of at most 65536 bytes, found more" },
            { "gzip: wrong header checksum", [.. packed[..3], 2, .. packed[4..10], 1, 2, .. packed[10..]],
                "CRC of the gzip header: expected 0x" },
            { "gzip: of something else", Gzip("hello, world"u8.ToArray()), "magic number: expected 0x00000803" },
        };
    }

    [Theory]
    [MemberData(nameof(DamagedFiles))]
    public void Says_what_is_wrong_with_a_damaged_file(string name, byte[] content, string message)
    {
        var path = Path.Combine(folder, name.Replace(':', ' '));
        File.WriteAllBytes(path, content);

        var fault = Assert.Throws<InvalidIdxException>(() => IdxFile.Read(path, rank: 3));

        Assert.StartsWith(path + ": ", fault.Message, StringComparison.Ordinal);
        Assert.Contains(message, fault.Message, StringComparison.Ordinal);
        Assert.Equal(path, fault.File);
        Assert.Equal($"{path}: {fault.What}: expected {fault.Expected}, found {fault.Actual}", fault.Message);
    }

    /// <summary>Cut anywhere at all, a file is refused: nothing half-read is ever returned.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Refuses_every_prefix(bool gzip)
    {
        var content = Idx([5, 3, 2], [.. Enumerable.Range(0, 30).Select(i => (byte)(i * 91))]);
        if (gzip)
            content = Gzip(content);
        for (var length = 0; length < content.Length; length++)
        {
            var path = Write(content[..length], gzip: false);
            Assert.Throws<InvalidIdxException>(() => IdxFile.Read(path));
        }
    }

    /// <summary>A header that claims 1 GiB over a file of a few bytes must cost a small buffer, not a gigabyte.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Memory_follows_what_is_delivered_and_not_what_is_claimed(bool gzip)
    {
        var path = Write(Idx([IdxFile.MaxDataBytes], new byte[100]), gzip);
        var before = GC.GetAllocatedBytesForCurrentThread();

        Assert.Throws<InvalidIdxException>(() => IdxFile.Read(path));

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4 << 20);
    }

    /// <summary>A bomb: 64 MiB of zeros in 64 KiB of gzip, of which the header admits to 10 bytes.</summary>
    [Fact]
    public void A_gzip_bomb_is_not_unpacked_beyond_the_claimed_size()
    {
        var path = Write(Idx([10], new byte[64 << 20]), gzip: true);
        var before = GC.GetAllocatedBytesForCurrentThread();

        var fault = Assert.Throws<InvalidIdxException>(() => IdxFile.Read(path));

        Assert.Equal("gzip trailer", fault.What);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4 << 20);
    }

    /// <summary>
    /// A bomb whose header admits to all of it: refused before memory is made, unless the caller says that so much is wanted.
    /// </summary>
    [Fact]
    public void Zeros_are_unpacked_up_to_what_the_caller_allows()
    {
        var path = Write(Idx([100 << 20], new byte[100 << 20]), gzip: true);
        var before = GC.GetAllocatedBytesForCurrentThread();

        var fault = Assert.Throws<InvalidIdxException>(() => IdxFile.Read(path));

        Assert.Contains("size: expected at most 33,554,432 elements, found 104,857,600", fault.Message, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
        Assert.Equal(100 << 20, IdxFile.Read(path, 1, 100 << 20).Data.Length);
        Assert.Throws<InvalidIdxException>(() => IdxFile.Read(path, 1, (100 << 20) - 1));
    }

    /// <summary>The optional parts of a gzip header: more bytes, a name, a comment, a checksum.</summary>
    [Fact]
    public void Reads_every_kind_of_gzip_header()
    {
        var content = Idx([3], [7, 8, 9]);
        var packed = Gzip(content);
        for (byte flags = 0; flags < 32; flags++)
        {
            List<byte> header = [0x1f, 0x8b, 8, flags, .. packed[4..10]];
            if ((flags & 4) != 0)
                header.AddRange([3, 0, 1, 2, 3]);
            if ((flags & 8) != 0)
                header.AddRange([.. "name"u8, 0]);
            if ((flags & 16) != 0)
                header.AddRange([.. "comment"u8, 0]);
            if ((flags & 2) != 0)
            {
                var sum = Crc32.HashToUInt32([.. header]);
                header.AddRange([(byte)sum, (byte)(sum >> 8)]);
            }
            Assert.Equal([7, 8, 9], IdxFile.Read(Write([.. header, .. packed[10..]], gzip: false)).Data);
        }
    }

    /// <summary>No image has a size then, so no data contradicts any.</summary>
    [Fact]
    public void No_images_of_an_impossible_size_are_a_damaged_file()
    {
        var images = Write(Idx([0, 5, 1 << 30], []), gzip: false);
        var labels = Path.Combine(folder, "labels");
        File.WriteAllBytes(labels, Idx([0], []));

        var fault = Assert.Throws<InvalidIdxException>(() => LabeledImages.FromIdx(images, labels, classes: 10));

        Assert.Contains("image size: expected at most 2,147,483,591 pixels, found 5×1,073,741,824", fault.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_file_is_named()
    {
        foreach (var path in new[] { Path.Combine(folder, "no.gz"), Path.Combine(folder, "no", "such.gz") })
        {
            var fault = Assert.Throws<FileNotFoundException>(() => IdxFile.Read(path));
            Assert.Equal($"IDX file not found: {path}", fault.Message);
            Assert.Equal(path, fault.FileName);
        }
    }

    [Fact]
    public void Refuses_bad_arguments()
    {
        Assert.Throws<ArgumentException>(() => IdxFile.Read(""));
        Assert.Throws<ArgumentNullException>(() => IdxFile.Read(null!));
        Assert.Throws<ArgumentOutOfRangeException>(() => IdxFile.Read("x", 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => IdxFile.Read("x", 256));
        Assert.Throws<ArgumentOutOfRangeException>(() => IdxFile.Read("x", 1, -1));
    }

    [Fact]
    public void A_file_name_cannot_break_the_message_into_lines() =>
        Assert.Equal(@"a\u000ab\u001b[31m: x: expected y, found z", new InvalidIdxException("a\nb\u001b[31m", "x", "y", "z").Message);

    [Theory]
    [InlineData("tr-TR")]
    [InlineData("de-DE")]
    [InlineData("ar-SA")]
    public void Messages_do_not_depend_on_the_culture(string culture)
    {
        var path = Write(Idx([-1], []), gzip: false);
        var previous = CultureInfo.CurrentCulture;
        CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo(culture);
        try
        {
            var fault = Assert.Throws<InvalidIdxException>(() => IdxFile.Read(path));
            Assert.Equal($"{path}: dimension 0: expected at most 1,073,741,824, found 4,294,967,295", fault.Message);
        }
        finally
        {
            CultureInfo.CurrentCulture = previous;
        }
    }

    private string Write(byte[] content, bool gzip)
    {
        var path = Path.Combine(folder, "file");
        File.WriteAllBytes(path, gzip ? Gzip(content) : content);
        return path;
    }

    private static byte[] Idx(int[] dimensions, byte[] data)
    {
        var content = new byte[4 + 4 * dimensions.Length + data.Length];
        content[2] = 8;
        content[3] = (byte)dimensions.Length;
        for (var i = 0; i < dimensions.Length; i++)
            BinaryPrimitives.WriteInt32BigEndian(content.AsSpan(4 + 4 * i), dimensions[i]);
        data.CopyTo(content, 4 + 4 * dimensions.Length);
        return content;
    }

    private static byte[] Gzip(byte[] content)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal))
            gzip.Write(content);
        return packed.ToArray();
    }
}
