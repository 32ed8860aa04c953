namespace ModelGen.Data;

/// <summary>Random changes to images, drawn anew for each sample of each epoch. They are applied in the order of the properties.</summary>
public sealed class ImageAugmentation
{
    /// <summary>Rows of the result; 0 for those of the image.</summary>
    public int CropHeight { get; init; }

    /// <summary>Columns of the result; 0 for those of the image.</summary>
    public int CropWidth { get; init; }

    /// <summary>Pixels that are added on every side before the result is cut out at a random place, ≥ 0.</summary>
    public int CropPadding { get; init; }

    /// <summary>Whether the middle is cut out instead of a random place, as for validation.</summary>
    public bool CenterCrop { get; init; }

    /// <summary>Images move by up to so many pixels up or down, and left or right, ≥ 0; what becomes free is padding.</summary>
    public int Shift { get; init; }

    /// <summary>Whether padding has the value of <see cref="ImageBatchOptions.Mean"/> (0 for the network) instead of 0 (black).</summary>
    public bool PadWithMean { get; init; }

    /// <summary>The probability that left and right are exchanged, 0 to 1.</summary>
    public float FlipProbability { get; init; }

    /// <summary>
    /// The standard deviation of α in the jitter of colours: to each pixel of an image Σ αᵢ λᵢ pᵢ is added, with the eigenvalues λ and
    /// eigenvectors p of <see cref="RgbComponents"/> and an α for each component, which is drawn once for the image; 0.1 in Krizhevsky et
    /// al., 2012, section 4.1. λ is in units in which a byte of 255 is 1.
    /// </summary>
    public float RgbJitter { get; init; }

    /// <summary>The components for <see cref="RgbJitter"/>, usually those of the training images.</summary>
    public RgbPrincipalComponents? RgbComponents { get; init; }

    /// <summary>The standard deviation of normal noise that is added to each value after the normalisation, ≥ 0.</summary>
    public float NoiseDeviation { get; init; }
}
