namespace ModelGen;

/// <summary>
/// What all generated trainers have whose networks read one image or vector and learn classes. <see cref="Fit"/> works on it.
/// </summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage(
    "Naming", "CA1716:Identifiers should not match keywords",
    Justification = "What the field calls a step; other languages can escape it.")]
public interface IClassifierTrainer
{
    /// <summary>Learning rate and all else that may change between steps.</summary>
    GradientDescent Optimizer { get; }

    /// <summary>How many updates the parameters have had.</summary>
    long Updates { get; }

    /// <summary>
    /// Threads that steps and evaluations use, the calling one included; 1 unless set. Results are the same to the last bit. Not to be set
    /// during a call.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Less than 1 or more than 1,024.</exception>
    int Parallelism { get; set; }

    /// <summary>One step on a batch.</summary>
    /// <param name="images">1 to <c>BatchSize</c> samples, one behind the other.</param>
    /// <param name="labels">The class of each sample.</param>
    /// <returns>The mean loss, before the update.</returns>
    /// <exception cref="ArgumentException">A span has the wrong length, or a label is not a class; nothing has changed then.</exception>
    /// <exception cref="NonFiniteLossException">The loss is NaN or infinite; nothing has changed then.</exception>
    /// <exception cref="NonFiniteUpdateException">The loss is finite and what would become of the parameters is not.</exception>
    float Step(ReadOnlySpan<float> images, ReadOnlySpan<int> labels);

    /// <summary>Loss and accuracy, in inference mode, on any number of samples.</summary>
    /// <param name="images">Samples, one behind the other.</param>
    /// <param name="labels">The class of each sample.</param>
    /// <exception cref="ArgumentException">A span has the wrong length, or a label is not a class.</exception>
    Evaluation Evaluate(ReadOnlySpan<float> images, ReadOnlySpan<int> labels);

    /// <summary>A copy of the weights as they are now, for inference and saving.</summary>
    WeightStore ToWeights();

    /// <summary>
    /// Writes all that the next step depends on to a file. Replaces an old one only once the new one is complete on the disk.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="epoch">A number that <see cref="LoadCheckpoint"/> gives back, at least 0.</param>
    /// <param name="notes">Text that it gives back.</param>
    /// <exception cref="IOException">The file cannot be written; the old one is as it was.</exception>
    void SaveCheckpoint(string path, int epoch = 0, IReadOnlyDictionary<string, string>? notes = null);

    /// <summary>Goes on where a checkpoint was saved.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="CheckpointMismatchException">The file is no checkpoint of this network and optimizer; nothing has changed
    /// then.</exception>
    /// <exception cref="IOException">The file is missing or damaged; nothing has changed then.</exception>
    Checkpoint LoadCheckpoint(string path);
}
