using ModelGen.Runtime;

namespace ModelGen;

/// <summary>Runs work on weights in pieces: on all threads of a scheduler, or one after another.</summary>
/// <param name="scheduler">Who runs them; null for the calling thread.</param>
/// <param name="network">The network, for messages.</param>
/// <param name="progress">What is done is told to it.</param>
internal sealed class WeightWork(IParallelScheduler? scheduler, string network, LoadProgress progress)
{
    // Where somebody watches a single thread.
    private const int WatchedParts = 32;

    /// <summary>The network, for messages.</summary>
    public string Network => network;

    /// <summary>What is done is told to it.</summary>
    public LoadProgress Progress => progress;

    /// <summary>Runs each piece, which is told its number and how many there are.</summary>
    /// <exception cref="InvalidOperationException">The scheduler did not do all of them.</exception>
    public void Run(Action<int, int> work)
    {
        if (scheduler is null)
        {
            int pieces = progress.IsWatched ? WatchedParts : 1;
            for (int piece = 0; piece < pieces; piece++)
                work(piece, pieces);
            return;
        }
        var ledger = new PartLedger(network);
        int parts = ledger.Begin(scheduler);
        string? failure = ledger.Run(scheduler, part =>
        {
            if (!ledger.TryBegin(part))
                return;
            try
            {
                work(part, parts);
            }
            catch (Exception e)
            {
                ledger.End(part, e);
                throw;
            }
            ledger.End(part);
        });
        if (failure is not null)
            throw new InvalidOperationException(failure);
    }
}
