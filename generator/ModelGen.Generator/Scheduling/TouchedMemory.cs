using ModelGen.Generator.Collections;
using ModelGen.Generator.Layouts;

namespace ModelGen.Generator.Scheduling;

/// <summary>
/// The memory that the steps of a stage touch, so that a further step need be held only against those that it meets there: stages may have
/// thousands of steps. Of steps that touch the same memory in the same way, as element-wise layers in a chain do, the first stands for all.
/// </summary>
internal sealed class TouchedMemory(Plan plan)
{
    private readonly Dictionary<(Region, string), Ranges> _ranges = [];
    private readonly HashSet<Footprint> _known = [];
    private int _last = -1;

    /// <summary>Adds a step of the plan, the one behind those that are there.</summary>
    public void Add(int step)
    {
        _last = step;
        if (!_known.Add(FootprintOf(plan.Steps[step])))
            return;
        foreach ((Slot slot, int length) in PlacesOf(plan.Steps[step]))
        {
            if (!_ranges.TryGetValue(KeyOf(slot), out Ranges? ranges))
                _ranges.Add(KeyOf(slot), ranges = new Ranges());
            ranges.Add(slot.Offset, slot.Offset + length, step);
        }
    }

    /// <summary>
    /// The steps that a further one may depend on: those whose memory meets its own, and the one before it, which may be of the same node.
    /// </summary>
    public IEnumerable<int> StepsThatMeet(int step)
    {
        var found = new HashSet<int> { _last };
        foreach ((Slot slot, int length) in PlacesOf(plan.Steps[step]))
        {
            if (_ranges.TryGetValue(KeyOf(slot), out Ranges? ranges))
                ranges.Find(slot.Offset, slot.Offset + length, found);
        }
        return found;
    }

    private IEnumerable<(Slot Slot, int Length)> PlacesOf(Step step)
    {
        foreach (int value in step.Call.Operands.Concat(StagePlanner.Written(step)).Distinct())
        {
            Slot slot = plan.Slots[value];
            if (slot.Region is Region.Input or Region.Output)
                yield return (slot with { Offset = 0 }, 1);
            else if (slot.Region != Region.None)
                yield return (slot, LengthOf(value));
        }
        if (step.Call.Kernel.Scratch > 0)
            yield return (new Slot(Region.Arena, step.ScratchOffset, ""), step.Call.Kernel.Scratch);
    }

    // The caller's arguments are told apart by name, everything else by offset.
    private static (Region Region, string Name) KeyOf(Slot slot) =>
        (slot.Region, slot.Region is Region.Input or Region.Output ? slot.Name : "");

    private int LengthOf(int value) => checked(plan.LayoutOf(value).Length * (plan.Graph[value].Type.PerSample ? plan.Batch : 1));

    private Footprint FootprintOf(Step step) => new(
        step.DividesSamples, step.ClearsHalo, step.Call.Kernel.MostUnits, step.Call.Kernel.RowsOfUnit, step.Call.Kernel.ReadsOwnRows,
            step.ScratchOffset, step.Call.Kernel.Scratch,
        step.Call.Operands.Select(o => TouchOf(o, o == step.Node.Id)).ToEquatableArray(
            ), StagePlanner.Written(step).Select(w => TouchOf(w, w == step.Node.Id)).ToEquatableArray());

    private Touch TouchOf(int value, bool isResult)
    {
        Slot slot = plan.Slots[value];
        return new Touch(slot with { Name = KeyOf(slot).Name }, plan.LayoutOf(value), plan.Graph[value].Type.PerSample, isResult);
    }

    /// <summary>All that says whether threads have to wait between one step and another.</summary>
    private sealed record Footprint(
        bool DividesSamples, bool ClearsHalo, int Units, int RowsOfUnit, bool ReadsOwnRows, int ScratchOffset, int Scratch,
            EquatableArray<Touch> Operands, EquatableArray<Touch> Written);

    private readonly record struct Touch(Slot Slot, Layout Layout, bool PerSample, bool IsResult);

    /// <summary>Ranges by where they start. The longest says how far back one has to look.</summary>
    private sealed class Ranges
    {
        private readonly List<(int Start, int End, int Step)> _byStart = [];
        private int _longest;

        public void Add(int start, int end, int step)
        {
            _byStart.Insert(FirstFrom(start), (start, end, step));
            _longest = Math.Max(_longest, end - start);
        }

        public void Find(int start, int end, HashSet<int> found)
        {
            for (int i = FirstFrom(start - _longest); i < _byStart.Count && _byStart[i].Start < end; i++)
            {
                if (start < _byStart[i].End)
                    found.Add(_byStart[i].Step);
            }
        }

        private int FirstFrom(int start)
        {
            (int low, int high) = (0, _byStart.Count);
            while (low < high)
            {
                int middle = (low + high) / 2;
                (low, high) = _byStart[middle].Start < start ? (middle + 1, high) : (low, middle);
            }
            return low;
        }
    }
}
