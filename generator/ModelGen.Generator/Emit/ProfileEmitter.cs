using ModelGen.Generator.Kernels;
using ModelGen.Generator.Model;
using ModelGen.Generator.Scheduling;
using ModelGen.Generator.Text;

namespace ModelGen.Generator.Emit;

/// <summary>
/// Writes the method that measures the steps of inference, and the list that says what they are, for networks that ask for it.
/// </summary>
internal static class ProfileEmitter
{
    private const string Runtime = "global::ModelGen.Runtime.";

    private const string Clock = "global::System.Diagnostics.Stopwatch.GetTimestamp()";

    /// <summary>Writes the method Profile.</summary>
    /// <param name="emitChecks">Writes the checks of inputs and outputs that Forward has, and the number of samples.</param>
    /// <param name="beginExclusive">Begins what one call does at a time.</param>
    /// <param name="plan">The private class of the plan, in full.</param>
    /// <param name="arguments">What the plan's method Step takes behind the step's number.</param>
    public static void EmitMethod(CodeWriter w, string networkName, GeneratedMembers members, Action emitChecks,
        Func<IDisposable> beginExclusive, string plan, string arguments)
    {
        w.Line("/// <summary>");
        w.Line("/// Does what Forward does, on the calling thread alone, and writes how long each step took, in ticks of <see "
            + "cref=\"global::System.Diagnostics.Stopwatch\"/>. <c>Summary.Steps</c> says");
        w.Line("/// what the steps are. Allocates nothing.");
        w.Line("/// </summary>");
        w.Line("/// <exception cref=\"global::System.ArgumentException\">A span has the wrong length; that of <paramref name=\"ticks\"/> "
            + "is the number of steps.</exception>");
        using (w.Block(members.Head("Profile")))
        {
            emitChecks();
            w.Line($"{Runtime}Check.Steps(ticks.Length, {plan}.StepCount, {Literals.Quote(networkName)}, nameof(ticks));");
            using (beginExclusive())
                EmitLoop(w, plan + ".Step", arguments);
        }
        w.Line();
    }

    /// <summary>Writes the trainer's method Profile, and the list that says what its steps are.</summary>
    /// <param name="rows">That list.</param>
    /// <param name="emitBody">Writes what the method does.</param>
    public static void EmitTrainingMethod(CodeWriter w, GeneratedMembers members, IEnumerable<string> rows, Action emitBody)
    {
        w.Line("/// <summary>What the steps of training are that <see cref=\"Profile\"/> measures.</summary>");
        w.Line(members.HeadInTrainer("Steps") + " { get; } =");
        w.Line("[");
        foreach (string row in rows)
            w.Line("    " + row + ",");
        w.Line("];");
        w.Line();
        w.Line("/// <summary>");
        w.Line("/// Does what Step does, on the calling thread alone, and writes how long each step of <see cref=\"Steps\"/> took, in "
            + "ticks of <see cref=\"global::System.Diagnostics.Stopwatch\"/>. It does not stop");
        w.Line("/// where the loss is not finite: parameters are not either, then. Allocates nothing.");
        w.Line("/// </summary>");
        w.Line("/// <exception cref=\"global::System.ArgumentException\">A span has the wrong length; that of <paramref name=\"ticks\"/> "
            + "is the number of steps.</exception>");
        w.Line("/// <exception cref=\"global::ModelGen.NonFiniteUpdateException\">What has become of the parameters is not finite; then "
            + "only LoadCheckpoint makes the trainer usable again.</exception>");
        using (w.Block(members.HeadInTrainer("Profile")))
            emitBody();
        w.Line();
    }

    /// <summary>Writes a method Profile in the class with the steps, which runs them all and measures each.</summary>
    /// <param name="step">The method with the steps.</param>
    /// <param name="parameters">Its parameters behind the step's number.</param>
    /// <param name="whole">What stands behind them where the step is to be done as a whole.</param>
    public static void EmitSteps(CodeWriter w, string step, string parameters, string whole)
    {
        using (w.Block($"public static void Profile({parameters}, global::System.Span<long> ticks)"))
            EmitLoop(w, step, PlanWriter.ArgumentsOf(parameters) + whole);
        w.Line();
    }

    private static void EmitLoop(CodeWriter w, string method, string arguments)
    {
        w.Line($"long start = {Clock};");
        using (w.Block($"for (int step = 0; step < {method}Count; step++)"))
        {
            w.Line($"{method}(step, {arguments});");
            w.Line($"long end = {Clock};");
            w.Line("ticks[step] = end - start;");
            w.Line("start = end;");
        }
    }

    /// <summary>One row of <c>Summary.Steps</c> for each step of the plan, in the order of their numbers.</summary>
    /// <param name="kernels">Names the methods.</param>
    public static IEnumerable<string> Rows(Plan plan, KernelSet kernels)
    {
        for (int i = 0; i < plan.Steps.Count; i++)
        {
            Step step = plan.Steps[i];
            Kernel kernel = step.Call.Kernel;
            string method = kernels.MethodOf(kernel);
            string called = kernel.Call(method, [.. step.Call.Operands.Select(_ => "x")], "1");
            (string op, long multiplyAdds) = step.ClearsHalo
                ? ("ClearHalo", 0) : (step.Node.Op, SummaryEmitter.MultiplyAddsOf(plan.Graph, step.Node));
            yield return Row(step.Node.Name, op, step.Node.Shape, called.Substring(0, called.IndexOf('(')), multiplyAdds,
                Stage.IndexOf(plan.Stages, i));
        }
    }

    /// <summary>The row of an output's copy to the caller's memory.</summary>
    public static string Copy(Graphs.Node node) => Row(node.Name, "Copy", node.Shape, "Elementwise.Copy", 0);

    private static string Row(string layer, string op, Graphs.Shape shape, string kernel, long multiplyAdds, int stage = -1)
    {
        string what = $"{Literals.Quote(layer)}, {Literals.Quote(op)}, [{string.Join(", ", shape.Dimensions)}], {Literals.Quote(kernel)}";
        return FormattableString.Invariant($"new global::ModelGen.StepSummary({what}, {multiplyAdds}{(stage >= 0 ? $", {stage}" : "")})");
    }
}
