using System.Buffers.Binary;
using System.Text;
using ModelGen.Data;

namespace ModelGen.Fuzz.Targets.Files;

/// <summary>PNG images: taken if and only if a decoder that shares no code with the library takes them, and then the same pixels.</summary>
internal sealed class PngTarget : FuzzTarget
{
    private static readonly byte[] Signature = [0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10];
    private static readonly (int ColourType, int BitDepth)[] Kinds =
    [
        (0, 1), (0, 2), (0, 4), (0, 8), (0, 16), (2, 8), (2, 16), (3, 1), (3, 2), (3, 4), (3, 8), (4, 8), (4, 16), (6, 8), (6, 16),
    ];
    private static readonly Lazy<byte[]> Bomb = new(() => Zlib(Packing.Zeros(20 << 20), new byte[20 << 20]));

    public override string Name => "png";

    public override string Description => "PNG images: refused if anything is wrong with them, or the right pixels";

    public override byte[] Make(Random random)
    {
        var (colourType, bitDepth) = Kinds[random.Next(Kinds.Length)];
        int width = random.Next(1, 14), height = random.Next(1, 9);
        bool isInterlaced = random.Next(4) == 0;
        byte[] rows = Rows(random, width, height, colourType, bitDepth, isInterlaced);

        byte[] header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9], header[12]) = ((byte)bitDepth, (byte)colourType, (byte)(isInterlaced ? 1 : 0));
        byte[] deflated = Packing.Deflate(rows, random);
        byte[] zlib = random.Next(3000) == 0 ? Bomb.Value : Zlib(deflated, rows);
        int kind = random.Next(16);
        zlib = kind switch
        {
            0 => ByteMutation.Cut(zlib, random, 4),
            1 => [.. zlib, .. ByteMutation.Random(random, random.Next(1, 5))],
            2 => [.. zlib, .. zlib],
            3 => [.. zlib[..^4], .. ByteMutation.Random(random, random.Next(1, 5)), .. zlib[^4..]],
            4 => ByteMutation.Damage(zlib[..^4], random),
            5 or 6 => ByteMutation.Damage(zlib, random),
            // The checksum fits what the damage makes of it, if anything.
            7 => Zlib(ByteMutation.Damage(deflated, random), rows),
            _ => zlib,
        };
        if (kind == 8)
            header = ByteMutation.Damage(header, random);

        List<(string Type, byte[] Body)> chunks = [("IHDR", header)];
        if (colourType == 3 || random.Next(10) == 0)
            chunks.Add(("PLTE", ByteMutation.Random(random,
                3 * random.Next(random.Next(20) == 0 ? 0 : Math.Min(256, 1 << bitDepth), random.Next(20) == 0 ? 258 : 257))));
        if (random.Next(4) == 0)
            chunks.Add(("tRNS", ByteMutation.Random(random, random.Next(colourType == 3 ? 1 << bitDepth : 7))));
        if (random.Next(4) == 0)
            chunks.Add((random.Next(10) == 0 ? "ABCD" : "tEXt", ByteMutation.Random(random, random.Next(6))));
        for (int at = 0; at < zlib.Length || at == 0;)
        {
            int length = random.Next(3) == 0 ? random.Next(zlib.Length - at + 1) : zlib.Length - at;
            chunks.Add(("IDAT", zlib[at..(at + length)]));
            at += Math.Max(length, at == 0 && zlib.Length == 0 ? 1 : 0);
        }
        chunks.Add(("IEND", []));
        if (kind == 9)
        {
            int i = random.Next(chunks.Count), j = random.Next(chunks.Count);
            switch (random.Next(3))
            {
                case 0:
                    (chunks[i], chunks[j]) = (chunks[j], chunks[i]);
                    break;
                case 1:
                    chunks.RemoveAt(i);
                    break;
                default:
                    chunks.Insert(j, chunks[i]);
                    break;
            }
        }
        byte[] file = [.. Signature, .. chunks.SelectMany(chunk => Chunk(chunk.Type, chunk.Body))];
        if (kind is 10 or 11)
            file = ByteMutation.Damage(file, random);
        if (kind == 11)
            FixChecksums(file);
        return file;
    }

    private static byte[] Rows(Random random, int width, int height, int colourType, int bitDepth, bool isInterlaced)
    {
        int samples = colourType switch { 2 => 3, 4 => 2, 6 => 4, _ => 1 };
        // Of few colours, most of which the palette has, and then without filters.
        bool hasFewColours = colourType == 3 && random.Next(8) > 0;
        var rows = new List<byte>();
        foreach (var (columns, count) in PngModel.Passes(width, height, isInterlaced))
            for (int y = 0; y < count.Count; y++)
            {
                rows.Add((byte)(hasFewColours ? 0 : random.Next(400) == 0 ? 5 : random.Next(5)));
                foreach (byte value in ByteMutation.Random(random, (columns.Count * samples * bitDepth + 7) / 8))
                    rows.Add((byte)(hasFewColours && bitDepth == 8 ? value & 63 : hasFewColours && bitDepth == 4 ? value & 0x77 : value));
            }
        return [.. rows];
    }

    public override FuzzOutcome Check(byte[] input)
    {
        PlainImage? expected = PngModel.Read(input);
        try
        {
            ImageSize size = ImageFile.ReadSize(input, "fuzz.png");
            var pixels = new byte[size.Width * size.Height * size.Channels];
            ImageFile.Decode(input, "fuzz.png", size.Channels, pixels);
            if (expected is null)
                throw new FuzzException("a damaged file was accepted");
            if (size != new ImageSize(expected.Width, expected.Height, expected.Channels)
                || !pixels.AsSpan().SequenceEqual(expected.Pixels))
                throw new FuzzException("wrong pixels");
            return FuzzOutcome.Accepted;
        }
        catch (InvalidDataFileException fault)
        {
            return expected is null ? FuzzOutcome.Refused : throw new FuzzException("a good file was refused: " + fault.Message);
        }
    }

    private static byte[] Zlib(byte[] deflated, byte[] content)
    {
        var sum = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(sum, Packing.Adler(content));
        return [0x78, 0x9C, .. deflated, .. sum];
    }

    private static byte[] Chunk(string type, byte[] body)
    {
        var chunk = new byte[12 + body.Length];
        BinaryPrimitives.WriteInt32BigEndian(chunk, body.Length);
        Encoding.ASCII.GetBytes(type, chunk.AsSpan(4));
        body.CopyTo(chunk, 8);
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(8 + body.Length), Packing.Crc(chunk.AsSpan(4, 4 + body.Length)));
        return chunk;
    }

    private static void FixChecksums(byte[] file)
    {
        for (int at = 8; at + 12 <= file.Length;)
        {
            int length = BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(at));
            if (length < 0 || length > file.Length - at - 12)
                return;
            BinaryPrimitives.WriteUInt32BigEndian(file.AsSpan(at + 8 + length), Packing.Crc(file.AsSpan(at + 4, 4 + length)));
            at += 12 + length;
        }
    }
}
