namespace ModelGen;

/// <summary>Where pixel i of n lies in an image of m pixels.</summary>
public enum Coordinates
{
    /// <summary>As PyTorch has it: asymmetric for the nearest pixel, half pixels otherwise.</summary>
    Auto,

    /// <summary>At (i + ½) · m / n − ½: pixels are areas, whose outer edges meet.</summary>
    HalfPixel,

    /// <summary>At i · m / n.</summary>
    Asymmetric,

    /// <summary>At i · (m − 1) / (n − 1): pixels are points, of which the outer ones meet.</summary>
    Corners,
}
