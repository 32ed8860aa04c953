namespace ModelGen.Data;

/// <summary>The filter with which images are resized. Both are as wide as the pixels of the smaller image, so that what is too fine for it
/// is averaged out ("antialiased").</summary>
public enum Interpolation
{
    /// <summary>A triangle: linear interpolation, torchvision's default.</summary>
    Bilinear,

    /// <summary>Keys' cubic with a = −½.</summary>
    Bicubic,
}
