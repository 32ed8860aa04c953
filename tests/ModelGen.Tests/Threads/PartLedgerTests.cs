using ModelGen.Runtime;

namespace ModelGen.Tests.Threads;

/// <summary>
/// Whatever a scheduler does with its work: each part is run once or the fault is told, never twice, and never once the call is over.
/// </summary>
public class PartLedgerTests
{
    private sealed class Scheduler(int parts, Action<Action<int>> run) : IParallelScheduler
    {
        public int Parallelism => parts;

        public void Run(Action<int> work) => run(work);
    }

    private static (string? Failure, int[] Counts) Run(PartLedger ledger, IParallelScheduler scheduler, Action<int>? also = null)
    {
        int parts = ledger.Begin(scheduler);
        int[] counts = new int[parts];
        string? failure = ledger.Run(scheduler, part =>
        {
            if (!ledger.TryBegin(part))
                return;
            try
            {
                Interlocked.Increment(ref counts[part]);
                also?.Invoke(part);
            }
            catch (Exception e)
            {
                ledger.End(part, e);
                throw;
            }
            ledger.End(part);
        });
        return (failure, counts);
    }

    [Fact]
    public void RandomCallsAreJudgedRightly()
    {
        var random = new Random(2);
        var ledger = new PartLedger("Net");
        for (int i = 0; i < 2_000; i++)
        {
            int parts = random.Next(1, 9);
            int[] calls = [.. Enumerable.Range(0, random.Next(parts + 3))
                .Select(_ => random.Next(10) == 0 ? random.Next(-2, 12) : random.Next(parts))];
            if (random.Next(3) == 0)
                calls = [.. Enumerable.Range(0, parts).OrderBy(_ => random.Next())];
            bool threads = random.Next(4) == 0;
            (string? failure, int[] counts) = Run(ledger, new Scheduler(parts, work =>
            {
                if (threads)
                    Parallel.ForEach(calls, work);
                else
                    Array.ForEach(calls, work);
            }));
            Assert.Equal(Enumerable.Range(0, parts).Select(p => calls.Contains(p) ? 1 : 0), counts);
            Assert.Equal(calls.Order().SequenceEqual(Enumerable.Range(0, parts)), failure is null);
            Assert.Equal(Enumerable.Range(0, parts).Select(p => !calls.Contains(p)), Enumerable.Range(0, parts).Select(ledger.IsMissing));
        }
    }

    [Fact]
    public void AnExceptionOfAPartThatTheSchedulerSwallowsComesThrough()
    {
        var swallows = new Scheduler(3, work =>
        {
            for (int part = 0; part < 3; part++)
                _ = Record.Exception(() => work(part));
        });
        Assert.Equal("2", Assert.Throws<FormatException>(() => Run(new PartLedger("Net"), swallows, part => throw new FormatException("2")))
            .Message);
        // The next run is like the first.
        var ledger = new PartLedger("Net");
        Assert.Throws<FormatException>(() => Run(ledger, swallows, part => throw new FormatException()));
        Assert.Null(Run(ledger, swallows).Failure);
    }

    [Fact]
    public void APartThatStillRunsIsWaitedFor()
    {
        var ledger = new PartLedger("Net");
        using var hasBegun = new ManualResetEventSlim();
        bool isDone = false;
        (string? failure, int[] counts) = Run(ledger, new Scheduler(2, work =>
        {
            new Thread(() => work(1)).Start();
            work(0);
            hasBegun.Wait();
        }), part =>
        {
            if (part == 0)
                return;
            hasBegun.Set();
            Thread.Sleep(500);
            Volatile.Write(ref isDone, true);
        });
        Assert.True(Volatile.Read(ref isDone));
        Assert.Equal([1, 1], counts);
        Assert.Equal("Net: Scheduler.Run must call its work once with each of 0 to 1, 2 calls; it returned before the call with 1 had.",
            failure);
    }
}
