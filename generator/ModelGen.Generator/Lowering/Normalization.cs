using ModelGen.Generator.Collections;
using ModelGen.Generator.Graphs;
using ModelGen.Generator.Kernels;
using ModelGen.Generator.Layouts;
using ModelGen.Generator.Ops;
using ModelGen.Generator.Text;

namespace ModelGen.Generator.Lowering;

/// <summary>How batch normalisation and what belongs to it are done: images in blocks, vectors padded to whole blocks.</summary>
internal abstract class BatchNormOperatorLowering : OperatorLowering
{
    public override Layout? RequiredLayout(ILayoutContext context, Node node, int input)
    {
        TensorType type = context.TypeOf(node.Inputs[input]);
        if (type.Shape.Rank == 2)
            return BatchNormKernels.RowsLayout(type.Shape);
        if (!type.PerSample)
            return Layout.Blocked(type.Shape);
        if (node.Type.PerSample)
            return context.Chosen(node.Id);
        Layout chosen = context.Chosen(node.Inputs[0]);
        return chosen.IsBlocked ? chosen : Layout.Blocked(type.Shape);
    }
}

/// <summary>From an image to one that lies alike.</summary>
internal abstract class BatchNormImageLowering : BatchNormOperatorLowering
{
    public override LayoutCoupling Coupling => LayoutCoupling.Same;

    public override LayoutPreference PreferredLayout(OperatorCall call, Shape result) => LayoutPreference.BlockedOnly;
}

/// <summary>The normalisation itself.</summary>
internal sealed class BatchNormLowering : BatchNormImageLowering
{
    public override KernelCall Lower(LoweringContext context, Node node)
    {
        Layout x = context.Of(node.Inputs[0]);
        int padded = Layout.RoundUp(x.Channels, Layout.Block);
        var image = new NormalizedImage(x);
        CallArgument[] floor = NormalizationPlan.Of(node).Activation == Activation.Relu ? ["floor: 0f"] : [];
        return LoweringContext.Call(
            image.Kernel(RuntimeCall.Of("BatchNorm.Normalize",
                [
                    image.First(0), image.Vector(3), image.Vector(3).At(padded), image.Vector(1), image.Vector(2), image.First(4),
                    .. image.Geometry, .. BatchNormKernels.Strides(x), .. floor,
                ])) with { WritesOver = [0] },
            node);
    }
}

/// <summary>Statistics from running averages.</summary>
internal sealed class RunningStatisticsLowering : OperatorLowering
{
    // As a file has them, which nothing needs to follow.
    public override Layout? RequiredLayout(ILayoutContext context, Node node, int input) =>
        Layout.Dense(context.TypeOf(node.Inputs[input]).Shape);

    public override Layout ResultLayout(ILayoutContext context, Node node) => BatchNormKernels.RowsLayout(node.Shape);

    public override KernelCall Lower(LoweringContext context, Node node)
    {
        (int channels, int stride) = (node.Shape[1], Layout.RoundUp(node.Shape[1], Layout.Block));
        RuntimeCall call = RuntimeCall.Of("BatchNorm.FromRunning",
            [.. CallArgument.Operands(3), channels, stride, BatchNormKernels.EpsOf(node), CallArgument.ThreadPart]);
        return LoweringContext.Call(new RuntimeKernel(call, stride), node);
    }
}

/// <summary>Statistics of the batch.</summary>
internal sealed class BatchStatisticsLowering : BatchNormOperatorLowering
{
    public override Layout ResultLayout(ILayoutContext context, Node node) => BatchNormKernels.RowsLayout(node.Shape);

    public override KernelCall Lower(LoweringContext context, Node node)
    {
        Layout x = context.Of(node.Inputs[0]);
        RuntimeCall call = RuntimeCall.Of("BatchNorm.Statistics",
            [
                BatchNormKernels.Planes(0, x), CallArgument.Operand(1, Layout.Block), Layout.RoundUp(x.Channels, Layout.Block),
                .. BatchNormKernels.Geometry(x, blocks: CallArgument.UnitCount), BatchNormKernels.EpsOf(node),
            ]);
        return LoweringContext.Call(new RuntimeKernel(call, x.Planes), node);
    }
}

/// <summary>The new running averages.</summary>
internal sealed class UpdateRunningStatisticsLowering : BatchNormOperatorLowering
{
    // No operand is per sample, so {samples} would be 1; the count is that of the batch whose statistics these are.
    public override KernelCall Lower(LoweringContext context, Node node) => LoweringContext.Call(
        new RuntimeKernel(RuntimeCall.Of("BatchNorm.UpdateRunning",
            [
                .. CallArgument.Operands(3), Layout.RoundUp(context.TypeOf(node.Inputs[0]).Shape[0], Layout.Block),
                Literals.Float(node.Attributes.Float("momentum")), $"samples * {node.Attributes.Int("pixels")}",
            ])),
        [.. node.Inputs]);
}

/// <summary>Whether they would be finite.</summary>
internal sealed class CheckRunningStatisticsLowering : BatchNormOperatorLowering
{
    // As for the update, {samples} would be 1.
    public override KernelCall Lower(LoweringContext context, Node node)
    {
        int channels = context.TypeOf(node.Inputs[0]).Shape[0];
        RuntimeCall call = RuntimeCall.Of("BatchNorm.CheckRunning",
            [
                .. CallArgument.Operands(3), channels, Layout.RoundUp(channels, Layout.Block),
                Literals.Float(node.Attributes.Float("momentum")), $"samples * {node.Attributes.Int("pixels")}", $"check.Of({node.Id})",
            ]);
        return LoweringContext.Call(new RuntimeKernel(call), [.. node.Inputs]);
    }
}

/// <summary>Sums over the batch for the gradients.</summary>
internal sealed class BatchNormGradientSumsLowering : BatchNormOperatorLowering
{
    public override Layout ResultLayout(ILayoutContext context, Node node) => BatchNormKernels.RowsLayout(node.Shape);

    public override KernelCall Lower(LoweringContext context, Node node)
    {
        Layout x = context.Of(node.Inputs[0]);
        RuntimeCall call = RuntimeCall.Of("BatchNorm.GradientSums",
            [
                BatchNormKernels.Planes(0, x), CallArgument.Operand(2, Layout.Block), BatchNormKernels.Planes(1, x),
                CallArgument.Operand(3, Layout.Block), Layout.RoundUp(x.Channels, Layout.Block),
                .. BatchNormKernels.Geometry(x, blocks: CallArgument.UnitCount), .. BatchNormKernels.Strides(x),
            ]);
        return LoweringContext.Call(new RuntimeKernel(call, x.Planes), node);
    }
}

/// <summary>The gradient with respect to the image.</summary>
internal sealed class BatchNormGradientLowering : BatchNormImageLowering
{
    public override KernelCall Lower(LoweringContext context, Node node)
    {
        Layout x = context.Of(node.Inputs[0]);
        int padded = Layout.RoundUp(x.Channels, Layout.Block);
        var image = new NormalizedImage(x);
        CallArgument[] dyAndDx = [image.First(1), image.First(node.Inputs.Count)];
        RuntimeCall call = node.Attributes.Flag("ofBatch")
            ? RuntimeCall.Of("BatchNorm.GradientInput",
                [
                    image.First(0), image.Vector(3), image.Vector(2), image.Vector(4), .. dyAndDx, padded,
                    $"(long)samples * {x.Height * x.Width}", .. image.Geometry, .. BatchNormKernels.Strides(x),
                    .. BatchNormKernels.Strides(x),
                ])
            : RuntimeCall.Of("BatchNorm.GradientInputFixed", [image.Vector(3).At(padded), image.Vector(2), .. dyAndDx, .. image.Geometry]);
        return LoweringContext.Call(image.Kernel(call) with { WritesOver = [1] }, node);
    }
}

/// <summary>A row of a matrix.</summary>
internal sealed class RowLowering : OperatorLowering
{
    public override Layout ResultLayout(ILayoutContext context, Node node) => Layout.Blocked(node.Shape);

    public override KernelCall Lower(LoweringContext context, Node node)
    {
        int padded = Layout.RoundUp(node.Shape[0], Layout.Block);
        RuntimeCall call = RuntimeCall.Of("Elementwise.Copy",
            CallArgument.Joined("ref Unsafe.Add(", CallArgument.Operand(0), $", {node.Attributes.Int("row") * padded})"),
            CallArgument.Operand(1), padded);
        return LoweringContext.Call(new RuntimeKernel(call), node);
    }
}

/// <summary>Filters with the normalisation behind them.</summary>
internal sealed class FoldWeightLowering : OperatorLowering
{
    public override Layout? RequiredLayout(ILayoutContext context, Node node, int input) =>
        BatchNormKernels.FoldRequired(context, node, input);

    // As the convolution wants them, so that filters are folded and packed at once.
    public override Layout? ResultLayout(ILayoutContext context, Node node) => null;

    public override KernelCall Lower(LoweringContext context, Node node)
    {
        Layout layout = context.Of(node.Id);
        (int channels, string eps) = (node.Shape[0], BatchNormKernels.EpsOf(node));
        return LoweringContext.Call(PackKernels.CanPack(context.Of(node.Inputs[0]), layout)
            ? PackKernels.FoldAndPack(layout, eps)
            : new RuntimeKernel(RuntimeCall.Of("BatchNorm.FoldWeight",
                [.. CallArgument.Operands(4), channels, node.Shape.Length / channels, eps])), node);
    }
}

/// <summary>The bias with the normalisation behind it.</summary>
internal sealed class FoldBiasLowering : OperatorLowering
{
    public override Layout? RequiredLayout(ILayoutContext context, Node node, int input) =>
        BatchNormKernels.FoldRequired(context, node, input);

    public override KernelCall Lower(LoweringContext context, Node node)
    {
        RuntimeCall call = RuntimeCall.Of("BatchNorm.FoldBias",
            [.. CallArgument.Operands(node.Inputs.Count + 1), node.Shape[0], BatchNormKernels.EpsOf(node), CallArgument.ThreadPart]);
        return LoweringContext.Call(new RuntimeKernel(call, node.Shape[0]), node);
    }
}

/// <summary>
/// How methods of the runtime are told of images and of what each channel has, where threads share rows or, where these are few, blocks of
/// channels.
/// </summary>
internal readonly struct NormalizedImage(Layout image)
{
    private readonly DividedImage _divided = new(image);

    /// <summary>Pixel (0, 0) of what is wanted of an image.</summary>
    public CallArgument First(int operand) =>
        _divided.IsByRows ? _divided.First(operand, image) : BatchNormKernels.Planes(operand, image);

    /// <summary>The first that is wanted of what channels have.</summary>
    public CallArgument Vector(int operand) =>
        _divided.IsByRows ? CallArgument.Operand(operand) : CallArgument.Operand(operand, Layout.Block);

    /// <summary>Its sizes, of what is wanted.</summary>
    public CallArgument[] Geometry => _divided.IsByRows
        ? BatchNormKernels.Geometry(image, rows: CallArgument.UnitCount) : BatchNormKernels.Geometry(image, blocks: CallArgument.UnitCount);

    /// <summary>The kernel that does the work.</summary>
    public RuntimeKernel Kernel(RuntimeCall call) => _divided.Kernel(call);
}

/// <summary>Layouts and arguments that the batch-norm operators share.</summary>
internal static class BatchNormKernels
{
    /// <summary>Folding happens once, when weights are loaded, in PyTorch's order.</summary>
    public static Layout FoldRequired(ILayoutContext context, Node node, int input) =>
        Layout.Dense(context.TypeOf(node.Inputs[input]).Shape);

    /// <summary>The value of <c>eps</c> as C# text.</summary>
    public static string EpsOf(Node node) => Literals.Float(node.Attributes.Float("eps"));

    /// <summary>[R, C] with each row padded to whole blocks, which is the dense order of [R, padded C].</summary>
    public static Layout RowsLayout(Shape shape) => Layout.Dense(Shape.Of(shape[0], Layout.RoundUp(shape[1], Layout.Block)));

    /// <summary>Pixel (0, 0) of an operand's first block that is wanted.</summary>
    public static CallArgument Planes(int operand, Layout x) => RuntimeImage.First(CallArgument.Operand(operand, x.PlaneStride), x);

    /// <summary>The arguments (samples, sampleStride, channelBlocks, blockStride, rows, rowStride, columns).</summary>
    public static CallArgument[] Geometry(Layout x, CallArgument? blocks = null, CallArgument? rows = null) =>
        [CallArgument.Samples, x.Length, blocks ?? x.Planes, x.PlaneStride, rows ?? x.Height, x.RowStride, x.Width];

    /// <summary>The arguments (sampleStride, blockStride, rowStride) of a further image.</summary>
    public static CallArgument[] Strides(Layout x) => [x.Length, x.PlaneStride, x.RowStride];
}
