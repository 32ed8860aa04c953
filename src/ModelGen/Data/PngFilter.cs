using static ModelGen.Data.DataFile;

namespace ModelGen.Data;

/// <summary>The five filters of a row of a PNG image (PNG specification, second edition, section 9).</summary>
internal static class PngFilter
{
    /// <summary>Turns a filtered row into the original one. All arithmetic is modulo 256; what lies outside the image is 0.</summary>
    /// <param name="type">0 none, 1 sub, 2 up, 3 average, 4 Paeth.</param>
    /// <param name="row">The row.</param>
    /// <param name="above">The original row above, of the same length; zeros for the first.</param>
    /// <param name="step">Bytes of a pixel, at least 1.</param>
    /// <param name="name">What to call the file in errors.</param>
    /// <param name="y">The row's number, for errors.</param>
    public static void Undo(int type, Span<byte> row, ReadOnlySpan<byte> above, int step, string name, int y)
    {
        switch (type)
        {
            case 0:
                break;
            case 1:
                for (int i = step; i < row.Length; i++)
                    row[i] += row[i - step];
                break;
            case 2:
                for (int i = 0; i < row.Length; i++)
                    row[i] += above[i];
                break;
            case 3:
                for (int i = 0; i < row.Length; i++)
                    row[i] += (byte)((i < step ? 0 : row[i - step]) + above[i] >> 1);
                break;
            case 4:
                for (int i = 0; i < row.Length; i++)
                    row[i] += i < step ? above[i] : Paeth(row[i - step], above[i], above[i - step]);
                break;
            default:
                throw new InvalidImageException(name, $"filter of row {Number(y)}", "0 to 4", Number(type));
        }
    }

    // The neighbour nearest to left + up − corner; of equally near ones the first in this order.
    private static byte Paeth(int left, int up, int corner)
    {
        int toLeft = Math.Abs(up - corner), toUp = Math.Abs(left - corner), toCorner = Math.Abs(left + up - 2 * corner);
        return (byte)(toLeft <= toUp && toLeft <= toCorner ? left : toUp <= toCorner ? up : corner);
    }
}
