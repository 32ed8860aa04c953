using System.Globalization;
using ModelGen;
using Spectre.Console;

namespace FashionMnist;

/// <summary>Shows which classes are taken for which.</summary>
internal static class ConfusionMatrix
{
    private const int NameWidth = 12;
    private const int CellWidth = 5;
    private const int FullWidth = 2 + NameWidth + FashionMnistData.Classes * CellWidth + 8;

    /// <summary>Writes a row for each class and a column for each prediction: right ones on green, wrong ones on red.</summary>
    public static void Write(IAnsiConsole console, ClassificationMetrics metrics)
    {
        // A narrow terminal gets numbers in place of names, and cells as narrow as the counts allow.
        var isWide = console.Profile.Width >= FullWidth;
        var nameWidth = isWide ? NameWidth : 0;
        var cell = isWide || metrics.Count >= 10_000 ? CellWidth : CellWidth - 1;

        console.MarkupLine("[bold]Confusion matrix[/] (rows: what it is, columns: what the network says)");
        var header = new Paragraph("  ".PadRight(2 + nameWidth));
        for (var predicted = 0; predicted < FashionMnistData.Classes; predicted++)
            header.Append(Text(predicted).PadLeft(cell), new Style(decoration: Decoration.Bold));
        header.Append(isWide ? "  recall" : "", new Style(decoration: Decoration.Bold));
        console.Write(header);
        console.WriteLine();

        for (var actual = 0; actual < FashionMnistData.Classes; actual++)
        {
            var name = isWide ? FashionMnistData.ClassNames[actual] : "";
            var row = new Paragraph($"{Text(actual)} {name.PadRight(nameWidth)}");
            for (var predicted = 0; predicted < FashionMnistData.Classes; predicted++)
            {
                var count = metrics[actual, predicted];
                row.Append((count == 0 ? "·" : Text(count)).PadLeft(cell),
                    Shade((double)count / Math.Max(metrics.Actual(actual), 1), actual == predicted));
            }

            if (isWide)
                row.Append($"{(metrics.Actual(actual) == 0 ? 0 : 100 * metrics.Recall(actual)),6:F1} %");
            console.Write(row);
            console.WriteLine();
        }

        console.WriteLine();
    }

    private static Style Shade(double part, bool isRight)
    {
        if (part == 0)
            return new Style(Color.Grey);
        // The square root keeps rare mistakes visible beside frequent ones.
        var strength = (byte)(40 + 130 * Math.Sqrt(part));
        return new Style(Color.White, isRight ? new Color(0, strength, 40) : new Color(strength, 30, 30));
    }

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
}
