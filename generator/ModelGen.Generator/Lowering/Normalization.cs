using ModelGen.Generator.Collections;
using ModelGen.Generator.Graphs;
using ModelGen.Generator.Kernels;
using ModelGen.Generator.Layouts;
using ModelGen.Generator.Ops;
using ModelGen.Generator.Text;

namespace ModelGen.Generator.Lowering;

/// <summary>The normalisation itself.</summary>
internal sealed class BatchNormLowering : OperatorLowering
{
    public override LayoutCoupling Coupling => LayoutCoupling.Same;

    public override LayoutPreference PreferredLayout(OperatorCall call, Shape result) => LayoutPreference.BlockedOnly;

    public override EquatableArray<int> InPlaceInputs => [0];

    public override Layout? RequiredLayout(ILayoutContext context, Node node, int input) => BatchNormKernels.Required(context, node, input);

    public override KernelCall Lower(LoweringContext context, Node node)
    {
        Layout x = context.Of(node.Inputs[0]);
        int padded = Layout.RoundUp(x.Channels, Layout.Block);
        var image = new DividedImage(x);
        string First(int operand) => image.IsByRows ? image.First(operand, x) : BatchNormKernels.Planes(operand, x);
        string Vector(int operand) => image.IsByRows ? $"{{{operand}}}" : $"{{{operand}+{Layout.Block}}}";
        string geometry = image.IsByRows ? BatchNormKernels.Geometry(x, rows: "{count}") : BatchNormKernels.Geometry(x, blocks: "{count}");
        string floor = NormalizationPlan.Of(node).Activation == Activation.Relu ? ", floor: 0f" : "";
        return LoweringContext.Call(image.Kernel(
            $"BatchNorm.Normalize({First(0)}, {Vector(3)}, ref Unsafe.Add({Vector(3)}, {padded}), {Vector(1)}, {Vector(2)}, {First(4)}, "
                + $"{geometry}, {BatchNormKernels.Strides(x)}{floor})"), node);
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
        return LoweringContext.Call(new RuntimeKernel(
            $"BatchNorm.FromRunning({{0}}, {{1}}, {{2}}, {channels}, {stride}, {BatchNormKernels.EpsOf(node)}, {{part}})", stride), node);
    }
}

/// <summary>Statistics of the batch.</summary>
internal sealed class BatchStatisticsLowering : OperatorLowering
{
    public override Layout? RequiredLayout(ILayoutContext context, Node node, int input) => BatchNormKernels.Required(context, node, input);

    public override Layout ResultLayout(ILayoutContext context, Node node) => BatchNormKernels.RowsLayout(node.Shape);

    public override KernelCall Lower(LoweringContext context, Node node)
    {
        Layout x = context.Of(node.Inputs[0]);
        return LoweringContext.Call(new RuntimeKernel(
            $"BatchNorm.Statistics({BatchNormKernels.Planes(0, x)}, {{1+{Layout.Block}}}, {Layout.RoundUp(x.Channels, Layout.Block)}, "
                + $"{BatchNormKernels.Geometry(x, blocks: "{count}")}, {Literals.Float(node.Attributes.Float("eps"))})", x.Planes), node);
    }
}

/// <summary>The new running averages.</summary>
internal sealed class UpdateRunningStatisticsLowering : OperatorLowering
{
    public override Layout? RequiredLayout(ILayoutContext context, Node node, int input) => BatchNormKernels.Required(context, node, input);

    // No operand is per sample, so {samples} would be 1; the count is that of the batch whose statistics these are.
    public override KernelCall Lower(LoweringContext context, Node node) => LoweringContext.Call(new RuntimeKernel(
        $"BatchNorm.UpdateRunning({{0}}, {{1}}, {{2}}, {Layout.RoundUp(context.TypeOf(node.Inputs[0]).Shape[0], Layout.Block)}, "
            + $"{Literals.Float(node.Attributes.Float("momentum"))}, samples * {node.Attributes.Int("pixels")})"),
        [.. node.Inputs]);
}

/// <summary>Whether they would be finite.</summary>
internal sealed class CheckRunningStatisticsLowering : OperatorLowering
{
    public override Layout? RequiredLayout(ILayoutContext context, Node node, int input) => BatchNormKernels.Required(context, node, input);

    // As for the update, {samples} would be 1.
    public override KernelCall Lower(LoweringContext context, Node node)
    {
        int channels = context.TypeOf(node.Inputs[0]).Shape[0];
        return LoweringContext.Call(new RuntimeKernel(
            $"BatchNorm.CheckRunning({{0}}, {{1}}, {{2}}, {channels}, {Layout.RoundUp(channels, Layout.Block)}, "
                + $"{Literals.Float(node.Attributes.Float("momentum"))}, samples * {node.Attributes.Int("pixels")}, check.Of({node.Id}))"),
            [.. node.Inputs]);
    }
}

/// <summary>Sums over the batch for the gradients.</summary>
internal sealed class BatchNormGradientSumsLowering : OperatorLowering
{
    public override Layout? RequiredLayout(ILayoutContext context, Node node, int input) => BatchNormKernels.Required(context, node, input);

    public override Layout ResultLayout(ILayoutContext context, Node node) => BatchNormKernels.RowsLayout(node.Shape);

    public override KernelCall Lower(LoweringContext context, Node node)
    {
        Layout x = context.Of(node.Inputs[0]);
        return LoweringContext.Call(new RuntimeKernel(
            $"BatchNorm.GradientSums({BatchNormKernels.Planes(0, x)}, {{2+{Layout.Block}}}, {BatchNormKernels.Planes(1, x)}, "
                + $"{{3+{Layout.Block}}}, {Layout.RoundUp(x.Channels, Layout.Block)}, "
            + $"{BatchNormKernels.Geometry(x, blocks: "{count}")}, {BatchNormKernels.Strides(x)})", x.Planes), node);
    }
}

/// <summary>The gradient with respect to the image.</summary>
internal sealed class BatchNormGradientLowering : OperatorLowering
{
    public override LayoutCoupling Coupling => LayoutCoupling.Same;

    public override LayoutPreference PreferredLayout(OperatorCall call, Shape result) => LayoutPreference.BlockedOnly;

    public override EquatableArray<int> InPlaceInputs => [1];

    public override Layout? RequiredLayout(ILayoutContext context, Node node, int input) => BatchNormKernels.Required(context, node, input);

    public override KernelCall Lower(LoweringContext context, Node node)
    {
        Layout x = context.Of(node.Inputs[0]);
        int padded = Layout.RoundUp(x.Channels, Layout.Block);
        var image = new DividedImage(x);
        string First(int operand) => image.IsByRows ? image.First(operand, x) : BatchNormKernels.Planes(operand, x);
        string Vector(int operand) => image.IsByRows ? $"{{{operand}}}" : $"{{{operand}+{Layout.Block}}}";
        string dyAndDx = $"{First(1)}, {First(node.Inputs.Count)}";
        string geometry = image.IsByRows ? BatchNormKernels.Geometry(x, rows: "{count}") : BatchNormKernels.Geometry(x, blocks: "{count}");
        return LoweringContext.Call(image.Kernel(node.Attributes.Flag("ofBatch")
            ? $"BatchNorm.GradientInput({First(0)}, {Vector(3)}, {Vector(2)}, {Vector(4)}, {dyAndDx}, {padded}, (long)samples * "
                + $"{x.Height * x.Width}, {geometry}, {BatchNormKernels.Strides(x)}, {BatchNormKernels.Strides(x)})"
            : $"BatchNorm.GradientInputFixed(ref Unsafe.Add({Vector(3)}, {padded}), {Vector(2)}, {dyAndDx}, {geometry})"), node);
    }
}

/// <summary>A row of a matrix.</summary>
internal sealed class RowLowering : OperatorLowering
{
    public override Layout ResultLayout(ILayoutContext context, Node node) => Layout.Blocked(node.Shape);

    public override KernelCall Lower(LoweringContext context, Node node)
    {
        int padded = Layout.RoundUp(node.Shape[0], Layout.Block);
        return LoweringContext.Call(
            new RuntimeKernel($"Elementwise.Copy(ref Unsafe.Add({{0}}, {node.Attributes.Int("row") * padded}), {{1}}, {padded})"), node);
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
            : new RuntimeKernel($"BatchNorm.FoldWeight({{0}}, {{1}}, {{2}}, {{3}}, {channels}, {node.Shape.Length / channels}, {eps})"),
                node);
    }
}

/// <summary>The bias with the normalisation behind it.</summary>
internal sealed class FoldBiasLowering : OperatorLowering
{
    public override Layout? RequiredLayout(ILayoutContext context, Node node, int input) =>
        BatchNormKernels.FoldRequired(context, node, input);

    public override KernelCall Lower(LoweringContext context, Node node)
    {
        string operands = string.Join(", ", Enumerable.Range(0, node.Inputs.Count + 1).Select(i => "{" + i + "}"));
        return LoweringContext.Call(
            new RuntimeKernel($"BatchNorm.FoldBias({operands}, {node.Shape[0]}, {BatchNormKernels.EpsOf(node)}, {{part}})",
            node.Shape[0]), node);
    }
}

/// <summary>Layouts and arguments that the batch-norm operators share.</summary>
internal static class BatchNormKernels
{
    /// <summary>Images as the group they belong to, in blocks; vectors padded to whole blocks.</summary>
    public static Layout? Required(ILayoutContext context, Node node, int input)
    {
        TensorType type = context.TypeOf(node.Inputs[input]);
        if (type.Shape.Rank == 2)
            return RowsLayout(type.Shape);
        if (!type.PerSample)
            return Layout.Blocked(type.Shape);
        if (node.Type.PerSample)
            return context.Chosen(node.Id);
        Layout chosen = context.Chosen(node.Inputs[0]);
        return chosen.IsBlocked ? chosen : Layout.Blocked(type.Shape);
    }

    /// <summary>Folding happens once, when weights are loaded, in PyTorch's order.</summary>
    public static Layout FoldRequired(ILayoutContext context, Node node, int input) =>
        Layout.Dense(context.TypeOf(node.Inputs[input]).Shape);

    /// <summary>The value of <c>eps</c> as C# text.</summary>
    public static string EpsOf(Node node) => Literals.Float(node.Attributes.Float("eps"));

    /// <summary>[R, C] with each row padded to whole blocks, which is the dense order of [R, padded C].</summary>
    public static Layout RowsLayout(Shape shape) => Layout.Dense(Shape.Of(shape[0], Layout.RoundUp(shape[1], Layout.Block)));

    /// <summary>Pixel (0, 0) of an operand's first block that is wanted.</summary>
    public static string Planes(int operand, Layout x) => RuntimeImage.First($"{{{operand}+{x.PlaneStride}}}", x);

    /// <summary>The arguments (samples, sampleStride, channelBlocks, blockStride, rows, rowStride, columns).</summary>
    public static string Geometry(Layout x, string? blocks = null, string? rows = null) =>
        $"{{samples}}, {x.Length}, {blocks ?? $"{x.Planes}"}, {x.PlaneStride}, {rows ?? $"{x.Height}"}, {x.RowStride}, {x.Width}";

    /// <summary>The arguments (sampleStride, blockStride, rowStride) of a further image.</summary>
    public static string Strides(Layout x) => $"{x.Length}, {x.PlaneStride}, {x.RowStride}";
}
