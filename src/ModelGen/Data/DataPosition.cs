namespace ModelGen.Data;

/// <summary>
/// Where a sequence of batches stands. With it, the same images and the same options, <see cref="ImageBatches.Position"/> goes on with the
/// same bits.
/// </summary>
/// <param name="Seed">What all random numbers follow from; they have no other state, as each is a hash of this, the epoch, and the number
/// of the sample.</param>
/// <param name="Epoch">Epochs that are over.</param>
/// <param name="Sample">Samples of this epoch that have been given out.</param>
public readonly record struct DataPosition(int Seed, long Epoch, int Sample)
{
    /// <summary>More than there will ever be, and far from where counting would wrap.</summary>
    internal const long MostEpochs = 1L << 53;
}
