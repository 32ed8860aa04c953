namespace ModelGen.Tests.Threads;

/// <summary>Runs parts one after another on the calling thread, the last one first.</summary>
internal sealed class Backwards(int parallelism) : IParallelScheduler
{
    public int Runs { get; private set; }

    public int Parallelism { get; set; } = parallelism;

    public void Run(Action<int> work)
    {
        Runs++;
        for (int part = Parallelism - 1; part >= 0; part--)
            work(part);
    }
}
