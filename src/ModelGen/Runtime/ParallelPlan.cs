using System.ComponentModel;
using System.Globalization;
using System.Runtime.CompilerServices;

namespace ModelGen.Runtime;

/// <summary>
/// Runs the numbered steps of a generated plan on several threads. Stages are ranges of steps that do not depend on one another; each is handed to the scheduler as a whole,
/// and what lies between them runs on the calling thread. Allocates nothing once it has a scheduler.
/// </summary>
/// <param name="network">The network's class, for messages.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract unsafe class ParallelPlan(string network)
{
    private readonly nint[] _callersMemory = new nint[CallersMemory.Most];
    private Action<int>? _runPart;
    private IParallelScheduler? _scheduler;
    private WorkerTeam? _ownTeam;
    private int _first;
    private int _end;
    private int _parts;
    private int _partsRun;
    private bool _countsParts;
    private int _parallelism = 1;

    /// <summary>Whether <see cref="Run"/> is wanted instead of the plan on one thread.</summary>
    public bool IsOn => _scheduler is not null;

    /// <summary>Threads that a run uses. Setting it starts a team of the instance's own, or ends the one that it had.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Less than 1 or more than 1,024.</exception>
    public int Parallelism
    {
        get => _scheduler?.Parallelism ?? _parallelism;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, WorkerTeam.MostParallelism);
            if (value == Parallelism && (_scheduler is null || _ownTeam is not null))
                return;
            WorkerTeam? team = value > 1 && IsDivided ? new WorkerTeam(value) : null;
            Scheduler = team;
            _ownTeam = team;
            _parallelism = value;
        }
    }

    /// <summary>Who runs the parts of a step; null for the calling thread alone, or for a team that <see cref="Parallelism"/> has started.</summary>
    public IParallelScheduler? Scheduler
    {
        get => _ownTeam is null ? _scheduler : null;
        set
        {
            _ownTeam?.Dispose();
            _ownTeam = null;
            _parallelism = 1;
            _scheduler = value;
            _countsParts = value is not WorkerTeam;
            if (value is not null)
                _runPart ??= RunPart;
        }
    }

    /// <summary>How many samples the run is on.</summary>
    protected int Samples { get; private set; }

    /// <summary>Whether the plan has any stage.</summary>
    protected virtual bool IsDivided => true;

    /// <summary>Runs some steps one behind the other, each stage on all threads.</summary>
    /// <param name="stages">The first step of each stage of the plan and the one after its last; none is in part among those to run.</param>
    /// <param name="first">The first step to run.</param>
    /// <param name="afterLast">The step after the last.</param>
    /// <param name="memory">The caller's memory, as <see cref="Argument"/> gives it to the steps.</param>
    /// <param name="samples">How many samples there are.</param>
    public void Run(ReadOnlySpan<int> stages, int first, int afterLast, scoped in CallersMemory memory, int samples)
    {
        Samples = samples;
        fixed (float* p0 = &memory.Argument0, p1 = &memory.Argument1, p2 = &memory.Argument2, p3 = &memory.Argument3)
        fixed (float* p4 = &memory.Argument4, p5 = &memory.Argument5, p6 = &memory.Argument6, p7 = &memory.Argument7)
        {
            nint[] addresses = _callersMemory;
            addresses[0] = (nint)p0;
            addresses[1] = (nint)p1;
            addresses[2] = (nint)p2;
            addresses[3] = (nint)p3;
            addresses[4] = (nint)p4;
            addresses[5] = (nint)p5;
            addresses[6] = (nint)p6;
            addresses[7] = (nint)p7;
            IParallelScheduler scheduler = _scheduler!;
            int done = first;
            for (int i = 0; i < stages.Length && stages[i] < afterLast; i += 2)
            {
                if (stages[i] < first)
                    continue;
                if (done < stages[i])
                    Steps(done, stages[i], 0, 1);
                done = stages[i + 1];
                RunStage(scheduler, stages[i], done);
            }
            if (done < afterLast)
                Steps(done, afterLast, 0, 1);
        }
    }

    /// <summary>Runs a part of steps that do not depend on one another, or all of steps that do.</summary>
    /// <param name="first">The first step.</param>
    /// <param name="afterLast">The step after the last.</param>
    /// <param name="part">Which part, 0 to <paramref name="parts"/> − 1.</param>
    /// <param name="parts">How many parts there are.</param>
    protected abstract void Steps(int first, int afterLast, int part, int parts);

    /// <summary>The caller's memory during a run.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    protected ref float Argument(int index) => ref Unsafe.AsRef<float>((void*)_callersMemory[index]);

    private void RunStage(IParallelScheduler scheduler, int first, int end)
    {
        (_first, _end, _parts, _partsRun) = (first, end, scheduler.Parallelism, 0);
        scheduler.Run(_runPart!);
        // Somebody else's scheduler: a part that is left out or run twice would be a wrong result.
        if (_countsParts)
            CheckParts(network, scheduler, Volatile.Read(ref _partsRun), _parts);
    }

    /// <exception cref="InvalidOperationException">The scheduler has not run each part once.</exception>
    internal static void CheckParts(string network, IParallelScheduler scheduler, int done, int parts)
    {
        if (done != parts)
        {
            throw new InvalidOperationException(string.Create(
                CultureInfo.InvariantCulture, $"{network}: {scheduler.GetType().Name}.Run must call its work once with each of 0 to {parts - 1}, {parts} calls, got {done}."));
        }
    }

    /// <exception cref="ArgumentOutOfRangeException">There is no such part.</exception>
    internal static void CheckPart(string network, int part, int parts)
    {
        if ((uint)part >= (uint)parts)
        {
            throw new ArgumentOutOfRangeException(
                nameof(part), string.Create(CultureInfo.InvariantCulture, $"{network}: the scheduler's Run must call its work with 0 to {parts - 1}, got {part}."));
        }
    }

    private void RunPart(int part)
    {
        CheckPart(network, part, _parts);
        Steps(_first, _end, part, _parts);
        if (_countsParts)
            Interlocked.Increment(ref _partsRun);
    }
}

/// <summary>A plan that is too small to be divided: settings are kept, threads are not started.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class UndividedPlan(string network) : ParallelPlan(network)
{
    /// <inheritdoc/>
    protected override bool IsDivided => false;

    /// <inheritdoc/>
    protected override void Steps(int first, int afterLast, int part, int parts) => throw new NotSupportedException();
}

/// <summary>References to the inputs and then the outputs of a call; those not used are null.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public ref struct CallersMemory
{
    /// <summary>The most inputs and outputs of a network that can use several threads.</summary>
    public const int Most = 8;

#pragma warning disable CS1591, CA1051 // They are numbered, and there are no properties of this kind.
    public ref float Argument0, Argument1, Argument2, Argument3, Argument4, Argument5, Argument6, Argument7;
#pragma warning restore CS1591, CA1051
}
