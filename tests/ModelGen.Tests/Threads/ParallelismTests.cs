using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ModelGen.Tests.Networks;
using ModelGen.Tests.Zoo;

namespace ModelGen.Tests.Threads;

/// <summary>Whole networks on several threads: every thread count and every scheduler gives the bits that one thread gives.</summary>
public class ParallelismTests
{
    private static readonly Branches.Weights Weights = Branches.CreateWeights(5);
    private static readonly float[] Expected = Forward(new Branches(Weights));

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(7)]
    public void EveryNumberOfThreadsGivesTheSameBits(int parallelism)
    {
        var network = new Branches(Weights) { Parallelism = parallelism };
        Assert.Equal(parallelism, network.Parallelism);
        Assert.Null(network.Scheduler);
        for (int i = 0; i < 20; i++)
            AssertSameBits(Expected, Forward(network));
        network.Parallelism = 1;
    }

    [Fact]
    public void FullSizeNetworksAgree()
    {
        Squeeze.Weights weights = Squeeze.CreateWeights(1);
        float[] image = Image(Squeeze.InputLength);
        float[] one = new float[Squeeze.OutputLength], several = new float[Squeeze.OutputLength];
        new Squeeze(weights).Forward(image, one);
        foreach (int parallelism in (int[])[2, 3])
        {
            var network = new Squeeze(weights) { Parallelism = parallelism };
            network.Forward(image, several);
            network.Parallelism = 1;
            AssertSameBits(one, several);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(4)]
    public void SamplesOfABatchAgree(int samples)
    {
        BranchesByFour.Weights weights = BranchesByFour.CreateWeights(1);
        float[] images = Image(samples * BranchesByFour.InputLength);
        float[] one = new float[samples * BranchesByFour.OutputLength], several = new float[samples * BranchesByFour.OutputLength];
        new BranchesByFour(weights).Forward(images, one);
        new BranchesByFour(weights) { Scheduler = new Backwards(3) }.Forward(images, several);
        AssertSameBits(one, several);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(16)]
    public void EveryOrderGivesTheSameBits(int parallelism)
    {
        var scheduler = new Backwards(parallelism);
        var network = new Branches(Weights) { Scheduler = scheduler };
        Assert.Same(scheduler, network.Scheduler);
        AssertSameBits(Expected, Forward(network));
        Assert.True(scheduler.Runs > 3);
    }

    [Fact]
    public void NewThreadsForEveryPartGiveTheSameBits() =>
        AssertSameBits(Expected, Forward(new Branches(Weights) { Scheduler = new NewThreads(4) }));

    [Fact]
    public void ParallelismMayChangeBetweenCalls()
    {
        var network = new Branches(Weights);
        foreach (int parallelism in (int[])[2, 1, 3, 2, 2, 1])
        {
            network.Parallelism = parallelism;
            Assert.Equal(parallelism, network.Parallelism);
            AssertSameBits(Expected, Forward(network));
        }
        var scheduler = new Backwards(2);
        network.Scheduler = scheduler;
        Assert.Equal(2, network.Parallelism);
        AssertSameBits(Expected, Forward(network));
        scheduler.Parallelism = 5;
        Assert.Equal(5, network.Parallelism);
        AssertSameBits(Expected, Forward(network));
        network.Scheduler = null;
        Assert.Equal(1, network.Parallelism);
        AssertSameBits(Expected, Forward(network));
    }

    [Fact]
    public void NetworksMayShareATeamFromSeveralThreads()
    {
        using var team = new WorkerTeam(2);
        Parallel.For(0, 4, _ =>
        {
            var network = new Branches(Weights) { Scheduler = team };
            for (int i = 0; i < 10; i++)
                AssertSameBits(Expected, Forward(network));
        });
    }

    [Fact]
    public void ForwardAllocatesNothing()
    {
        var network = new Branches(Weights) { Parallelism = 2 };
        float[] image = Image(Branches.InputLength), output = new float[Branches.OutputLength];
        Assert.Equal(0, Allocations.Of(100, () => network.Forward(image, output)));
        network.Parallelism = 1;
    }

    // The caller's arrays move while threads read them: every collection of the youngest generation moves what it finds alive. Whole heaps
    // would take the rest of the suite's time, and collections without a pause between them leave the other threads none.
    [Fact]
    public void TheCallersMemoryStaysWhereItIsDuringACall()
    {
        var network = new Branches(Weights) { Parallelism = 2 };
        bool stop = false;
        var collector = new Thread(() =>
        {
            while (!Volatile.Read(ref stop))
            {
                GC.Collect(0, GCCollectionMode.Forced, blocking: true, compacting: true);
                Thread.Sleep(1);
            }
        }) { IsBackground = true };
        collector.Start();
        try
        {
            for (int i = 0; i < 300; i++)
                AssertSameBits(Expected, Forward(network));
        }
        finally
        {
            Volatile.Write(ref stop, true);
            collector.Join();
            network.Parallelism = 1;
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-3)]
    [InlineData(1_025)]
    public void OtherNumbersOfThreadsAreRefused(int parallelism)
    {
        var network = new Branches(Weights) { Parallelism = 2 };
        Assert.Throws<ArgumentOutOfRangeException>(() => network.Parallelism = parallelism);
        Assert.Equal(2, network.Parallelism);
        network.Parallelism = 1;
        Assert.Throws<ArgumentOutOfRangeException>(() => new LeNet5(LeNet5.CreateWeights(1)).Parallelism = parallelism);
    }

    [Fact]
    public void SchedulersThatDoNotKeepTheContractAreNamed()
    {
        var network = new Branches(Weights) { Scheduler = new Custom(2, work => work(0)) };
        string message = Assert.Throws<InvalidOperationException>(() => Forward(network)).Message;
        Assert.Contains("Branches: Custom.Run must call its work once with each of 0 to 1, 2 calls; it did not call it with 1.", message,
            StringComparison.Ordinal);
        network.Scheduler = new Custom(2, work => work(2));
        Assert.Contains("it did not call it with 0 and 1 more, called it with 2.",
            Assert.Throws<InvalidOperationException>(() => Forward(network)).Message, StringComparison.Ordinal);
        network.Scheduler = new Custom(2, _ => throw new TimeoutException());
        Assert.Throws<TimeoutException>(() => Forward(network));
        // Nothing of that stays.
        network.Scheduler = new Backwards(2);
        AssertSameBits(Expected, Forward(network));
    }

    [Fact]
    public void ANetworkThatIsTooSmallStartsNoThreads()
    {
        var network = new LeNet5(GoldenLeNet5.Weights()) { Parallelism = 2 };
        Assert.Equal(2, network.Parallelism);
        float[] expected = GoldenLeNet5.Forward(new LeNet5(GoldenLeNet5.Weights()), GoldenLeNet5.Image(0));
        network.Scheduler = new Custom(2, _ => throw new TimeoutException());
        AssertSameBits(expected, GoldenLeNet5.Forward(network, GoldenLeNet5.Image(0)));
    }

    [Fact]
    public void ThreadsOfAnInstanceThatNobodyUsesAnyMoreEnd()
    {
        WeakReference network = Abandoned();
        for (int i = 0; i < 100 && network.IsAlive; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            Thread.Sleep(10);
        }
        Assert.False(network.IsAlive);

        [MethodImpl(MethodImplOptions.NoInlining)]
        static WeakReference Abandoned()
        {
            var network = new Branches(Weights) { Parallelism = 3 };
            AssertSameBits(Expected, Forward(network));
            return new WeakReference(network);
        }
    }

    private static float[] Forward(Branches network)
    {
        float[] output = new float[Branches.OutputLength];
        network.Forward(Image(Branches.InputLength), output);
        return output;
    }

    private static float[] Image(int length) => [.. Enumerable.Range(0, length).Select(i => (float)Math.Sin(i))];

    private static void AssertSameBits(float[] expected, float[] actual)
    {
        Assert.Contains(expected, e => e != 0);
        Assert.True(MemoryMarshal.AsBytes<float>(expected).SequenceEqual(MemoryMarshal.AsBytes<float>(actual)));
    }

    private sealed class NewThreads(int parallelism) : IParallelScheduler
    {
        public int Parallelism => parallelism;

        public void Run(Action<int> work)
        {
            Thread[] threads = [.. Enumerable.Range(0, parallelism).Select(part => new Thread(() => work(part)))];
            Array.ForEach(threads, t => t.Start());
            Array.ForEach(threads, t => t.Join());
        }
    }

    private sealed class Custom(int parallelism, Action<Action<int>> run) : IParallelScheduler
    {
        public int Parallelism => parallelism;

        public void Run(Action<int> work) => run(work);
    }
}
