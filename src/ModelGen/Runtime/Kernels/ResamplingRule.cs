using System.ComponentModel;

namespace ModelGen.Runtime;

/// <summary>Where pixel i of a result of some length lies in an image of another.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public enum ResamplingRule
{
    /// <summary>At (i + ½) · image / result − ½: pixels are areas, whose outer edges meet.</summary>
    HalfPixel,

    /// <summary>At i · image / result.</summary>
    Asymmetric,

    /// <summary>At i · (image − 1) / (result − 1): pixels are points, of which the outer ones meet.</summary>
    Corners,
}
