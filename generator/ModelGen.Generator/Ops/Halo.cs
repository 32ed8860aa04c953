namespace ModelGen.Generator.Ops;

/// <summary>
/// Rows above and below and columns left and right of an image that are stored as zeros, so that kernels need no padding branches.
/// </summary>
internal readonly record struct Halo(int Top, int Left, int Bottom, int Right)
{
    public static Halo None => default;

    public bool IsNone => this == default;

    public bool Covers(Halo other) => Top >= other.Top && Left >= other.Left && Bottom >= other.Bottom && Right >= other.Right;

    public Halo Union(Halo other) =>
        new(Math.Max(Top, other.Top), Math.Max(Left, other.Left), Math.Max(Bottom, other.Bottom), Math.Max(Right, other.Right));

    public override string ToString() => IsNone ? "" : $" halo({Top},{Left},{Bottom},{Right})";
}
