namespace ModelGen.Generator.Graphs;

/// <summary>
/// What passes have decided of how a node is done, one type for each family of operators: the algorithm, and what else is done with the
/// result before it is stored. A node without one is done as its operator says. Where a node reads more or gives another result so, its
/// shape rule knows.
/// </summary>
internal abstract record Implementation
{
    /// <summary>The numbers that it is done in.</summary>
    public virtual Precision Precision => Precision.Float32;

    /// <summary>What it is as text, in a fixed order, which its operator reads back.</summary>
    protected abstract IEnumerable<string> Words { get; }

    /// <summary>As graphs have it: <c>[winograd F(4×4, 3×3), residual, relu]</c>.</summary>
    public sealed override string ToString() => $"[{string.Join(", ", Words)}]";
}

/// <summary>The numbers in which an operation is done; sums are floats in all of them.</summary>
internal enum Precision
{
    /// <summary>Floats of 32 bits.</summary>
    Float32,

    /// <summary>Floats, but for weights that are stored in bfloat16.</summary>
    BFloat16,
}
