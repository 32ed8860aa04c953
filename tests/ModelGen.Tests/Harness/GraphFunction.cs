using ModelGen.Generator.Collections;
using ModelGen.Generator.Emit;
using ModelGen.Generator.Graphs;
using ModelGen.Generator.Kernels;
using ModelGen.Generator.Layouts;
using ModelGen.Generator.Model;
using ModelGen.Generator.Scheduling;
using ModelGen.Generator.Text;

namespace ModelGen.Tests.Harness;

/// <summary>When a graph's parameters are put into the order in which kernels read them.</summary>
internal enum ParameterUse
{
    /// <summary>As in inference: parameters lie in PyTorch's order, and what depends on them alone is computed once.</summary>
    Constant,

    /// <summary>As in training: parameters lie as their layers read them, and everything is computed on every run.</summary>
    Changing,
}

/// <summary>
/// Any graph as a compiled method, planned and emitted by the compiler's own code, but with any number of inputs and outputs, and with
/// memory that holds NaN wherever nothing has been written yet.
/// </summary>
/// <param name="Name">Name of the generated class.</param>
/// <param name="Graph">The graph; inputs and outputs are known by position from here on.</param>
/// <param name="Batch">The most samples that one run takes.</param>
internal sealed record GraphFunction(string Name, Graph Graph, int Batch, ParameterUse Parameters)
{
    /// <summary>The floats of an output for so many samples.</summary>
    public int OutputLength(int index, int samples)
    {
        TensorType type = Graph[Graph.Outputs[index].Value].Type;
        return checked((int)type.Shape.Length * (type.PerSample ? samples : 1));
    }

    /// <summary>
    /// Writes a file with a class for each function, whose method is a <see cref="GraphMethod"/> named Run, and the kernels that they
    /// share.
    /// </summary>
    public static string Emit(IReadOnlyList<GraphFunction> functions)
    {
        var writer = new CodeWriter();
        var kernels = new KernelSet();
        string kernelClass = functions[0].Name + "Kernels";
        SourceHeader.Write(writer);
        SourceHeader.InPrivateNamespace(writer, () =>
        {
            foreach (GraphFunction function in functions)
                function.EmitClass(writer, kernels, kernelClass);
            kernels.Emit(writer, kernelClass);
        });
        return writer.ToString();
    }

    private void EmitClass(CodeWriter w, KernelSet kernels, string kernelClass)
    {
        bool changing = Parameters == ParameterUse.Changing;
        LaidOutGraph laidOut = LayoutPlanner.Plan(Renamed(), parameter => changing ? null : Layout.Dense(parameter.Shape));
        Plan plan = Scheduler.Schedule(laidOut, Batch, parametersChange: changing, division: Division.Everything);
        var planWriter = new PlanWriter(plan, kernels, kernelClass, Name + "Memory");
        using (w.Block($"public static class {Name}"))
        {
            string memory = "Floats arena, Floats parameters, Floats packed, Floats scratch";
            string arguments = string.Concat(
                plan.Graph.Inputs.Select(i => (i.Type.Element == ElementType.F32 ? ", ref float " : ", ref int ") + i.Name))
                + string.Concat(plan.Graph.Outputs.Select(o => ", ref float " + o.Name));
            string step = memory + arguments
                + ", int samples, ModelGen.Sgd optimizer, ulong randomSeed, ulong stepNumber, ulong updateNumber, int accumulated, "
                + "UpdateCheck check";
            using (w.Block(
                "public static void Run(Memory<float>[] inputs, int[][] labels, float[][] values, Memory<float>[] outputs, int samples, "
                    + "ModelGen.GradientDescent settings, int parts)"))
            {
                w.Line("const ulong randomSeed = 0, stepNumber = 0, updateNumber = 0;");
                w.Line("const int accumulated = 0;");
                w.Line("var optimizer = (ModelGen.Sgd)settings;");
                // What is not finite shows in results.
                w.Line("var check = new UpdateCheck(\"graph\", []);");
                EmitArguments(w, plan);
                w.Line($"Floats arena = Poisoned({Name}Memory.ArenaLength);");
                w.Line($"Floats packed = Poisoned({Name}Memory.PackedLength);");
                w.Line($"Floats scratch = Poisoned({Name}Memory.ScratchLength);");
                w.Line($"Floats parameters = AlignedMemory.First(AlignedMemory.Allocate({plan.ParameterLength}));");
                EmitCopies(w, planWriter, k => $"{kernelClass}.{kernels.MethodOf(k)}", toMemory: true);
                w.Line("for (int part = parts - 1; part >= 0; part--)");
                w.Line("    PackSteps(parameters, packed, part, parts);");
                if (plan.SharedLoadSteps < plan.LoadSteps.Count)
                    w.Line("PackStepsRest(parameters, packed, scratch);");
                w.Line("int done = 0;");
                if (plan.Stages.Count > 0)
                    EmitStages(w, PlanWriter.ArgumentsOf(step));
                w.Line("for (int step = done; step < StepCount; step++)");
                w.Line($"    Step(step, {PlanWriter.ArgumentsOf(step)}{(plan.Stages.Count > 0 ? ", 0, 1" : "")});");
                foreach (GraphOutput output in plan.Graph.Outputs.Where(o =>
                    plan.Graph[o.Value].Type is { Shape.Rank: 0, PerSample: false }))
                    w.Line($"{output.Name} = {planWriter.Memory(output.Value)};");
                if (changing)
                    EmitCopies(w, planWriter, k => $"{kernelClass}.{kernels.MethodOf(k)}", toMemory: false);
            }
            w.Line();
            planWriter.EmitSteps(w, "Step", step);
            w.Line();
            planWriter.EmitLoadSteps(w, "PackSteps", "Floats parameters, Floats packed", "Floats scratch");
            w.Line();
            w.Line("// Memory in which whatever is read before it was written shows.");
            using (w.Block("private static Floats Poisoned(int length)"))
            {
                w.Line("ArraySegment<float> memory = AlignedMemory.Allocate(length);");
                w.Line("memory.Array.AsSpan().Fill(float.NaN);");
                w.Line("return AlignedMemory.First(memory);");
            }
        }
        w.Line();
        planWriter.EmitMemory(w, "Where each value lives.");
        w.Line();
    }

    // Names of inputs and outputs are any text, those of C# locals are not.
    private Graph Renamed()
    {
        int inputs = 0;
        int outputs = 0;
        return Graph with
        {
            Nodes = Graph.Nodes.Select(n => n.Is(OpNames.Input) ? n with { Name = "input" + inputs++ } : n).ToEquatableArray(),
            Outputs = Graph.Outputs.Select(o => o with { Name = "output" + outputs++ }).ToEquatableArray(),
        };
    }

    private static void EmitArguments(CodeWriter w, Plan plan)
    {
        int floats = 0;
        int labels = 0;
        foreach (Node input in plan.Graph.Inputs)
        {
            w.Line(input.Type.Element == ElementType.F32
                ? $"ref float {input.Name} = ref MemoryMarshal.GetReference(inputs[{floats++}].Span);"
                : $"ref int {input.Name} = ref MemoryMarshal.GetArrayDataReference(labels[{labels++}]);");
        }
        int outputs = 0;
        foreach (GraphOutput output in plan.Graph.Outputs)
            w.Line($"ref float {output.Name} = ref MemoryMarshal.GetReference(outputs[{outputs++}].Span);");
    }

    // As a scheduler might do it that starts with the last part and lets it overtake the others by a whole stage.
    private static void EmitStages(CodeWriter w, string arguments)
    {
        using (w.Block("for (int i = 0; i < StepStages.Length; done = StepStages[i + 1], i += 2)"))
        {
            w.Line("for (int part = parts - 1; part >= 0; part--)");
            w.Line("    for (int step = StepStages[i]; step < StepStages[i + 1]; step++)");
            w.Line($"        Step(step, {arguments}, part, parts);");
        }
    }

    private static void EmitCopies(CodeWriter w, PlanWriter planWriter, Func<Kernel, string> methodOf, bool toMemory)
    {
        Plan plan = planWriter.Plan;
        int index = 0;
        foreach (Node parameter in plan.Graph.Parameters)
        {
            string outside = $"MemoryMarshal.GetArrayDataReference(values[{index++}])";
            string inside = planWriter.Memory(parameter.Id);
            Layout dense = Layout.Dense(parameter.Shape);
            Layout layout = plan.LayoutOf(parameter.Id);
            string[] operands = toMemory ? [outside, inside] : [inside, outside];
            if (layout == dense)
            {
                w.Line($"Elementwise.Copy(ref {operands[0]}, ref {operands[1]}, {parameter.Shape.Length});");
                continue;
            }
            Kernel kernel = toMemory ? new ReorderKernel(dense, layout, PerSample: false)
                : new ReorderKernel(layout, dense, PerSample: false);
            w.Line(kernel.Call(methodOf(kernel), operands, "1"));
        }
    }
}

/// <summary>A compiled graph.</summary>
/// <param name="inputs">Its float inputs in order.</param>
/// <param name="labels">Its integer inputs in order.</param>
/// <param name="values">Its parameters in order, in PyTorch's layout; where they change, they are written back.</param>
/// <param name="outputs">Its outputs in order; scalars have one element.</param>
/// <param name="parts">Into how many parts each step is divided; they run one after another, the last one first.</param>
internal delegate void GraphMethod(Memory<float>[] inputs, int[][] labels, float[][] values, Memory<float>[] outputs, int samples,
    GradientDescent optimizer, int parts);
