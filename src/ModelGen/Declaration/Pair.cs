namespace ModelGen;

/// <summary>Height and width; one number stands for both: <c>stride: 2</c>, <c>stride: (2, 1)</c>.</summary>
/// <param name="Height">Down.</param>
/// <param name="Width">Across.</param>
public readonly record struct Pair(int Height, int Width)
{
    /// <summary>The same number for both.</summary>
    public static implicit operator Pair(int both) => new(both, both);

    /// <summary>Height, then width.</summary>
    public static implicit operator Pair((int Height, int Width) sizes) => new(sizes.Height, sizes.Width);

    /// <summary>The same number for both.</summary>
    public static Pair FromInt32(int both) => both;

    /// <summary>Height, then width.</summary>
    public static Pair FromValueTuple((int Height, int Width) sizes) => sizes;
}
