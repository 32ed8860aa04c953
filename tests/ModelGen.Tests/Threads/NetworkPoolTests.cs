using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Loaded = ModelGen.Tests.Weights.Loaded;

namespace ModelGen.Tests.Threads;

[Network, Input(1, 12, 12)]
[Conv2d(8, 3, Padding = 1), Relu, MaxPool2d(2), Conv2d(8, 3, Padding = 1), Relu]
[Flatten, Linear(10), Softmax]
internal sealed partial class Pooled;

public sealed class NetworkPoolTests
{
    private const int Threads = 8, Calls = 10_000, Rounds = 3, Pictures = 16;

    private static readonly Pooled.Weights Weights = Pooled.CreateWeights(seed: 3);
    private static readonly float[][] Images = [.. Enumerable.Range(0, Pictures).Select(ImageOf)];
    private static readonly float[][] Expected = [.. Images.Select(i => Forward(new Pooled(Weights), i))];

    private static NetworkPool<Pooled> Two() => new(2, () => new Pooled(Weights));

    [Fact]
    public void EightThreadsOnTwoInstancesGetTheBitsOfOneAndAllocateNothing()
    {
        NetworkPool<Pooled> pool = Two();
        var faults = new ConcurrentQueue<string>();
        var seen = new ConcurrentDictionary<Pooled, bool>();
        using var start = new Barrier(Threads);
        long[,] allocated = new long[Rounds, Threads];
        int[] next = new int[Rounds];
        Thread[] threads = [.. Enumerable.Range(0, Threads).Select(t => new Thread(() => Work(t)))];
        NetworkLease<Pooled> one = pool.Rent(), other = pool.Rent();
        Pooled[] both = [one.Network, other.Network];
        foreach (Thread thread in threads)
            thread.Start();
        // All wait at the same time, and have what it takes to do so from then on.
        SpinWait.SpinUntil(() => pool.Waiting == Threads);
        one.Dispose();
        other.Dispose();
        foreach (Thread thread in threads)
            thread.Join();
        Assert.Empty(faults);
        Assert.Empty(seen.Keys.Except(both));
        Assert.Equal(2, pool.Available);
        // The runtime may allocate for itself the first time that a thread comes into a situation; a call that allocates does so in each
        // round.
        Assert.Contains(Enumerable.Range(0, Rounds), r => Enumerable.Range(0, Threads).All(t => allocated[r, t] == 0));

        void Work(int thread)
        {
            float[] scores = new float[Pooled.OutputLength];
            for (int i = 0; i < 50; i++)
                Run(i, scores, note: true);
            for (int round = 0; round < Rounds; round++)
            {
                start.SignalAndWait();
                long before = GC.GetAllocatedBytesForCurrentThread();
                for (int call = Interlocked.Increment(ref next[round]); call <= Calls; call = Interlocked.Increment(ref next[round]))
                    Run(call, scores, note: false);
                allocated[round, thread] = GC.GetAllocatedBytesForCurrentThread() - before;
            }
        }

        void Run(int call, float[] scores, bool note)
        {
            int picture = call % Pictures;
            using NetworkLease<Pooled> lease = pool.Rent();
            lease.Network.Forward(Images[picture], scores);
            if (!MemoryMarshal.AsBytes<float>(scores).SequenceEqual(MemoryMarshal.AsBytes<float>(Expected[picture])))
                faults.Enqueue($"call {call}");
            if (note)
                seen[lease.Network] = true;
        }
    }

    [Fact]
    public async Task TasksGetTheBitsOfOneThread()
    {
        NetworkPool<Pooled> pool = Two();
        int running = 0, most = 0;
        await Task.WhenAll(Enumerable.Range(0, Threads).Select(_ => Task.Run(Work)));
        Assert.Equal(2, pool.Available);
        Assert.InRange(most, 1, 2);

        async Task Work()
        {
            float[] scores = new float[Pooled.OutputLength];
            for (int call = 0; call < 200; call++)
            {
                using NetworkLease<Pooled> lease = await pool.RentAsync();
                int now = Interlocked.Increment(ref running);
                InterlockedMax(ref most, now);
                lease.Network.Forward(Images[call % Pictures], scores);
                Interlocked.Decrement(ref running);
                Assert.Equal(Expected[call % Pictures], scores);
                if (call % 10 == 0)
                    await Task.Yield();
            }
        }
    }

    /// <summary>
    /// Beside the pool, where threads share an instance, no call is computed wrongly: the one that meets another says whose instance it is.
    /// </summary>
    [Fact]
    public void TwoThreadsOnOneInstanceAreRefusedByName()
    {
        Loaded.Weights weights = Loaded.CreateWeights(1);
        var pool = new NetworkPool<Loaded>(1, () => new Loaded(weights));
        using NetworkLease<Loaded> lease = pool.Rent();
        Loaded shared = lease.Network;
        float[] image = [.. Enumerable.Range(0, Loaded.InputLength).Select(i => MathF.Sin(i))];
        float[] expected = new float[Loaded.OutputLength], scores = new float[expected.Length];
        shared.Forward(image, expected);
        Exception? refused = null;
        var untouched = new float[expected.Length];
        shared.Scheduler = new Meeting(() =>
        {
            var other = new Thread(() => refused = Record.Exception(() => shared.Forward(image, untouched)));
            other.Start();
            other.Join();
        });
        shared.Forward(image, scores);
        Assert.Equal(expected, scores);
        Assert.Equal(new float[expected.Length], untouched);
        var invalid = Assert.IsType<InvalidOperationException>(refused);
        Assert.StartsWith(FormattableString.Invariant(
            $"Loaded: another call on the same instance is running on thread {Environment.CurrentManagedThreadId}."),
            invalid.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ALeaseThatWasGivenBackIsOfNoUse()
    {
        NetworkPool<Pooled> pool = new(1, () => new Pooled(Weights));
        NetworkLease<Pooled> first = pool.Rent(), copy = first;
        Assert.Equal(first, copy);
        Pooled instance = first.Network;
        first.Dispose();
        copy.Dispose();
        Assert.Equal(1, pool.Available);
        Assert.Throws<ObjectDisposedException>(() => copy.Network);
        NetworkLease<Pooled> second = pool.Rent();
        Assert.Same(instance, second.Network);
        Assert.NotEqual(first, second);
        // The old lease ends nothing of the new one's.
        first.Dispose();
        Assert.Equal(0, pool.Available);
        Assert.Throws<ObjectDisposedException>(() => first.Network);
        Assert.Throws<ObjectDisposedException>(() => default(NetworkLease<Pooled>).Network);
        default(NetworkLease<Pooled>).Dispose();
    }

    [Fact]
    public async Task WhoComesFirstIsServedFirst()
    {
        NetworkPool<Pooled> pool = new(1, () => new Pooled(Weights));
        NetworkLease<Pooled> lease = pool.Rent();
        Task<NetworkLease<Pooled>> one = pool.RentAsync().AsTask(), two = pool.RentAsync().AsTask(), three = pool.RentAsync().AsTask();
        foreach (Task<NetworkLease<Pooled>> next in (Task<NetworkLease<Pooled>>[])[one, two, three])
        {
            Assert.False(next.IsCompleted);
            lease.Dispose();
            lease = await next.WaitAsync(TimeSpan.FromMinutes(1));
        }
        lease.Dispose();
        Assert.Equal(1, pool.Available);
    }

    [Fact]
    public async Task WaitingEndsWhenItIsTold()
    {
        NetworkPool<Pooled> pool = new(1, () => new Pooled(Weights));
        NetworkLease<Pooled> lease = pool.Rent();
        Assert.False(pool.TryRent(out _));
        Assert.False(pool.TryRent(TimeSpan.FromMilliseconds(20), out NetworkLease<Pooled> none));
        Assert.Equal(default, none);
        using var stop = new CancellationTokenSource();
        Task waiting = Task.Run(() => pool.Rent(stop.Token));
        ValueTask<NetworkLease<Pooled>> task = pool.RentAsync(stop.Token);
        Task<NetworkLease<Pooled>> behind = pool.RentAsync().AsTask();
        stop.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        Assert.Equal(stop.Token, (await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await task)).CancellationToken);
        Assert.Throws<OperationCanceledException>(() => pool.Rent(stop.Token));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await pool.RentAsync(stop.Token));
        // Nobody who has gone is given the instance.
        lease.Dispose();
        (await behind).Dispose();
        Assert.Equal(1, pool.Available);
        Assert.Throws<ArgumentOutOfRangeException>("timeout", () => pool.TryRent(TimeSpan.FromMilliseconds(-2), out _));
    }

    /// <summary>A slot and the end of the waiting at the same moment: the slot is never lost.</summary>
    [Fact]
    public void NoInstanceIsLostToWhoGivesUp()
    {
        NetworkPool<Pooled> pool = Two();
        int rented = 0;
        Thread[] threads = [.. Enumerable.Range(0, 6).Select(t => new Thread(() =>
        {
            for (int i = 0; i < 500; i++)
            {
                using var stop = new CancellationTokenSource();
                if (i % 3 == 0)
                    stop.CancelAfter(TimeSpan.FromMilliseconds(i % 2));
                try
                {
                    if (!pool.TryRent(TimeSpan.FromMilliseconds(i % 4), out NetworkLease<Pooled> lease, stop.Token))
                        continue;
                    Thread.SpinWait(20 * i);
                    Interlocked.Increment(ref rented);
                    lease.Dispose();
                }
                catch (OperationCanceledException)
                {
                }
            }
        }))];
        foreach (Thread thread in threads)
            thread.Start();
        foreach (Thread thread in threads)
            thread.Join();
        Assert.Equal(2, pool.Available);
        Assert.True(rented > 0);
    }

    [Fact]
    public void InstancesAreMadeWhenTheyAreNeeded()
    {
        int made = 0;
        var pool = new NetworkPool<Pooled>(3, () =>
        {
            made++;
            return new Pooled(Weights);
        });
        for (int i = 0; i < 5; i++)
            pool.Rent().Dispose();
        Assert.Equal(1, made);
        pool.Warm();
        Assert.Equal((3, 3, 3), (made, pool.Available, pool.Capacity));
        pool.Warm();
        Assert.Equal(3, made);
    }

    [Fact]
    public void AnInstanceThatCannotBeMadeTakesNoPlace()
    {
        bool fails = true;
        var pool = new NetworkPool<Pooled>(1, () => fails ? throw new TimeZoneNotFoundException() : new Pooled(Weights));
        Assert.Throws<TimeZoneNotFoundException>(() => pool.Rent());
        Assert.Equal(1, pool.Available);
        fails = false;
        pool.Rent().Dispose();

        var only = new Pooled(Weights);
        var same = new NetworkPool<Pooled>(2, () => only);
        using NetworkLease<Pooled> lease = same.Rent();
        Assert.Equal("The pool of Pooled was given the same instance twice; give it a new one each time, new Pooled(weights).",
            Assert.Throws<InvalidOperationException>(() => same.Rent()).Message);
        Assert.Throws<InvalidOperationException>(() => new NetworkPool<Pooled>(1, () => null!).Rent());
        Assert.Throws<ArgumentOutOfRangeException>(() => new NetworkPool<Pooled>(0, () => only));
    }

    private sealed class Meeting(Action meet) : IParallelScheduler
    {
        private bool _hasMet;

        public int Parallelism => 2;

        public void Run(Action<int> work)
        {
            if (!_hasMet)
                meet();
            _hasMet = true;
            work(0);
            work(1);
        }
    }

    private static float[] ImageOf(int number) => [.. Enumerable.Range(0, Pooled.InputLength).Select(i => MathF.Sin(i * (number + 1)))];

    private static float[] Forward(Pooled network, float[] image)
    {
        float[] scores = new float[Pooled.OutputLength];
        network.Forward(image, scores);
        return scores;
    }

    private static void InterlockedMax(ref int most, int value)
    {
        for (int old = most; value > old; old = most)
            Interlocked.CompareExchange(ref most, value, old);
    }
}
