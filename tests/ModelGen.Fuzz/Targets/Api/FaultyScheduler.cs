namespace ModelGen.Fuzz.Targets.Api;

/// <summary>A scheduler that is right for some runs and then, once, does one thing wrong.</summary>
/// <param name="fault">Which.</param>
/// <param name="goodRuns">Runs before that.</param>
internal sealed class FaultyScheduler(int fault, int goodRuns) : IParallelScheduler
{
    public const int Faults = 10;

    private int _left = goodRuns;

    public int Parallelism => _left > 0 ? 3 : fault switch
    {
        0 => 0,
        1 => -1,
        2 => int.MaxValue,
        _ => 3,
    };

    /// <summary>What calls from within a call do.</summary>
    public Action? Within { get; init; }

    public void Run(Action<int> work)
    {
        if (_left-- > 0)
        {
            for (int part = 2; part >= 0; part--)
                work(part);
            return;
        }
        _left = int.MaxValue;
        switch (fault)
        {
            case 3:
                return;
            case 4:
                work(0);
                work(0);
                work(2);
                return;
            case 5:
                work(3);
                break;
            case 6:
                work(int.MinValue);
                break;
            case 7:
                work(1);
                throw new TimeoutException("a scheduler's own");
            case 8:
                Within?.Invoke();
                break;
            case 9:
                work(1);
                // Nobody waits for it.
                ThreadPool.QueueUserWorkItem(_ => work(2));
                work(0);
                return;
        }
        work(0);
        work(1);
        work(2);
    }
}
