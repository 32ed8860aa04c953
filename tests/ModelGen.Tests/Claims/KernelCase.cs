using ModelGen.Generator.Emit;
using ModelGen.Generator.Graphs;
using ModelGen.Generator.Kernels;
using ModelGen.Generator.Layouts;
using ModelGen.Generator.Lowering;
using ModelGen.Generator.Ops;
using ModelGen.Generator.Scheduling;
using ModelGen.Generator.Text;

namespace ModelGen.Tests.Claims;

/// <summary>What an operator and its kernel say of what they read and write.</summary>
/// <param name="Halo">What is left in the halo of the result.</param>
/// <param name="InPlace">Positions of inputs in whose memory the result may lie, of those that lie as it does.</param>
/// <param name="Mutated">Positions of inputs that are written.</param>
/// <param name="TreatsSamplesAlone">Whether threads may share the samples.</param>
/// <param name="Units">Into how many units the work can be divided.</param>
/// <param name="RowsOfUnit">Rows of the result that each has, or 0.</param>
/// <param name="ReadsOwnRows">Whether it reads no others.</param>
/// <param name="Overrun">Floats behind its operands that the kernel may read.</param>
internal sealed record KernelClaims(
    HaloEffect Halo, IReadOnlyList<int> InPlace, IReadOnlyList<int> Mutated, bool TreatsSamplesAlone, int Units, int RowsOfUnit,
    bool ReadsOwnRows, int Overrun);

/// <summary>An operand of a kernel: what it is, how it lies, and in whose memory.</summary>
/// <param name="IsExact">Whether nothing belongs to it behind its last element, as in the caller's memory and in files; elsewhere memory
/// goes on to the end of a cache line.</param>
internal sealed record Operand(int Value, TensorType Type, Layout Layout, bool IsExact)
{
    /// <summary>Floats for so many samples.</summary>
    public int Length(int samples) => Layout.Length * (Type.PerSample ? samples : 1);
}

/// <summary>One kernel with its operands, as a plan calls it, by itself.</summary>
internal sealed record KernelCase(
    string Name, Node Node, Kernel Kernel, IReadOnlyList<Operand> Operands, KernelClaims Claims, int Batch, bool IsOfSamples, int Classes)
{
    /// <summary>The position of the result among the operands; -1 where there is none.</summary>
    public int Result { get; init; }

    private string Key => $"{Node.Op} {MethodOf(Kernel)} {Batch} {Kernel.MostUnits > 1} {Kernel.RowsOfUnit} {Kernel.HaloEffect} "
        + string.Join(", ", Operands.Select(o =>
        $"{o.Layout.Kind} {o.Layout.Dims.Rank} {!o.Layout.Halo.IsNone} {o.Layout.HasPartialBlock} {o.Layout.Height >= 14} {o.IsExact}"));

    /// <summary>Cases of all graphs, of those that differ in nothing but sizes one.</summary>
    public static IReadOnlyList<KernelCase> All => s_all.Value;

    private static readonly Lazy<IReadOnlyList<KernelCase>> s_all = new(() =>
    {
        var cases = new Dictionary<string, KernelCase>(StringComparer.Ordinal);
        foreach (PlannedGraph planned in ClaimGraphs.All())
        foreach (KernelCase found in Of(planned))
            _ = cases.TryAdd(found.Key, found with { Name = $"Case{cases.Count}" });
        return [.. cases.Values];
    });

    public override string ToString() => $"{Name}, {GraphPrinter.Print(Node)}, batch {Batch}, {MethodOf(Kernel)}: "
        + string.Join("; ", Operands.Select(o => $"{o.Layout}"));

    /// <summary>Writes a file with a class that has two methods for each case: the kernel as a whole, and a part of it.</summary>
    public static string Emit(IReadOnlyList<KernelCase> cases)
    {
        var writer = new CodeWriter();
        var kernels = new KernelSet();
        SourceHeader.Write(writer);
        SourceHeader.InPrivateNamespace(writer, () =>
        {
            using (writer.Block("public static class Claims"))
            {
                foreach (KernelCase kernelCase in cases)
                    kernelCase.EmitMethods(writer, kernels);
            }
            kernels.Emit(writer, "ClaimsKernels");
        });
        return writer.ToString();
    }

    private void EmitMethods(CodeWriter w, KernelSet kernels)
    {
        EmitMethod(Name, Kernel, UnitRange.All(1));
        if (Kernel.MostUnits > 1)
            EmitMethod(Name + "Part", Kernel with { IsDivided = true }, UnitRange.Part(Kernel.MostUnits));

        void EmitMethod(string name, Kernel kernel, UnitRange range)
        {
            string target = kernels.MethodOf(kernel) is { Length: > 0 } method ? "ClaimsKernels." + method : "";
            using (w.Block(
                $"public static void {name}(nint[] at, nint scratch, int samples, int ownSamples, int first, int part, int parts)"))
            {
                w.Line("const ulong randomSeed = 5, stepNumber = 7, updateNumber = 3;");
                w.Line("const int accumulated = 0;");
                w.Line("var check = new UpdateCheck(\"case\", []);");
                string settings = OperatorTable.Get(Node.Op) is Update update ? update.Optimizer : "Sgd";
                string momentum = typeof(Sgd).Assembly.GetType($"ModelGen.{settings}")?.GetProperty("Momentum") is null ? ""
                    : ", Momentum = 0.9f";
                w.Line($"var optimizer = new ModelGen.{settings}() {{ LearningRate = 0.1f{momentum} }};");
                for (int i = 0; i < Operands.Count; i++)
                {
                    string type = Operands[i].Type.Element == ElementType.I32 ? "int" : "float";
                    w.Line($"ref {type} o{i} = ref Unsafe.AddByteOffset(ref Unsafe.NullRef<{type}>(), at[{i}]);");
                }
                w.Line("ref float own = ref Unsafe.AddByteOffset(ref Unsafe.NullRef<float>(), scratch);");
                string[] operands = [.. Operands.Select((_, i) => "o" + i), .. kernel.Scratch > 0 ? ["own"] : Array.Empty<string>()];
                w.Line(kernel.Call(target, operands, IsOfSamples ? "ownSamples" : "1", range, "first"));
            }
        }
    }

    private static string MethodOf(Kernel kernel) =>
        kernel is RuntimeKernel { Calls: [{ } call, ..] } ? call.Method : $"{kernel.GetType().Name} {kernel.Title}";

    private static IEnumerable<KernelCase> Of(PlannedGraph planned)
    {
        Graph graph = planned.Graph;
        IReadOnlyList<Layout> layouts = planned.LaidOut.Layouts;
        var context = new LoweringContext(graph, layouts, planned.Batch, ConcatPlacement.Of(graph, layouts, _ => false).IsInPlace);
        int[] uses = graph.CountUses();
        bool[] isConstant = new bool[graph.Nodes.Count];
        foreach (Node node in graph.Nodes)
        {
            isConstant[node.Id] = !planned.ParametersChange
                && (node.Is(OpNames.Parameter) || (node.Inputs.Count > 0 && node.Inputs.All(i => isConstant[i])));
            if (node.Op is OpNames.Input or OpNames.Parameter || OperatorTable.Get(node.Op).IsAlias)
                continue;
            Operator op = OperatorTable.Get(node.Op);
            KernelCall call = LoweringTable.Of(node).Lower(context, node);
            Operand[] operands = [.. call.Operands.Select(o => new Operand(o, graph[o].Type, layouts[o], IsExact(graph[o])))];
            if (operands.Sum(o => (long)o.Length(planned.Batch)) > 300_000)
                continue;
            int classes = operands.Any(o => o.Type.Element == ElementType.I32) ? graph[node.Inputs[0]].Shape[0] : 0;
            yield return Case(call.Kernel, operands, op.HasResult ? operands.Length - 1 : -1, new KernelClaims(call.Kernel.HaloEffect,
                [.. call.Kernel.InPlaceOperands.Where(i => op.HasResult && layouts[call.Operands[i]] == layouts[node.Id])],
                [.. op.MutatedInputs],
                node.Type.PerSample && op.TreatsSamplesAlone, call.Kernel.MostUnits, call.Kernel.RowsOfUnit, call.Kernel.ReadsOwnRows,
                call.Kernel.Overrun));
            if (op.HasResult && !layouts[node.Id].Halo.IsNone)
            {
                KernelCall clear = Scheduler.ClearHalo(node.Id, layouts[node.Id]);
                yield return Case(clear.Kernel, [operands[^1]], 0,
                    new KernelClaims(HaloEffect.Clears, [], [], node.Type.PerSample, clear.Kernel.MostUnits, 0, false,
                        0)) with { ClearsHalo = true };
            }

            KernelCase Case(Kernel kernel, Operand[] given, int result, KernelClaims claims) =>
                new("", node, kernel, given, claims, planned.Batch, node.Type.PerSample || node.Inputs.Any(i => graph[i].Type.PerSample),
                    classes) { Result = result };

            // Of what the caller gives, and of what is read from files, nothing lies behind the last element.
            bool IsExact(Node operand) => operand.Is(OpNames.Input) || (operand.Is(OpNames.Parameter) && isConstant[node.Id])
                || (operand == node && uses[node.Id] == 1 && node.Shape.Rank > 0 && graph.Outputs.Any(o => o.Value == node.Id));
        }
    }

    /// <summary>Whether it is what clears a halo rather than what computes the node.</summary>
    public bool ClearsHalo { get; init; }
}

/// <summary>A compiled kernel.</summary>
/// <param name="at">Addresses of its operands.</param>
/// <param name="scratch">The address of its own memory.</param>
/// <param name="samples">The samples of the batch.</param>
/// <param name="ownSamples">How many of them it is given.</param>
/// <param name="first">How many are before those.</param>
internal delegate void KernelMethod(nint[] at, nint scratch, int samples, int ownSamples, int first, int part, int parts);
