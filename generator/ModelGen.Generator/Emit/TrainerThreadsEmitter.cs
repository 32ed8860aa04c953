using ModelGen.Generator.Model;
using ModelGen.Generator.Text;

namespace ModelGen.Generator.Emit;

/// <summary>Writes what lets a trainer use several threads, in training and in evaluation.</summary>
/// <param name="name">The network's class.</param>
/// <param name="dividesTraining">Whether threads share any step of training.</param>
/// <param name="dividesEvaluation">Whether they share any of evaluation.</param>
internal sealed class TrainerThreadsEmitter(string name, bool dividesTraining, bool dividesEvaluation)
{
    private const string Threads = "_threads";

    /// <summary>The field of a trainer that says which thread's call is running.</summary>
    public const string Owner = "_owner";

    private const string Evaluates = "evaluates";

    private const string Optimizer = "optimizer";

    private bool IsDivided => dividesTraining || dividesEvaluation;

    private string Class => name + "TrainerThreads";

    /// <summary>The parameters of steps that are the trainer's state and not memory.</summary>
    public static string StateOf(string optimizer) =>
        $"ModelGen.{optimizer} {Optimizer}, ulong randomSeed, ulong stepNumber, ulong updateNumber, int accumulated, UpdateCheck check";

    /// <summary>Writes the public properties.</summary>
    public void EmitMembers(CodeWriter w, GeneratedMembers members) => ThreadsEmitter.EmitProperties(
        w, members, Threads, Owner, "EnterTrainer", "a step or an evaluation", name, IsDivided
            ? $"new global::{SourceHeader.Namespace}.{Class}(_arena, _parameters)" : null);

    /// <summary>Begins what a trainer does for one call at a time.</summary>
    public IDisposable EmitExclusive(CodeWriter w) => ThreadsEmitter.EmitExclusive(w, Owner, "EnterTrainer", name);

    /// <summary>
    /// Writes a method that runs steps on whatever threads there are: <paramref name="method"/>Steps(int first, int end, …, ParallelPlan?
    /// threads).
    /// </summary>
    /// <param name="step">The method with the steps.</param>
    /// <param name="parameters">Its parameters behind the step's number.</param>
    public void EmitRun(CodeWriter w, string method, string step, string parameters, PlanWriter plan)
    {
        string arguments = PlanWriter.ArgumentsOf(parameters);
        using (w.Block($"private static void {method}Steps(int first, int end, {parameters}, ParallelPlan? threads)"))
        {
            if (plan.Plan.Stages.Count > 0)
            {
                using (w.Block($"if (threads is {Class} {{ IsOn: true }} team)"))
                {
                    w.Line($"team.{method}(first, end, {string.Join(", ", Passed(arguments))});");
                    w.Line("return;");
                }
            }
            w.Line("for (int step = first; step < end; step++)");
            w.Line($"    {step}(step, {arguments}{plan.WholeSteps});");
        }
    }

    /// <summary>Writes the class that workers run steps through.</summary>
    /// <param name="memory">The parameters of both kinds of steps: memory and samples.</param>
    public void EmitPrivate(CodeWriter w, string memory, string optimizer)
    {
        if (!IsDivided)
            return;
        string state = StateOf(optimizer);
        string[] fields = [.. Names(state).Select(Field)];
        w.Line("/// <summary>The steps of training and evaluation as threads run them, each a part.</summary>");
        using (w.Block(
            $"file sealed class {Class}(ArraySegment<float> arena, ArraySegment<float> parameters) : ParallelPlan({Literals.Quote(name)})"))
        {
            if (dividesTraining && dividesEvaluation)
                w.Line($"private bool {Evaluates};");
            if (dividesTraining)
            {
                // Objects are known from the first run on.
                foreach (string field in Split(state))
                    w.Line($"private {field.Substring(0, field.Length - NameOf(field).Length - 1)}{(IsObject(field) ? "?" : "")} "
                        + $"{Field(NameOf(field))};");
                w.Line();
                EmitRunOfStages(w, "Train", "TrainStep", $"{memory}, {state}", "false", $"({string.Join(", ", fields)}) = "
                    + $"({string.Join(", ", Names(state))});");
            }
            if (dividesEvaluation)
            {
                if (dividesTraining)
                    w.Line();
                EmitRunOfStages(w, "Evaluate", "EvaluationStep", memory, "true", null);
            }
            w.Line();
            using (w.Block("protected override void Steps(int first, int afterLast, int part, int parts)"))
            {
                if (dividesTraining && dividesEvaluation)
                {
                    using (w.Block($"if ({Evaluates})"))
                    {
                        EmitLoop(w, "EvaluationStep", memory, "");
                        w.Line("return;");
                    }
                }
                EmitLoop(w, dividesTraining ? "TrainStep" : "EvaluationStep", memory, dividesTraining ? ", "
                    + $"{string.Join(", ", Names(state).Select(n => Field(n) + (n is Optimizer or "check" ? "!" : "")))}" : "");
            }
        }
        w.Line();
    }

    private void EmitRunOfStages(CodeWriter w, string method, string step, string parameters, string evaluates, string? remember)
    {
        using (w.Block($"public void {method}(int first, int end, {string.Join(", ", Passed(parameters))})"))
        {
            if (dividesTraining && dividesEvaluation)
                w.Line($"{Evaluates} = {evaluates};");
            if (remember is not null)
                w.Line(remember);
            IEnumerable<string> arguments = References(parameters)
                .Select((r, i) => $"Argument{i} = ref {(IsOfInts(r) ? $"Unsafe.As<int, float>(ref {NameOf(r)})" : NameOf(r))}");
            w.Line($"var memory = new CallersMemory {{ {string.Join(", ", arguments)} }};");
            string completes = remember is null ? "" : $", completes: first >= {name}TrainerPlan.CheckedStepCount";
            w.Line($"Run({name}TrainerPlan.{step}Stages, first, end, memory, samples{completes});");
        }
    }

    private void EmitLoop(CodeWriter w, string step, string memory, string state)
    {
        w.Line("for (int step = first; step < afterLast; step++)");
        using (w.Braces())
        {
            w.Line($"{name}TrainerPlan.{step}(");
            w.Line("    step, AlignedMemory.First(arena), AlignedMemory.First(parameters),");
            string references = string.Join(", ",
                References(memory).Select((r, i) => IsOfInts(r) ? $"ref Unsafe.As<float, int>(ref Argument({i}))" : $"ref Argument({i})"));
            w.Line($"    {references}, Samples{state}, part, parts);");
        }
    }

    // Inputs of networks may be called like anything but these.
    private static string Field(string parameter) => "given" + char.ToUpperInvariant(parameter[0]) + parameter.Substring(1);

    // Arena and parameters are the team's own; all else comes with the call.
    private static IEnumerable<string> Passed(string list) => Split(list).Where(p => NameOf(p) is not ("arena" or "parameters"));

    private static IEnumerable<string> References(string parameters) =>
        Split(parameters).Where(p => p.StartsWith("ref ", StringComparison.Ordinal));

    private static bool IsObject(string parameter) => NameOf(parameter) is Optimizer or "check";

    private static bool IsOfInts(string reference) => reference.StartsWith("ref int ", StringComparison.Ordinal);

    private static IEnumerable<string> Names(string parameters) => Split(parameters).Select(NameOf);

    private static string NameOf(string parameter) => parameter.Substring(parameter.LastIndexOf(' ') + 1);

    private static string[] Split(string list) => list.Split([", "], StringSplitOptions.None);
}
