namespace ModelGen.Data;

/// <summary>
/// The pixels that stand together in a PNG file (section 8.2): all of them, or those of one of the seven passes of Adam7, which are an
/// image of their own with every so many columns and rows.
/// </summary>
/// <param name="Left">The first column.</param>
/// <param name="Top">The first row.</param>
/// <param name="ColumnStep">From one column to the next.</param>
/// <param name="RowStep">From one row to the next.</param>
internal readonly record struct PngPass(int Left, int Top, int ColumnStep, int RowStep)
{
    private static readonly PngPass[] Whole = [new(0, 0, 1, 1)];

    private static readonly PngPass[] Adam7 =
    [
        new(0, 0, 8, 8), new(4, 0, 8, 8), new(0, 4, 4, 8), new(2, 0, 4, 4), new(0, 2, 2, 4), new(1, 0, 2, 2), new(0, 1, 1, 2),
    ];

    /// <summary>The passes of an image, in the file's order. A small image has no pixels in some of them, and then no rows.</summary>
    public static ReadOnlySpan<PngPass> Of(bool isInterlaced) => isInterlaced ? Adam7 : Whole;

    /// <summary>Columns that an image of a width has in this pass.</summary>
    public int Columns(int width) => (width - Left + ColumnStep - 1) / ColumnStep;

    /// <summary>Rows with pixels that an image has in this pass.</summary>
    public int Rows(ImageSize size) => Columns(size.Width) == 0 ? 0 : (size.Height - Top + RowStep - 1) / RowStep;
}
