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

    /// <summary>
    /// Whether a thread makes the next batch while the current one is used, where the platform has threads. The batches are the same, bit
    /// for bit.
    /// </summary>
    public bool Prefetch { get; init; } = true;

    /// <summary>What is subtracted from each channel (a byte of 255 is 1); nothing where it is null.</summary>
    public float[]? Mean { get; init; }

    /// <summary>What each channel is divided by afterwards, above 0; nothing where it is null.</summary>
    public float[]? StandardDeviation { get; init; }

    /// <summary>What is done to the images; nothing where it is null.</summary>
    public ImageAugmentation? Augmentation { get; init; }
}
