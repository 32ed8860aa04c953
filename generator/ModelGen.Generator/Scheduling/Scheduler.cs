using ModelGen.Generator.Graphs;
using ModelGen.Generator.Kernels;
using ModelGen.Generator.Layouts;
using ModelGen.Generator.Lowering;
using ModelGen.Generator.Machine;
using ModelGen.Generator.Model;
using ModelGen.Generator.Ops;

namespace ModelGen.Generator.Scheduling;

/// <summary>
/// Turns a graph with layouts into a plan: kernels in order, what runs once at load, and a place for every value. What depends on
/// parameters alone runs once, unless they change from step to step (<c>parametersChange</c>, in training).
/// </summary>
internal sealed class Scheduler
{
    private readonly LaidOutGraph _laidOut;
    private readonly Graph _graph;
    private readonly int _batch;
    private readonly CancellationToken _cancellation;
    private readonly IReadOnlyDictionary<string, int>? _parameterOffsets;
    private readonly bool[] _isConstant;
    private readonly int[] _root;
    // Whether a value is written over one that lies as it does.
    private readonly bool[] _isInPlace;
    // Floats from the beginning of the root's memory, where that is a concatenation's.
    private readonly int[] _offset;
    private readonly ConcatPlacement _concat;
    private readonly Slot[] _slots;
    private bool _boundAlone;

    // How much more memory concatenations that are written in place may take than copies do.
    private const double MostGrowth = 1.05;

    private Scheduler(LaidOutGraph laidOut, int batch, bool parametersChange, IReadOnlyDictionary<string, int>? parameterOffsets,
        bool concatInPlace, CancellationToken cancellation = default)
    {
        _cancellation = cancellation;
        _parameterOffsets = parameterOffsets;
        _laidOut = laidOut;
        _graph = laidOut.Graph;
        _batch = batch;
        _isConstant = new bool[_graph.Nodes.Count];
        _root = new int[_graph.Nodes.Count];
        _isInPlace = new bool[_graph.Nodes.Count];
        _offset = new int[_graph.Nodes.Count];
        _slots = new Slot[_graph.Nodes.Count];
        // Samples of a batch lie one behind the other, each as a whole.
        HashSet<int> outputs = [.. _graph.Outputs.Select(o => o.Value)];
        _concat = ConcatPlacement.Of(_graph, laidOut.Layouts, n => concatInPlace && batch == 1 && !parametersChange && IsOperation(n)
            && !Op(n).IsAlias && Op(n).HasResult
            && n.Type.PerSample && n.Type.Element == ElementType.F32 && !outputs.Contains(n.Id));
        foreach (Node node in _graph.Nodes)
        {
            (_root[node.Id], _offset[node.Id]) = IsOperation(node) && Op(node).IsAlias
                ? (_root[node.Inputs[0]], _offset[node.Inputs[0]]) : (_concat.Roots[node.Id], _concat.Offsets[node.Id]);
            _isConstant[node.Id] = !parametersChange && (node.Is(OpNames.Parameter)
                || (IsOperation(node) && node.Inputs.Count > 0 && node.Inputs.All(i => _isConstant[i])));
        }
    }

    /// <param name="parameterOffsets">Where parameters lie already, by key; null places them one behind the other.</param>
    /// <param name="division">Which steps threads may share.</param>
    public static Plan Schedule(
        LaidOutGraph laidOut, int batch, bool parametersChange, IReadOnlyDictionary<string, int>? parameterOffsets = null,
            Division division = Division.None,
        CancellationToken cancellation = default)
    {
        var scheduler = new Scheduler(laidOut, batch, parametersChange, parameterOffsets, concatInPlace: true, cancellation);
        Plan plan = scheduler.Run();
        if (scheduler._concat.IsAnyInPlace)
        {
            // What is written in place keeps the whole of the concatenation alive from its first part on.
            Plan copying = new Scheduler(laidOut, batch, parametersChange, parameterOffsets, concatInPlace: false, cancellation).Run();
            plan = plan.ArenaLength <= MostGrowth * copying.ArenaLength ? plan.Above(copying.ArenaLowerBound) : copying;
        }
        return StagePlanner.Divide(plan, division, bySamples: parametersChange && batch >= ThreadCosts.LeastSamples, cancellation);
    }

    /// <summary>The largest sum of lengths alive at one step of training, in floats, without looking for places.</summary>
    public static int LowerBound(LaidOutGraph training, int batch)
    {
        var scheduler = new Scheduler(training, batch, parametersChange: true, parameterOffsets: null,
            concatInPlace: false) { _boundAlone = true };
        return scheduler.Run().ArenaLowerBound;
    }

    private static bool IsOperation(Node node) => node.Op is not (OpNames.Input or OpNames.Parameter);

    private static Operator Op(Node node) => OperatorTable.Get(node.Op);

    private Plan Run()
    {
        var context = new LoweringContext(_graph, _laidOut.Layouts, _batch, _concat.IsInPlace);
        var load = new List<Step>();
        var steps = new List<Step>();
        int[] firstStep = [.. Enumerable.Repeat(int.MaxValue, _graph.Nodes.Count)];
        int[] lastStep = new int[_graph.Nodes.Count];
        foreach (Node node in _graph.Nodes.Where(n => IsOperation(n) && !Op(n).IsAlias))
        {
            _cancellation.ThrowIfCancellationRequested();
            List<Step> list = _isConstant[node.Id] ? load : steps;
            if (node.Is(OpNames.Concat) && Enumerable.Range(0, node.Inputs.Count).All(i => _concat.IsInPlace(node, i)))
                continue;
            KernelCall call = LoweringTable.Of(node).Lower(context, node);
            foreach (int input in node.Inputs)
                lastStep[_root[input]] = list.Count;
            int root = _root[node.Id];
            firstStep[root] = Math.Min(firstStep[root], list.Count);
            lastStep[root] = list.Count;
            list.Add(new Step(call, node));
        }

        int parameters = PlaceParameters();
        PlaceCallersMemory();
        ShareInPlace(firstStep, lastStep, steps.ToDictionary(s => s.Node.Id, s => s.Call));
        load = ClearHalos(load, out _);
        steps = ClearHalos(steps, out int[] moved);
        foreach (int root in Enumerable.Range(0, _graph.Nodes.Count).Where(i => !_isConstant[i] && firstStep[i] < moved.Length))
            (firstStep[root], lastStep[root]) = (moved[firstStep[root]], moved[lastStep[root]]);
        HashSet<int> readAtRun = [.. steps.SelectMany(s => s.Node.Inputs).Select(i => _root[i])];
        int packed = PlaceInOrder(n => _isConstant[n.Id] && readAtRun.Contains(n.Id), Region.Packed);
        int scratch = PlaceInOrder(n => _isConstant[n.Id] && !readAtRun.Contains(n.Id), Region.LoadScratch);
        (IReadOnlyList<Lifetime> lifetimes, int arena, int bound) = PlaceArena(firstStep, lastStep, steps);
        for (int i = 0; i < _slots.Length; i++)
        {
            Slot slot = _slots[_root[i]];
            _slots[i] = slot with { Offset = slot.Offset + _offset[i] };
        }
        List<Step> shared = [.. load.Where(IsShared).Select(s => s.Divided())];
        return new Plan
        {
            LaidOut = _laidOut,
            Batch = _batch,
            LoadSteps = [.. shared, .. load.Where(s => !IsShared(s))],
            SharedLoadSteps = shared.Count,
            Steps = steps,
            Slots = _slots,
            Roots = _root,
            Lifetimes = lifetimes,
            ArenaLength = Arena.CheckLength(
                checked(arena + Arena.Align(Math.Max(0, steps.Select(s => s.Call.Kernel.Overrun).DefaultIfEmpty().Max(
                ) - PixelLoad.SpareFloats)))),
            ArenaLowerBound = bound,
            PackedLength = Arena.CheckLength(packed),
            LoadScratchLength = Arena.CheckLength(scratch),
            ParameterLength = parameters,
        };
    }

    /// <summary>The parameters that <c>Forward</c> reads as they are, rather than packed.</summary>
    public static ISet<string> ParametersReadByForward(LaidOutGraph laidOut)
    {
        var scheduler = new Scheduler(laidOut, batch: 1, parametersChange: false, parameterOffsets: null, concatInPlace: false);
        Graph graph = laidOut.Graph;
        IEnumerable<int> read = graph.Nodes.Where(n => IsOperation(n) && !scheduler._isConstant[n.Id]).SelectMany(n => n.Inputs)
            .Concat(graph.Outputs.Select(o => o.Value));
        return new HashSet<string>(read.Select(i => graph[scheduler._root[i]]).Where(n => n.Is(OpNames.Parameter)).Select(n => n.Name),
            StringComparer.Ordinal);
    }

    // From parameters to what Forward reads, without anything between that another step would have to wait for.
    private bool IsShared(Step load) => !load.ClearsHalo
        && load.Node.Inputs.All(i => _slots[i].Region == Region.Parameter) && _slots[load.Node.Id].Region == Region.Packed;

    // The same steps, with one behind each whose kernel, where its result lies now, does not leave a halo of zeros; and where each of them
    // is then.
    private List<Step> ClearHalos(List<Step> steps, out int[] moved)
    {
        var cleared = new List<Step>();
        moved = new int[steps.Count];
        for (int i = 0; i < steps.Count; i++)
        {
            moved[i] = cleared.Count;
            cleared.Add(steps[i]);
            Node node = steps[i].Node;
            if (Op(node).HasResult && _laidOut.Layouts[node.Id] is { Halo.IsNone: false } layout
                && !steps[i].Call.Kernel.HaloEffect.LeavesZeros(_isInPlace[node.Id]))
                cleared.Add(new Step(ClearHalo(node.Id, layout), node, ClearsHalo: true));
        }
        return cleared;
    }

    /// <summary>What sets the halo of a value to zero.</summary>
    public static KernelCall ClearHalo(int value, Layout layout)
    {
        Halo halo = layout.Halo;
        RuntimeCall clear = RuntimeCall.Of("Halo.Clear",
            CallArgument.Operand(0, layout.PlaneStride), CallArgument.Samples, layout.Length, CallArgument.UnitCount,
                layout.PlaneStride, layout.Rows,
            layout.RowStride, halo.Top, halo.Bottom, halo.Left * layout.PixelStride, halo.Right * layout.PixelStride);
        return new KernelCall(new RuntimeKernel(clear, layout.Planes), [value]);
    }

    // Floats that the value takes for the largest batch.
    private int LengthOf(int value)
    {
        int length = _laidOut.Layouts[value].Length;
        return Arena.Align(_graph[value].Type.PerSample ? checked(length * _batch) : length);
    }

    private int PlaceParameters()
    {
        int offset = 0;
        foreach (Node parameter in _graph.Parameters)
        {
            int at = _parameterOffsets is null ? offset : _parameterOffsets[parameter.Name];
            _slots[parameter.Id] = new Slot(Region.Parameter, at, parameter.Name);
            offset = Math.Max(offset, checked(at + LengthOf(parameter.Id)));
        }
        return offset;
    }

    private void PlaceCallersMemory()
    {
        foreach (Node input in _graph.Inputs)
            _slots[input.Id] = new Slot(Region.Input, 0, input.Name);
        foreach (Node node in _graph.Nodes.Where(n => IsOperation(n) && !Op(n).HasResult))
            _slots[node.Id] = new Slot(Region.None, 0, "");
        int[] uses = _graph.CountUses();
        foreach (GraphOutput output in _graph.Outputs)
        {
            // A scalar is returned; a value that someone else reads too, or that is no one's own, is copied out by the emitted method.
            Node node = _graph[output.Value];
            if (IsOperation(node) && !Op(node).IsAlias && (node.Shape.Rank > 0 || node.Type.PerSample) && uses[node.Id] == 1)
                _slots[node.Id] = new Slot(Region.Output, 0, output.Name);
        }
    }

    // A result may take the memory of an input that nothing reads afterwards.
    private void ShareInPlace(int[] firstStep, int[] lastStep, Dictionary<int, KernelCall> calls)
    {
        HashSet<int> ofOutputs = [.. _graph.Outputs.Select(o => _root[o.Value])];
        List<int>[] lyingIn = [.. _root.Select(_ => new List<int>())];
        for (int i = 0; i < _root.Length; i++)
            lyingIn[_root[i]].Add(i);
        foreach (Node node in _graph.Nodes.Where(n => calls.ContainsKey(n.Id) && _slots[n.Id].Region == Region.None && Op(n).HasResult))
        {
            foreach (int candidate in calls[node.Id].Kernel.InPlaceOperands.Select(i => calls[node.Id].Operands[i]))
            {
                int root = _root[candidate];
                bool free = _slots[root].Region == Region.None && !_isConstant[root] && !ofOutputs.Contains(root)
                    && _offset[candidate] == 0 && lastStep[root] == firstStep[node.Id] && LengthOf(root) == LengthOf(node.Id)
                        && _root[node.Id] == node.Id
                    && _laidOut.Layouts[candidate] == _laidOut.Layouts[node.Id];
                if (!free)
                    continue;
                int last = lastStep[node.Id];
                // What lies in the node's memory lies in the root's from here on.
                foreach (int i in lyingIn[node.Id])
                    _root[i] = root;
                lyingIn[root].AddRange(lyingIn[node.Id]);
                if (ofOutputs.Contains(node.Id))
                    ofOutputs.Add(root);
                lastStep[root] = Math.Max(lastStep[root], last);
                _isInPlace[node.Id] = true;
                break;
            }
        }
    }

    private int PlaceInOrder(Func<Node, bool> belongs, Region region)
    {
        int offset = 0;
        foreach (Node node in _graph.Nodes.Where(n => IsOperation(n) && _root[n.Id] == n.Id && belongs(n)))
        {
            _slots[node.Id] = new Slot(region, offset, node.Name);
            offset = checked(offset + LengthOf(node.Id));
        }
        return offset;
    }

    private (IReadOnlyList<Lifetime> Lifetimes, int Length, int LowerBound) PlaceArena(int[] firstStep, int[] lastStep, List<Step> steps)
    {
        foreach (GraphOutput output in _graph.Outputs)
            lastStep[_root[output.Value]] = int.MaxValue - 1;
        var intervals = new List<Interval>();
        foreach (Node node in _graph.Nodes.Where(n => IsOperation(n) && _root[n.Id] == n.Id && Op(n).HasResult
            && _slots[n.Id].Region == Region.None))
            intervals.Add(new Interval(node.Id, LengthOf(node.Id), firstStep[node.Id], lastStep[node.Id]));
        // What a kernel needs for itself lives for one step; steps stand behind the values.
        int values = _graph.Nodes.Count;
        for (int i = 0; i < steps.Count; i++)
        {
            if (steps[i].Call.Kernel.Scratch is > 0 and int scratch)
                intervals.Add(new Interval(values + i, Arena.Align(scratch), i, i));
        }
        int bound = Arena.LowerBound(intervals);
        (IReadOnlyList<Lifetime> placed, int length) = _boundAlone ? ([], 0) : Assign(intervals, bound, steps);
        foreach (Lifetime lifetime in placed)
        {
            if (lifetime.Value < values)
                _slots[lifetime.Value] = new Slot(Region.Arena, lifetime.Offset, _graph[lifetime.Value].Name);
            else
                steps[lifetime.First] = steps[lifetime.First] with { ScratchOffset = lifetime.Offset };
        }
        return (placed, length, bound);
    }

    // What a step reads beyond its own rows stays for another one, where there is room for it: threads that go on with the rows that they
    // wrote must not write over what others still read.
    private (IReadOnlyList<Lifetime> Placed, int Length) Assign(List<Interval> intervals, int bound, List<Step> steps)
    {
        var wider = new List<Interval>(intervals);
        ILookup<int, int> endingAt = Enumerable.Range(0, wider.Count).ToLookup(v => wider[v].Last);
        long[] alive = AliveAt(intervals, steps.Count);
        // What was kept for the step before.
        var kept = new List<int>();
        for (int i = 1; i < steps.Count; i++)
        {
            int[] read = [.. steps[i - 1].Node.Inputs.Select(n => _root[n])];
            int[] ending = [.. endingAt[i - 1].Concat(kept).Where(v => read.Contains(wider[v].Value))];
            kept.Clear();
            if (!StagePlanner.GoesOnByRows(steps[i - 1], steps[i]) || alive[i] + ending.Sum(v => (long)wider[v].Length) > bound)
                continue;
            foreach (int v in ending)
                wider[v] = wider[v] with { Last = i };
            kept.AddRange(ending);
        }
        (IReadOnlyList<Lifetime> Placed, int Length) all = Arena.Assign(wider, _cancellation);
        if (all.Length > Arena.Align(bound) && !wider.SequenceEqual(intervals))
        {
            (IReadOnlyList<Lifetime> Placed, int Length) tight = Arena.Assign(intervals, _cancellation);
            if (tight.Length < all.Length)
                return tight;
        }
        var lasts = intervals.ToDictionary(v => v.Value, v => v.Last);
        return ([.. all.Placed.Select(p => p with { Last = lasts[p.Value] })], all.Length);
    }

    // The floats alive at each step.
    private static long[] AliveAt(List<Interval> intervals, int steps)
    {
        long[] alive = new long[steps];
        foreach (Interval interval in intervals)
        {
            if (interval.First < steps)
                alive[Math.Max(0, interval.First)] += interval.Length;
            if (interval.Last < steps - 1)
                alive[interval.Last + 1] -= interval.Length;
        }
        for (int i = 1; i < steps; i++)
            alive[i] += alive[i - 1];
        return alive;
    }
}
