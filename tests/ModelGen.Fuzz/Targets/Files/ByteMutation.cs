using System.Buffers.Binary;

namespace ModelGen.Fuzz.Targets.Files;

/// <summary>Damage as it happens, and as it is done: bits, cut ends, pieces that are missing or twice, sizes that are extreme.</summary>
internal static class ByteMutation
{
    private static readonly uint[] Extremes =
        [0, 1, 2, 7, 255, 256, 65535, 65536, 1 << 24, 1 << 30, int.MaxValue, 0x80000000, uint.MaxValue - 1, uint.MaxValue];

    /// <summary>Bytes with one to four changes, each of a random kind.</summary>
    public static byte[] Damage(byte[] bytes, Random random)
    {
        for (int changes = random.Next(3) == 0 ? random.Next(1, 5) : 1; changes > 0; changes--)
            bytes = Once(bytes, random);
        return bytes;
    }

    /// <summary>The bytes without up to so many at the end, at least one.</summary>
    public static byte[] Cut(byte[] bytes, Random random, int most) => bytes[..^Math.Min(bytes.Length, random.Next(1, most + 1))];

    /// <summary>Random bytes.</summary>
    public static byte[] Random(Random random, int count)
    {
        var bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }

    private static byte[] Once(byte[] bytes, Random random)
    {
        if (bytes.Length == 0)
            return Random(random, random.Next(3));
        int at = random.Next(bytes.Length), length = random.Next(Math.Min(16, bytes.Length - at) + 1);
        switch (random.Next(8))
        {
            case 0:
                return bytes[..at];
            case 1:
                return [.. bytes, .. Random(random, random.Next(1, 9))];
            case 2:
                return [.. bytes[..at], .. bytes[(at + length)..]];
            case 3:
                return [.. bytes[..(at + length)], .. bytes[at..]];
            case 4 when at + 4 <= bytes.Length:
                bytes = [.. bytes];
                uint extreme = Extremes[random.Next(Extremes.Length)];
                if (random.Next(2) == 0)
                    BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(at), extreme);
                else
                    BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(at), extreme);
                return bytes;
            case 5:
                bytes = [.. bytes];
                bytes[at] = (byte)random.Next(256);
                return bytes;
            default:
                bytes = [.. bytes];
                bytes[at] ^= (byte)(1 << random.Next(8));
                return bytes;
        }
    }
}
