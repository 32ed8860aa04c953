using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using ModelGen.Data;

namespace ModelGen.Fuzz.Targets.Files;

/// <summary>PGM and PPM images: taken if and only if a regular expression takes their header, and then the same pixels.</summary>
internal sealed partial class NetpbmTarget : FuzzTarget
{
    private static readonly string[] Spaces = [" ", "\n", "\t", "  ", "\r\n", "\n# a comment\n", " #\n", "#\r", "\v\f"];

    public override string Name => "netpbm";

    public override string Description => "PGM and PPM images: refused if anything is wrong with them, or the right pixels";

    public override byte[] Make(Random random)
    {
        int channels = random.Next(2) == 0 ? 1 : 3, width = random.Next(1, 12), height = random.Next(1, 12), maximum = random.Next(2) == 0
            ? 255 : random.Next(1, 256);
        var pixels = ByteMutation.Random(random, width * height * channels);
        for (int i = 0; i < pixels.Length; i++)
            pixels[i] = (byte)(pixels[i] % (maximum + 1));
        string Space() => Spaces[random.Next(random.Next(3) == 0 ? Spaces.Length : 2)];
        string Number(int value) => random.Next(40) switch
        {
            0 => "0" + value.ToString(CultureInfo.InvariantCulture),
            1 => new string('9', random.Next(1, 30)),
            2 => "-1",
            3 => "",
            _ => value.ToString(CultureInfo.InvariantCulture),
        };
        string header = (channels == 1 ? "P5" : "P6") + Space() + Number(width) + Space() + Number(height) + Space() + Number(maximum)
            + "\n\t "[random.Next(3)];
        byte[] file = [.. Encoding.ASCII.GetBytes(header), .. pixels];
        return random.Next(3) == 0 ? ByteMutation.Damage(file, random) : file;
    }

    public override FuzzOutcome Check(byte[] input)
    {
        PlainImage? expected = Read(input);
        try
        {
            ImageSize size = ImageFile.ReadSize(input, "fuzz.ppm");
            var pixels = new byte[size.Width * size.Height * size.Channels];
            ImageFile.Decode(input, "fuzz.ppm", size.Channels, pixels);
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

    private static PlainImage? Read(byte[] file)
    {
        Match match = Header().Match(Encoding.Latin1.GetString(file));
        if (!match.Success)
            return null;
        int channels = match.Groups["kind"].Value == "5" ? 1 : 3;
        if (!Value("width", 32768, out int width) || !Value("height", 32768, out int height) || !Value("maximum", 255, out int maximum)
            || width * (long)height > 1 << 24)
            return null;
        var pixels = file[match.Length..];
        if (pixels.Length != width * (long)height * channels || pixels.Any(p => p > maximum))
            return null;
        return new PlainImage(width, height, channels,
            [.. pixels.Select(p => (byte)Math.Round(p * 255.0 / maximum, MidpointRounding.AwayFromZero))]);

        bool Value(string name, int most, out int value) =>
            int.TryParse(match.Groups[name].Value, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value >= 1
                && value <= most;
    }

    [GeneratedRegex(
        """\AP(?<kind>[56])(?:[ \t-\r]|#[^\n\r]*[\n\r])+(?<width>[0-9]+)(?:[ \t-\r]|#[^\n\r]*[\n\r])+(?<height>[0-9]+)(?:[ """
            + """\t-\r]|#[^\n\r]*[\n\r])+(?<maximum>[0-9]+)[ \t-\r]""", RegexOptions.NonBacktracking)]
    private static partial Regex Header();
}
