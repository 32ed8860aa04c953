using System.Runtime.ExceptionServices;
using ModelGen.Runtime;

namespace ModelGen.Data;

/// <summary>Batches of images and labels for a trainer, epoch after epoch. Allocates when it is made and not afterwards.</summary>
/// <remarks>
/// <code>
/// while (batches.MoveNext())          // one epoch; the next loop is the next one
///     trainer.Step(batches.Images, batches.Labels);
/// </code>
/// For one thread at a time. Which batch comes is a function of the images, the options and <see cref="Position"/> alone, on every
/// platform, with prefetch or without.
/// </remarks>
public sealed class ImageBatches : IDisposable
{
    private enum Work
    {
        None,
        Asked,
        Done,
    }

    private readonly LabeledImages images;
    private readonly ImageBatchOptions options;
    private readonly BatchMaker maker;
    private readonly Thread? thread;
    private readonly object gate = new();
    private Batch current;
    private DataPosition position;
    private bool disposed;

    // Between asking and taking, what the thread makes; the gate guards how far it is.
    private Batch next;
    private DataPosition nextPosition;
    private Work work;
    private ExceptionDispatchInfo? fault;
    private bool stop;

    /// <summary>Prepares batches, from the start of epoch 0.</summary>
    /// <param name="images">The samples, at least one.</param>
    /// <param name="options">How batches are made.</param>
    /// <exception cref="ArgumentException">The options do not fit together, or not the images.</exception>
    public ImageBatches(LabeledImages images, ImageBatchOptions options)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(options);
        this.images = images;
        this.options = options;
        maker = new BatchMaker(images, options);
        position = new DataPosition(options.Seed, 0, 0);
        current = next = new Batch(options.BatchSize, ImageLength);
        if (!options.Prefetch || !PlatformThreads.AreThere)
            return;
        next = new Batch(options.BatchSize, ImageLength);
        thread = new Thread(MakeNext) { IsBackground = true, Name = "ModelGen image batches" };
        thread.Start();
    }

    /// <summary>Channels of an image.</summary>
    public int Channels => images.Channels;

    /// <summary>Rows of an image, after cropping.</summary>
    public int Height => maker.Height;

    /// <summary>Columns of an image, after cropping.</summary>
    public int Width => maker.Width;

    /// <summary>Values of an image: channels × height × width.</summary>
    public int ImageLength => Channels * Height * Width;

    /// <summary>Batches of a whole epoch.</summary>
    public int BatchesPerEpoch => (int)((images.Count + (options.DropLast ? 0L : options.BatchSize - 1)) / options.BatchSize);

    /// <summary>Samples of the current batch; 0 before the first and after the last of an epoch.</summary>
    public int Count => current.Count;

    /// <summary>
    /// The current batch: <see cref="Count"/> × channels × height × width values. Valid until the next <see cref="MoveNext"/>.
    /// </summary>
    public ReadOnlySpan<float> Images => current.Images.AsSpan(0, Count * ImageLength);

    /// <summary>The classes of the current batch.</summary>
    public ReadOnlySpan<int> Labels => current.Labels.AsSpan(0, Count);

    /// <summary>Which of the images the current batch has.</summary>
    public ReadOnlySpan<int> Indices => current.Indices.AsSpan(0, Count);

    /// <summary>
    /// Where the sequence stands, behind the current batch. Kept in a checkpoint and set again on another instance with the same images and
    /// options, it continues with the same bits. Setting it leaves no current batch.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The epoch is not 0 to 2⁵³, or the sample not 0 to the number of images.</exception>
    public DataPosition Position
    {
        get => position;
        set
        {
            if (WhyNot(value) is string expected)
                throw new ArgumentOutOfRangeException(nameof(value), value, $"Expected {expected}.");
            position = value;
            current.Count = 0;
        }
    }

    /// <summary>What the thread has allocated since its start; 0 without one.</summary>
    internal long ThreadAllocatedBytes { get; private set; }

    /// <summary>Goes to the next batch.</summary>
    /// <returns>False when the epoch is over; the next call then begins another one.</returns>
    /// <exception cref="ObjectDisposedException">The instance has been disposed of.</exception>
    public bool MoveNext()
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        if (IsOver(position))
        {
            position = new DataPosition(position.Seed, position.Epoch + 1, 0);
            current.Count = 0;
            return false;
        }
        if (thread is null)
            maker.Make(position, CountAt(position), current);
        else
            TakeNext();
        position = position with { Sample = position.Sample + current.Count };
        if (thread is not null)
            Ask(IsOver(position) ? new DataPosition(position.Seed, position.Epoch + 1, 0) : position);
        return true;
    }

    /// <summary>Ends the thread.</summary>
    public void Dispose()
    {
        if (disposed)
            return;
        disposed = true;
        lock (gate)
        {
            stop = true;
            Monitor.PulseAll(gate);
        }
        thread?.Join();
    }

    /// <summary>Which positions there are, for a message; null if this is one.</summary>
    /// <exception cref="ObjectDisposedException">The instance has been disposed of.</exception>
    internal string? WhyNot(DataPosition at)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        return at.Epoch is >= 0 and <= DataPosition.MostEpochs && at.Sample >= 0 && at.Sample <= images.Count
            ? null
            : MessageText.Invariant($"an epoch from 0 to {DataPosition.MostEpochs} and a sample from 0 to {images.Count}");
    }

    private int CountAt(DataPosition at) => Math.Min(options.BatchSize, images.Count - at.Sample);

    private bool IsOver(DataPosition at) => options.DropLast ? images.Count - at.Sample < options.BatchSize : at.Sample >= images.Count;

    // Makes the batch at the position the current one. The thread has it, unless it is the first one or the position was set.
    private void TakeNext()
    {
        Await();
        if (work == Work.None || nextPosition != position)
        {
            Ask(position);
            Await();
        }
        work = Work.None;
        fault?.Throw();
        (current, next) = (next, current);
    }

    private void Await()
    {
        lock (gate)
            while (work == Work.Asked)
                Monitor.Wait(gate);
    }

    private void Ask(DataPosition at)
    {
        lock (gate)
        {
            nextPosition = at;
            work = Work.Asked;
            Monitor.PulseAll(gate);
        }
    }

    // The thread: between Asked and Done the next batch and the maker are its own.
    private void MakeNext()
    {
        while (true)
        {
            lock (gate)
            {
                while (work != Work.Asked && !stop)
                    Monitor.Wait(gate);
                if (stop)
                    return;
            }
            try
            {
                maker.Make(nextPosition, CountAt(nextPosition), next);
            }
            catch (Exception exception)
            {
                fault = ExceptionDispatchInfo.Capture(exception);
            }
            lock (gate)
            {
                ThreadAllocatedBytes = GC.GetAllocatedBytesForCurrentThread();
                work = Work.Done;
                Monitor.PulseAll(gate);
            }
        }
    }
}
