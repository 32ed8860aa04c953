using ModelGen.Generator.Collections;
using ModelGen.Generator.Graphs;
using ModelGen.Generator.Kernels;
using ModelGen.Generator.Layouts;
using ModelGen.Generator.Ops;

namespace ModelGen.Generator.Lowering;

/// <summary>Probabilities, or their logarithms.</summary>
/// <param name="method">The method of the runtime.</param>
internal sealed class ProbabilitiesLowering(string method) : OperatorLowering
{
    public override Layout? RequiredLayout(ILayoutContext context, Node node, int input) => ClassLayouts.Of(node.Shape);

    public override Layout ResultLayout(ILayoutContext context, Node node) => ClassLayouts.Of(node.Shape);

    public override KernelCall Lower(LoweringContext context, Node node) => ClassLayouts.Call(method, node, [0]);
}

/// <summary>Their gradient.</summary>
/// <param name="method">The method of the runtime.</param>
internal sealed class ProbabilitiesGradientLowering(string method) : OperatorLowering
{
    public override Layout? RequiredLayout(ILayoutContext context, Node node, int input) => ClassLayouts.Of(node.Shape);

    public override Layout ResultLayout(ILayoutContext context, Node node) => ClassLayouts.Of(node.Shape);

    public override KernelCall Lower(LoweringContext context, Node node) => ClassLayouts.Call(method, node, []);
}

/// <summary>How many samples are right.</summary>
internal sealed class CountCorrectLowering : OperatorLowering
{
    public override Layout? RequiredLayout(ILayoutContext context, Node node, int input) =>
        ClassLayouts.RequiredOfLogits(context, node, input);

    public override KernelCall Lower(LoweringContext context, Node node) => LoweringContext.Call(
        new RuntimeKernel(RuntimeCall.Of("CrossEntropy.CountCorrect",
            [.. CallArgument.Operands(2), .. ClassLayouts.LogitGeometry(context.TypeOf(node.Inputs[0]).Shape)])
            with { Before = CallArgument.Joined(CallArgument.Value(2), " = ") }),
        node);
}

/// <summary>How many positions whose label counts are right.</summary>
internal sealed class CountCorrectLabelsLowering : OperatorLowering
{
    public override Layout? RequiredLayout(ILayoutContext context, Node node, int input) =>
        ClassLayouts.RequiredOfLogits(context, node, input);

    public override KernelCall Lower(LoweringContext context, Node node) => LoweringContext.Call(
        new RuntimeKernel(RuntimeCall.Of("WeightedCrossEntropy.CountCorrect",
            [.. CallArgument.Operands(2), .. ClassLayouts.LogitGeometry(context.TypeOf(node.Inputs[0]).Shape),
                node.Attributes.Int("ignoreIndex")])
            with { Before = CallArgument.Joined(CallArgument.Value(2), " = ") }),
        node);
}

/// <summary>Layouts of what works along classes: features padded to whole vectors, maps dense.</summary>
internal static class ClassLayouts
{
    public static Layout Of(Shape shape) => shape.Rank == 1 ? Layout.Blocked(shape) : Layout.Dense(shape);

    public static Layout? RequiredOfLogits(ILayoutContext context, Node node, int input) =>
        input == 0 ? Of(context.TypeOf(node.Inputs[0]).Shape) : null;

    /// <summary>The arguments (samples, sampleStride, classes, classStride, inner).</summary>
    public static IEnumerable<CallArgument> LogitGeometry(Shape logits)
    {
        long inner = logits.Length / logits[0];
        return [CallArgument.Samples, Of(logits).Length, logits[0], inner, inner];
    }

    /// <summary>The call of a method on the operands of a node, along its axis.</summary>
    public static KernelCall Call(string method, Node node, EquatableArray<int> writesOver) => LoweringContext.Call(
        new RuntimeKernel(RuntimeCall.Of(method, [.. CallArgument.Operands(node.Inputs.Count + 1), .. AxisGeometry(node)]))
        {
            WritesOver = writesOver,
        }, node);

    // The arguments (samples, sampleStride, outer, outerStride, classes, classStride, inner).
    private static IEnumerable<CallArgument> AxisGeometry(Node node)
    {
        int axis = Softmax.Axis(node.Op, node.Shape, node.Attributes);
        long inner = 1;
        for (int i = axis + 1; i < node.Shape.Rank; i++)
            inner *= node.Shape[i];
        long outer = node.Shape.Length / inner / node.Shape[axis];
        return [CallArgument.Samples, Of(node.Shape).Length, outer, node.Shape[axis] * inner, node.Shape[axis], inner, inner];
    }
}
