using System.Runtime.ExceptionServices;

namespace ModelGen.Runtime;

/// <summary>
/// Has a scheduler that is not ours run the parts of some work, and sees to it that each is run once: a part that is left out or run twice
/// would be a wrong result without a word, and one that still runs when the call is over would write into memory that is the caller's
/// again. Allocates nothing unless there are more parts than ever before.
/// </summary>
/// <param name="network">The network's class, for messages.</param>
internal sealed class PartLedger(string network)
{
    private enum Part
    {
        Closed,
        Open,
        Running,
        Done,
    }

    private int[] _states = [];
    private int _parts;
    private int _repeats, _repeated;
    private int _strangers, _stranger;
    private ExceptionDispatchInfo? _failure;

    /// <summary>How many parts the next run has.</summary>
    /// <exception cref="InvalidOperationException">The scheduler says less than 1 or more than 1,024.</exception>
    public int Begin(IParallelScheduler scheduler)
    {
        int parts = scheduler.Parallelism;
        if (parts is < 1 or > WorkerTeam.MostParallelism)
            throw new InvalidOperationException(
                MessageText.Invariant(
                    $"{network}: {NameOf(scheduler)}.Parallelism must be 1 to {WorkerTeam.MostParallelism:N0}, is {parts}; nothing was "
                        + $"run."));
        if (_states.Length < parts)
            _states = new int[parts];
        (_repeats, _strangers, _failure) = (0, 0, null);
        Volatile.Write(ref _parts, parts);
        return parts;
    }

    /// <summary>
    /// Runs the parts that <see cref="Begin"/> has counted. Whatever comes of it, none runs any more afterwards, and none will.
    /// </summary>
    /// <param name="scheduler">Who runs them.</param>
    /// <param name="work">What <see cref="TryBegin"/> and <see cref="End"/> enclose.</param>
    /// <returns>What the scheduler did wrong, null if nothing. A part that was left out has not been run.</returns>
    public string? Run(IParallelScheduler scheduler, Action<int> work)
    {
        for (int part = 0; part < _parts; part++)
            Volatile.Write(ref _states[part], (int)Part.Open);
        int missing = 0, firstMissing = 0, late = 0, firstLate = 0;
        try
        {
            scheduler.Run(work);
        }
        finally
        {
            for (int part = _parts - 1; part >= 0; part--)
            {
                switch ((Part)Interlocked.CompareExchange(ref _states[part], (int)Part.Closed, (int)Part.Open))
                {
                    case Part.Open:
                        (missing, firstMissing) = (missing + 1, part);
                        break;
                    case Part.Running:
                        (late, firstLate) = (late + 1, part);
                        SpinWait wait = default;
                        while (Volatile.Read(ref _states[part]) == (int)Part.Running)
                            wait.SpinOnce();
                        break;
                }
            }
        }
        _failure?.Throw();
        return missing + late + _repeats + _strangers == 0 ? null : Describe(scheduler, missing, firstMissing, late, firstLate);
    }

    /// <summary>Whether a part was left out by the last run.</summary>
    public bool IsMissing(int part) => _states[part] == (int)Part.Closed;

    /// <summary>Whether the part is to be run now; if so, <see cref="End"/> follows.</summary>
    public bool TryBegin(int part)
    {
        if ((uint)part >= (uint)Volatile.Read(ref _parts))
        {
            if (Interlocked.Increment(ref _strangers) == 1)
                _stranger = part;
            return false;
        }
        if (Interlocked.CompareExchange(ref _states[part], (int)Part.Running, (int)Part.Open) == (int)Part.Open)
            return true;
        if (Interlocked.Increment(ref _repeats) == 1)
            _repeated = part;
        return false;
    }

    /// <summary>The part is done, or has thrown.</summary>
    public void End(int part, Exception? failure = null)
    {
        if (failure is not null)
            Interlocked.CompareExchange(ref _failure, ExceptionDispatchInfo.Capture(failure), null);
        Volatile.Write(ref _states[part], (int)Part.Done);
    }

    private string Describe(IParallelScheduler scheduler, int missing, int firstMissing, int late, int firstLate)
    {
        var wrong = new List<string>();
        if (missing > 0)
            wrong.Add(MessageText.Invariant($"did not call it with {firstMissing}{Others(missing)}"));
        if (_repeats > 0)
            wrong.Add(MessageText.Invariant($"called it with {_repeated} again{Others(_repeats)}"));
        if (_strangers > 0)
            wrong.Add(MessageText.Invariant($"called it with {_stranger}{Others(_strangers)}"));
        if (late > 0)
            wrong.Add(MessageText.Invariant($"returned before the call with {firstLate} had{Others(late)}"));
        int now = scheduler.Parallelism;
        string changed = now == _parts ? ""
            : MessageText.Invariant($", and its Parallelism has changed from {_parts} to {now} during the run");
        return MessageText.Invariant(
            $"{network}: {NameOf(scheduler)}.Run must call its work once with each of 0 to {_parts - 1}, {_parts} calls; it "
                + $"{string.Join(", ", wrong)}{changed}.");

        static string Others(int count) => count == 1 ? "" : MessageText.Invariant($" and {count - 1} more");
    }

    private static string NameOf(IParallelScheduler scheduler) => scheduler.GetType().Name;
}
