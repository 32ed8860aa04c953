using ModelGen.Generator.Collections;
using ModelGen.Generator.Graphs;

namespace ModelGen.Generator.Ops;

/// <summary>
/// An optimizer's step on one parameter, in place. Inputs: the parameter, what the optimizer keeps for it, the gradient and, where
/// gradients are clipped, the sum of squares of all of them. The formulas stand in the classes of the runtime that have the settings.
/// </summary>
/// <param name="optimizer">Whose.</param>
/// <param name="isCheck">Whether it writes nothing and only looks whether what it would write is finite.</param>
internal sealed class Update(OptimizerRow optimizer, bool isCheck) : Operator
{
    public const string Suffix = "Update";

    public const string CheckSuffix = "Check";

    /// <summary>
    /// The attribute that says which rows of the parameter a gradient of fewer rows is of: where they begin, a multiple of a block.
    /// </summary>
    public const string FirstRow = "firstRow";

    public static IEnumerable<Update> Rows => OptimizerTable.Rows.Select(r => new Update(r, isCheck: false));

    /// <summary>The same without writing anything.</summary>
    public static IEnumerable<Update> Checks => OptimizerTable.Rows.Select(r => new Update(r, isCheck: true));

    public override string Name => optimizer.Name + (isCheck ? CheckSuffix : Suffix);

    public string Optimizer => optimizer.Name;

    public bool IsCheck => isCheck;

    public override bool HasEffect => true;

    /// <summary>What is kept for each parameter: the first parts of the names of what holds it.</summary>
    public EquatableArray<string> States => optimizer.States;

    public override EquatableArray<AttributeSpec> Attributes =>
    [
        new("isVector", AttributeKind.Bool, false, "Whether it is a bias or belongs to a normalisation."),
        new("accumulated", AttributeKind.Bool, false, "Whether the gradient is a sum over the samples of several batches."),
        new(FirstRow, AttributeKind.Int, 0, "The first row that is updated; the gradient has as many as are.", 0),
    ];

    public override EquatableArray<int> MutatedInputs => isCheck ? [] : Enumerable.Range(0, States.Count + 1).ToEquatableArray();

    public override bool ReadsState => true;

    public override TensorType Infer(OperatorCall call) => TensorType.Fixed();

    public override bool HasResult => false;

    /// <summary>The gradient's position among the inputs.</summary>
    public int GradientIndex => States.Count + 1;
}

/// <summary>
/// Adds a batch's gradient, times its samples, to a sum, in place. Inputs: the parameter, which only says how the others lie, the sum and
/// the gradient.
/// </summary>
internal sealed class AccumulateGradient : Operator
{
    public override string Name => OpNames.AccumulateGradient;

    // The gradient is scaled where it lies.
    public override EquatableArray<int> MutatedInputs => [1, 2];

    public override TensorType Infer(OperatorCall call) => TensorType.Fixed();

    public override bool HasResult => false;
}

/// <summary>
/// What <see cref="AccumulateGradient"/> would make of the sum, beside it. Inputs: the parameter, which only says how the others lie, the
/// sum and the gradient.
/// </summary>
internal sealed class TotalGradient : Operator
{
    public override string Name => OpNames.TotalGradient;

    public override bool ReadsState => true;

    public override TensorType Infer(OperatorCall call) => call.Inputs[0];
}

/// <summary>
/// Keeps a sum of gradients until the next batch. Inputs: the parameter, which only says how the others lie, the sum that is kept, and the
/// new one.
/// </summary>
internal sealed class StoreGradient : Operator
{
    public override string Name => OpNames.StoreGradient;

    public override EquatableArray<int> MutatedInputs => [1];

    public override TensorType Infer(OperatorCall call) => TensorType.Fixed();

    public override bool HasResult => false;
}

/// <summary>Σ x² of a gradient and, with a second input, a sum that there is already.</summary>
internal sealed class SumOfSquares : Operator
{
    public override string Name => OpNames.SumOfSquares;

    public override bool ReadsState => true;

    public override TensorType Infer(OperatorCall call) => TensorType.Fixed();
}
