using ModelGen.Generator.Collections;
using ModelGen.Generator.Graphs;
using ModelGen.Generator.Kernels;
using ModelGen.Generator.Layouts;
using ModelGen.Generator.Ops;

namespace ModelGen.Generator.Lowering;

/// <summary>Sums, means, largest or smallest elements along dimensions.</summary>
internal sealed class ReductionLowering(ReductionKind kind) : StridedLowering
{
    // All of its memory is written, so that it has neither halo nor gaps.
    public override Layout ResultLayout(ILayoutContext context, Node node) => Layout.Dense(node.Shape);

    public override KernelCall Lower(LoweringContext context, Node node)
    {
        Shape shape = context.TypeOf(node.Inputs[0]).Shape;
        int[] axes = Reduction.AxesOf(node.Op, node.Attributes, shape.Rank);
        EquatableArray<int> from = StridedLayouts.Strides(context, node.Inputs[0]), to = StridedLayouts.Strides(context, node.Id);
        bool keeps = node.Attributes.Flag("keepdim");
        var loops = new List<StridedLoop>();
        for (int axis = 0, kept = 0; axis < shape.Rank; axis++)
        {
            bool isReduced = axes.Contains(axis);
            loops.Add(StridedLoop.Of(shape[axis], from[axis], isReduced ? 0 : to[kept]));
            kept += isReduced && !keeps ? 0 : 1;
        }
        return LoweringContext.Call(new StridedReductionKernel(
            kind, StridedLayouts.Operand(context, node.Inputs[0]), loops.ToEquatableArray(), context.Of(node.Id)), node);
    }
}

/// <summary>The position of the largest element along a dimension.</summary>
internal sealed class ArgMaxLowering : StridedLowering
{
    public override Layout ResultLayout(ILayoutContext context, Node node) => Layout.Dense(node.Shape);

    public override Layout? RequiredLayout(ILayoutContext context, Node node, int input)
    {
        Shape shape = context.TypeOf(node.Inputs[0]).Shape;
        return context.Of(node.Inputs[0]) is { Kind: LayoutKind.Dense } ? null : Layout.Dense(shape);
    }

    public override KernelCall Lower(LoweringContext context, Node node)
    {
        Shape shape = context.TypeOf(node.Inputs[0]).Shape;
        int axis = Slice.AxisOf(shape, node);
        EquatableArray<int> strides = StridedLayouts.Strides(context, node.Inputs[0]);
        int outer = 1;
        for (int i = 0; i < axis; i++)
            outer *= shape[i];
        return LoweringContext.Call(new RuntimeKernel(RuntimeCall.Of("Reductions.ArgMax",
            CallArgument.Operand(0), CallArgument.Operand(1),
            CallArgument.Joined(CallArgument.Samples, FormattableString.Invariant($" * {outer}")), shape[axis], strides[axis])), node);
    }
}

/// <summary>A function of two operands of different shapes.</summary>
internal sealed class BroadcastLowering(string function) : StridedLowering
{
    public override KernelCall Lower(LoweringContext context, Node node)
    {
        int[] a = StridedLayouts.Repeated(context, node.Inputs[0], node.Shape),
            b = StridedLayouts.Repeated(context, node.Inputs[1], node.Shape);
        EquatableArray<int> y = StridedLayouts.Strides(context, node.Id);
        return LoweringContext.Call(new StridedBinaryKernel(function, StridedLayouts.Operand(context, node.Inputs[0]),
            StridedLayouts.Operand(context, node.Inputs[1]),
            [.. node.Shape.Dimensions.Select((size, axis) => StridedLoop.Of(size, a[axis], b[axis], y[axis]))], context.Of(node.Id)), node);
    }
}

/// <summary>Products of matrices: of the second one, and of the result, columns are neighbours.</summary>
internal sealed class MatMulLowering : StridedLowering
{
    public override Layout? RequiredLayout(ILayoutContext context, Node node, int input)
    {
        Layout? required = base.RequiredLayout(context, node, input);
        Shape shape = context.TypeOf(node.Inputs[input]).Shape;
        return required is null && input == 1 && context.Of(node.Inputs[1]) is { } now && !HasNeighbours(now, shape) ? Layout.Dense(shape)
            : required;
    }

    public override Layout ResultLayout(ILayoutContext context, Node node) =>
        base.ResultLayout(context, node) is { } layout && HasNeighbours(layout, node.Shape) ? layout : Layout.Dense(node.Shape);

    public override KernelCall Lower(LoweringContext context, Node node)
    {
        (int a, int b, Shape shape) = (node.Inputs[0], node.Inputs[1], node.Shape);
        Shape left = context.TypeOf(a).Shape, leading = MatMul.Leading(shape);
        int[] ofA = Leading(a), ofB = Leading(b);
        EquatableArray<int> strideA = StridedLayouts.Strides(context, a), strideB = StridedLayouts.Strides(context, b),
            strideY = StridedLayouts.Strides(context, node.Id);
        return LoweringContext.Call(new MatrixProductKernel(
            StridedLayouts.Operand(context, a), StridedLayouts.Operand(context, b), context.Of(node.Id),
            [.. leading.Dimensions.Select((size, axis) => StridedLoop.Of(size, ofA[axis], ofB[axis], strideY[axis]))],
            shape[shape.Rank - 2], left[left.Rank - 1], shape[shape.Rank - 1],
            strideA[strideA.Count - 2], strideA[strideA.Count - 1], strideB[strideB.Count - 2], strideY[strideY.Count - 2]), node);

        // The last two dimensions are the matrix's own.
        int[] Leading(int value)
        {
            Shape own = context.TypeOf(value).Shape;
            return StridedLayouts.Repeated(context, value, Shape.Of([.. leading.Dimensions, own[own.Rank - 2], own[own.Rank - 1]]));
        }
    }

    private static bool HasNeighbours(Layout layout, Shape shape) =>
        layout.StridesOver(shape) is { } strides && strides[strides.Count - 1] == 1;
}
