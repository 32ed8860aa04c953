using ModelGen.Data;
using Spectre.Console;

namespace FashionMnist;

/// <summary>Draws images with text: two pixels to a character, the upper as its foreground and the lower as its background.</summary>
internal static class Gallery
{
    private const int Side = FashionMnistData.Side;
    private const int Gap = 2;
    private const int Shown = 4;
    private const char UpperHalf = '▀';

    // From black to white, for output without colours.
    private const string Ramp = " .:-=+*#%@";

    /// <summary>Writes the first test images and, as the last, the first that the network takes for something else.</summary>
    public static void Write(IAnsiConsole console, LabeledImages images, Predictions predictions)
    {
        var chosen = Choose(images, predictions);
        var perRow = Math.Clamp((console.Profile.Width + Gap) / (Side + Gap), 1, Shown);
        foreach (var row in chosen.Chunk(perRow))
        {
            if (console.Profile.Width >= Side)
                WritePixels(console, images, row);
            WriteLine(console, row, i => $"is {FashionMnistData.ClassNames[images.Labels[i]]}", _ => Style.Plain);
            WriteLine(
                console,
                row,
                i => $"says {FashionMnistData.ClassNames[predictions.Classes[i]]}, {predictions.Probability(i) * 100:F1} %",
                i => new Style(predictions.Classes[i] == images.Labels[i] ? Color.Green : Color.Red));
            console.WriteLine();
        }
    }

    private static List<int> Choose(LabeledImages images, Predictions predictions)
    {
        var chosen = Enumerable.Range(0, Math.Min(Shown, images.Count)).ToList();
        var mistake = 0;
        while (mistake < images.Count && predictions.Classes[mistake] == images.Labels[mistake])
            mistake++;
        if (mistake < images.Count && !chosen.Contains(mistake))
            chosen[^1] = mistake;
        return chosen;
    }

    private static void WritePixels(IAnsiConsole console, LabeledImages images, int[] row)
    {
        var hasGreys = console.Profile.Capabilities.ColorSystem >= ColorSystem.EightBit && console.Profile.Capabilities.Unicode;
        for (var y = 0; y < Side; y += 2)
        {
            var line = new Paragraph();
            for (var i = 0; i < row.Length; i++)
            {
                line.Append(i == 0 ? "" : new string(' ', Gap));
                var image = images.Bytes.Slice(row[i] * images.ImageLength, images.ImageLength);
                for (var x = 0; x < Side; x++)
                {
                    var (upper, lower) = (image[y * Side + x], image[(y + 1) * Side + x]);
                    if (hasGreys)
                        line.Append($"{UpperHalf}", new Style(new Color(upper, upper, upper), new Color(lower, lower, lower)));
                    else
                        line.Append($"{Ramp[(upper + lower) * (Ramp.Length - 1) / 510]}");
                }
            }

            console.Write(line);
            console.WriteLine();
        }
    }

    private static void WriteLine(IAnsiConsole console, int[] row, Func<int, string> text, Func<int, Style> style)
    {
        var line = new Paragraph();
        for (var i = 0; i < row.Length; i++)
            line.Append(i == row.Length - 1 ? text(row[i]) : text(row[i]).PadRight(Side + Gap), style(row[i]));
        console.Write(line);
        console.WriteLine();
    }
}
