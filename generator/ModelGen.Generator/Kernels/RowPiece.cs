using ModelGen.Generator.Layouts;
using ModelGen.Generator.Ops;
using ModelGen.Generator.Text;

namespace ModelGen.Generator.Kernels;

/// <summary>
/// Some neighbouring pixels of a row of results whose windows a register tile goes over together: which columns of the image the windows
/// reach, and which window each of them falls into.
/// </summary>
/// <param name="Pixels">Pixels of the result.</param>
/// <param name="KernelWidth">Taps of a row of the window.</param>
/// <param name="Stride">Columns from one pixel's window to the next one's.</param>
/// <param name="Dilation">Columns from one tap to the next.</param>
/// <param name="Before">Columns of the first window that lie left of the image.</param>
/// <param name="Columns">Columns of the image that the windows reach; those further right lie beyond it.</param>
internal readonly record struct RowPiece(int Pixels, int KernelWidth, int Stride, int Dilation, int Before, int Columns)
{
    /// <summary>
    /// Cuts a row into pieces of nearly equal length; those at its ends miss what lies beyond the image. Neighbours that are alike come
    /// together: from <c>Start</c> to <c>End</c>.
    /// </summary>
    /// <param name="width">Pixels of the row of results.</param>
    /// <param name="imageWidth">Columns of the image.</param>
    /// <param name="most">The most pixels of a piece.</param>
    public static IEnumerable<(int Start, int End, RowPiece Piece)> Cut(Window window, int width, int imageWidth, int most)
    {
        (int Start, int End, RowPiece Piece)[] pieces = [.. Each(window, width, imageWidth, most)];
        for (int i = 0, next; i < pieces.Length; i = next)
        {
            (int start, int end, RowPiece piece) = pieces[i];
            for (next = i + 1; next < pieces.Length && pieces[next].Piece == piece; next++)
                end = pieces[next].End;
            yield return (start, end, piece);
        }
    }

    /// <summary>The pixels that read a column, and by which tap.</summary>
    public IReadOnlyList<(int Pixel, int Tap)> ReadersOf(int column)
    {
        RowPiece p = this;
        return [.. Enumerable.Range(0, KernelWidth)
            .Select(tap => (Distance: column + p.Before - tap * p.Dilation, Tap: tap))
            .Where(t => t.Distance >= 0 && t.Distance % p.Stride == 0 && t.Distance / p.Stride < p.Pixels)
            .Select(t => (t.Distance / p.Stride, t.Tap))];
    }

    /// <summary>What it is, as part of a method's name: <c>7Of3Stride2Left1</c>.</summary>
    public string Name => $"{Pixels}Of{KernelWidth}{Part("Stride", Stride, 1)}{Part("Dilation", Dilation, 1)}{Part("Left", Before, 0)}"
        + Part("Right", (Pixels - 1) * Stride + (KernelWidth - 1) * Dilation + 1 - Before - Columns, 0);

    private static string Part(string name, int value, int usual) =>
        value == usual ? "" : FormattableString.Invariant($"{name}{value}");

    /// <summary>What it is, for the reader of the generated code.</summary>
    public string Describe() => $"{Pixels} pixels on {Columns} columns of the image{(Before > 0 ? $" and {Before} left of it" : "")}";

    /// <summary>How many columns of the image a pixel's window has.</summary>
    public int TapsOf(int pixel)
    {
        RowPiece p = this;
        return Enumerable.Range(0, Columns).Sum(c => p.ReadersOf(c).Count(r => r.Pixel == pixel));
    }

    /// <summary>
    /// C# text: where the first column lies, from the row's first pixel, if <paramref name="ox"/> is the first pixel of the result.
    /// </summary>
    public string FirstColumn(Window window, Layout image, string ox) =>
        Columns == 0 ? "0" : Index.Sum((Before - window.Padding.Left) * image.PixelStride, (ox, window.StrideX * image.PixelStride));

    private static IEnumerable<(int Start, int End, RowPiece Piece)> Each(Window window, int width, int imageWidth, int most)
    {
        foreach (Stretch stretch in Stretch.Cut(width, most))
        {
            for (int start = stretch.Start; start < stretch.End; start += stretch.Size)
            {
                int left = start * window.StrideX - window.Padding.Left;
                int right = Math.Min(imageWidth, left + (stretch.Size - 1) * window.StrideX + window.SpanX);
                int columns = Math.Max(0, right - Math.Max(0, left));
                int before = columns == 0 ? 0 : Math.Max(0, -left);
                yield return (start, start + stretch.Size, new(stretch.Size, window.KernelWidth, window.StrideX, window.DilationX,
                    before, columns));
            }
        }
    }
}
