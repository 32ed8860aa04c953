using static ModelGen.Data.DataFile;

namespace ModelGen.Data;

/// <summary>One raw PGM (P5) or PPM (P6) image.</summary>
internal readonly ref struct NetpbmReader
{
    private readonly ReadOnlySpan<byte> data;
    private readonly string name;
    private readonly int maximum;

    /// <summary>Reads the header and checks that the pixels are there.</summary>
    public NetpbmReader(ReadOnlySpan<byte> content, string name)
    {
        this.name = name;
        Size = ReadHeader(content, content.Length, name, out maximum, out int start);
        data = content[start..];
    }

    /// <summary>Reads the header and checks that as many bytes follow it as there are pixels.</summary>
    /// <param name="content">The file, or as much of its beginning as holds the header.</param>
    /// <param name="fileLength">Bytes of the whole file.</param>
    /// <param name="name">What to call the file in errors.</param>
    /// <param name="maximum">The value of white, 1 to 255.</param>
    /// <param name="start">Where the pixels begin.</param>
    public static ImageSize ReadHeader(ReadOnlySpan<byte> content, long fileLength, string name, out int maximum, out int start)
    {
        if (content.Length < 2 || content[0] != 'P' || content[1] is not ((byte)'5' or (byte)'6'))
            throw new InvalidImageException(name, "magic number", "that of PNG (0x89504e47), PGM (P5) or PPM (P6)", Describe(content));
        int channels = content[1] == '5' ? 1 : 3;
        int at = 2;
        long width = ReadNumber(content, ref at, name, "width");
        long height = ReadNumber(content, ref at, name, "height");
        ImageFile.CheckSize(name, width, height);
        long most = ReadNumber(content, ref at, name, "maximum");
        if (most is < 1 or > 255)
            throw new InvalidImageException(name, "maximum", "1 to 255 (8 bits a sample)", Number(most));
        if (at >= content.Length || !IsSpace(content[at]))
            throw new InvalidImageException(
                name, "header", "one white space before the pixels", at < content.Length ? Hex(content[at]) : "the end of the file");
        (maximum, start) = ((int)most, at + 1);
        long expected = width * height * channels, actual = fileLength - start;
        if (actual != expected)
            throw new InvalidImageException(name, "pixels", $"{Number(expected)} bytes",
                $"{Number(actual)}: the file {(actual < expected ? "is cut off" : "goes on after its image")}");
        return new ImageSize((int)width, (int)height, channels);
    }

    /// <summary>The image's size.</summary>
    public ImageSize Size { get; }

    /// <summary>Writes the pixels.</summary>
    public void Decode(int channels, Span<byte> destination)
    {
        if (maximum == 255)
        {
            ImageFile.Convert(data, Size.Channels, destination, channels, Size.Width * Size.Height);
            return;
        }
        var row = new byte[Size.Width * Size.Channels];
        for (int y = 0; y < Size.Height; y++)
        {
            for (int i = 0; i < row.Length; i++)
            {
                int value = data[y * row.Length + i];
                if (value > maximum)
                    throw new InvalidImageException(
                        name, $"pixel {Number(i / Size.Channels)} of row {Number(y)}", $"at most {Number(maximum)}", Number(value));
                row[i] = (byte)((value * 255 + maximum / 2) / maximum);
            }
            ImageFile.Convert(row, Size.Channels, destination[(y * Size.Width * channels)..], channels, Size.Width);
        }
    }

    // White space and comments, then digits.
    private static long ReadNumber(ReadOnlySpan<byte> content, ref int at, string name, string what)
    {
        int start = at;
        while (at < content.Length && (IsSpace(content[at]) || content[at] == '#'))
        {
            if (content[at] == '#')
                while (at < content.Length && content[at] is not ((byte)'\n' or (byte)'\r'))
                    at++;
            else
                at++;
        }
        int first = at;
        long value = 0;
        while (at < content.Length && char.IsAsciiDigit((char)content[at]))
            value = Math.Min(value * 10 + content[at++] - '0', int.MaxValue);
        if (first == start || first == at)
            throw new InvalidImageException(
                name, what, "white space and a number", first < content.Length ? Hex(content[first]) : "the end of the file");
        return value;
    }

    private static bool IsSpace(byte b) => b is (byte)' ' or >= 9 and <= 13;

    private static string Hex(byte b) => MessageText.Invariant($"byte 0x{b:x2}");

    private static string Describe(ReadOnlySpan<byte> content) => content switch
    {
        [] => "an empty file",
        [0xff, 0xd8, ..] => "0xffd8: a JPEG file, which has to be converted to PNG or PPM",
        [(byte)'P', >= (byte)'1' and <= (byte)'4', ..] => $"P{(char)content[1]}: of Netpbm's formats only P5 and P6 are read",
        [(byte)'G', (byte)'I', (byte)'F', ..] => "a GIF file, which has to be converted to PNG or PPM",
        _ => "0x" + Convert.ToHexString(content[..Math.Min(4, content.Length)]).ToLowerInvariant(),
    };
}
