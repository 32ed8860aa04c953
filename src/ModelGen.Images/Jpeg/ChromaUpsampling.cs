namespace ModelGen.Images.Jpeg;

/// <summary>
/// Brings a row of a component with fewer samples to the width of the image, rounded as libjpeg does: halves by linear interpolation
/// between the middles of samples
/// (weights 3/4 and 1/4, "fancy upsampling"), whose rounding alternates, other ratios by repetition.
/// </summary>
internal static unsafe class ChromaUpsampling
{
    /// <summary>One row of the image.</summary>
    /// <param name="plane">The component's samples.</param>
    /// <param name="stride">From one row of samples to the next.</param>
    /// <param name="columns">Samples in a row that are of the image.</param>
    /// <param name="rows">Rows of samples that are of the image.</param>
    /// <param name="horizontal">Columns of the image for a sample.</param>
    /// <param name="vertical">Rows of the image for a sample.</param>
    /// <param name="y">The row of the image.</param>
    /// <param name="line">Memory for <paramref name="columns"/> × <paramref name="horizontal"/> bytes.</param>
    /// <returns><paramref name="line"/>, or the samples themselves where nothing is to be done.</returns>
    public static byte* Row(byte* plane, int stride, int columns, int rows, int horizontal, int vertical, int y, byte* line)
    {
        int nearRow = y / vertical;
        byte* near = plane + (long)nearRow * stride;
        if (horizontal == 1 && vertical == 1)
            return near;
        bool isUpper = (y & 1) == 0;
        byte* far = plane + (long)Math.Clamp(isUpper ? nearRow - 1 : nearRow + 1, 0, rows - 1) * stride;
        switch (horizontal, vertical)
        {
            case (1, 2):
                int bias = isUpper ? 1 : 2;
                for (int x = 0; x < columns; x++)
                    line[x] = (byte)(near[x] * 3 + far[x] + bias >> 2);
                break;
            case (2, 1) when columns > 2:
                DoubleColumns(near, columns, line);
                break;
            case (2, 2) when columns > 2:
                DoubleBoth(near, far, columns, line);
                break;
            default:
                for (int x = 0; x < columns; x++)
                    new Span<byte>(line + x * horizontal, horizontal).Fill(near[x]);
                break;
        }
        return line;
    }

    private static void DoubleColumns(byte* near, int columns, byte* line)
    {
        for (int x = 0; x < columns; x++)
        {
            int value = near[x] * 3;
            line[2 * x] = x == 0 ? near[0] : (byte)(value + near[x - 1] + 1 >> 2);
            line[2 * x + 1] = x == columns - 1 ? near[x] : (byte)(value + near[x + 1] + 2 >> 2);
        }
    }

    private static void DoubleBoth(byte* near, byte* far, int columns, byte* line)
    {
        int value = near[0] * 3 + far[0], before = value;
        for (int x = 0; x < columns; x++)
        {
            int after = x == columns - 1 ? value : near[x + 1] * 3 + far[x + 1];
            line[2 * x] = (byte)(value * 3 + before + 8 >> 4);
            line[2 * x + 1] = (byte)(value * 3 + after + 7 >> 4);
            (before, value) = (value, after);
        }
    }
}
