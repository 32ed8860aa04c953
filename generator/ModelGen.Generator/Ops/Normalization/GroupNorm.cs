using ModelGen.Generator.Collections;
using ModelGen.Generator.Diagnostics;
using ModelGen.Generator.Graphs;

namespace ModelGen.Generator.Ops;

/// <summary>
/// y = (x − mean) / √(variance + eps) · weight + bias, with mean and variance of each sample's groups of channels. Inputs: image [C, H, W],
/// its <see cref="GroupStatistics"/> and, where there are any, weight [C] and bias [C].
/// </summary>
internal sealed class GroupNorm : Operator
{
    /// <summary>The inputs' positions.</summary>
    public const int Image = 0, Statistics = 1, Weight = 2, Bias = 3;

    public override string Name => "GroupNorm";

    public override LayerDescription Layer => new("norm",
        "Normalises each sample by mean and variance of groups of its channels, the same in training and inference.",
        "Wu and He 2018, Group normalization, §3.2")
    { ShapeRule = "C×H×W, unchanged. numGroups must divide C.", Example = "GroupNorm(32)" };

    public override EquatableArray<AttributeSpec> Attributes =>
    [
        GroupStatistics.NumGroups,
        new("eps", AttributeKind.Float, 1e-5, "Added to the variance.") { LayerOnly = true },
        new("affine", AttributeKind.Bool, true, "Whether results are multiplied by a learned weight of each channel, and a bias is added.")
        { LayerOnly = true },
    ];

    public override int BuildLayer(GraphBuilder graph, int[] inputs, AttributeMap attributes, string name)
    {
        var call = CallOf(graph, inputs, attributes, name);
        Require.InputCount(call, 1, 1);
        GroupStatistics.Check(call);
        if (attributes.Float("eps") < 0)
        {
            throw new ShapeException(ProblemIds.InvalidArgument, $"{call.Label}: eps must not be negative, got {attributes["eps"]}")
            { Attribute = "eps" };
        }
        TensorType type = TensorType.Fixed(call.Inputs[0].Shape[0]);
        int[] affine = attributes.Flag("affine")
            ?
            [
                graph.Parameter(name + ".weight", type, Initializers.Constant("ones", trainable: true)),
                graph.Parameter(name + ".bias", type, Initializers.Constant("zeros", trainable: true)),
            ]
            : [];
        AttributeMap groups = AttributeMap.Of(("numGroups", attributes["numGroups"]));
        int statistics = graph.Add("GroupStatistics", [inputs[0]], groups.With("eps", attributes["eps"]), name);
        return graph.Add(Name, [inputs[0], statistics, .. affine], groups, name);
    }

    public override TensorType Infer(OperatorCall call)
    {
        Require.InputCount(call, 2, 4);
        GroupStatistics.Check(call);
        return call.Inputs[Image];
    }

    public override void Gradient(GradientContext context, Node node, int gradient)
    {
        GraphBuilder graph = context.Graph;
        (int x, int statistics) = (node.Inputs[Image], node.Inputs[Statistics]);
        bool isAffine = node.Inputs.Count > Weight;
        int sums = graph.Add("GroupNormGradientSums", [x, statistics, gradient], AttributeMap.Empty, node.Name);
        if (context.Needs(x))
        {
            int[] inputs = [x, statistics, gradient, sums, .. isAffine ? new[] { node.Inputs[Weight] } : []];
            context.Accumulate(x, graph.Add("GroupNormGradient", inputs, node.Attributes, node.Name));
        }
        if (!isAffine || !(context.Needs(node.Inputs[Weight]) || context.Needs(node.Inputs[Bias])))
            return;
        int total = graph.Add("SampleSum", [sums], AttributeMap.Empty, node.Name);
        if (context.Needs(node.Inputs[Bias]))
            context.Accumulate(node.Inputs[Bias], graph.Add("Row", [total], AttributeMap.Of(("row", 0)), node.Name));
        if (context.Needs(node.Inputs[Weight]))
            context.Accumulate(node.Inputs[Weight], graph.Add("Row", [total], AttributeMap.Of(("row", 1)), node.Name));
    }
}

/// <summary>
/// Of each sample, for each channel [3, C]: its group's mean and inverse deviation; the third row is the channel's own variance.
/// </summary>
internal sealed class GroupStatistics : Operator
{
    public static AttributeSpec NumGroups =>
        new("numGroups", AttributeKind.Int, null,
            "Groups of neighbouring channels that share mean and variance; must divide their number.", 1);

    public override string Name => "GroupStatistics";

    public override EquatableArray<AttributeSpec> Attributes =>
        [NumGroups, new("eps", AttributeKind.Float, 1e-5, "Added to the variance.")];

    public override TensorType Infer(OperatorCall call)
    {
        Check(call);
        return TensorType.Sample(3, call.Inputs[0].Shape[0]);
    }

    // Differentiated together with the normalisation that reads it.
    public override void Gradient(GradientContext context, Node node, int gradient)
    {
    }

    /// <summary>An image whose channels divide into the groups.</summary>
    public static void Check(OperatorCall call)
    {
        Require.Image(call);
        (int channels, int groups) = (call.Inputs[0].Shape[0], call.Attributes.Int("numGroups"));
        if (channels % groups == 0)
            return;
        throw new ShapeException(ProblemIds.Groups,
            $"{call.Label}: {channels} channels cannot be split into {groups} groups: {channels} / {groups} leaves {channels % groups}; "
                + $"numGroups must divide {channels}")
        { Attribute = "numGroups" };
    }
}

/// <summary>Of each sample, for each channel [2, C]: Σ dy and Σ dy·x̂ over its pixels. Inputs: x, statistics, dy.</summary>
internal sealed class GroupNormGradientSums : Operator
{
    public override string Name => "GroupNormGradientSums";

    public override TensorType Infer(OperatorCall call) => TensorType.Sample(2, call.Inputs[0].Shape[0]);
}

/// <summary>
/// dL/dx = (weight·dy − mean(weight·dy) − x̂ · mean(weight·dy·x̂)) / √(variance + eps), the means being those of the group. Inputs: x,
/// statistics, dy, sums and, where there is one, weight.
/// </summary>
internal sealed class GroupNormGradient : Operator
{
    public override string Name => "GroupNormGradient";

    public override EquatableArray<AttributeSpec> Attributes => [GroupStatistics.NumGroups];

    public override TensorType Infer(OperatorCall call) => call.Inputs[0];
}
