using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ModelGen.Tests.Threads;

/// <summary>The library's own threads, by themselves.</summary>
public class WorkerTeamTests
{
    // A thread that never comes fails a test; it must not hold up the suite.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(9)]
    public void EveryPartRunsOnceAndIsDoneOnReturn(int parallelism)
    {
        using var team = new WorkerTeam(parallelism);
        int[] runs = new int[parallelism];
        Action<int> work = part => runs[part]++;
        for (int run = 1; run <= 20_000; run++)
        {
            team.Run(work);
            // Plain reads: a return before the last part is done shows, and so does a part whose writes are not visible yet.
            Assert.True(Array.TrueForAll(runs, r => r == run), $"run {run}: {string.Join(", ", runs)}");
        }
    }

    // While the calling thread is still waking others, the first that is awake may take all parts, the calling thread's own among them.
    [Fact]
    public void PartsThatWorkersTakeOverAreDoneOnReturn()
    {
        using var team = new WorkerTeam(33);
        int[] done = new int[33];
        int caller = Environment.CurrentManagedThreadId;
        int takenOver = 0;
        for (int run = 1; run <= 200; run++)
        {
            Thread.Sleep(2);
            team.Run(part =>
            {
                if (part == 0 && Environment.CurrentManagedThreadId != caller)
                {
                    takenOver++;
                    Thread.Sleep(5);
                }
                done[part] = run;
            });
            Assert.True(Array.TrueForAll(done, d => d == run), $"run {run}, {takenOver} times taken over: {string.Join(", ", done)}");
        }
    }

    [Fact]
    public void ThreadsThatSleepWakeUp()
    {
        using var team = new WorkerTeam(2);
        for (int i = 0; i < 20; i++)
        {
            Thread.Sleep(5);
            // Neither part ends before both have begun: the calling thread cannot do it alone.
            using var both = new Barrier(2);
            team.Run(_ => Assert.True(both.SignalAndWait(Patience)));
        }
    }

    [Fact]
    public void PartsThatNoWorkerBeginsAreTakenOver()
    {
        using var team = new WorkerTeam(2);
        using var release = new ManualResetEventSlim();
        using var busy = new ManualResetEventSlim();
        int caller = 0;
        // The worker is kept in a part of another run, which uses the team; this one gets its parts done all the same.
        var other = new Thread(() => team.Run(_ =>
        {
            busy.Set();
            release.Wait();
        })) { IsBackground = true };
        other.Start();
        busy.Wait();
        team.Run(_ => caller += Environment.CurrentManagedThreadId);
        Assert.Equal(2 * Environment.CurrentManagedThreadId, caller);
        release.Set();
        other.Join();
    }

    // A worker that wakes up for nothing time and again is woken more rarely, but not never.
    [Fact]
    public void WorkersThatHadNothingToDoComeBack()
    {
        using var team = new WorkerTeam(2);
        for (int i = 0; i < 100; i++)
        {
            team.Run(_ => { });
            Thread.Sleep(1);
        }
        int[] threads = new int[2];
        for (int run = 0; run < 1_000 && threads[0] == threads[1]; run++)
        {
            team.Run(part =>
            {
                Thread.Sleep(2);
                threads[part] = Environment.CurrentManagedThreadId;
            });
        }
        Assert.NotEqual(threads[0], threads[1]);
    }

    [Fact]
    public void TheFirstExceptionIsThrownOnceAllPartsAreDone()
    {
        using var team = new WorkerTeam(3);
        for (int failing = 0; failing < 3; failing++)
        {
            int done = 0;
            var e = Assert.Throws<InvalidDataException>(() => team.Run(part =>
            {
                Interlocked.Increment(ref done);
                if (part == failing)
                    throw new InvalidDataException($"part {part}");
            }));
            Assert.Equal($"part {failing}", e.Message);
            Assert.Equal(3, done);
        }
        int after = 0;
        team.Run(_ => Interlocked.Increment(ref after));
        Assert.Equal(3, after);
    }

    [Fact]
    public void CallsFromSeveralThreadsAndFromWithinWorkComplete()
    {
        using var team = new WorkerTeam(3);
        int parts = 0;
        Thread[] callers = [.. Enumerable.Range(0, 4).Select(_ => new Thread(() =>
        {
            for (int i = 0; i < 500; i++)
                team.Run(_ => team.Run(_ => Interlocked.Increment(ref parts)));
        }))];
        Array.ForEach(callers, c => c.Start());
        Array.ForEach(callers, c => c.Join());
        Assert.Equal(4 * 500 * 3 * 3, parts);
    }

    [Fact]
    public void RunAllocatesNothing()
    {
        using var team = new WorkerTeam(2);
        int sum = 0;
        Action<int> work = part => Interlocked.Add(ref sum, part);
        for (int i = 0; i < 1_000; i++)
            team.Run(work);
        Thread.Sleep(10);
        team.Run(work);
        long own = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1_000; i++)
            team.Run(work);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - own);
    }

    [Fact]
    public void IdleThreadsUseNoProcessorTime()
    {
        using var team = new WorkerTeam(4);
        int[] threads = new int[4];
        using (var all = new Barrier(4))
        {
            team.Run(part =>
            {
                threads[part] = NativeThreadId();
                Assert.True(all.SignalAndWait(Patience));
            });
        }
        // They look for work a while and then wait until they are woken, which takes no time however long it lasts; with a time limit it
        // would.
        Assert.All(threads.Skip(1).Where(t => t != 0 && File.Exists(SystemCall(t))), thread => Assert.True(
            SpinWait.SpinUntil(() => WaitsUntilWoken(thread), Patience),
            $"a thread without work is at {File.ReadAllText(SystemCall(thread))}"));
    }

    [Fact]
    public void DisposingEndsTheThreads()
    {
        var team = new WorkerTeam(3);
        Thread[] threads = ThreadsOf(team);
        team.Dispose();
        team.Dispose();
        Assert.All(threads, t => Assert.True(t.Join(Patience)));
        Assert.Throws<ObjectDisposedException>(() => team.Run(_ => { }));
    }

    [Fact]
    public void ATeamThatNobodyUsesAnyMoreEnds()
    {
        Thread[] threads = Abandoned();
        for (int i = 0; i < 100 && threads.Any(t => t.IsAlive); i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            Thread.Sleep(10);
        }
        Assert.All(threads, t => Assert.False(t.IsAlive));

        [MethodImpl(MethodImplOptions.NoInlining)]
        static Thread[] Abandoned() => ThreadsOf(new WorkerTeam(3));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(1_025)]
    public void OtherNumbersOfThreadsAreRefused(int parallelism)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new WorkerTeam(parallelism));
        GC.Collect();
        GC.WaitForPendingFinalizers();
    }

    // All threads but the calling one.
    private static Thread[] ThreadsOf(WorkerTeam team)
    {
        var threads = new Thread[team.Parallelism];
        using var all = new Barrier(team.Parallelism);
        team.Run(part =>
        {
            threads[part] = Thread.CurrentThread;
            Assert.True(all.SignalAndWait(Patience));
        });
        return [.. threads.Where(t => t != Thread.CurrentThread)];
    }

    // The newest way that Linux gives away without a native call; 0 elsewhere.
    private static int NativeThreadId()
    {
        string link = File.Exists("/proc/thread-self/stat") ? File.ReadAllText("/proc/thread-self/stat") : "0 ";
        return int.Parse(link[..link.IndexOf(' ', StringComparison.Ordinal)], System.Globalization.CultureInfo.InvariantCulture);
    }

    private static string SystemCall(int thread) => $"/proc/self/task/{thread}/syscall";

    // Its number and arguments, or "running". A futex is waited for without limit where the fourth argument, the address of the limit, is
    // null.
    private static bool WaitsUntilWoken(int thread)
    {
        string futex = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? "202" : "98";
        return File.ReadAllText(SystemCall(thread)).Split(' ') is [string call, _, _, _, "0x0", ..] && call == futex;
    }
}
