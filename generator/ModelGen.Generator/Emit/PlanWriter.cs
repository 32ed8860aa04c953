using System.Text;
using ModelGen.Generator.Graphs;
using ModelGen.Generator.Kernels;
using ModelGen.Generator.Scheduling;

namespace ModelGen.Generator.Emit;

/// <summary>Writes a plan: its offsets as named constants, and its steps as a straight list of calls.</summary>
internal sealed class PlanWriter
{
    private readonly Plan _plan;
    private readonly KernelSet _kernels;
    private readonly string _kernelClass;
    private readonly string _memoryClass;
    private readonly Dictionary<int, string> _names = [];
    private readonly List<(string Name, int Offset, string Comment)> _constants = [];

    public PlanWriter(Plan plan, KernelSet kernels, string kernelClass, string memoryClass)
    {
        (_plan, _kernels, _kernelClass, _memoryClass) = (plan, kernels, kernelClass, memoryClass);
        var taken = new HashSet<string>(StringComparer.Ordinal) { "ArenaLength", "PackedLength", "ScratchLength", memoryClass };
        var constants = new Dictionary<(string, int), string>();
        foreach (Node node in plan.Graph.Nodes)
        {
            Slot slot = plan.Slots[node.Id];
            if (slot.Region is Region.None or Region.Input or Region.Output)
                continue;
            string wanted = NameOf(node);
            if (!constants.TryGetValue((wanted, slot.Offset), out string? name))
            {
                name = Unique(taken, wanted);
                constants.Add((wanted, slot.Offset), name);
                _constants.Add((name, slot.Offset, $"{slot.Region.ToString().ToLowerInvariant()}: {node.Type}, {plan.LayoutOf(node.Id)}{LifetimeOf(node.Id)}"));
            }
            _names.Add(node.Id, name);
        }
    }

    public Plan Plan => _plan;

    /// <summary>Writes a class of constants, one for each place in the plan's memory.</summary>
    public void EmitMemory(CodeWriter w, string summary)
    {
        w.Line($"/// <summary>{summary}</summary>");
        using (w.Block($"file static class {_memoryClass}"))
        {
            w.Line($"public const int ArenaLength = {Literals.Grouped(_plan.ArenaLength)};");
            w.Line($"public const int PackedLength = {Literals.Grouped(_plan.PackedLength)};");
            w.Line($"public const int ScratchLength = {Literals.Grouped(_plan.LoadScratchLength)};");
            foreach ((string name, int offset, string comment) in _constants)
                w.Line($"public const int {name} = {offset}; // {comment}");
        }
    }

    /// <summary>Writes the calls. In scope are the references <c>arena</c>, <c>parameters</c>, <c>packed</c>, <c>scratch</c>, the spans of inputs and outputs and <c>samples</c>.</summary>
    public void EmitSteps(CodeWriter w, IReadOnlyList<Step> steps)
    {
        string last = "";
        foreach (Step step in steps)
        {
            // One comment a layer; what else is done for it stands below.
            string label = step.Node.Name.Length > 0 ? step.Node.Name : step.Node.Op;
            if (label != last)
                w.Line($"// {label}: {step.Node.Op} {step.Node.Type}");
            last = label;
            string method = _kernels.MethodOf(step.Call.Kernel);
            string target = method.Length == 0 ? "" : $"{_kernelClass}.{method}";
            string samples = step.Node.Type.PerSample || step.Node.Inputs.Any(i => _plan.Graph[i].Type.PerSample) ? "samples" : "1";
            w.Line(Wrapped(step.Call.Kernel.Call(target, [.. step.Call.Operands.Select(o => Memory(o))], samples)));
        }
    }

    /// <summary>Copies outputs that no kernel could write to the caller's memory directly.</summary>
    public void EmitRemainingOutputs(CodeWriter w)
    {
        foreach (GraphOutput output in _plan.Graph.Outputs)
        {
            Node node = _plan.Graph[output.Value];
            if (_plan.Slots[output.Value].Region == Region.Output && _plan.Slots[output.Value].Name == output.Name || node.Shape.Rank == 0)
                continue;
            string length = node.Type.PerSample ? $"(nint)samples * {node.Shape.Length}" : $"{node.Shape.Length}";
            w.Line($"Elementwise.Copy(ref {Memory(output.Value)}, ref MemoryMarshal.GetReference({Signature.Argument(output.Name)}), {length});");
        }
    }

    /// <summary>A C# expression for the first element of a value.</summary>
    public string Memory(int value)
    {
        Slot slot = _plan.Slots[value];
        return slot.Region switch
        {
            // Labels are no input of the network but the trainer's own argument.
            Region.Input when _plan.Graph[value].Type.Element == ElementType.I32 => $"MemoryMarshal.GetReference({Identifier(slot.Name)})",
            Region.Input or Region.Output => $"MemoryMarshal.GetReference({Signature.Argument(slot.Name)})",
            Region.Arena => $"Unsafe.Add(ref arena, {_memoryClass}.{_names[value]})",
            Region.Packed => $"Unsafe.Add(ref packed, {_memoryClass}.{_names[value]})",
            Region.LoadScratch => $"Unsafe.Add(ref scratch, {_memoryClass}.{_names[value]})",
            Region.Parameter => $"Unsafe.Add(ref parameters, {_memoryClass}.{_names[value]})",
            _ => throw new InvalidOperationException($"%{value} has no memory"),
        };
    }

    /// <summary>Letters and digits of a name in Pascal case; everything else separates words. The one way from outside names to identifiers.</summary>
    public static string Identifier(string name)
    {
        var text = new StringBuilder();
        foreach (char c in name)
            text.Append(c < 128 && char.IsLetterOrDigit(c) ? c : '_');
        string result = text.ToString();
        return result.Length == 0 || char.IsDigit(result[0]) ? "_" + result : result;
    }

    // A layer's result is called after the layer, everything else after what it is of and what was done.
    private static string NameOf(Node node)
    {
        string pascal = string.Concat(node.Name.Split('.', '_', '-', ' ').Where(w => w.Length > 0).Select(w => char.ToUpperInvariant(w[0]) + w.Substring(1)));
        bool isLayer = node.Op is OpNames.Parameter || (Ops.OperatorTable.TryGet(node.Op, out Ops.Operator op) && (op.Layer is not null || node.Op == OpNames.CrossEntropy));
        string suffix = isLayer && pascal.Length > 0 ? "" : node.Is(OpNames.Reorder) ? "Packed" : node.Op;
        return Identifier(pascal + suffix);
    }

    // Long calls go over several lines, one operand on each.
    private static string Wrapped(string call)
    {
        const int Widest = 120;
        int open = call.IndexOf('(');
        return call.Length <= Widest || open < 0 ? call : call.Substring(0, open + 1) + "\n    " + call.Substring(open + 1).Replace(", ref ", ",\n    ref ");
    }

    private static string Unique(HashSet<string> taken, string name)
    {
        string unique = name;
        for (int i = 2; !taken.Add(unique); i++)
            unique = name + "_" + i;
        return unique;
    }

    private string LifetimeOf(int value)
    {
        if (_plan.Slots[value].Region != Region.Arena)
            return "";
        Lifetime lifetime = _plan.LifetimeOf(value);
        return lifetime.Last >= _plan.Steps.Count ? $", from step {lifetime.First} on" : $", steps {lifetime.First} to {lifetime.Last}";
    }
}
