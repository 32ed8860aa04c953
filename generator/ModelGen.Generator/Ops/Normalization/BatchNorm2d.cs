using ModelGen.Generator.Collections;
using ModelGen.Generator.Diagnostics;
using ModelGen.Generator.Graphs;

namespace ModelGen.Generator.Ops;

/// <summary>
/// y = (x − mean) / √(variance + eps) · weight + bias, channel by channel. Inputs: image [C, H, W], weight [C], bias [C], statistics [3, C]
/// (mean, inverse deviation, variance), which come from <see cref="RunningStatistics"/> or, in training, from
/// <see cref="BatchStatistics"/>.
/// </summary>
internal sealed class BatchNorm2d : Operator
{
    public override string Name => OpNames.BatchNorm2d;

    public override LayerDescription Layer => new("bn",
        "Batch normalisation: by the statistics of the batch in training, by running averages of them in inference, where it is folded "
            + "into the convolution before it.",
        "Ioffe and Szegedy 2015, Batch normalization, algorithm 1")
    { ShapeRule = "C×H×W, unchanged.", Example = "BatchNorm2d" };

    public override EquatableArray<AttributeSpec> Attributes =>
    [
        new("eps", AttributeKind.Float, 1e-5, "Added to the variance.") { LayerOnly = true },
        new("momentum", AttributeKind.Float, 0.1, "Weight of the newest batch in the running averages.") { LayerOnly = true },
    ];

    public override int BuildLayer(GraphBuilder graph, int[] inputs, AttributeMap attributes, string name)
    {
        var call = CallOf(graph, inputs, attributes, name);
        Require.InputCount(call, 1, 1);
        Require.Image(call);
        if (attributes.Float("eps") < 0 || attributes.Float("momentum") is < 0 or > 1)
            throw new ShapeException(
                ProblemIds.InvalidArgument,
                $"{call.Label}: eps must not be negative and momentum must lie in 0 to 1, got {attributes["eps"]} and "
                + $"{attributes["momentum"]}");
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
}

/// <summary>
/// running = (1 − momentum)·running + momentum·batch, in place, with the unbiased variance. Inputs: mean [C], variance [C], statistics [3,
/// C].
/// </summary>
internal sealed class UpdateRunningStatistics : Operator
{
    public override string Name => OpNames.UpdateRunningStatistics;

    public override EquatableArray<AttributeSpec> Attributes =>
        [.. new RunningStatistics().Attributes, new("pixels", AttributeKind.Int, null, "Pixels of a channel in one sample.", 1)];

    public override EquatableArray<int> MutatedInputs => [0, 1];

    public override TensorType Infer(OperatorCall call) => TensorType.Fixed();

    public override bool HasResult => false;
}

/// <summary>Looks whether <see cref="UpdateRunningStatistics"/> on the same inputs would leave averages that are finite.</summary>
internal sealed class CheckRunningStatistics : Operator
{
    public override string Name => OpNames.CheckRunningStatistics;

    public override EquatableArray<AttributeSpec> Attributes => new UpdateRunningStatistics().Attributes;

    public override bool HasEffect => true;

    public override TensorType Infer(OperatorCall call) => TensorType.Fixed();

    public override bool HasResult => false;
}

/// <summary>[2, C]: Σ dy and Σ dy·x̂ over the batch and all pixels, which are the gradients of bias and weight.</summary>
internal sealed class BatchNormGradientSums : Operator
{
    public override string Name => "BatchNormGradientSums";

    public override TensorType Infer(OperatorCall call) => TensorType.Fixed(2, call.Inputs[0].Shape[0]);
}

/// <summary>dL/dx. Inputs: x, dL/dy, weight, statistics and, with <c>ofBatch</c>, where the statistics depend on x too, sums.</summary>
internal sealed class BatchNormGradient : Operator
{
    public override string Name => "BatchNormGradient";

    public override EquatableArray<AttributeSpec> Attributes =>
        [new("ofBatch", AttributeKind.Bool, true, "Whether the statistics are the batch's own.")];

    public override TensorType Infer(OperatorCall call) => call.Inputs[0];
}

/// <summary>One row of a matrix [R, C].</summary>
internal sealed class Row : Operator
{
    public override string Name => "Row";

    public override EquatableArray<AttributeSpec> Attributes => [new("row", AttributeKind.Int, 0, "Which row.", 0)];

    public override TensorType Infer(OperatorCall call) => TensorType.Fixed(call.Inputs[0].Shape[1]);
}

/// <summary>
/// filters · weight / √(variance + eps) for each output channel, for folding: filters [O, …], batch-norm weight [O], running variance [O].
/// </summary>
internal sealed class FoldWeight : Operator
{
    public override string Name => "FoldBatchNormWeight";

    /// <summary>The attribute of folding.</summary>
    public static AttributeSpec Eps => new("eps", AttributeKind.Float, 1e-5, "Added to the variance.");

    public override string ResultName => "Folded";

    public override EquatableArray<AttributeSpec> Attributes => [FoldWeight.Eps];

    public override TensorType Infer(OperatorCall call) => call.Inputs[0];
}

/// <summary>
/// (convolution bias − mean) · weight / √(variance + eps) + bias. Inputs: batch-norm weight, bias, running mean, running variance and,
/// where there is one, the convolution's bias.
/// </summary>
internal sealed class FoldBias : Operator
{
    public override string Name => "FoldBatchNormBias";

    public override string ResultName => "FoldedBias";

    public override EquatableArray<AttributeSpec> Attributes => [FoldWeight.Eps];

    public override TensorType Infer(OperatorCall call) => call.Inputs[0];
}
