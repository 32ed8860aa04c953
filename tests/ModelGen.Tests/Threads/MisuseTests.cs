using System.Runtime.InteropServices;
using ModelGen.Tests.Networks;
using ModelGen.Tests.Weights;

namespace ModelGen.Tests.Threads;

/// <summary>
/// Calls that must not be made: an instance from two threads, from within itself, and by schedulers that do not keep the contract. Each is
/// told, and the next call is right.
/// </summary>
public sealed class MisuseTests : IDisposable
{
    private static readonly Branches.Weights Weights = Branches.CreateWeights(5);
    private static readonly float[] Image = [.. Enumerable.Range(0, Branches.InputLength).Select(i => (float)Math.Sin(i))];
    private static readonly float[] Expected = Forward(new Branches(Weights));

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>What a scheduler can do wrong, and what is said of it with two parts.</summary>
    public static TheoryData<string, string> Wrongs => new()
    {
        { "nothing", "2 calls; it did not call it with 0 and 1 more." },
        { "first twice", "2 calls; it did not call it with 1, called it with 0 again." },
        { "all twice", "2 calls; it called it with 0 again and 1 more." },
        { "beyond", "2 calls; it called it with 2." },
        { "negative", "2 calls; it called it with -1." },
        { "grows", "2 calls; it called it with 2 and its Parallelism has changed from 2 to 3 during the run." },
        { "shrinks", "2 calls; it did not call it with 1, and its Parallelism has changed from 2 to 1 during the run." },
        { "late", "2 calls; it did not call it with 1." },
        { "none", "MustBe.Parallelism must be 1 to 1,024, is 0; nothing was run." },
        { "less", "MustBe.Parallelism must be 1 to 1,024, is -3; nothing was run." },
        { "many", "MustBe.Parallelism must be 1 to 1,024, is 2147483647; nothing was run." },
    };

    [Theory, MemberData(nameof(Wrongs))]
    public void WhatASchedulerDoesWrongIsSaidAndChangesNothing(string wrong, string message)
    {
        message = message.Replace("with 2 and its", "with 2, and its", StringComparison.Ordinal)
            .Replace("MustBe", nameof(Faulty), StringComparison.Ordinal);
        var network = new Branches(Weights) { Scheduler = new Faulty(wrong) };
        AssertSays("Branches: Faulty", message, Assert.Throws<InvalidOperationException>(() => Forward(network)));
        network.Scheduler = new Backwards(2);
        AssertSameBits(Expected, Forward(network));

        Weights.Save(_folder.File("w"));
        AssertSays("Branches: Faulty", message,
            Assert.Throws<InvalidOperationException>(() =>
                Branches.LoadWeights(_folder.File("w"), new() { Scheduler = new Faulty(wrong) })));

        // In the forward pass of a step nothing has changed.
        TrainedByTwo.Trainer trainer = Trainer(), other = Trainer();
        trainer.Scheduler = new Faulty(wrong);
        AssertSays("TrainedByTwo: Faulty", message, Assert.Throws<InvalidOperationException>(() => Step(trainer, 0)));
        trainer.Scheduler = new Faulty(wrong);
        AssertSays("TrainedByTwo: Faulty", message, Assert.Throws<InvalidOperationException>(() => trainer.Evaluate(Images(0), [1, 2])));
        trainer.Scheduler = null;
        AssertSameState(other, trainer);
    }

    [Theory, MemberData(nameof(Wrongs))]
    public void AStepThatHasBegunToChangeParametersIsCompleted(string wrong, string message)
    {
        TrainedByTwo.Trainer trainer = Trainer(), other = Trainer();
        int all = 0;
        trainer.Scheduler = new Faulty(wrong, () => all++ < int.MaxValue - 1);
        Step(trainer, 0);
        Step(other, 0);
        Assert.InRange(all, 3, 1_000);
        int runs = all, fails = 0, completed = 0;
        for (int goodRuns = 0; goodRuns < runs; goodRuns++)
        {
            int left = goodRuns;
            trainer.Scheduler = new Faulty(wrong, () => left-- > 0);
            long updates = trainer.Updates;
            string said = Assert.Throws<InvalidOperationException>(() => Step(trainer, goodRuns)).Message;
            Assert.Contains("Faulty", said, StringComparison.Ordinal);
            Assert.Equal(trainer.Updates > updates,
                said.EndsWith("The step was completed on the calling thread, and counts.", StringComparison.Ordinal));
            fails++;
            if (trainer.Updates > updates)
            {
                completed++;
                Step(other, goodRuns);
            }
            trainer.Scheduler = null;
            Assert.Equal(other.ToWeights().AllValues.ToArray(), trainer.ToWeights().AllValues.ToArray());
        }
        Assert.NotEqual(0, completed);
        Assert.NotEqual(fails, completed);
        Assert.NotEmpty(message);
        AssertSameState(other, trainer);
    }

    [Fact]
    public void ATeamThatWasDisposedChangesNothing()
    {
        var team = new WorkerTeam(2);
        var network = new Branches(Weights) { Scheduler = team };
        TrainedByTwo.Trainer trainer = Trainer(), other = Trainer();
        trainer.Scheduler = team;
        team.Dispose();
        Assert.Throws<ObjectDisposedException>(() => Forward(network));
        Assert.Throws<ObjectDisposedException>(() => Step(trainer, 0));
        trainer.Scheduler = null;
        AssertSameState(other, trainer);
    }

    [Fact]
    public void ExceptionsOfASchedulerComeThrough()
    {
        var network = new Branches(Weights) { Scheduler = new Faulty("throws") };
        Assert.Throws<TimeoutException>(() => Forward(network));
        network.Scheduler = null;
        AssertSameBits(Expected, Forward(network));
    }

    [Fact]
    public void ACallFromWithinACallIsRefused()
    {
        var network = new Branches(Weights);
        var inner = new List<Exception>();
        network.Scheduler = new Around(() => inner.Add(Record.Exception(() => Forward(network))));
        AssertSameBits(Expected, Forward(network));
        Assert.All(inner, e => Assert.Equal(
            "Branches: called from within another call on the same instance, by its scheduler for instance. One instance does one call at "
                + "a time, whose memory is its own; "
            + "give each thread an instance of its own over the same weights, new Branches(weights).",
            Assert.IsType<InvalidOperationException>(e).Message));
        Assert.NotEmpty(inner);

        TrainedByTwo.Trainer trainer = Trainer(), other = Trainer();
        Action[] calls =
        [
            () => Step(trainer, 1), () => trainer.Evaluate(Images(1), [1, 2]), () => trainer.ToWeights(), () =>
                trainer.SaveCheckpoint(_folder.File("c")),
            () => trainer.LoadCheckpoint(_folder.File("c")), () => trainer.Parallelism = 2, () => trainer.Scheduler = null,
        ];
        foreach (Action call in calls)
        {
            inner.Clear();
            trainer.Scheduler = new Around(() => inner.Add(Record.Exception(call)));
            Assert.Equal(Step(other, 0), Step(trainer, 0));
            Assert.NotEmpty(inner);
            Assert.All(inner, e => Assert.StartsWith("TrainedByTwo.Trainer: called from within another call on the same trainer",
                Assert.IsType<InvalidOperationException>(e).Message, StringComparison.Ordinal));
        }
        trainer.Scheduler = null;
        AssertSameState(other, trainer);
    }

    /// <summary>One thread waits within its call, so that the other's is sure to meet it.</summary>
    [Fact]
    public void ACallOfAnotherThreadIsRefused()
    {
        var network = new Branches(Weights);
        TrainedByTwo.Trainer trainer = Trainer();
        (Action<IParallelScheduler?> Set, Action Call, string Name)[] all =
        [
            (s => network.Scheduler = s, () => Forward(network), "Branches: another call on the same instance is running on thread "),
            (s => trainer.Scheduler = s, () => Step(trainer, 0),
                "TrainedByTwo.Trainer: another call on the same trainer is running on thread "),
        ];
        foreach ((Action<IParallelScheduler?> set, Action call, string name) in all)
        {
            using var isIn = new ManualResetEventSlim();
            using var goOn = new ManualResetEventSlim();
            set(new Around(() =>
            {
                isIn.Set();
                goOn.Wait();
            }));
            var thread = new Thread(() => call());
            thread.Start();
            isIn.Wait();
            string message = Assert.Throws<InvalidOperationException>(call).Message;
            Assert.StartsWith(name + thread.ManagedThreadId, message, StringComparison.Ordinal);
            Assert.Throws<InvalidOperationException>(() => set(null));
            goOn.Set();
            thread.Join();
            set(null);
            call();
        }
        AssertSameBits(Expected, Forward(network));
    }

    /// <summary>Without any pause: whatever thread gets through has the right result.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void ThreadsInOneInstanceGetTheRightResultOrAnError(int parallelism)
    {
        var network = new Branches(Weights) { Parallelism = parallelism };
        int refused = 0, right = 0;
        Thread[] threads = [.. Enumerable.Range(0, 3).Select(_ => new Thread(() =>
        {
            for (int i = 0; i < 40; i++)
            {
                try
                {
                    float[] output = Forward(network);
                    if (Expected.AsSpan().SequenceEqual(output))
                        Interlocked.Increment(ref right);
                }
                catch (InvalidOperationException)
                {
                    Interlocked.Increment(ref refused);
                }
            }
        }))];
        Array.ForEach(threads, t => t.Start());
        Array.ForEach(threads, t => t.Join());
        Assert.Equal(120, right + refused);
        network.Parallelism = 1;
    }

    /// <summary>
    /// A call that a scheduler does not wait for writes into the caller's memory: it is over before the exception comes, or does not begin.
    /// </summary>
    [Fact]
    public void NothingRunsAnyMoreWhenTheCallIsOver()
    {
        for (int i = 0; i < 50; i++)
        {
            var threads = new List<Thread>();
            var network = new Branches(Weights) { Scheduler = new Hasty(threads) };
            float[] output = new float[Branches.OutputLength];
            Exception? e = Record.Exception(() => network.Forward(Image, output));
            Assert.True(e is null or InvalidOperationException, e?.ToString());
            if (e is null)
                AssertSameBits(Expected, output);
            network.Scheduler = null;
            AssertSameBits(Expected, Forward(network));
            threads.ForEach(t => t.Join());
        }
    }

    [Fact]
    public void ResultsMustNotLieInTheInput()
    {
        var network = new Branches(Weights);
        float[] memory = [.. Image, .. new float[Branches.OutputLength]];
        foreach (int at in (int[])[0, 1, Branches.InputLength - Branches.OutputLength, Branches.InputLength - 1])
        {
            Assert.StartsWith("Branches: 'output' must not share memory with 'image'", Assert.Throws<ArgumentException>(
                () => network.Forward(memory.AsSpan(0, Branches.InputLength), memory.AsSpan(at, Branches.OutputLength))).Message,
                    StringComparison.Ordinal);
            Assert.True(memory.AsSpan(0, Branches.InputLength).SequenceEqual(Image));
        }
        network.Forward(memory.AsSpan(0, Branches.InputLength), memory.AsSpan(Branches.InputLength));
        AssertSameBits(Expected, memory[Branches.InputLength..]);
    }

    [Fact]
    public void SchedulersOfTheProgramAllocateNothing()
    {
        var network = new Branches(Weights) { Scheduler = new Backwards(3) };
        float[] output = new float[Branches.OutputLength];
        Assert.Equal(0, Allocations.Of(50, () => network.Forward(Image, output)));
    }

    private static TrainedByTwo.Trainer Trainer() => new(TrainedByTwo.CreateWeights(1), new Sgd { LearningRate = 0.01f, Momentum = 0.9f });

    private static float[] Images(int seed) => [.. Enumerable.Range(0, 2 * TrainedByTwo.InputLength).Select(i => MathF.Sin(i + seed))];

    private static float Step(TrainedByTwo.Trainer trainer, int seed) => trainer.Step(Images(seed), [seed % 10, 7]);

    // The next steps say whether anything that they depend on differs.
    private static void AssertSameState(TrainedByTwo.Trainer expected, TrainedByTwo.Trainer actual)
    {
        for (int i = 0; i < 2; i++)
            Assert.Equal(Step(expected, i), Step(actual, i));
        Assert.Equal(expected.ToWeights().AllValues.ToArray(), actual.ToWeights().AllValues.ToArray());
    }

    private static float[] Forward(Branches network)
    {
        float[] output = new float[Branches.OutputLength];
        network.Forward(Image, output);
        return output;
    }

    private static void AssertSays(string start, string end, InvalidOperationException e)
    {
        Assert.StartsWith(start, e.Message, StringComparison.Ordinal);
        Assert.EndsWith(end, e.Message, StringComparison.Ordinal);
    }

    private static void AssertSameBits(float[] expected, float[] actual) =>
        Assert.True(MemoryMarshal.AsBytes<float>(expected).SequenceEqual(MemoryMarshal.AsBytes<float>(actual)));

    /// <summary>Runs all parts, with something else around it.</summary>
    private sealed class Around(Action before) : IParallelScheduler
    {
        public int Parallelism => 2;

        public void Run(Action<int> work)
        {
            before();
            work(1);
            work(0);
        }
    }

    /// <summary>Does not wait for its threads.</summary>
    private sealed class Hasty(List<Thread> threads) : IParallelScheduler
    {
        public int Parallelism => 2;

        public void Run(Action<int> work)
        {
            var thread = new Thread(() => work(1));
            threads.Add(thread);
            thread.Start();
            work(0);
        }
    }

    /// <summary>Does one thing wrong, in every run that is not to be good.</summary>
    private sealed class Faulty(string wrong, Func<bool>? isGood = null) : IParallelScheduler
    {
        private bool _isDuring, _isGood;
        private volatile bool _isOver;

        public int Parallelism
        {
            get
            {
                // Asked behind a run, for the message.
                _isOver = _isDuring;
                if (!_isDuring)
                    _isGood = isGood?.Invoke() ?? false;
                return _isGood ? 2 : wrong switch
                {
                    "none" => 0,
                    "less" => -3,
                    "many" => int.MaxValue,
                    "grows" when _isDuring => 3,
                    "shrinks" when _isDuring => 1,
                    _ => 2,
                };
            }
        }

        public void Run(Action<int> work)
        {
            if (_isGood)
            {
                work(0);
                work(1);
                return;
            }
            _isDuring = true;
            int[] parts = wrong switch
            {
                "nothing" => [],
                "first twice" => [0, 0],
                "all twice" => [0, 1, 0, 1],
                "beyond" => [0, 1, 2],
                "negative" => [0, -1, 1],
                "grows" => [0, 1, 2],
                "shrinks" => [0],
                "throws" => throw new TimeoutException(),
                _ => [0],
            };
            foreach (int part in parts)
                work(part);
            // Called when nobody waits for it any more: nothing may happen.
            if (wrong != "late")
                return;
            ThreadPool.QueueUserWorkItem(_ =>
            {
                SpinWait.SpinUntil(() => _isOver);
                work(1);
            });
        }
    }
}
