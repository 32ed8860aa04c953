using System.Reflection;
using ModelGen.Data;
using ModelGen.Images;

namespace ModelGen.Fuzz.Targets.Files;

/// <summary>
/// Damaged JPEG images: refused, or decoded to the same pixels by a new reader and by one that has other pictures behind it, whatever the
/// memory held. There is no second decoder:
/// what a JPEG without damage decodes to, the tests of the package hold against libjpeg's pixels.
/// </summary>
internal sealed class JpegTarget : FuzzTarget
{
    private static readonly ImageLimits Limits = new() { MaxPixels = 1 << 20 };
    private static readonly byte[][] Originals = [.. Resources().Select(Read)];

    private readonly ImageReader used = new();
    private byte[] first = [];
    private byte[] second = [];

    public override string Name => "jpeg";

    public override string Description => "JPEG images: refused, or the same pixels by a new reader and by a used one";

    public override byte[] Make(Random random)
    {
        byte[] original = Originals[random.Next(Originals.Length)];
        // Headers matter most, and are short.
        int end = random.Next(3) == 0 ? original.Length : Math.Min(original.Length, 700);
        return random.Next(20) == 0 ? original : [.. ByteMutation.Damage(original[..end], random), .. original[end..]];
    }

    public override FuzzOutcome Check(byte[] input)
    {
        string fault = Decode(new ImageReader(), input, ref first, out ImageSize size);
        Decode(used, Originals[input.Length % Originals.Length], ref second, out _);
        string again = Decode(used, input, ref second, out ImageSize sizeAgain);
        if (fault != again || size != sizeAgain)
            throw new FuzzException($"a new reader: {size} {fault}; a used one: {sizeAgain} {again}");
        int length = size.Width * size.Height * 3;
        if (!first.AsSpan(0, length).SequenceEqual(second.AsSpan(0, length)))
            throw new FuzzException("a used reader gives other pixels than a new one");
        return fault.Length == 0 ? FuzzOutcome.Accepted : FuzzOutcome.Refused;
    }

    private static string Decode(ImageReader reader, byte[] input, ref byte[] pixels, out ImageSize size)
    {
        try
        {
            size = reader.Decode(input, "fuzz.jpg", 3, Limits, ref pixels);
            return "";
        }
        catch (InvalidImageException fault)
        {
            size = default;
            return fault.Message;
        }
    }

    private static IEnumerable<string> Resources() => Assembly.GetExecutingAssembly().GetManifestResourceNames()
        .Where(name => name.StartsWith("jpeg/", StringComparison.Ordinal)).Order(StringComparer.Ordinal);

    private static byte[] Read(string resource)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(resource)!;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
