namespace ModelGen.Data;

/// <summary>The checksum at the end of zlib data (RFC 1950, section 8.2).</summary>
internal static class Adler32
{
    /// <summary>The checksum of no bytes.</summary>
    public const uint Empty = 1;

    private const uint Modulus = 65521;
    // The most bytes whose sums stay below 2^32: 255 n (n + 1) / 2 + (n + 1)(Modulus − 1) ≤ 2^32 − 1.
    private const int MostBytes = 5552;

    /// <summary>The checksum of bytes behind others, whose checksum is <paramref name="adler"/>.</summary>
    public static uint Append(uint adler, ReadOnlySpan<byte> bytes)
    {
        uint sum = adler & 0xffff, sums = adler >> 16;
        while (!bytes.IsEmpty)
        {
            var part = bytes[..Math.Min(MostBytes, bytes.Length)];
            bytes = bytes[part.Length..];
            foreach (byte b in part)
            {
                sum += b;
                sums += sum;
            }
            (sum, sums) = (sum % Modulus, sums % Modulus);
        }
        return sums << 16 | sum;
    }
}
