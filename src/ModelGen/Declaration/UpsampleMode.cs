namespace ModelGen;

/// <summary>How an image of another size is made.</summary>
public enum UpsampleMode
{
    /// <summary>The nearest pixel.</summary>
    Nearest,

    /// <summary>Between two pixels along each dimension, by their distance.</summary>
    Bilinear,

    /// <summary>Of four pixels along each dimension, by cubic convolution.</summary>
    Bicubic,
}
