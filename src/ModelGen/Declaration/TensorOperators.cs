namespace ModelGen;

// What is written with numbers, and layers that give several tensors; each is made of layers of one result.
public sealed partial class Tensor
{
    /// <summary>x + c, an <c>Affine</c>.</summary>
    public static Tensor operator +(Tensor left, double right) => left.Affine(1, right);

    /// <summary>c + x, an <c>Affine</c>.</summary>
    public static Tensor operator +(double left, Tensor right) => right.Affine(1, left);

    /// <summary>x − c, an <c>Affine</c>.</summary>
    public static Tensor operator -(Tensor left, double right) => left.Affine(1, -right);

    /// <summary>c − x, an <c>Affine</c>.</summary>
    public static Tensor operator -(double left, Tensor right) => right.Affine(-1, left);

    /// <summary>−x, an <c>Affine</c>.</summary>
    public static Tensor operator -(Tensor operand) => operand.Affine(-1, 0);

    /// <summary>x · c, an <c>Affine</c>.</summary>
    public static Tensor operator *(Tensor left, double right) => left.Affine(right, 0);

    /// <summary>c · x, an <c>Affine</c>.</summary>
    public static Tensor operator *(double left, Tensor right) => right.Affine(left, 0);

    /// <summary>x / c, an <c>Affine</c> with 1 / c, which is rounded.</summary>
    public static Tensor operator /(Tensor left, double right) => left.Affine(1 / right, 0);

    /// <summary>c / x: <c>Pow</c> of −1 and an <c>Affine</c>.</summary>
    public static Tensor operator /(double left, Tensor right) => right.Pow(-1).Affine(left, 0);

    /// <summary>1 where x &gt; c, else 0.</summary>
    public static Tensor operator >(Tensor left, double right) => left.Greater(right);

    /// <summary>1 where x &lt; c, else 0.</summary>
    public static Tensor operator <(Tensor left, double right) => left.Less(right);

    /// <summary>1 where x ≥ c, else 0.</summary>
    public static Tensor operator >=(Tensor left, double right) => left.GreaterEqual(right);

    /// <summary>1 where x ≤ c, else 0.</summary>
    public static Tensor operator <=(Tensor left, double right) => left.LessEqual(right);

    /// <summary>Parts of a size along a dimension, the last one perhaps smaller: one <c>Slice</c> each.</summary>
    /// <param name="size">How long a part is.</param>
    /// <param name="dim">The dimension, the batch being dimension 0; negative counts from the end.</param>
    /// <exception cref="ArgumentOutOfRangeException">The size is not positive, or there is no such dimension.</exception>
    /// <remarks>Source: PyTorch, torch.split.</remarks>
    public Tensor[] Split(int size, int dim = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(size);
        int axis = dim < 0 ? Shape.Count + dim : dim - 1;
        if (axis < 0 || axis >= Shape.Count)
            throw new ArgumentOutOfRangeException(nameof(dim), dim, $"there are dimensions 1 to {Shape.Count}");
        var parts = new List<Tensor>();
        for (int start = 0; start < Shape[axis]; start += size)
            parts.Add(Slice(axis + 1, start, Math.Min(start + size, Shape[axis])));
        return [.. parts];
    }

    /// <summary>So many parts along a dimension, as equal as can be: fewer where it is too short, the last one perhaps smaller.</summary>
    /// <param name="chunks">How many.</param>
    /// <param name="dim">The dimension, the batch being dimension 0; negative counts from the end.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number is not positive, or there is no such dimension.</exception>
    /// <remarks>Source: PyTorch, torch.chunk.</remarks>
    public Tensor[] Chunk(int chunks, int dim = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(chunks);
        int axis = dim < 0 ? Shape.Count + dim : dim - 1;
        return Split(axis >= 0 && axis < Shape.Count ? (Shape[axis] + chunks - 1) / chunks : 1, dim);
    }
}
