using System.ComponentModel;
using System.Runtime.CompilerServices;

namespace ModelGen.Runtime;

/// <summary>
/// Runs the numbered steps of a generated plan on several threads. Stages are ranges of steps that do not depend on one another; each is
/// handed to the scheduler as a whole, and what lies between them runs on the calling thread. Allocates nothing once it has a scheduler.
/// </summary>
/// <param name="network">The network's class, for messages.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract unsafe class ParallelPlan(string network)
{
    private readonly nint[] _callersMemory = new nint[CallersMemory.Most];
    private Action<int>? _runPart;
    // Of a scheduler that is not ours, one for each: what it calls later, when another one is at work, is not that one's.
    private PartLedger? _ledger;
    private Action<int>? _runCountedPart;
    private IParallelScheduler? _scheduler;
    private WorkerTeam? _ownTeam;
    private int _first;
    private int _end;
    private int _parts;
    private string? _failure;
    private int _parallelism = 1;

    /// <summary>Whether <see cref="Run"/> is wanted instead of the plan on one thread.</summary>
    public bool IsOn => _scheduler is not null;

    /// <summary>
    /// Threads that a run uses. Setting it starts a team of the instance's own, or ends the one that it had. Where the platform has no
    /// threads it stays 1.
    /// </summary>
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
            WorkerTeam? team = value > 1 && IsDivided && PlatformThreads.AreThere ? new WorkerTeam(value) : null;
            Scheduler = team;
            _ownTeam = team;
            _parallelism = PlatformThreads.AreThere ? value : 1;
        }
    }

    /// <summary>
    /// Who runs the parts of a step; null for the calling thread alone, or for a team that <see cref="Parallelism"/> has started.
    /// </summary>
    public IParallelScheduler? Scheduler
    {
        get => _ownTeam is null ? _scheduler : null;
        set
        {
            _ownTeam?.Dispose();
            _ownTeam = null;
            _parallelism = 1;
            _scheduler = value;
            _runPart ??= RunPart;
            PartLedger? ledger = value is null or WorkerTeam ? null : new PartLedger(network);
            _runCountedPart = ledger is null ? null : part => RunCountedPart(ledger, part);
            _ledger = ledger;
        }
    }

    /// <summary>How many samples the run is on.</summary>
    protected int Samples { get; private set; }

    /// <summary>Whether the plan has any stage.</summary>
    protected virtual bool IsDivided => true;

    /// <summary>Runs some steps one behind the other, each stage on all threads.</summary>
    /// <param name="stages">The first step of each stage of the plan and the one after its last; none is in part among those to
    /// run.</param>
    /// <param name="first">The first step to run.</param>
    /// <param name="afterLast">The step after the last.</param>
    /// <param name="memory">The caller's memory, as <see cref="Argument"/> gives it to the steps.</param>
    /// <param name="samples">How many samples there are.</param>
    /// <param name="completes">
    /// Whether the steps change what is kept, so that all have to be done or none: should the scheduler fail, the calling thread does what
    /// is left, and <see cref="ThrowIfFailed"/> says so afterwards.
    /// </param>
    /// <exception cref="InvalidOperationException">The scheduler has not run each part once, and it is not to be completed.</exception>
    public void Run(ReadOnlySpan<int> stages, int first, int afterLast, scoped in CallersMemory memory, int samples, bool completes = false)
    {
        Samples = samples;
        if (!completes)
            _failure = null;
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
                if (_failure is null)
                    RunStage(scheduler, stages[i], done, completes);
                else
                    Steps(stages[i], done, 0, 1);
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

    /// <summary>Says what went wrong in a run that was completed nevertheless.</summary>
    /// <exception cref="InvalidOperationException">The scheduler has failed.</exception>
    public void ThrowIfFailed()
    {
        if (_failure is not string failure)
            return;
        _failure = null;
        throw new InvalidOperationException(failure + " The step was completed on the calling thread, and counts.");
    }

    private void RunStage(IParallelScheduler scheduler, int first, int end, bool completes)
    {
        (_first, _end) = (first, end);
        if (_ledger is not PartLedger ledger)
        {
            _parts = scheduler.Parallelism;
            try
            {
                scheduler.Run(_runPart!);
            }
            catch (ObjectDisposedException e) when (completes)
            {
                // It is asked before any part is run.
                _failure = $"{network}: {e.Message}";
                Steps(first, end, 0, 1);
            }
            return;
        }
        if (!completes)
        {
            _parts = ledger.Begin(scheduler);
            if (ledger.Run(scheduler, _runCountedPart!) is string failure)
                throw new InvalidOperationException(failure);
            return;
        }
        RunAndComplete(ledger, scheduler, first, end);
    }

    // Somebody else's scheduler in steps of which all have to be done.
    private void RunAndComplete(PartLedger ledger, IParallelScheduler scheduler, int first, int end)
    {
        try
        {
            _parts = 0;
            _parts = ledger.Begin(scheduler);
            _failure = ledger.Run(scheduler, _runCountedPart!);
        }
        catch (Exception e)
        {
            _failure = $"{network}: {scheduler.GetType().Name} has thrown {e.GetType().Name}: {e.Message}";
        }
        if (_failure is null)
            return;
        if (_parts == 0)
            Steps(first, end, 0, 1);
        for (int part = 0; part < _parts; part++)
        {
            if (ledger.IsMissing(part))
                Steps(first, end, part, _parts);
        }
    }

    private void RunPart(int part) => Steps(_first, _end, part, _parts);

    private void RunCountedPart(PartLedger ledger, int part)
    {
        if (!ledger.TryBegin(part))
            return;
        try
        {
            Steps(_first, _end, part, _parts);
        }
        catch (Exception e)
        {
            ledger.End(part, e);
            throw;
        }
        ledger.End(part);
    }
}
