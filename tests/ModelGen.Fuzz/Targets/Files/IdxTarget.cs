using System.Buffers.Binary;
using ModelGen.Data;

namespace ModelGen.Fuzz.Targets.Files;

/// <summary>
/// IDX files, plain and gzip: taken if and only if a reader that shares no code with the library takes them, and then the same elements.
/// </summary>
internal sealed class IdxTarget : FuzzTarget
{
    private static readonly Lazy<byte[]> Bomb = new(() => Packing.Zeros(100 << 20));

    public override string Name => "idx";

    public override string Description => "IDX files, plain and gzip: refused if anything is wrong with them, or the right elements";

    public override byte[] Make(Random random)
    {
        int[] dimensions = [.. Enumerable.Range(0, random.Next(1, 5))
            .Select(_ => random.Next(60) switch { 0 => 0, 1 => 1 << random.Next(31), _ => random.Next(1, 8) })];
        long length = dimensions.Aggregate(1L, (product, size) => Math.Min(product * size, 5000));
        var content = new byte[4 + 4 * dimensions.Length + length];
        (content[2], content[3]) = (8, (byte)dimensions.Length);
        for (int i = 0; i < dimensions.Length; i++)
            BinaryPrimitives.WriteInt32BigEndian(content.AsSpan(4 + 4 * i), dimensions[i]);
        random.NextBytes(content.AsSpan(4 + 4 * dimensions.Length));
        if (random.Next(4) == 0)
            content = ByteMutation.Damage(content, random);
        if (random.Next(3) == 0)
            return content;
        byte[] deflated = random.Next(5000) == 0 ? Bomb.Value : Packing.Deflate(content, random);
        byte[] file = Gzip(random.Next(6) == 0 ? ByteMutation.Damage(deflated, random) : deflated, content, random);
        return random.Next(14) switch
        {
            0 => ByteMutation.Cut(file, random, 9),
            1 => [.. file, .. ByteMutation.Random(random, random.Next(1, 9))],
            2 => [.. file, .. file],
            3 => [.. file, .. ByteMutation.Random(random, random.Next(9)), .. file[^4..]],
            4 => [.. file[..^8], .. ByteMutation.Random(random, random.Next(1, 5)), .. file[^8..]],
            5 or 6 => ByteMutation.Damage(file, random),
            _ => file,
        };
    }

    public override FuzzOutcome Check(byte[] input)
    {
        var (dimensions, data) = Read(input) ?? default;
        try
        {
            IdxFile file = IdxFile.Read(new MemoryStream(input), "fuzz.idx", null, null);
            if (data is null)
                throw new FuzzException("a damaged file was accepted");
            if (!file.Dimensions.SequenceEqual(dimensions!) || !file.Data.AsSpan().SequenceEqual(data))
                throw new FuzzException("wrong elements");
            if (file.Dimensions.Count == 3 && file.Dimensions[0] < 10_000)
                LabeledImages.FromIdx(file, Labels(file.Dimensions[0]), "fuzz.idx", "labels.idx", 1);
            return FuzzOutcome.Accepted;
        }
        catch (InvalidIdxException fault)
        {
            // Images without pixels, and such as no array holds, are no images.
            bool isNoSet = dimensions is { Length: 3 } && (dimensions[1] * (long)dimensions[2] is 0 or > 0x7FFFFFC7);
            return data is null || isNoSet ? FuzzOutcome.Refused : throw new FuzzException("a good file was refused: " + fault.Message);
        }
    }

    private static IdxFile Labels(int count)
    {
        var labels = new byte[8 + count];
        (labels[2], labels[3]) = (8, 1);
        BinaryPrimitives.WriteInt32BigEndian(labels.AsSpan(4), count);
        return IdxFile.Read(new MemoryStream(labels), "labels.idx", 1, null);
    }

    private static byte[] Gzip(byte[] deflated, byte[] content, Random random)
    {
        byte flags = (byte)(random.Next(4) == 0 ? random.Next(32) : 0);
        List<byte> file = [0x1f, 0x8b, 8, flags, 0, 0, 0, 0, 0, 3];
        if ((flags & 4) != 0)
            file.AddRange([2, 0, 7, 7]);
        if ((flags & 8) != 0)
            file.AddRange([.. "name"u8, 0]);
        if ((flags & 16) != 0)
            file.AddRange([.. "comment"u8, 0]);
        if ((flags & 2) != 0)
        {
            uint sum = Packing.Crc([.. file]);
            file.AddRange([(byte)sum, (byte)(sum >> 8)]);
        }
        file.AddRange(deflated);
        var trailer = new byte[8];
        BinaryPrimitives.WriteUInt32LittleEndian(trailer, Packing.Crc(content));
        BinaryPrimitives.WriteInt32LittleEndian(trailer.AsSpan(4), content.Length);
        return [.. file, .. trailer];
    }

    private static (int[] Dimensions, byte[] Data)? Read(byte[] file)
    {
        long most = 1 << 30;
        if (file is [0x1f, 0x8b, ..])
        {
            most = Math.Clamp(64L * file.Length, 32 << 20, 1 << 30);
            if (Unzip(file) is not { } content)
                return null;
            file = content;
        }
        if (file.Length < 8 || file[0] != 0 || file[1] != 0 || file[2] != 8 || file[3] == 0 || file.Length < 4 + 4 * file[3])
            return null;
        var dimensions = new int[file[3]];
        long length = 1;
        for (int i = 0; i < dimensions.Length; i++)
        {
            dimensions[i] = BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(4 + 4 * i));
            if (dimensions[i] is < 0 or > 1 << 30)
                return null;
            length *= dimensions[i];
            if (length > 1 << 30)
                return null;
        }
        int start = 4 + 4 * dimensions.Length;
        return length == file.Length - start && length <= most ? (dimensions, file[start..]) : null;
    }

    private static byte[]? Unzip(byte[] file)
    {
        if (file.Length < 20 || file[2] != 8 || file[3] > 31)
            return null;
        int at = 10;
        if ((file[3] & 4) != 0)
            at += 2 + (at + 2 <= file.Length ? BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(at)) : 0);
        for (int texts = (file[3] >> 3 & 1) + (file[3] >> 4 & 1); texts > 0; texts--)
        {
            while (at < file.Length && file[at] != 0)
                at++;
            at++;
        }
        if ((file[3] & 2) != 0)
        {
            if (at + 2 > file.Length || BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(at)) != (
                Packing.Crc(file.AsSpan(0, at)) & 0xffff))
                return null;
            at += 2;
        }
        if (at > file.Length - 10 || at > 1 << 16)
            return null;
        uint length = BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(file.Length - 4));
        // What is refused for its size need not be unpacked.
        if (length > Math.Min((file.Length - at - 8) * 1032L, (32 << 20) + 2048))
            return null;
        return PlainInflate.Unpack(file.AsSpan(at, file.Length - at - 8), (int)length) is { } content
            && BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(file.Length - 8)) == Packing.Crc(content) ? content : null;
    }
}
