namespace ModelGen;

/// <summary>
/// What is added around an image; one number stands for all sides, two for height (top and bottom) and width (left and right):
/// <c>padding: 1</c>, <c>padding: (0, 3)</c>, <c>padding: (0, 0, 1, 1)</c>.
/// </summary>
/// <param name="Top">Rows above.</param>
/// <param name="Left">Columns before.</param>
/// <param name="Bottom">Rows below.</param>
/// <param name="Right">Columns after.</param>
public readonly record struct Border(int Top, int Left, int Bottom, int Right)
{
    /// <summary>The same number on all sides.</summary>
    public static implicit operator Border(int all) => new(all, all, all, all);

    /// <summary>Height (top and bottom), then width (left and right).</summary>
    public static implicit operator Border((int Height, int Width) sizes) => new(sizes.Height, sizes.Width, sizes.Height, sizes.Width);

    /// <summary>Top, left, bottom, right.</summary>
    public static implicit operator Border((int Top, int Left, int Bottom, int Right) sides) =>
        new(sides.Top, sides.Left, sides.Bottom, sides.Right);

    /// <summary>Height (top and bottom), then width (left and right).</summary>
    public static implicit operator Border(Pair sizes) => new(sizes.Height, sizes.Width, sizes.Height, sizes.Width);

    /// <summary>The same number on all sides.</summary>
    public static Border FromInt32(int all) => all;

    /// <summary>Height (top and bottom), then width (left and right).</summary>
    public static Border FromPair(Pair sizes) => sizes;

    /// <summary>Height (top and bottom), then width (left and right).</summary>
    public static Border FromValueTuple((int Height, int Width) sizes) => sizes;

    /// <summary>Top, left, bottom, right.</summary>
    public static Border FromValueTuple((int Top, int Left, int Bottom, int Right) sides) => sides;
}
