using ModelGen.Generator.Collections;

namespace ModelGen.Generator.Ops;

/// <summary>
/// All optimizers, in the order in which the public enum has them, which is written from this. A row needs a class of its name in
/// <c>src/ModelGen/Training/Optimizers</c>, which has the settings and the formula.
/// </summary>
internal static class OptimizerTable
{
    public static EquatableArray<OptimizerRow> Rows { get; } =
    [
        new("Sgd", "Stochastic gradient descent with momentum and Nesterov's variant", ["velocity"]),
        new("Adam", "Adam, which divides the mean of gradients by their size", ["mean", "square"]),
        new("AdamW", "Adam with weight decay apart from the gradient", ["mean", "square"]),
        new("RmsProp", "RMSProp, which divides gradients by their size of late", ["square", "mean", "velocity"]),
        new("Adagrad", "Adagrad, which divides gradients by their size from the start", ["square"]),
    ];

    public static EquatableArray<string> Names { get; } = Rows.Select(r => r.Name).ToEquatableArray();
}

/// <summary>An optimizer.</summary>
/// <param name="Name">The class of the runtime.</param>
/// <param name="Documentation">What it is, without a full stop.</param>
/// <param name="States">
/// What is kept for each parameter, at most three values in the order in which the class takes them, all 0 before the first step.
/// Checkpoints have them under these names; a <c>square</c> is never negative.
/// </param>
internal sealed record OptimizerRow(string Name, string Documentation, EquatableArray<string> States);
