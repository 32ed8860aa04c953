namespace ModelGen.Data;

/// <summary>How batches are made from images.</summary>
public sealed class ImageBatchOptions
{
    /// <summary>Samples of a batch, ≥ 1; the last one of an epoch may have fewer.</summary>
    public int BatchSize { get; init; } = 64;

    /// <summary>What shuffling and augmentation follow from.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Whether each epoch has an order of its own; else it is that of the images.</summary>
    public bool Shuffle { get; init; } = true;

    /// <summary>Whether samples that do not fill a batch at the end of an epoch are left out.</summary>
    public bool DropLast { get; init; }

    /// <summary>Whether a thread makes the next batch while the current one is used. The batches are the same, bit for bit.</summary>
    public bool Prefetch { get; init; } = true;

    /// <summary>What is subtracted from each channel (a byte of 255 is 1); nothing where it is null.</summary>
    public float[]? Mean { get; init; }

    /// <summary>What each channel is divided by afterwards, above 0; nothing where it is null.</summary>
    public float[]? StandardDeviation { get; init; }

    /// <summary>What is done to the images; nothing where it is null.</summary>
    public ImageAugmentation? Augmentation { get; init; }
}

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
    /// The standard deviation of α in the jitter of colours: to each pixel of an image Σ αᵢ λᵢ pᵢ is added, with the eigenvalues λ and eigenvectors p of <see cref="RgbComponents"/>
    /// and an α for each component, which is drawn once for the image; 0.1 in Krizhevsky et al., 2012, section 4.1. λ is in units in which a byte of 255 is 1.
    /// </summary>
    public float RgbJitter { get; init; }

    /// <summary>The components for <see cref="RgbJitter"/>, usually those of the training images.</summary>
    public RgbPrincipalComponents? RgbComponents { get; init; }

    /// <summary>The standard deviation of normal noise that is added to each value after the normalisation, ≥ 0.</summary>
    public float NoiseDeviation { get; init; }
}

/// <summary>Where a sequence of batches stands. With it, the same images and the same options, <see cref="ImageBatches.Position"/> goes on with the same bits.</summary>
/// <param name="Seed">What all random numbers follow from; they have no other state, as each is a hash of this, the epoch, and the number of the sample.</param>
/// <param name="Epoch">Epochs that are over.</param>
/// <param name="Sample">Samples of this epoch that have been given out.</param>
public readonly record struct DataPosition(int Seed, long Epoch, int Sample)
{
    /// <summary>More than there will ever be, and far from where counting would wrap.</summary>
    internal const long MostEpochs = 1L << 53;
}
