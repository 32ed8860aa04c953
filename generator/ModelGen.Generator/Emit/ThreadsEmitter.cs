using ModelGen.Generator.Model;
using ModelGen.Generator.Text;

namespace ModelGen.Generator.Emit;

/// <summary>Writes what lets an instance use several threads. An instance that does not use them pays for one comparison a call.</summary>
internal sealed class ThreadsEmitter(string name, Signature signature, PlanWriter plan, bool isBatched)
{
    private const string Field = "_modelGenThreads";

    /// <summary>The field of an instance that says which thread's call is running.</summary>
    public const string Owner = "_modelGenOwner";

    private const string Runtime = "global::ModelGen.Runtime.";
    private const string Private = "global::" + SourceHeader.Namespace + ".";

    private IEnumerable<Argument> Arguments => signature.Inputs.Concat(signature.Outputs);

    private bool IsDivided => plan.Plan.Stages.Count > 0;

    /// <summary>Writes the network's public properties.</summary>
    public void EmitMembers(CodeWriter w, GeneratedMembers members) => EmitProperties(
        w, members, Field, Owner, "Enter", "a call of Forward", name, IsDivided
            ? $"new {Private}{name}Threads(_modelGenArena, _modelGenWeights, _modelGenWeights.Packed)" : null);

    /// <summary>Writes the public properties, and the field behind them.</summary>
    /// <param name="field">The field.</param>
    /// <param name="owner">The field of who is calling.</param>
    /// <param name="enter">The method of <c>Exclusive</c> that sets it.</param>
    /// <param name="calls">What the threads are for.</param>
    /// <param name="threads">Creates the <c>ParallelPlan</c>; null where there is nothing to share.</param>
    public static void EmitProperties(
        CodeWriter w, GeneratedMembers members, string field, string owner, string enter, string calls, string name, string? threads)
    {
        string create = threads ?? $"new {Runtime}UndividedPlan({Literals.Quote(name)})";
        w.Line($"private {Runtime}ParallelPlan? {field};");
        w.Line();
        w.Line("/// <summary>");
        w.Line($"/// Threads that {calls} uses, the calling one included; 1 unless set. Results are the same to the last bit. Above 1 "
            + "the instance has threads of its own, which sleep");
        w.Line("/// while there is nothing to do and end when this is set to 1 again or nobody uses the instance any more. Not to be set "
            + "during a call.");
        w.Line("/// Where the platform has no threads, in a browser for instance, it stays 1.");
        if (threads is null)
            w.Line("/// This network is too small for others to help: it always runs on the calling thread.");
        w.Line("/// </summary>");
        w.Line("/// <exception cref=\"global::System.ArgumentOutOfRangeException\">Less than 1 or more than 1,024.</exception>");
        w.Line("/// <exception cref=\"global::System.InvalidOperationException\">Set during a call.</exception>");
        using (w.Block(members.Head("Parallelism")))
        {
            w.Line($"get => {field}?.Parallelism ?? 1;");
            EmitSetter("Parallelism");
        }
        w.Line();
        w.Line($"/// <summary>Runs the pieces of {calls}, in place of threads of the instance's own: a game's job system, or a team "
            + "shared by instances. Null, unless set. Not to be set during a call.</summary>");
        w.Line("/// <exception cref=\"global::System.InvalidOperationException\">Set during a call.</exception>");
        using (w.Block(members.Head("Scheduler")))
        {
            w.Line($"get => {field}?.Scheduler;");
            EmitSetter("Scheduler");
        }
        w.Line();

        void EmitSetter(string property)
        {
            using (w.Block("set"))
            using (EmitExclusive(w, owner, enter, name))
                w.Line($"({field} ??= {create}).{property} = value;");
        }
    }

    /// <summary>Begins what an instance does for one call at a time.</summary>
    public IDisposable EmitExclusive(CodeWriter w) => EmitExclusive(w, Owner, "Enter", name);

    /// <summary>Begins what an object does for one call at a time.</summary>
    /// <param name="owner">The field of who is calling.</param>
    /// <param name="enter">The method of <c>Exclusive</c> that sets it.</param>
    /// <param name="name">The network's class.</param>
    public static IDisposable EmitExclusive(CodeWriter w, string owner, string enter, string name)
    {
        w.Line($"{Runtime}Exclusive.{enter}(ref {owner}, {Literals.Quote(name)});");
        return w.Block("try", $"}}\nfinally\n{{\n    {Runtime}Exclusive.Leave(ref {owner});\n}}");
    }

    /// <summary>Writes the way that Forward takes with several threads.</summary>
    public void EmitCall(CodeWriter w)
    {
        if (!IsDivided)
            return;
        using (w.Block($"if ({Field} is {{ IsOn: true }} threads)"))
        {
            w.Line($"{Runtime}CallersMemory memory = default;");
            foreach ((Argument argument, int i) in Arguments.Select((a, i) => (a, i)))
                w.Line($"memory.Argument{i} = ref {Signature.FirstOf(argument)};");
            w.Line($"threads.Run({Private}{name}Plan.StepStages, 0, {Private}{name}Plan.StepCount, memory, "
                + $"{(isBatched ? "samples" : "1")});");
            w.Line("return;");
        }
    }

    /// <summary>Writes the class that workers run steps through.</summary>
    public void EmitPrivate(CodeWriter w)
    {
        if (!IsDivided)
            return;
        w.Line();
        w.Line("/// <summary>The steps of inference as threads run them, each a part.</summary>");
        using (w.Block($"file sealed class {name}Threads(ArraySegment<float> arena, WeightStore weights, ArraySegment<float> packed) : "
            + $"ParallelPlan({Literals.Quote(name)})"))
        {
            using (w.Block("protected override void Steps(int first, int afterLast, int part, int parts)"))
            {
                w.Line("for (int step = first; step < afterLast; step++)");
                using (w.Braces())
                {
                    w.Line($"{name}Plan.Step(");
                    w.Line("    step, AlignedMemory.First(arena), new Floats(ref MemoryMarshal.GetReference(weights.AllValues)), "
                        + "AlignedMemory.First(packed),");
                    w.Line($"    {string.Join(", ", Arguments.Select((_, i) => $"ref Argument({i})"))}{(isBatched ? ", Samples" : "")}, "
                        + "part, parts);");
                }
            }
        }
    }
}
