using System.Diagnostics;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace ModelGen.Runtime;

/// <summary>
/// The threads of a <see cref="WorkerTeam"/> and what they share. A run is a new generation: workers see its number change, take their
/// part, and go back to waiting. Whoever sets a part's <c>Claimed</c> from the last generation to this one does that part; a worker prefers
/// its own, so that it finds in its core's cache what it wrote the step before.
/// </summary>
internal sealed class Workers
{
    // Spinning costs others processor time, waking a thread costs tens of microseconds: a worker that is done before the others must not
    // fall asleep. Where threads are more than processors, the one that is waited for may be one that this thread keeps from running: after
    // a few microseconds every turn offers it the processor.
    private static readonly long SpinTicks = Environment.ProcessorCount == 1 ? 0 : InTicks(Machine.SpinMicroseconds);
    private static readonly long FirstTicks = Environment.ProcessorCount == 1 ? 0 : InTicks(Machine.OwnTurnMicroseconds);
    private static readonly long LentTicks = InTicks(Machine.LentMicroseconds);

    private readonly Part[] _parts;
    private readonly Sleeper[] _sleepers;
    private Padded _generation;
    private Action<int>? _work;
    private ExceptionDispatchInfo? _failure;
    private int _busy;
    private volatile bool _isStopping;

    public Workers(int parts)
    {
        _parts = new Part[parts];
        _sleepers = new Sleeper[parts];
        for (int i = 1; i < parts; i++)
        {
            int own = i;
            _sleepers[i] = new Sleeper();
            new Thread(() => Work(own)) { IsBackground = true, Name = FormattableString.Invariant($"ModelGen worker {i}") }.Start();
        }
    }

    public int Parts => _parts.Length;

    public bool IsStopping => _isStopping;

    public void Stop()
    {
        _isStopping = true;
        for (int i = 1; i < _sleepers.Length; i++)
            _sleepers[i]?.Wake();
    }

    public void Run(Action<int> work)
    {
        // Someone else is at it, or this is a part that runs something in parts itself.
        if (Interlocked.Exchange(ref _busy, 1) != 0)
        {
            for (int i = 0; i < _parts.Length; i++)
                work(i);
            return;
        }
        _work = work;
        int generation = unchecked(_generation.Value + 1);
        Interlocked.Exchange(ref _generation.Value, generation);
        for (int i = 1; i < _sleepers.Length; i++)
            _sleepers[i].WakeIfWorthwhile();
        for (int i = 0; i < _parts.Length; i++)
            TryDo(i, generation);
        // The first part too: a worker may have taken it while this thread was interrupted.
        for (int i = 0; i < _parts.Length; i++)
            WaitFor(i, generation);

        // Sleeping threads must not keep alive whose work they did.
        _work = null;
        ExceptionDispatchInfo? failure = _failure;
        _failure = null;
        Volatile.Write(ref _busy, 0);
        failure?.Throw();
    }

    private static long InTicks(int microseconds) => Stopwatch.Frequency * microseconds / 1_000_000;

    private void WaitFor(int part, int generation)
    {
        long since = Stopwatch.GetTimestamp();
        while (Volatile.Read(ref _parts[part].Done) != generation)
            Spin(since);
    }

    private static void Spin(long since)
    {
        if (Stopwatch.GetTimestamp() - since < FirstTicks)
            Thread.SpinWait(1);
        else
            Thread.Yield();
    }

    // Whether this thread was the one to do the part.
    private bool TryDo(int part, int generation)
    {
        ref Part mine = ref _parts[part];
        int last = unchecked(generation - 1);
        // Every part of a generation is taken before the next one begins, so a thread that comes late finds none of its own.
        if (Volatile.Read(ref mine.Claimed) != last || Interlocked.CompareExchange(ref mine.Claimed, generation, last) != last)
            return false;
        try
        {
            _work!(part);
        }
        catch (Exception e)
        {
            Interlocked.CompareExchange(ref _failure, ExceptionDispatchInfo.Capture(e), null);
        }
        Volatile.Write(ref mine.Done, generation);
        return true;
    }

    private void Work(int own)
    {
        int seen = 0;
        bool wasOfUse = true;
        while (WaitForWork(own, seen, ref wasOfUse))
        {
            seen = Volatile.Read(ref _generation.Value);
            for (int i = 0; i < _parts.Length; i++)
                wasOfUse |= TryDo((own + i) % _parts.Length, seen);
        }
    }

    // False when the team ends. Whether the worker has done any part since it last slept is reset by sleeping. A processor that was lent
    // out and comes back late has others to run, maybe the calling thread: the worker sleeps then, since one that is woken is given an idle
    // processor, where there is one, and one that looks for work stays where it is.
    private bool WaitForWork(int own, int seen, ref bool wasOfUse)
    {
        long since = Stopwatch.GetTimestamp();
        long last = since, now = since;
        do
        {
            if (_isStopping)
                return false;
            if (Volatile.Read(ref _generation.Value) != seen)
                return true;
            Spin(since);
            (last, now) = (now, Stopwatch.GetTimestamp());
        }
        while (now - since < SpinTicks && now - last < LentTicks);
        _sleepers[own].Sleep(this, seen, wasOfUse);
        wasOfUse = false;
        return !_isStopping;
    }

    // A worker that sleeps until the generation changes. One that woke up for nothing, because the calling thread was done before a
    // processor was free for it, is left asleep for 1 run, then 3, 7 and so on: waking it takes time from the calling thread, all the more
    // where they share a processor.
    private sealed class Sleeper
    {
        private const int MostFruitless = 6;

        private bool _isAsleep;
        private int _fruitless;
        private int _skipped;

        public void Sleep(Workers team, int seen, bool wasOfUse)
        {
            lock (this)
            {
                _fruitless = wasOfUse ? 0 : Math.Min(MostFruitless, _fruitless + 1);
                _skipped = 0;
                Volatile.Write(ref _isAsleep, true);
                // Between this write and the next read, as between those of the one who wakes, stands a full barrier: one of the two sees
                // the other.
                Interlocked.MemoryBarrier();
                while (Volatile.Read(ref team._generation.Value) == seen && !team._isStopping)
                    Monitor.Wait(this);
                Volatile.Write(ref _isAsleep, false);
            }
        }

        /// <summary>Call after a full barrier behind what it should see, never from two threads at a time.</summary>
        public void WakeIfWorthwhile()
        {
            if (Volatile.Read(ref _isAsleep) && ++_skipped >= 1 << _fruitless)
                Wake();
        }

        public void Wake()
        {
            lock (this)
                Monitor.Pulse(this);
        }
    }

    // One pair of cache lines each, so that threads do not take them from one another.
    [StructLayout(LayoutKind.Explicit, Size = 128)]
    private struct Part
    {
        [FieldOffset(0)]
        public int Claimed;

        [FieldOffset(64)]
        public int Done;
    }

    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct Padded
    {
        [FieldOffset(128)]
        public int Value;
    }
}
