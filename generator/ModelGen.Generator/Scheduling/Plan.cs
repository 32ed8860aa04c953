using ModelGen.Generator.Graphs;
using ModelGen.Generator.Kernels;
using ModelGen.Generator.Layouts;

namespace ModelGen.Generator.Scheduling;

/// <summary>Where a value lives.</summary>
internal enum Region
{
    /// <summary>Nowhere: the node only changes state.</summary>
    None,

    /// <summary>The caller's memory, read.</summary>
    Input,

    /// <summary>The caller's memory, written.</summary>
    Output,

    /// <summary>The parameters: in PyTorch's order for inference, as their layers read them in training.</summary>
    Parameter,

    /// <summary>Computed from parameters once, when weights are loaded.</summary>
    Packed,

    /// <summary>Needed only while weights are loaded.</summary>
    LoadScratch,

    /// <summary>The arena, reused from step to step.</summary>
    Arena,
}

/// <summary>The memory of one value: a region and an offset in floats into it, or the name of the caller's argument.</summary>
internal readonly record struct Slot(Region Region, int Offset, string Name);

/// <summary>One kernel run.</summary>
/// <param name="Node">The node it computes.</param>
/// <param name="ClearsHalo">Whether it does no more than clear the halo around the node's result.</param>
internal sealed record Step(KernelCall Call, Node Node, bool ClearsHalo = false)
{
    /// <summary>Where in the arena the kernel's own memory lies, where it needs any.</summary>
    public int ScratchOffset { get; init; }

    /// <summary>Whether threads share the samples of the batch rather than the kernel's units.</summary>
    public bool DividesSamples { get; init; }

    /// <summary>Whether threads could: each sample is treated alone, and in memory of its own.</summary>
    public bool CanDivideSamples => Node.Type.PerSample && Ops.OperatorTable.Get(Node.Op).TreatsSamplesAlone;

    /// <summary>The step for threads to share, where its kernel can be divided.</summary>
    public Step Divided() =>
        Call.Kernel.MostUnits > 1 && !DividesSamples
        ? this with { Call = Call with { Kernel = Call.Kernel with { IsDivided = true } } } : this;
}

/// <summary>When a value in the arena is written and last read, as positions in <see cref="Plan.Steps"/>.</summary>
internal readonly record struct Lifetime(int Value, int Offset, int Length, int First, int Last);

/// <summary>Everything decided: which kernels run in which order and where every value lives.</summary>
internal sealed class Plan
{
    private readonly IReadOnlyList<Lifetime> _lifetimes = [];
    private IReadOnlyList<Step> _steps = [];
    private int _lowerBound;
    private readonly Dictionary<int, Lifetime> _lifetimeOf = [];

    public required LaidOutGraph LaidOut { get; init; }

    public required int Batch { get; init; }

    /// <summary>Run once, when weights are loaded.</summary>
    public required IReadOnlyList<Step> LoadSteps { get; init; }

    /// <summary>
    /// How many of <see cref="LoadSteps"/>, which come first, read parameters alone: threads share them in any order. The rest is done
    /// afterwards, one by one.
    /// </summary>
    public required int SharedLoadSteps { get; init; }

    /// <summary>Run for every batch.</summary>
    public required IReadOnlyList<Step> Steps
    {
        get => _steps;
        init => _steps = value;
    }

    /// <summary>Ranges of steps that threads share; the kernels in them are divided.</summary>
    public IReadOnlyList<Stage> Stages { get; private set; } = [];

    public required IReadOnlyList<Slot> Slots { get; init; }

    public required IReadOnlyList<Lifetime> Lifetimes
    {
        get => _lifetimes;
        init
        {
            _lifetimes = value;
            _lifetimeOf = value.ToDictionary(l => l.Value);
        }
    }

    /// <summary>Floats of the arena.</summary>
    public required int ArenaLength { get; init; }

    /// <summary>The largest sum of values alive at one step, in floats: no plan without recomputation can need less.</summary>
    public required int ArenaLowerBound
    {
        get => _lowerBound;
        init => _lowerBound = value;
    }

    /// <summary>The same plan beside another one's lower bound, if that is less.</summary>
    public Plan Above(int lowerBound)
    {
        var plan = (Plan)MemberwiseClone();
        plan._lowerBound = Math.Min(ArenaLowerBound, lowerBound);
        return plan;
    }

    public required int PackedLength { get; init; }

    public required int LoadScratchLength { get; init; }

    /// <summary>Floats of all parameters, each starting on 64 bytes.</summary>
    public required int ParameterLength { get; init; }

    public Graph Graph => LaidOut.Graph;

    /// <summary>
    /// For each value, the value in whose memory it lies: itself, unless it is another shape of that one or was written over it.
    /// </summary>
    public required IReadOnlyList<int> Roots { get; init; }

    /// <summary>When the memory of a value in the arena is in use.</summary>
    public Lifetime LifetimeOf(int value) => _lifetimeOf[Roots[value]];

    /// <summary>Whether a step goes over the samples of a batch: its result has one for each, or sums over them.</summary>
    public bool IsOfSamples(Node node) => node.Type.PerSample || node.Inputs.Any(i => Graph[i].Type.PerSample);

    public Layout LayoutOf(int value) => LaidOut.Layouts[value];

    /// <summary>The same plan, of which threads share some steps.</summary>
    /// <param name="steps">The steps, with those kernels divided.</param>
    public Plan Divided(IReadOnlyList<Step> steps, IReadOnlyList<Stage> stages)
    {
        var divided = (Plan)MemberwiseClone();
        (divided._steps, divided.Stages) = (steps, stages);
        return divided;
    }

    /// <summary>
    /// The same plan with no stage across one of these steps: what comes before a cut is done when what comes behind it begins.
    /// </summary>
    public Plan CutBefore(params int[] cuts)
    {
        var stages = new List<Stage>();
        foreach (Stage stage in Stages)
        {
            int first = stage.First;
            foreach (int cut in cuts.Where(c => stage.First < c && c < stage.End).OrderBy(c => c))
            {
                stages.Add(new Stage(first, cut));
                first = cut;
            }
            stages.Add(new Stage(first, stage.End));
        }
        return Divided(Steps, stages);
    }
}
