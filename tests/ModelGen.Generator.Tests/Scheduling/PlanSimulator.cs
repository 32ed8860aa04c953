using ModelGen.Generator.Graphs;
using ModelGen.Generator.Kernels;
using ModelGen.Generator.Lowering;
using ModelGen.Generator.Ops;
using ModelGen.Generator.Scheduling;

namespace ModelGen.Generator.Tests.Scheduling;

/// <summary>
/// Runs a plan on memory that holds, in place of each float, the id of the value that wrote it. A step must find what the producers of its
/// inputs wrote, at the time it runs; whatever was overwritten too early, or never computed, shows. So does a halo that is not zero when it
/// is read, if kernels leave in theirs what they say.
/// </summary>
internal sealed class PlanSimulator
{
    private const int Nothing = -1;

    private readonly Plan _plan;
    private readonly string _name;
    private readonly Dictionary<(Region, string), int[]> _memory = [];
    // Values with a halo of zeros.
    private readonly HashSet<int> _surrounded = [];

    private PlanSimulator(Plan plan, string name)
    {
        (_plan, _name) = (plan, name);
        foreach (Node node in plan.Graph.Nodes.Where(n => plan.Slots[n.Id].Region != Region.None))
        {
            int[] memory = MemoryOf(node.Id);
            if (node.Op is OpNames.Input or OpNames.Parameter)
                Write(node.Id, memory);
        }
    }

    private Graph Graph => _plan.Graph;

    /// <param name="plan">The plan.</param>
    /// <param name="name">What messages call it.</param>
    public static void Run(Plan plan, string name)
    {
        var simulator = new PlanSimulator(plan, name);
        simulator.Run(plan.LoadSteps);
        // What was needed while loading is gone at run time.
        foreach (((Region region, string _), int[] memory) in simulator._memory)
        {
            if (region == Region.LoadScratch)
                Array.Fill(memory, Nothing);
        }
        simulator.Run(plan.Steps);
        // A second run must not depend on what the first left behind.
        simulator.Run(plan.Steps);
        foreach (GraphOutput output in plan.Graph.Outputs)
            simulator.Expect(output.Value, $"at the end, output '{output.Name}'");
    }

    private static Operator OperatorOf(Node node) => OperatorTable.Get(node.Op);

    private void Run(IReadOnlyList<Step> steps)
    {
        for (int i = 0; i < steps.Count; i++)
        {
            Node node = steps[i].Node;
            // The step that clears the halo of what the step before wrote.
            if (steps[i].ClearsHalo)
            {
                Expect(node.Id, $"step {i}, the halo of %{node.Id}");
                _surrounded.Add(node.Id);
                continue;
            }
            foreach (int input in node.Inputs)
            {
                Expect(input, $"step {i}, %{node.Id}");
                Assert.True(HasZerosAround(input), $"{_name}: step {i}, %{node.Id} reads %{input} with a halo that is not zero\n{Graph}");
            }
            if (!OperatorOf(node).HasResult)
                continue;
            CheckInPlace(node);
            // The halo that lies there is one of zeros where it is that of an input.
            bool isInPlace = node.Inputs.Any(input => _plan.Slots[input] == _plan.Slots[node.Id]
                && _plan.LayoutOf(input) == _plan.LayoutOf(node.Id));
            if (!steps[i].Call.Kernel.HaloEffect.LeavesZeros(isInPlace))
                _surrounded.Remove(node.Id);
            else
                _surrounded.Add(node.Id);
            Write(node.Id, MemoryOf(node.Id));
        }
    }

    private bool HasZerosAround(int value)
    {
        Node node = Graph[value];
        if (_plan.LayoutOf(value).Halo.IsNone || node.Op is OpNames.Input or OpNames.Parameter)
            return true;
        bool liesInOthers = OperatorOf(node).IsAlias || InPlace(value).Count() == node.Inputs.Count;
        return liesInOthers ? node.Inputs.All(HasZerosAround) : _surrounded.Contains(value);
    }

    // Only an operator that says so may write over what it reads, and only exactly over it.
    private void CheckInPlace(Node node)
    {
        Slot result = _plan.Slots[node.Id];
        for (int i = 0; i < node.Inputs.Count; i++)
        {
            Slot input = _plan.Slots[node.Inputs[i]];
            bool meets = input.Region == result.Region && input.Region is not (Region.Input or Region.Output)
                && input.Offset < result.Offset + LengthOf(node.Id) && result.Offset < input.Offset + LengthOf(node.Inputs[i]);
            if (!meets || InPlace(node.Id).Contains(node.Inputs[i]))
                continue;
            KernelCall call = _plan.Steps.Concat(_plan.LoadSteps).Single(s => s.Node == node && !s.ClearsHalo).Call;
            Assert.True(call.Kernel.InPlaceOperands.Any(o => call.Operands[o] == node.Inputs[i]),
                $"{_name}: {GraphPrinter.Print(node)} writes over its input {i}");
            Assert.True(input.Offset == result.Offset, $"{_name}: {GraphPrinter.Print(node)} writes over part of its input {i}");
            Assert.True(_plan.LayoutOf(node.Id) == _plan.LayoutOf(node.Inputs[i]),
                $"{_name}: {GraphPrinter.Print(node)} works in place between two layouts");
        }
    }

    private void Expect(int value, string reader)
    {
        int root = value;
        while (Graph[root].Op is not (OpNames.Input or OpNames.Parameter) && OperatorOf(Graph[root]).IsAlias)
            root = Graph[root].Inputs[0];
        int[] memory = MemoryOf(value);
        int offset = OffsetOf(value);
        int[] expected = WritersOf(root);
        int wrong = memory.AsSpan(offset, LengthOf(value)).CommonPrefixLength(expected);
        if (wrong == expected.Length)
            return;
        string found = memory[offset + wrong] == Nothing ? "nothing" : "%" + memory[offset + wrong];
        Assert.Fail(
            $"{_name}: {reader} reads %{value} at {_plan.Slots[value].Region} {offset + wrong}: there is {found} instead of "
                + $"%{expected[wrong]}\n{Graph}");
    }

    // Who wrote each float of a value: itself, or, of a concatenation, what was written there in the first place.
    private int[] WritersOf(int value)
    {
        int[] writers = new int[LengthOf(value)];
        Array.Fill(writers, value);
        foreach (int input in InPlace(value))
            WritersOf(input).CopyTo(writers, OffsetOf(input) - OffsetOf(value));
        return writers;
    }

    private IEnumerable<int> InPlace(int value) => !Graph[value].Is(OpNames.Concat) ? [] : Graph[value].Inputs.Where(i =>
        _plan.Slots[i].Region == _plan.Slots[value].Region && OffsetOf(i) >= OffsetOf(value)
            && OffsetOf(i) + LengthOf(i) <= OffsetOf(value) + LengthOf(value));

    private void Write(int value, int[] memory)
    {
        int[] before = [.. memory];
        Array.Fill(memory, value, OffsetOf(value), LengthOf(value));
        foreach (int input in InPlace(value))
            Array.Copy(before, OffsetOf(input), memory, OffsetOf(input), LengthOf(input));
    }

    private int LengthOf(int value) => _plan.LayoutOf(value).Length * (Graph[value].Type.PerSample ? _plan.Batch : 1);

    private int OffsetOf(int value) => _plan.Slots[value].Offset;

    private int[] MemoryOf(int value)
    {
        Slot slot = _plan.Slots[value];
        Assert.True(slot.Region != Region.None, $"{_name}: %{value} has no memory");
        bool isCallers = slot.Region is Region.Input or Region.Output;
        (Region, string) key = (slot.Region, isCallers ? slot.Name : "");
        if (_memory.TryGetValue(key, out int[]? known))
            return known;
        int length = slot.Region switch
        {
            Region.Arena => _plan.ArenaLength,
            Region.Packed => _plan.PackedLength,
            Region.LoadScratch => _plan.LoadScratchLength,
            Region.Parameter => _plan.ParameterLength,
            _ => LengthOf(value),
        };
        int[] memory = new int[length];
        Array.Fill(memory, Nothing);
        _memory.Add(key, memory);
        return memory;
    }
}
