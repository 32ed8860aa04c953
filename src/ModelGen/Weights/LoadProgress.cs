namespace ModelGen;

/// <summary>
/// Counts what is done while weights are loaded, tells it on, and gives up when it is told to. Safe from many threads at once.
/// </summary>
internal sealed class LoadProgress(IProgress<double>? progress, CancellationToken cancellation)
{
    // Reports of less than this would come many a millisecond.
    private const double Step = 1 / 128.0;

    private long _total = 1;
    private long _done;
    private double _reported;

    /// <summary>Whether anybody wants to know, or might say stop: then work is done in more pieces.</summary>
    public bool IsWatched => progress is not null || cancellation.CanBeCanceled;

    /// <summary>Begins, with nothing done.</summary>
    /// <param name="total">All there is to do.</param>
    public void Begin(long total) => (_total, _done) = (Math.Max(1, total), 0);

    /// <summary>Some more is done.</summary>
    /// <exception cref="OperationCanceledException">Somebody wants no more of it.</exception>
    public void Add(long done)
    {
        cancellation.ThrowIfCancellationRequested();
        long sum = Interlocked.Add(ref _done, done);
        if (progress is not null && sum < _total)
            Report((double)sum / _total, Step);
    }

    /// <summary>All is done.</summary>
    public void End()
    {
        if (progress is not null)
            Report(1, 0);
    }

    // What is told never falls.
    private void Report(double share, double step)
    {
        lock (this)
        {
            if (share < _reported + step)
                return;
            _reported = share;
            progress!.Report(share);
        }
    }
}
