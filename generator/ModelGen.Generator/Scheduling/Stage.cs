using ModelGen.Generator.Layouts;
using ModelGen.Generator.Machine;
using ModelGen.Generator.Model;
using ModelGen.Generator.Ops;

namespace ModelGen.Generator.Scheduling;

/// <summary>
/// Neighbouring steps, none of which reads or writes what another one writes, or only in the rows of images that the same thread has in
/// both: threads need not wait for one another between them. Each step's units are divided among the threads, and what cannot be divided
/// goes to one of them.
/// </summary>
/// <param name="First">The first step.</param>
/// <param name="End">The step after the last.</param>
internal readonly record struct Stage(int First, int End)
{
    /// <summary>The number of the stage that a step is part of; -1 where it is part of none.</summary>
    public static int IndexOf(IReadOnlyList<Stage> stages, int step)
    {
        // The first that ends behind the step.
        (int low, int high) = (0, stages.Count);
        while (low < high)
        {
            int middle = (low + high) / 2;
            (low, high) = stages[middle].End <= step ? (middle + 1, high) : (low, middle);
        }
        return low < stages.Count && stages[low].First <= step ? low : -1;
    }
}

/// <summary>Finds the stages of a plan that are worth handing to several threads. What lies between them runs on one.</summary>
internal sealed class StagePlanner
{
    private readonly Plan _plan;

    private StagePlanner(Plan plan) => _plan = plan;

    /// <param name="bySamples">Whether threads share the samples of a batch wherever a step treats each alone.</param>
    public static Plan Divide(Plan plan, Division division, bool bySamples, CancellationToken cancellation = default)
    {
        if (division == Division.None)
            return plan;
        if (bySamples)
            plan = plan.Divided([.. plan.Steps.Select(s => s.CanDivideSamples ? s with { DividesSamples = true } : s)], []);
        List<Stage> stages = new StagePlanner(plan).Run(division == Division.Everything, cancellation);
        Step[] steps = [.. plan.Steps];
        bool[] isShared = new bool[steps.Length];
        foreach (int i in stages.SelectMany(s => Enumerable.Range(s.First, s.End - s.First)))
            (steps[i], isShared[i]) = (steps[i].Divided(), true);
        for (int i = 0; i < steps.Length; i++)
            steps[i] = isShared[i] ? steps[i] : steps[i] with { DividesSamples = false };
        return plan.Divided(steps, stages);
    }

    /// <summary>Whether threads could share two steps of a plan, one behind the other, without waiting for one another.</summary>
    public static bool AreIndependent(Plan plan, int before, int after) =>
        new StagePlanner(plan).AreIndependent(plan.Steps[before], plan.Steps[after]);

    private List<Stage> Run(bool regardlessOfWork, CancellationToken cancellation)
    {
        var stages = new List<Stage>();
        double total = 0;
        for (int first = 0; first < _plan.Steps.Count;)
        {
            cancellation.ThrowIfCancellationRequested();
            int end = first + 1;
            var touched = new TouchedMemory(_plan);
            for (touched.Add(first); end < _plan.Steps.Count
                && touched.StepsThatMeet(end).All(i => AreIndependent(_plan.Steps[i], _plan.Steps[end])); end++)
                touched.Add(end);
            double work = _plan.Steps.Skip(first).Take(end - first).Where(s => s.DividesSamples || s.Call.Kernel.MostUnits > 1)
                .Sum(Nanoseconds);
            if (regardlessOfWork || work >= ThreadCosts.LeastStage)
            {
                stages.Add(new Stage(first, end));
                total += work;
            }
            first = end;
        }
        return regardlessOfWork || total >= ThreadCosts.LeastPlan ? stages : [];
    }

    // What one thread takes, roughly.
    private double Nanoseconds(Step step)
    {
        double floats = step.Call.Operands.Distinct().Sum(o => (double)LengthOf(o));
        if (step.ClearsHalo)
            return floats / ThreadCosts.HaloFloatsPerNanosecond;
        long multiplyAdds = OperatorTable.Get(step.Node.Op)
            .MultiplyAdds(OperatorCall.Of(_plan.Graph, step.Node)) * (_plan.IsOfSamples(step.Node) ? _plan.Batch : 1);
        return multiplyAdds / ThreadCosts.MultiplyAddsPerNanosecond + floats / ThreadCosts.FloatsPerNanosecond;
    }

    private bool AreIndependent(Step before, Step after)
    {
        bool bySamples = before.DividesSamples && after.DividesSamples;
        // A halo next to pixels.
        if (!bySamples && after.ClearsHalo && after.Node == before.Node)
            return before.Call.Kernel.StaysInside;
        return !ScratchMeets(before, after) && !ScratchMeets(after, before) && KeepApart(before, after) && KeepApart(after, before);
    }

    // Whether a step touches nothing that another one writes, other than samples or rows that the same thread has in both.
    private bool KeepApart(Step writer, Step other)
    {
        bool bySamples = writer.DividesSamples && other.DividesSamples, byRows = HaveSameRows(writer, other);
        return Written(writer).All(w => other.Call.Operands.Where(o => Meet(w, o)).All(o =>
            bySamples ? LieAlike(w, o) : byRows && LieAlikeByRows(w, o) && (other.Call.Kernel.ReadsOwnRows || o == other.Node.Id)));
    }

    /// <summary>
    /// Whether threads could go on from a step to the next, which reads no other rows than those that they wrote, if it wrote over nothing
    /// that the first one reads.
    /// </summary>
    public static bool GoesOnByRows(Step before, Step after) =>
        HaveSameRows(before, after) && after.Call.Kernel.ReadsOwnRows && after.Node.Inputs.Contains(before.Node.Id);

    // Whether both are divided by rows of images, each thread's being the same.
    private static bool HaveSameRows(Step a, Step b) =>
        !a.ClearsHalo && !b.ClearsHalo && !a.DividesSamples && !b.DividesSamples && a.Call.Kernel.MostUnits > 1
        && a.Call.Kernel.RowsOfUnit > 0 && a.Call.Kernel.RowsOfUnit == b.Call.Kernel.RowsOfUnit
            && a.Call.Kernel.MostUnits == b.Call.Kernel.MostUnits;

    // Whether a row of one value is the same row of the other one wherever they share memory: their planes coincide.
    private bool LieAlikeByRows(int a, int b)
    {
        (Layout x, Layout y) = (_plan.LayoutOf(a), _plan.LayoutOf(b));
        return x.IsImage && y.IsImage && (x.Kind, x.Height, x.Halo, x.RowStride, x.PlaneStride) == (
            y.Kind, y.Height, y.Halo, y.RowStride, y.PlaneStride)
            && (_plan.Slots[a].Offset - _plan.Slots[b].Offset) % x.PlaneStride == 0;
    }

    // Whether a sample of one value is the same sample of the other one wherever they share memory.
    private bool LieAlike(int a, int b) => _plan.Graph[a].Type.PerSample && _plan.Graph[b].Type.PerSample
        && _plan.Slots[a].Offset == _plan.Slots[b].Offset && _plan.LayoutOf(a).Length == _plan.LayoutOf(b).Length;

    // What a kernel needs for itself may lie where another step's values are, before it or behind it.
    private bool ScratchMeets(Step step, Step other)
    {
        (int start, int end) = (step.ScratchOffset, step.ScratchOffset + step.Call.Kernel.Scratch);
        return start < end
            && (other.Call.Operands.Any(o => _plan.Slots[o].Region == Region.Arena && _plan.Slots[o].Offset < end
                && start < _plan.Slots[o].Offset + LengthOf(o))
                || (other.ScratchOffset < end && start < other.ScratchOffset + other.Call.Kernel.Scratch));
    }

    /// <summary>The values that a step writes.</summary>
    public static IEnumerable<int> Written(Step step)
    {
        Operator op = OperatorTable.Get(step.Node.Op);
        IEnumerable<int> mutated = step.ClearsHalo ? [] : op.MutatedInputs.Select(i => step.Node.Inputs[i]);
        return op.HasResult ? mutated.Append(step.Node.Id) : mutated;
    }

    // Whether two values share memory.
    private bool Meet(int a, int b)
    {
        (Slot x, Slot y) = (_plan.Slots[a], _plan.Slots[b]);
        if (x.Region != y.Region || x.Region == Region.None)
            return false;
        if (x.Region is Region.Input or Region.Output)
            return x.Name == y.Name;
        return x.Offset < y.Offset + LengthOf(b) && y.Offset < x.Offset + LengthOf(a);
    }

    private int LengthOf(int value) => checked(_plan.LayoutOf(value).Length * (_plan.Graph[value].Type.PerSample ? _plan.Batch : 1));
}
