using System.Text;
using ModelGen.Generator.Graphs;
using ModelGen.Generator.Kernels;
using ModelGen.Generator.Layouts;
using ModelGen.Generator.Model;
using ModelGen.Generator.Scheduling;
using ModelGen.Generator.Text;

namespace ModelGen.Generator.Emit;

/// <summary>Writes a plan: its offsets as named constants, and its steps as numbered calls.</summary>
internal sealed class PlanWriter
{
    // Of the samples that threads share: the part's first one, and how many are the part's.
    private const string FirstSample = "firstSample";
    private const string OwnSamples = "ownSamples";

    // Characters of a call on one line.
    private const int Widest = 240;

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
                _constants.Add((name, slot.Offset, CommentOf(node, slot.Region)));
            }
            _names.Add(node.Id, name);
        }
    }

    public Plan Plan => _plan;

    /// <summary>What stands behind the arguments of a step that is to be done as a whole.</summary>
    public string WholeSteps => _plan.Stages.Count > 0 ? ", 0, 1" : "";

    /// <summary>Writes a class of constants, one for each place in the plan's memory.</summary>
    public void EmitMemory(CodeWriter w, string summary)
    {
        w.Line($"/// <summary>{summary}</summary>");
        using (w.Block($"file static class {_memoryClass}"))
        {
            w.Line($"public const int ArenaLength = {Literals.Grouped(_plan.ArenaLength)};");
            w.Line($"public const int PackedLength = {Literals.Grouped(_plan.PackedLength)};");
            w.Line($"public const int ScratchLength = {Literals.Grouped(_plan.LoadScratchLength)};");
            // Parameters in PyTorch's order need no comment: their shapes stand in their table.
            List<(string Name, int Offset, string Comment)> plain = [.. _constants.Where(c => c.Comment.Length == 0)];
            if (plain.Count > 0)
                w.Wrapped(["public const int", .. plain.Select((c, i) => $"{c.Name} = "
                    + $"{c.Offset}{(i == plain.Count - 1 ? ";" : ",")}")], "    ");
            foreach ((string name, int offset, string comment) in _constants.Where(c => c.Comment.Length > 0))
                w.Line($"public const int {name} = {offset}; // {comment}");
        }
    }

    /// <summary>
    /// Writes the steps as a method <paramref name="name"/>(int step, …) and the constant <paramref name="name"/>Count. Calls that go to
    /// several threads are for part <c>part</c> of <c>parts</c>, all others do the whole step.
    /// </summary>
    /// <param name="parameters">
    /// Declares the memory <c>arena</c>, <c>parameters</c>, <c>packed</c>, <c>scratch</c> as far as needed, references to inputs and
    /// outputs, and <c>samples</c> unless it is 1.
    /// </param>
    public void EmitSteps(CodeWriter w, string name, string parameters)
    {
        List<(string Comment, string Call)> steps = [.. Calls(_plan.Steps, _plan.Stages),
            .. RemainingOutputs().Select(output => ("", Copy(output)))];
        if (_plan.Stages.Count > 0)
            parameters += ", int part, int parts";
        w.Line($"public const int {name}Count = {steps.Count};");
        if (_plan.Stages.Count > 0)
        {
            w.Line();
            w.Line("// The first step of each stage that several threads share, and the one after its last.");
            w.Line($"public static ReadOnlySpan<int> {name}Stages => "
                + $"[{string.Join(", ", _plan.Stages.Select(s => $"{s.First}, {s.End}"))}];");
        }
        w.Line();
        List<int> chunks = Chunks(steps);
        for (int i = 0; i + 1 < chunks.Count; i++)
        {
            if (i > 0)
                w.Line();
            bool single = chunks.Count == 2;
            using (w.Block(single ? $"public static void {name}(int step, {parameters})"
                : $"private static void {name}_{i + 1}(int step, {parameters})"))
            {
                if (!parameters.Contains("int samples"))
                    w.Line("const int samples = 1;");
                if (_plan.Steps.Any(s => s.DividesSamples))
                    w.Line($"int {FirstSample} = (int)((long)part * samples / parts), {OwnSamples} = (int)((part + 1L) * samples / "
                        + $"parts) - {FirstSample};");
                using (w.Block("switch (step)"))
                {
                    for (int step = chunks[i]; step < chunks[i + 1]; step++)
                    {
                        if (steps[step].Comment.Length > 0)
                            w.Line($"// {steps[step].Comment}");
                        EmitCase(w, step, steps[step].Call);
                    }
                }
            }
        }
        if (chunks.Count == 2)
            return;
        // Methods that are too long are not optimised.
        string arguments = ArgumentsOf(parameters);
        w.Line();
        using (w.Block($"public static void {name}(int step, {parameters})"))
        {
            for (int i = 0; i + 1 < chunks.Count; i++)
            {
                w.Line(i + 2 == chunks.Count ? "else" : $"{(i > 0 ? "else " : "")}if (step < {chunks[i + 1]})");
                w.Line($"    {name}_{i + 1}(step, {arguments});");
            }
        }
    }

    /// <summary>
    /// Writes the steps of loading weights: those that threads share as a method <paramref name="name"/>, for part <c>part</c> of
    /// <c>parts</c>, the others, if there are any, as <paramref name="name"/>Rest.
    /// </summary>
    /// <param name="parameters">Declares <c>parameters</c> and <c>packed</c>.</param>
    /// <param name="scratch">Declares <c>scratch</c>, which the rest may need.</param>
    public void EmitLoadSteps(CodeWriter w, string name, string parameters, string scratch)
    {
        List<(string Comment, string Call)> steps = Calls(_plan.LoadSteps, [new Stage(0, _plan.SharedLoadSteps)]);
        EmitLoadSteps(w, name, parameters + ", int part, int parts", [.. steps.Take(_plan.SharedLoadSteps)]);
        if (_plan.SharedLoadSteps == steps.Count)
            return;
        w.Line();
        EmitLoadSteps(w, name + "Rest", $"{parameters}, {scratch}", [.. steps.Skip(_plan.SharedLoadSteps)]);
    }

    private static void EmitLoadSteps(CodeWriter w, string name, string parameters, List<(string Comment, string Call)> steps)
    {
        List<int> chunks = Chunks(steps);
        bool single = chunks.Count == 2;
        for (int i = 0; i + 1 < chunks.Count; i++)
        {
            using (w.Block($"{(single ? "public" : "private")} static void {name}{(single ? "" : $"_{i + 1}")}({parameters})"))
            {
                foreach ((string comment, string call) in steps.Skip(chunks[i]).Take(chunks[i + 1] - chunks[i]))
                {
                    // Calls say what they do; the comment says for which layer.
                    if (comment.Length > 0)
                        w.Line($"// {comment.Substring(0, comment.LastIndexOf(':'))}");
                    w.Line(call);
                }
            }
            if (!single)
                w.Line();
        }
        if (single)
            return;
        using (w.Block($"public static void {name}({parameters})"))
        {
            for (int i = 0; i + 1 < chunks.Count; i++)
                w.Line($"{name}_{i + 1}({ArgumentsOf(parameters)});");
        }
    }

    // A short call stands on the line of its case.
    private static void EmitCase(CodeWriter w, int step, string call)
    {
        if (call.Length <= Widest && call.IndexOf('\n') < 0)
        {
            w.Line($"case {step}: {call} break;");
            return;
        }
        w.Line($"case {step}:");
        w.Line("    " + call.Replace("\n", "\n    "));
        w.Line("    break;");
    }

    /// <summary>The arguments with which a method that has parameters passes them on.</summary>
    public static string ArgumentsOf(string parameters) => string.Join(", ", parameters.Split([", "], StringSplitOptions.None).Select(p =>
        (p.StartsWith("ref ", StringComparison.Ordinal) ? "ref " : "") + p.Substring(p.LastIndexOf(' ') + 1)));

    private List<(string Comment, string Call)> Calls(IReadOnlyList<Step> steps, IReadOnlyList<Stage> stages)
    {
        var calls = new List<(string, string)>();
        string last = "", lastAlgorithm = "";
        for (int i = 0; i < steps.Count; i++)
        {
            Step step = steps[i];
            // One comment a layer; what else is done for it stands below.
            string label = step.Node.Name.Length > 0 ? step.Node.Name : step.Node.Op;
            Kernel kernel = step.Call.Kernel;
            string algorithm = step.ClearsHalo ? "" : kernel.Algorithm ?? "";
            string comment = label != last ? $"{label}: {step.Node.Op} {step.Node.Type}{(algorithm.Length > 0 ? ", " : "")}{algorithm}"
                : algorithm == lastAlgorithm ? "" : algorithm;
            (last, lastAlgorithm) = (label, algorithm);
            string method = _kernels.MethodOf(kernel);
            string target = method.Length == 0 ? "" : $"{_kernelClass}.{method}";
            string samples = step.DividesSamples ? OwnSamples : _plan.IsOfSamples(step.Node) ? "samples" : "1";
            int stage = Stage.IndexOf(stages, i);
            string[] operands = [.. step.Call.Operands.Select(o => step.DividesSamples ? MemoryOfOwnSamples(o) : Memory(o)),
                .. ScratchOf(step)];
            string call = Wrapped(kernel.Call(
                target, operands, samples, kernel.IsDivided ? UnitRange.Part(kernel.Units) : UnitRange.All(kernel.Units),
                step.DividesSamples ? FirstSample : "0"));
            if (stage >= 0 && !kernel.IsDivided && !step.DividesSamples)
            {
                string block = string.Concat(call.Split('\n').Select(line => "    " + line + "\n"));
                call = $"if (part == {i - stages[stage].First} % parts)\n{{\n{block}}}";
            }
            calls.Add((comment, call));
        }
        return calls;
    }

    /// <summary>What the numbered steps of inference are: a <c>StepSummary</c> as C# text for each.</summary>
    public IReadOnlyCollection<string> DescribeSteps() =>
        [.. ProfileEmitter.Rows(_plan, _kernels), .. RemainingOutputs().Select(o => ProfileEmitter.Copy(_plan.Graph[o.Value]))];

    // The same for the samples that are the part's own.
    private string MemoryOfOwnSamples(int value) =>
        Memory(value, _plan.Graph[value].Type.PerSample
            ? FormattableString.Invariant($"{FirstSample} * {_plan.LayoutOf(value).Length}") : null);

    // Threads that share a step have memory of their own; one alone uses the arena's.
    private static string[] ScratchOf(Step step)
    {
        int length = step.Call.Kernel.Scratch;
        string place = FormattableString.Invariant($"arena[{step.ScratchOffset}]");
        return length == 0 ? [] : step.Call.Kernel.IsDivided
            || step.DividesSamples ? [FormattableString.Invariant($"ThreadMemory.Of(parts, ref {place}, {length})")] : [place];
    }

    // Outputs that no kernel could write to the caller's memory directly.
    private IEnumerable<GraphOutput> RemainingOutputs() => _plan.Graph.Outputs.Where(output =>
        !((_plan.Slots[output.Value].Region == Region.Output && _plan.Slots[output.Value].Name == output.Name)
            || _plan.Graph[output.Value].Type is { Shape.Rank: 0, PerSample: false }));

    private string Copy(GraphOutput output)
    {
        Node node = _plan.Graph[output.Value];
        string length = node.Type.PerSample ? $"(nint)samples * {node.Shape.Length}" : $"{node.Shape.Length}";
        return $"Elementwise.Copy(ref {Memory(output.Value)}, ref {Signature.Reference(output.Name)}, {length});";
    }

    // Where each method begins, and the end: a call of a hundred characters is some forty bytes of IL, and they should stay far below 15
    // KB.
    private static List<int> Chunks(List<(string Comment, string Call)> steps)
    {
        const int MostSteps = 64;
        const int MostCharacters = 16_000;
        var starts = new List<int> { 0 };
        int characters = 0;
        for (int i = 0; i < steps.Count; i++)
        {
            characters += steps[i].Call.Length;
            if (i - starts[starts.Count - 1] < MostSteps && characters <= MostCharacters)
                continue;
            starts.Add(i);
            characters = steps[i].Call.Length;
        }
        starts.Add(steps.Count);
        return starts;
    }

    /// <summary>A C# expression for the first element of a value, or for the one at an offset, which is C# text too.</summary>
    public string Memory(int value, string? offset = null)
    {
        Slot slot = _plan.Slots[value];
        return slot.Region switch
        {
            // Labels are no input of the network but the trainer's own argument.
            Region.Input when _plan.Graph[value].Type.Element == ElementType.I32 => At(Identifiers.Of(slot.Name)),
            Region.Input or Region.Output => At(Signature.Reference(slot.Name)),
            Region.Arena => Of("arena"),
            Region.Packed => Of("packed"),
            Region.LoadScratch => Of("scratch"),
            Region.Parameter => Of("parameters"),
            _ => throw new InvalidOperationException($"%{value} has no memory"),
        };

        string At(string reference) => offset is null ? reference : $"Unsafe.Add(ref {reference}, {offset})";

        string Of(string memory) => $"{memory}[{_memoryClass}.{_names[value]}{(offset is null ? "" : " + " + offset)}]";
    }

    // A layer's result is called after the layer, everything else after what it is of and what was done.
    private static string NameOf(Node node)
    {
        string pascal = string.Concat(
            node.Name.Split('.', '_', '-', ' ').Where(w => w.Length > 0).Select(w => char.ToUpperInvariant(w[0]) + w.Substring(1)));
        bool isLayer = node.Op is OpNames.Parameter
            || (Ops.OperatorTable.TryGet(node.Op, out Ops.Operator op) && (op.Layer is not null || op is Ops.LossOperator));
        string suffix = isLayer && pascal.Length > 0 ? "" : node.Is(OpNames.Reorder) ? "Packed" : Ops.OperatorTable.Get(node.Op).ResultName;
        return Identifiers.Of(pascal + suffix);
    }

    // Long calls go over several lines, one operand on each.
    private static string Wrapped(string call)
    {
        int open = call.IndexOf('(');
        return call.Length <= Widest || open < 0
            ? call : call.Substring(0, open + 1) + "\n    " + call.Substring(open + 1).Replace(", ref ", ",\n    ref ");
    }

    private static string Unique(HashSet<string> taken, string name)
    {
        string unique = name;
        for (int i = 2; !taken.Add(unique); i++)
            unique = name + "_" + i;
        return unique;
    }

    // Where a value is, in which order, and, of what lies elsewhere than its shape says, its type.
    private string CommentOf(Node node, Region region)
    {
        Layout layout = _plan.LayoutOf(node.Id);
        bool isPlain = layout.Dims == node.Shape;
        if (region == Region.Parameter && isPlain && layout.Kind == LayoutKind.Dense)
            return "";
        string type = isPlain && node.Type.Element == ElementType.F32 ? "" : $"{node.Type}, ";
        return $"{region.ToString().ToLowerInvariant()}: {type}{layout}{LifetimeOf(node.Id)}";
    }

    private string LifetimeOf(int value)
    {
        if (_plan.Slots[value].Region != Region.Arena)
            return "";
        Lifetime lifetime = _plan.LifetimeOf(value);
        return lifetime.Last >= _plan.Steps.Count ? $", from step {lifetime.First} on" : $", steps {lifetime.First} to {lifetime.Last}";
    }
}
