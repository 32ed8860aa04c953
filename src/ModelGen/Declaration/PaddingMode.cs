namespace ModelGen;

/// <summary>What the border around an image holds.</summary>
public enum PaddingMode
{
    /// <summary>Zeros.</summary>
    Zeros,

    /// <summary>The edge, repeated.</summary>
    Replicate,

    /// <summary>The inside, mirrored at the edge, which itself is not repeated.</summary>
    Reflect,

    /// <summary>The other side of the image.</summary>
    Circular,
}
