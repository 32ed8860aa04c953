using ModelGen.Generator.Collections;
using ModelGen.Generator.Diagnostics;
using ModelGen.Generator.Graphs;

namespace ModelGen.Generator.Ops;

/// <summary>What the two pooling operators and their gradients share: a window over each channel by itself.</summary>
internal abstract class Pooling : Operator
{
    protected static readonly EquatableArray<AttributeSpec> CommonAttributes =
    [
        new("kernelSize", AttributeKind.Pair, null, "Height and width of the window.", 1),
        new("stride", AttributeKind.Pair, null, "Step of the window, down and across; the window's size unless given.",
            1) { DefaultsTo = "kernelSize" },
        new("padding", AttributeKind.Pair, new[] { 0, 0 }, "Rows and columns added on both sides; at most half the window.", 0),
    ];

    protected static readonly AttributeSpec CeilMode =
        new("ceilMode", AttributeKind.Bool, false, "Round the output size up, so that a last window may hang over the edge.");

    protected const string WindowRule =
        "C×H×W to C×H'×W' with H' = ⌊(H + 2·padding − dilation·(kernelSize − 1) − 1) / stride⌋ + 1, W' likewise. "
        + "With ceilMode the quotient is rounded up, unless the last window would begin behind the image and its padding before: the "
            + "window may be larger than the padded image by less than the stride.";

    public override TensorType Infer(OperatorCall call)
    {
        Require.InputCount(call, 1, 1);
        Require.Image(call);
        Window window = Window.Of(call.Attributes);
        CheckPadding(call, window);
        Shape image = call.Inputs[0].Shape;
        (int height, int width) = window.OutputSize(call.Label, image, call.Attributes.Flag("ceilMode"));
        CheckTaps(call, "height", image[1], window.Padding.Top, window.StrideY, window.DilationY);
        CheckTaps(call, "width", image[2], window.Padding.Left, window.StrideX, window.DilationX);
        return TensorType.Sample(image[0], height, width);
    }

    public override IEnumerable<Problem> Warnings(OperatorCall call) =>
        Window.Of(call.Attributes).UnreadWarnings(call.Label, call.Inputs[0].Shape, call.Attributes.Flag("ceilMode"));

    // A window that begins in the padding may step over a small image: its largest value would be minus infinity, and its gradient would
    // have no place to go.
    private static void CheckTaps(OperatorCall call, string axis, int length, int padding, int stride, int dilation)
    {
        for (int start = -padding; start < 0 && dilation > length; start += stride)
        {
            int inside = (start % dilation + dilation) % dilation;
            if (inside >= length)
            {
                throw new ShapeException(ProblemIds.PaddingTooLarge,
                    $"{call.Label}: with padding {padding} and dilation {dilation} the window that begins at {start} steps over the "
                        + $"input {axis} {length} and sees nothing but padding; use less of either");
            }
        }
    }

    private static void CheckPadding(OperatorCall call, Window window)
    {
        if (window.Padding.Top > window.KernelHeight / 2 || window.Padding.Left > window.KernelWidth / 2)
        {
            throw new ShapeException(ProblemIds.PaddingTooLarge,
                $"{call.Label}: padding {window.Padding.Top}×{window.Padding.Left} is more than half the window "
                    + $"{window.KernelHeight}×{window.KernelWidth}; some windows would see nothing but padding; use at most "
                    + $"{window.KernelHeight / 2}×{window.KernelWidth / 2}");
        }
    }
}

/// <summary>The largest value of each window. NaN wins, as in PyTorch.</summary>
internal sealed class MaxPool2d : Pooling
{
    public override string Name => "MaxPool2d";

    public override LayerDescription Layer => new("pool",
        "The largest value of each window; padding counts as minus infinity.",
            "Ranzato et al. 2007, Unsupervised learning of invariant feature hierarchies, §3")
    { ShapeRule = WindowRule, Example = "MaxPool2d(3, Stride = 2, Padding = 1)" };

    public override EquatableArray<AttributeSpec> Attributes =>
        [.. CommonAttributes, new("dilation", AttributeKind.Pair, new[] { 1, 1 }, "Distance between the taps of the window.", 1), CeilMode];

    public override void Gradient(GradientContext context, Node node, int gradient)
    {
        if (context.Needs(node.Inputs[0]))
            context.Accumulate(node.Inputs[0], context.Graph.Add("MaxPoolGradient", [node.Inputs[0], gradient],
                node.Attributes, node.Name));
    }
}

/// <summary>The mean of each window (Arithmetic as in PyTorch, aten/native/AvgPool2d.h).</summary>
internal sealed class AvgPool2d : Pooling
{
    public override string Name => "AvgPool2d";

    public override LayerDescription Layer => new("pool", "The mean of each window.", "LeCun et al. 1998, §II.B (sub-sampling)")
    { ShapeRule = WindowRule, Example = "AvgPool2d(2)" };

    public override EquatableArray<AttributeSpec> Attributes =>
    [
        .. CommonAttributes, CeilMode,
        new("countIncludePad", AttributeKind.Bool, true, "Whether padding counts in the divisor."),
    ];

    public override void Gradient(GradientContext context, Node node, int gradient)
    {
        if (!context.Needs(node.Inputs[0]))
            return;
        Shape image = context.TypeOf(node.Inputs[0]).Shape;
        AttributeMap attributes = node.Attributes.With("size", new[] { image[1], image[2] });
        context.Accumulate(node.Inputs[0], context.Graph.Add("AvgPoolGradient", [gradient], attributes, node.Name));
    }
}

/// <summary>
/// dL/dx of max pooling from x and dL/dy: each gradient goes to the first largest value of its window, which is looked for again.
/// </summary>
internal sealed class MaxPoolGradient : Operator
{
    public override string Name => "MaxPoolGradient";

    public override EquatableArray<AttributeSpec> Attributes => new MaxPool2d().Attributes;

    public override TensorType Infer(OperatorCall call) => call.Inputs[0];

    // As part of max-unpooling: where values go does not change with the pooled image, but for steps.
    public override void Gradient(GradientContext context, Node node, int gradient)
    {
        if (context.Needs(node.Inputs[1]))
        {
            context.Accumulate(node.Inputs[1],
                context.Graph.Add("MaxPoolGather", [node.Inputs[0], gradient], node.Attributes, node.Name));
        }
    }
}

/// <summary>dL/dx of average pooling from dL/dy: each gradient is spread evenly over its window.</summary>
internal sealed class AvgPoolGradient : Operator
{
    public override string Name => "AvgPoolGradient";

    public override EquatableArray<AttributeSpec> Attributes =>
        [.. new AvgPool2d().Attributes, new("size", AttributeKind.Pair, null, "Height and width of the pooled image.", 1)];

    public override TensorType Infer(OperatorCall call)
    {
        var size = call.Attributes.Ints("size");
        return TensorType.Sample(call.Inputs[0].Shape[0], size[0], size[1]);
    }
}
