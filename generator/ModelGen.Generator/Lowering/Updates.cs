using ModelGen.Generator.Collections;
using ModelGen.Generator.Graphs;
using ModelGen.Generator.Kernels;
using ModelGen.Generator.Layouts;
using ModelGen.Generator.Ops;

namespace ModelGen.Generator.Lowering;

/// <summary>An optimizer's step on a parameter, or the check of one.</summary>
internal sealed class UpdateLowering(Update row) : OperatorLowering
{
    // The parameter lies as its layer reads it; all else follows.
    public override Layout? RequiredLayout(ILayoutContext context, Node node, int input)
    {
        Layout? parameter = ParameterPieces.LayoutOfParameter(context, node, input <= row.GradientIndex ? input : -1);
        if (input != row.GradientIndex || context.TypeOf(node.Inputs[input]) == context.TypeOf(node.Inputs[0]))
            return parameter;
        int rows = context.TypeOf(node.Inputs[input]).Shape[0];
        return parameter! with { Dims = new Shape([rows, .. parameter.Dims.Dimensions.Skip(1)]) };
    }

    public override KernelCall Lower(LoweringContext context, Node node)
    {
        // Of the parameter or of some of its rows, which lie in blocks then.
        Layout updated = context.Of(node.Inputs[row.GradientIndex]);
        Layout parameter = context.Of(node.Inputs[0]);
        int first = updated == parameter ? 0 : node.Attributes.Int(Update.FirstRow) / Layout.Block * (
            parameter.Length / Layout.DivideUp(parameter.Dims[0], Layout.Block));
        CallArgument scale = node.Attributes.Flag("accumulated") ? "1f / (accumulated + samples)" : "1f";
        if (node.Inputs.Count > row.GradientIndex + 1)
            scale = CallArgument.Joined("optimizer.ScaleOf(", CallArgument.Value(row.GradientIndex + 1), ", ", scale, ")");
        string isPenalized = node.Attributes.Flag("isVector") ? "!optimizer.ExcludeBiasesAndNorms" : "true";
        RuntimeCall call = RuntimeCall.Of("Optimizers.Update",
            [
                "optimizer", At(0), ParameterPieces.Of(row.GradientIndex, updated), .. row.States.Select((_, i) => At(i + 1)),
                ParameterPieces.Length(updated), "updateNumber", scale, isPenalized, ParameterPieces.Report(node, updated),
                .. row.IsCheck ? new CallArgument[] { "writes: false" } : [],
            ]);
        return LoweringContext.Call(new RuntimeKernel(call, ParameterPieces.Count(updated)), [.. node.Inputs]);

        CallArgument At(int operand) => ParameterPieces.Of(operand, updated).At(first);
    }
}

/// <summary>A gradient added to a sum.</summary>
internal sealed class AccumulateGradientLowering : OperatorLowering
{
    public override Layout? RequiredLayout(ILayoutContext context, Node node, int input) =>
        ParameterPieces.LayoutOfParameter(context, node, input);

    // No operand is per sample, so {samples} would be 1.
    public override KernelCall Lower(LoweringContext context, Node node)
    {
        Layout parameter = context.Of(node.Inputs[0]);
        RuntimeCall call = RuntimeCall.Of("Optimizers.Accumulate",
            ParameterPieces.Of(2, parameter), ParameterPieces.Of(1, parameter), ParameterPieces.Length(parameter), "samples",
            "accumulated == 0", ParameterPieces.Report(node, parameter));
        return LoweringContext.Call(new RuntimeKernel(call, ParameterPieces.Count(parameter)), [.. node.Inputs]);
    }
}

/// <summary>What the sum would be.</summary>
internal sealed class TotalGradientLowering : OperatorLowering
{
    public override Layout? RequiredLayout(ILayoutContext context, Node node, int input) =>
        ParameterPieces.LayoutOfParameter(context, node, input);

    public override Layout ResultLayout(ILayoutContext context, Node node) => ParameterPieces.LayoutOfParameter(context, node, 0)!;

    // No operand is per sample, so {samples} would be 1.
    public override KernelCall Lower(LoweringContext context, Node node)
    {
        Layout parameter = context.Of(node.Inputs[0]);
        RuntimeCall call = RuntimeCall.Of("Optimizers.Total",
            ParameterPieces.Of(2, parameter), ParameterPieces.Of(1, parameter), ParameterPieces.Of(3, parameter),
            ParameterPieces.Length(parameter), "samples", "accumulated == 0");
        return LoweringContext.Call(new RuntimeKernel(call, ParameterPieces.Count(parameter)) { WritesOver = [2] }, node);
    }
}

/// <summary>A sum that is kept.</summary>
internal sealed class StoreGradientLowering : OperatorLowering
{
    public override Layout? RequiredLayout(ILayoutContext context, Node node, int input) =>
        ParameterPieces.LayoutOfParameter(context, node, input);

    public override KernelCall Lower(LoweringContext context, Node node)
    {
        Layout parameter = context.Of(node.Inputs[0]);
        RuntimeCall call = RuntimeCall.Of("Elementwise.Copy",
            ParameterPieces.Of(2, parameter), ParameterPieces.Of(1, parameter), ParameterPieces.Length(parameter));
        return LoweringContext.Call(new RuntimeKernel(call, ParameterPieces.Count(parameter)), [.. node.Inputs]);
    }
}

/// <summary>The sum of squares of a gradient.</summary>
internal sealed class SumOfSquaresLowering : OperatorLowering
{
    // As it lies: a copy of a sum that has been changed since would be of what it was.
    public override Layout? RequiredLayout(ILayoutContext context, Node node, int input) =>
        input > 0 ? null : context.Of(node.Inputs[0]) ?? Layout.Dense(context.TypeOf(node.Inputs[0]).Shape);

    public override KernelCall Lower(LoweringContext context, Node node)
    {
        Layout x = context.Of(node.Inputs[0]);
        // Gaps and halos may hold anything.
        CallArgument[] arguments = x.Kind == LayoutKind.Pitched || !x.Halo.IsNone ? [RuntimeImage.First(0, x), RuntimeImage.Of(x)]
            : x.HasPartialBlock
                ? [CallArgument.Operand(0), (x.Planes - 1) * x.PlaneStride, x.PlaneStride, x.Channels % Layout.Block]
            : [CallArgument.Operand(0), x.Length];
        CallArgument[] known = node.Inputs.Count > 1 ? [CallArgument.Value(1), " + "] : [];
        RuntimeCall call = RuntimeCall.Of("Optimizers.SumOfSquares", arguments);
        CallArgument assignment = CallArgument.Joined([CallArgument.Value(node.Inputs.Count), " = ", .. known]);
        return LoweringContext.Call(new RuntimeKernel(call with { Before = assignment }), node);
    }
}

/// <summary>Parameters of which threads share pieces of some cache lines; those of other lengths are for one of them.</summary>
internal static class ParameterPieces
{
    private const int Floats = 64;

    public static int Count(Layout layout) => layout.Length % Floats == 0 ? layout.Length / Floats : 1;

    /// <summary>Where an operand of a <see cref="RuntimeKernel"/> has the first piece that is wanted.</summary>
    public static CallArgument Of(int operand, Layout layout) =>
        Count(layout) > 1 ? CallArgument.Operand(operand, Floats) : CallArgument.Operand(operand);

    /// <summary>
    /// Where the pieces that are wanted are reported if they are not finite: lanes of the last block that belong to no channel may hold
    /// anything.
    /// </summary>
    public static CallArgument Report(Node node, Layout layout) => layout.HasPartialBlock
        ? CallArgument.Joined($"check.Of({node.Id}, ", CallArgument.UnitRange,
            $", {(layout.Planes - 1) * layout.PlaneStride}, {layout.Channels % Layout.Block})")
        : $"check.Of({node.Id})";

    /// <summary>Floats of the pieces that are wanted.</summary>
    public static CallArgument Length(Layout layout) =>
        Count(layout) > 1 ? CallArgument.Joined("(", CallArgument.UnitCount, $") * {Floats}") : layout.Length;

    /// <summary>The layout of the parameter, the first input, for those that lie like it; null for a negative one.</summary>
    public static Layout? LayoutOfParameter(ILayoutContext context, Node node, int input) =>
        input < 0 ? null : context.Of(node.Inputs[0]) ?? Layout.Dense(context.TypeOf(node.Inputs[0]).Shape);
}
