using ModelGen.Generator.Graphs;
using ModelGen.Generator.Model;
using ModelGen.Generator.Ops;

namespace ModelGen.Generator.Scheduling;

/// <summary>The two plans of a trainer, and where a step may end early.</summary>
/// <param name="Step">Forward, loss, backward and update.</param>
/// <param name="Evaluation">On the same parameters, which lie where <paramref name="Step"/> has them.</param>
/// <param name="Cuts">Where the steps of <paramref name="Step"/> may be left, or gone on with.</param>
internal sealed record TrainingPlans(Plan Step, Plan Evaluation, TrainingCuts Cuts)
{
    /// <summary>Floats of the memory that both share.</summary>
    public int ArenaLength => Math.Max(Step.ArenaLength, Evaluation.ArenaLength);
}

/// <summary>Numbers of steps between which no stage reaches across.</summary>
/// <param name="Forward">How many steps there are up to the loss; those behind it change what is trained.</param>
/// <param name="Checked">Up to the last check, before anything has changed.</param>
/// <param name="Update">The first of those that a step goes on with.</param>
/// <param name="Gradients">Up to the last of those that accumulating goes on with.</param>
internal readonly record struct TrainingCuts(int Forward, int Checked, int Update, int Gradients)
{
    /// <summary>Of a plan whose loss is this node.</summary>
    public static TrainingCuts Of(Plan plan, int loss, TrainingOptions options)
    {
        int forward = After(plan, n => n.Id == loss);
        int isChecked = Math.Max(
            forward, After(plan, n => n.Is(OpNames.CheckRunningStatistics) || OperatorTable.Get(n.Op) is Update { IsCheck: true }));
        int update = Math.Max(isChecked, After(plan, n => n.Is(OpNames.StoreGradient)));
        int gradients = After(plan, n => n.Op is OpNames.AccumulateGradient or OpNames.StoreGradient
            || (options.ChecksFirst && n.Is(OpNames.UpdateRunningStatistics)));
        return new TrainingCuts(forward, isChecked, update, gradients);
    }

    /// <summary>The plan in which no stage reaches across.</summary>
    public Plan Apply(Plan plan) => plan.CutBefore(Forward, Checked, Update, Gradients);

    private static int After(Plan plan, Func<Node, bool> isWanted) =>
        plan.Steps.Select((step, i) => (step.Node, i)).Where(s => isWanted(s.Node)).Select(s => s.i + 1).DefaultIfEmpty(0).Max();
}
