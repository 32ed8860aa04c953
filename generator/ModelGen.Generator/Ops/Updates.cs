using ModelGen.Generator.Collections;
using ModelGen.Generator.Graphs;
using ModelGen.Generator.Kernels;
using ModelGen.Generator.Layouts;
using ModelGen.Generator.Lowering;

namespace ModelGen.Generator.Ops;

/// <summary>
/// An optimizer's step on one parameter, in place. Inputs: the parameter, what the optimizer keeps for it, the gradient and, where gradients
/// are clipped, the sum of squares of all of them. The formulas stand in the classes of the runtime that have the settings.
/// </summary>
/// <param name="optimizer">Whose.</param>
/// <param name="isCheck">Whether it writes nothing and only looks whether what it would write is finite.</param>
internal sealed class Update(OptimizerRow optimizer, bool isCheck) : Operator
{
    public const string Suffix = "Update";

    public const string CheckSuffix = "Check";

    /// <summary>The attribute that says which rows of the parameter a gradient of fewer rows is of: where they begin, a multiple of a block.</summary>
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

    // The parameter lies as its layer reads it; all else follows.
    public override Layout? RequiredLayout(ILayoutContext context, Node node, int input)
    {
        Layout? parameter = LayoutOfParameter(context, node, input <= GradientIndex ? input : -1);
        if (input != GradientIndex || context.TypeOf(node.Inputs[input]) == context.TypeOf(node.Inputs[0]))
            return parameter;
        int rows = context.TypeOf(node.Inputs[input]).Shape[0];
        return parameter! with { Dims = new Shape([rows, .. parameter.Dims.Dimensions.Skip(1)]) };
    }

    public override KernelCall Lower(LoweringContext context, Node node)
    {
        // Of the parameter or of some of its rows, which lie in blocks then.
        Layout updated = context.Of(node.Inputs[GradientIndex]);
        Layout parameter = context.Of(node.Inputs[0]);
        int first = updated == parameter ? 0 : node.Attributes.Int(FirstRow) / Layout.Block * (parameter.Length / Layout.DivideUp(parameter.Dims[0], Layout.Block));
        string kept = string.Concat(States.Select((_, i) => ", " + At(i + 1)));
        string scale = node.Attributes.Flag("accumulated") ? "1f / (accumulated + samples)" : "1f";
        if (node.Inputs.Count > GradientIndex + 1)
            scale = $"optimizer.ScaleOf({{{GradientIndex + 1}=}}, {scale})";
        string isPenalized = node.Attributes.Flag("isVector") ? "!optimizer.ExcludeBiasesAndNorms" : "true";
        string report = Pieces.Report(node, updated) + (isCheck ? ", writes: false" : "");
        return LoweringContext.Call(new RuntimeKernel(
            $"Optimizers.Update(optimizer, {At(0)}, {Pieces.Of(GradientIndex, updated)}{kept}, {Pieces.Length(updated)}, updateNumber, {scale}, "
            + $"{isPenalized}, {report})", Pieces.Count(updated)), [.. node.Inputs]);

        string At(int operand) => first == 0 ? Pieces.Of(operand, updated) : $"ref Unsafe.Add({Pieces.Of(operand, updated)}, {first})";
    }

    private int GradientIndex => States.Count + 1;

    /// <summary>The layout of the parameter, the first input, for those that lie like it; null for a negative one.</summary>
    public static Layout? LayoutOfParameter(ILayoutContext context, Node node, int input) =>
        input < 0 ? null : context.Of(node.Inputs[0]) ?? Layout.Dense(context.TypeOf(node.Inputs[0]).Shape);
}

/// <summary>Adds a batch's gradient, times its samples, to a sum, in place. Inputs: the parameter, which only says how the others lie, the sum and the gradient.</summary>
internal sealed class AccumulateGradient : Operator
{
    public override string Name => OpNames.AccumulateGradient;

    // The gradient is scaled where it lies.
    public override EquatableArray<int> MutatedInputs => [1, 2];

    public override TensorType Infer(OperatorCall call) => TensorType.Fixed();

    public override bool HasResult => false;

    public override Layout? RequiredLayout(ILayoutContext context, Node node, int input) => Update.LayoutOfParameter(context, node, input);

    // No operand is per sample, so {samples} would be 1.
    public override KernelCall Lower(LoweringContext context, Node node)
    {
        Layout parameter = context.Of(node.Inputs[0]);
        return LoweringContext.Call(new RuntimeKernel(
            $"Optimizers.Accumulate({Pieces.Of(2, parameter)}, {Pieces.Of(1, parameter)}, {Pieces.Length(parameter)}, samples, accumulated == 0, {Pieces.Report(node, parameter)})", Pieces.Count(parameter)), [.. node.Inputs]);
    }
}

/// <summary>What <see cref="AccumulateGradient"/> would make of the sum, beside it. Inputs: the parameter, which only says how the others lie, the sum and the gradient.</summary>
internal sealed class TotalGradient : Operator
{
    public override string Name => OpNames.TotalGradient;

    public override bool ReadsState => true;

    public override TensorType Infer(OperatorCall call) => call.Inputs[0];

    public override EquatableArray<int> InPlaceInputs => [2];

    public override Layout? RequiredLayout(ILayoutContext context, Node node, int input) => Update.LayoutOfParameter(context, node, input);

    public override Layout ResultLayout(ILayoutContext context, Node node) => Update.LayoutOfParameter(context, node, 0)!;

    // No operand is per sample, so {samples} would be 1.
    public override KernelCall Lower(LoweringContext context, Node node)
    {
        Layout parameter = context.Of(node.Inputs[0]);
        return LoweringContext.Call(new RuntimeKernel(
            $"Optimizers.Total({Pieces.Of(2, parameter)}, {Pieces.Of(1, parameter)}, {Pieces.Of(3, parameter)}, {Pieces.Length(parameter)}, samples, accumulated == 0)", Pieces.Count(parameter)), node);
    }
}

/// <summary>Keeps a sum of gradients until the next batch. Inputs: the parameter, which only says how the others lie, the sum that is kept, and the new one.</summary>
internal sealed class StoreGradient : Operator
{
    public override string Name => OpNames.StoreGradient;

    public override EquatableArray<int> MutatedInputs => [1];

    public override TensorType Infer(OperatorCall call) => TensorType.Fixed();

    public override bool HasResult => false;

    public override Layout? RequiredLayout(ILayoutContext context, Node node, int input) => Update.LayoutOfParameter(context, node, input);

    public override KernelCall Lower(LoweringContext context, Node node)
    {
        Layout parameter = context.Of(node.Inputs[0]);
        return LoweringContext.Call(new RuntimeKernel($"Elementwise.Copy({Pieces.Of(2, parameter)}, {Pieces.Of(1, parameter)}, {Pieces.Length(parameter)})", Pieces.Count(parameter)), [.. node.Inputs]);
    }
}

/// <summary>Parameters of which threads share pieces of some cache lines; those of other lengths are for one of them.</summary>
internal static class Pieces
{
    private const int Floats = 64;

    public static int Count(Layout layout) => layout.Length % Floats == 0 ? layout.Length / Floats : 1;

    /// <summary>Where an operand of a <see cref="RuntimeKernel"/> has the first piece that is wanted.</summary>
    public static string Of(int operand, Layout layout) => Count(layout) > 1 ? $"{{{operand}+{Floats}}}" : $"{{{operand}}}";

    /// <summary>Where the pieces that are wanted are reported if they are not finite: lanes of the last block that belong to no channel may hold anything.</summary>
    public static string Report(Node node, Layout layout) => layout.HasPartialBlock
        ? $"check.Of({node.Id}, {{units}}, {(layout.Planes - 1) * layout.PlaneStride}, {layout.Channels % Layout.Block})"
        : $"check.Of({node.Id})";

    /// <summary>Floats of the pieces that are wanted.</summary>
    public static string Length(Layout layout) => Count(layout) > 1 ? $"({{count}}) * {Floats}" : $"{layout.Length}";
}

/// <summary>Σ x² of a gradient and, with a second input, a sum that there is already.</summary>
internal sealed class SumOfSquares : Operator
{
    public override string Name => OpNames.SumOfSquares;

    public override bool ReadsState => true;

    public override TensorType Infer(OperatorCall call) => TensorType.Fixed();

    // As it lies: a copy of a sum that has been changed since would be of what it was.
    public override Layout? RequiredLayout(ILayoutContext context, Node node, int input) =>
        input > 0 ? null : context.Of(node.Inputs[0]) ?? Layout.Dense(context.TypeOf(node.Inputs[0]).Shape);

    public override KernelCall Lower(LoweringContext context, Node node)
    {
        Layout x = context.Of(node.Inputs[0]);
        // Gaps and halos may hold anything.
        string arguments = x.Kind == LayoutKind.Pitched || !x.Halo.IsNone ? $"{RuntimeImage.First(0, x)}, {RuntimeImage.Of(x)}"
            : x.HasPartialBlock ? $"{{0}}, {(x.Planes - 1) * x.PlaneStride}, {x.PlaneStride}, {x.Channels % Layout.Block}"
            : $"{{0}}, {x.Length}";
        string known = node.Inputs.Count > 1 ? "{1=} + " : "";
        return LoweringContext.Call(new RuntimeKernel($"{{{node.Inputs.Count}=}} = {known}Optimizers.SumOfSquares({arguments})"), node);
    }
}
