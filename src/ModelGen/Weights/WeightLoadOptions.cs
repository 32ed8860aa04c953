using ModelGen.Safetensors;

namespace ModelGen;

/// <summary>
/// How a network's weights are loaded. What <c>Forward</c> computes from them is the same to the last bit, whatever is set.
/// </summary>
public sealed record WeightLoadOptions
{
    private readonly int _parallelism = 1;

    /// <summary>
    /// Whether the weights keep all parameters as the file has them, beside their packed form; true unless set. Without, memory and time
    /// are saved: enough for <c>Forward</c>, but parameters cannot be read or saved, and no trainer can start from them.
    /// </summary>
    public bool KeepParameters { get; init; } = true;

    /// <summary>
    /// Threads that read and pack, the calling one included; 1 unless set. They end before loading does. Where the platform has no threads,
    /// in a browser for instance, the calling one does all.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Less than 1 or more than 1,024.</exception>
    public int Parallelism
    {
        get => _parallelism;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, WorkerTeam.MostParallelism);
            _parallelism = value;
        }
    }

    /// <summary>
    /// Whether a file is read or mapped into memory; streams and memory are what they are. Unless set, it is mapped where it is larger than
    /// <see cref="SafetensorsFile.MaxReadBytes"/> and parameters are not kept: only there is a mapping faster (by up to a third), and saves
    /// memory. A mapped file must not be cut short by another program while it is loaded, which would end the process; replacing it, as
    /// <c>Save</c> does, is safe.
    /// </summary>
    public SafetensorsAccess Access { get; init; }

    /// <summary>Runs the pieces in place of threads that are started for it; <see cref="Parallelism"/> is not looked at then.</summary>
    public IParallelScheduler? Scheduler { get; init; }

    /// <summary>Whether NaN and infinity are errors; false unless set.</summary>
    public bool RejectNonFinite { get; init; }

    /// <summary>
    /// Names of parameters that are not asked for but get first values, separated by commas; <c>*</c> stands for any characters:
    /// <c>"fc.*"</c>, for fine-tuning with other classes. What matches may be in the file, in any shape, or not; a pattern that matches
    /// nothing there or here is an error. Null for none.
    /// </summary>
    public string? Skip { get; init; }

    /// <summary>The seed of the first values that <see cref="Skip"/> leaves to be made.</summary>
    public int Seed { get; init; }

    /// <summary>
    /// What messages call weights that come from a stream or from memory; <c>stream</c> and <c>memory</c> unless set, or the path of a
    /// file's stream.
    /// </summary>
    public string? SourceName { get; init; }

    /// <summary>
    /// Told which share of the work is done, from 0 to 1, never less than before: some hundred times for a large file. May be told from any
    /// thread that loads. Null for nobody.
    /// </summary>
    public IProgress<double>? Progress { get; init; }

    /// <summary>
    /// Ends loading with an <see cref="OperationCanceledException"/> between two pieces of the work, of some milliseconds.
    /// </summary>
    public CancellationToken Cancellation { get; init; }
}
