using ModelGen.Generator.Collections;
using ModelGen.Generator.Diagnostics;
using ModelGen.Generator.Graphs;
using ModelGen.Generator.Kernels;
using ModelGen.Generator.Layouts;
using ModelGen.Generator.Lowering;
using ModelGen.Generator.Text;

namespace ModelGen.Generator.Ops;

/// <summary>
/// y = (x − mean) / √(variance + eps) · weight + bias, channel by channel. Inputs: image [C, H, W], weight [C], bias [C], statistics [3, C] (mean, inverse
/// deviation, variance), which come from <see cref="RunningStatistics"/> or, in training, from <see cref="BatchStatistics"/>.
/// </summary>
internal sealed class BatchNorm2d : Operator
{
    public override string Name => OpNames.BatchNorm2d;

    public override LayerDescription Layer => new("bn",
        "Batch normalisation: by the statistics of the batch in training, by running averages of them in inference, where it is folded into the convolution before it.",
        "Ioffe and Szegedy 2015, Batch normalization, algorithm 1")
    { ShapeRule = "C×H×W, unchanged.", Example = "BatchNorm2d" };

    public override EquatableArray<AttributeSpec> Attributes =>
    [
        new("eps", AttributeKind.Float, 1e-5, "Added to the variance.") { LayerOnly = true },
        new("momentum", AttributeKind.Float, 0.1, "Weight of the newest batch in the running averages.") { LayerOnly = true },
    ];

    public override int BuildLayer(GraphBuilder graph, int[] inputs, AttributeMap attributes, string name)
    {
        var call = new OperatorCall(Name, name, inputs.Select(graph.TypeOf).ToEquatableArray(), attributes);
        Require.InputCount(call, 1, 1);
        Require.Image(call);
        if (attributes.Float("eps") < 0 || attributes.Float("momentum") is < 0 or > 1)
            throw new ShapeException(ProblemIds.InvalidArgument, $"{call.Label}: eps must not be negative and momentum must lie in 0 to 1, got {attributes["eps"]} and {attributes["momentum"]}");
        TensorType type = TensorType.Fixed(call.Inputs[0].Shape[0]);
        int weight = graph.Parameter(name + ".weight", type, Initializers.Constant("ones", trainable: true));
        int bias = graph.Parameter(name + ".bias", type, Initializers.Constant("zeros", trainable: true));
        int mean = graph.Parameter(name + ".running_mean", type, Initializers.Constant("zeros", trainable: false));
        int variance = graph.Parameter(name + ".running_var", type, Initializers.Constant("ones", trainable: false));
        int statistics = graph.Add(OpNames.RunningStatistics, [mean, variance], attributes, name);
        return graph.Add(Name, [inputs[0], weight, bias, statistics], AttributeMap.Empty, name);
    }

    public override TensorType Infer(OperatorCall call)
    {
        Require.InputCount(call, 4, 4);
        Require.Image(call);
        return call.Inputs[0];
    }

    public override Implementation? ReadImplementation(IReadOnlyList<string> words) => NormalizationPlan.Read(words);

    public override void Gradient(GradientContext context, Node node, int gradient)
    {
        GraphBuilder graph = context.Graph;
        (int x, int weight, int bias, int statistics) = (node.Inputs[0], node.Inputs[1], node.Inputs[2], node.Inputs[3]);
        bool ofBatch = graph[statistics].Is(OpNames.BatchStatistics);
        // Statistics that do not depend on the input need no sums for its gradient.
        bool needsSums = ofBatch || context.Needs(bias) || context.Needs(weight);
        int sums = needsSums ? graph.Add("BatchNormGradientSums", [x, gradient, statistics], AttributeMap.Empty, node.Name) : -1;
        if (context.Needs(bias))
            context.Accumulate(bias, graph.Add("Row", [sums], AttributeMap.Of(("row", 0)), node.Name));
        if (context.Needs(weight))
            context.Accumulate(weight, graph.Add("Row", [sums], AttributeMap.Of(("row", 1)), node.Name));
        if (context.Needs(x))
        {
            int[] inputs = ofBatch ? [x, gradient, weight, statistics, sums] : [x, gradient, weight, statistics];
            context.Accumulate(x, graph.Add("BatchNormGradient", inputs, AttributeMap.Of(("ofBatch", ofBatch)), node.Name));
        }
    }

    public override LayoutCoupling Coupling => LayoutCoupling.Same;

    public override LayoutPreference PreferredLayout(OperatorCall call) => LayoutPreference.BlockedOnly;

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
        return LoweringContext.Call(image.Kernel(
            $"BatchNorm.Normalize({First(0)}, {Vector(3)}, ref Unsafe.Add({Vector(3)}, {padded}), {Vector(1)}, {Vector(2)}, {First(4)}, {geometry}, {BatchNormKernels.Strides(x)}{(NormalizationPlan.Of(node).Activation == Activation.Relu ? ", floor: 0f" : "")})"), node);
    }
}

/// <summary>Statistics [3, C] from running mean and variance [C].</summary>
internal sealed class RunningStatistics : Operator
{
    public override string Name => OpNames.RunningStatistics;

    public override EquatableArray<AttributeSpec> Attributes =>
    [
        new("eps", AttributeKind.Float, 1e-5, "Added to the variance."),
        new("momentum", AttributeKind.Float, 0.1, "Weight of the newest batch in the running averages."),
    ];

    public override TensorType Infer(OperatorCall call) => TensorType.Fixed(3, call.Inputs[0].Shape[0]);

    // As a file has them, which nothing needs to follow.
    public override Layout? RequiredLayout(ILayoutContext context, Node node, int input) => Layout.Dense(context.TypeOf(node.Inputs[input]).Shape);

    public override Layout ResultLayout(ILayoutContext context, Node node) => BatchNormKernels.RowsLayout(node.Shape);

    public override KernelCall Lower(LoweringContext context, Node node)
    {
        (int channels, int stride) = (node.Shape[1], Layout.RoundUp(node.Shape[1], Layout.Block));
        return LoweringContext.Call(new RuntimeKernel(
            $"BatchNorm.FromRunning({{0}}, {{1}}, {{2}}, {channels}, {stride}, {BatchNormKernels.EpsOf(node)}, {{part}})", stride), node);
    }
}

/// <summary>Statistics [3, C] of an image over the batch and all pixels.</summary>
internal sealed class BatchStatistics : Operator
{
    public override string Name => OpNames.BatchStatistics;

    public override EquatableArray<AttributeSpec> Attributes => new RunningStatistics().Attributes;

    public override TensorType Infer(OperatorCall call) => TensorType.Fixed(3, call.Inputs[0].Shape[0]);

    // Differentiated together with the normalisation that reads it.
    public override void Gradient(GradientContext context, Node node, int gradient)
    {
    }

    public override Layout? RequiredLayout(ILayoutContext context, Node node, int input) => BatchNormKernels.Required(context, node, input);

    public override Layout ResultLayout(ILayoutContext context, Node node) => BatchNormKernels.RowsLayout(node.Shape);

    public override KernelCall Lower(LoweringContext context, Node node)
    {
        Layout x = context.Of(node.Inputs[0]);
        return LoweringContext.Call(new RuntimeKernel(
            $"BatchNorm.Statistics({BatchNormKernels.Planes(0, x)}, {{1+{Layout.Block}}}, {Layout.RoundUp(x.Channels, Layout.Block)}, {BatchNormKernels.Geometry(x, blocks: "{count}")}, {Literals.Float(node.Attributes.Float("eps"))})", x.Planes), node);
    }
}

/// <summary>running = (1 − momentum)·running + momentum·batch, in place, with the unbiased variance. Inputs: mean [C], variance [C], statistics [3, C].</summary>
internal sealed class UpdateRunningStatistics : Operator
{
    public override string Name => OpNames.UpdateRunningStatistics;

    public override EquatableArray<AttributeSpec> Attributes =>
        [.. new RunningStatistics().Attributes, new("pixels", AttributeKind.Int, null, "Pixels of a channel in one sample.", 1)];

    public override EquatableArray<int> MutatedInputs => [0, 1];

    public override TensorType Infer(OperatorCall call) => TensorType.Fixed();

    public override bool HasResult => false;

    public override Layout? RequiredLayout(ILayoutContext context, Node node, int input) => BatchNormKernels.Required(context, node, input);

    // No operand is per sample, so {samples} would be 1; the count is that of the batch whose statistics these are.
    public override KernelCall Lower(LoweringContext context, Node node) => LoweringContext.Call(new RuntimeKernel(
        $"BatchNorm.UpdateRunning({{0}}, {{1}}, {{2}}, {Layout.RoundUp(context.TypeOf(node.Inputs[0]).Shape[0], Layout.Block)}, {Literals.Float(node.Attributes.Float("momentum"))}, samples * {node.Attributes.Int("pixels")})"),
        [.. node.Inputs]);
}

/// <summary>Looks whether <see cref="UpdateRunningStatistics"/> on the same inputs would leave averages that are finite.</summary>
internal sealed class CheckRunningStatistics : Operator
{
    public override string Name => OpNames.CheckRunningStatistics;

    public override EquatableArray<AttributeSpec> Attributes => new UpdateRunningStatistics().Attributes;

    public override bool HasEffect => true;

    public override TensorType Infer(OperatorCall call) => TensorType.Fixed();

    public override bool HasResult => false;

    public override Layout? RequiredLayout(ILayoutContext context, Node node, int input) => BatchNormKernels.Required(context, node, input);

    // As for the update, {samples} would be 1.
    public override KernelCall Lower(LoweringContext context, Node node)
    {
        int channels = context.TypeOf(node.Inputs[0]).Shape[0];
        return LoweringContext.Call(new RuntimeKernel(
            $"BatchNorm.CheckRunning({{0}}, {{1}}, {{2}}, {channels}, {Layout.RoundUp(channels, Layout.Block)}, {Literals.Float(node.Attributes.Float("momentum"))}, samples * {node.Attributes.Int("pixels")}, check.Of({node.Id}))"),
            [.. node.Inputs]);
    }
}

/// <summary>[2, C]: Σ dy and Σ dy·x̂ over the batch and all pixels, which are the gradients of bias and weight.</summary>
internal sealed class BatchNormGradientSums : Operator
{
    public override string Name => "BatchNormGradientSums";

    public override TensorType Infer(OperatorCall call) => TensorType.Fixed(2, call.Inputs[0].Shape[0]);

    public override Layout? RequiredLayout(ILayoutContext context, Node node, int input) => BatchNormKernels.Required(context, node, input);

    public override Layout ResultLayout(ILayoutContext context, Node node) => BatchNormKernels.RowsLayout(node.Shape);

    public override KernelCall Lower(LoweringContext context, Node node)
    {
        Layout x = context.Of(node.Inputs[0]);
        return LoweringContext.Call(new RuntimeKernel(
            $"BatchNorm.GradientSums({BatchNormKernels.Planes(0, x)}, {{2+{Layout.Block}}}, {BatchNormKernels.Planes(1, x)}, {{3+{Layout.Block}}}, {Layout.RoundUp(x.Channels, Layout.Block)}, "
            + $"{BatchNormKernels.Geometry(x, blocks: "{count}")}, {BatchNormKernels.Strides(x)})", x.Planes), node);
    }
}

/// <summary>dL/dx. Inputs: x, dL/dy, weight, statistics and, with <c>ofBatch</c>, where the statistics depend on x too, sums.</summary>
internal sealed class BatchNormGradient : Operator
{
    public override string Name => "BatchNormGradient";

    public override EquatableArray<AttributeSpec> Attributes => [new("ofBatch", AttributeKind.Bool, true, "Whether the statistics are the batch's own.")];

    public override TensorType Infer(OperatorCall call) => call.Inputs[0];

    public override LayoutCoupling Coupling => LayoutCoupling.Same;

    public override LayoutPreference PreferredLayout(OperatorCall call) => LayoutPreference.BlockedOnly;

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
            ? $"BatchNorm.GradientInput({First(0)}, {Vector(3)}, {Vector(2)}, {Vector(4)}, {dyAndDx}, {padded}, (long)samples * {x.Height * x.Width}, {geometry}, {BatchNormKernels.Strides(x)}, {BatchNormKernels.Strides(x)})"
            : $"BatchNorm.GradientInputFixed(ref Unsafe.Add({Vector(3)}, {padded}), {Vector(2)}, {dyAndDx}, {geometry})"), node);
    }
}

/// <summary>One row of a matrix [R, C].</summary>
internal sealed class Row : Operator
{
    public override string Name => "Row";

    public override EquatableArray<AttributeSpec> Attributes => [new("row", AttributeKind.Int, 0, "Which row.", 0)];

    public override TensorType Infer(OperatorCall call) => TensorType.Fixed(call.Inputs[0].Shape[1]);

    public override Layout ResultLayout(ILayoutContext context, Node node) => Layout.Blocked(node.Shape);

    public override KernelCall Lower(LoweringContext context, Node node)
    {
        int padded = Layout.RoundUp(node.Shape[0], Layout.Block);
        return LoweringContext.Call(new RuntimeKernel($"Elementwise.Copy(ref Unsafe.Add({{0}}, {node.Attributes.Int("row") * padded}), {{1}}, {padded})"), node);
    }
}

/// <summary>filters · weight / √(variance + eps) for each output channel, for folding: filters [O, …], batch-norm weight [O], running variance [O].</summary>
internal sealed class FoldWeight : Operator
{
    public override string Name => "FoldBatchNormWeight";

    public override string ResultName => "Folded";

    public override EquatableArray<AttributeSpec> Attributes => [BatchNormKernels.Eps];

    public override TensorType Infer(OperatorCall call) => call.Inputs[0];

    public override Layout? RequiredLayout(ILayoutContext context, Node node, int input) => BatchNormKernels.FoldRequired(context, node, input);

    // As the convolution wants them, so that filters are folded and packed at once.
    public override Layout? ResultLayout(ILayoutContext context, Node node) => null;

    public override KernelCall Lower(LoweringContext context, Node node)
    {
        Layout layout = context.Of(node.Id);
        (int channels, string eps) = (node.Shape[0], BatchNormKernels.EpsOf(node));
        return LoweringContext.Call(PackKernels.CanPack(context.Of(node.Inputs[0]), layout)
            ? PackKernels.FoldAndPack(layout, eps)
            : new RuntimeKernel($"BatchNorm.FoldWeight({{0}}, {{1}}, {{2}}, {{3}}, {channels}, {node.Shape.Length / channels}, {eps})"), node);
    }
}

/// <summary>(convolution bias − mean) · weight / √(variance + eps) + bias. Inputs: batch-norm weight, bias, running mean, running variance and, where there is one, the convolution's bias.</summary>
internal sealed class FoldBias : Operator
{
    public override string Name => "FoldBatchNormBias";

    public override string ResultName => "FoldedBias";

    public override EquatableArray<AttributeSpec> Attributes => [BatchNormKernels.Eps];

    public override TensorType Infer(OperatorCall call) => call.Inputs[0];

    public override Layout? RequiredLayout(ILayoutContext context, Node node, int input) => BatchNormKernels.FoldRequired(context, node, input);

    public override KernelCall Lower(LoweringContext context, Node node)
    {
        string operands = string.Join(", ", Enumerable.Range(0, node.Inputs.Count + 1).Select(i => "{" + i + "}"));
        return LoweringContext.Call(new RuntimeKernel($"BatchNorm.FoldBias({operands}, {node.Shape[0]}, {BatchNormKernels.EpsOf(node)}, {{part}})", node.Shape[0]), node);
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
    public static Layout FoldRequired(ILayoutContext context, Node node, int input) => Layout.Dense(context.TypeOf(node.Inputs[input]).Shape);

    /// <summary>The attribute of folding.</summary>
    public static AttributeSpec Eps => new("eps", AttributeKind.Float, 1e-5, "Added to the variance.");

    /// <summary>Its value as C# text.</summary>
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
