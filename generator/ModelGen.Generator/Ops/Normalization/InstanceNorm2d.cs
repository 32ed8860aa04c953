using ModelGen.Generator.Collections;
using ModelGen.Generator.Diagnostics;
using ModelGen.Generator.Graphs;

namespace ModelGen.Generator.Ops;

/// <summary>Group normalisation with a group for each channel.</summary>
internal sealed class InstanceNorm2d : CompositeLayer
{
    public override string Name => "InstanceNorm2d";

    public override LayerDescription Layer => new("norm",
        "Normalises each channel of each sample by its own mean and variance, the same in training and inference.",
        "Ulyanov, Vedaldi and Lempitsky 2016, Instance normalization: the missing ingredient for fast stylization, §3; "
            + "torch.nn.InstanceNorm2d")
    { ShapeRule = "C×H×W, unchanged.", Example = "InstanceNorm2d(Affine = true)" };

    public override EquatableArray<AttributeSpec> Attributes =>
    [
        new("eps", AttributeKind.Float, 1e-5, "Added to the variance."),
        new("affine", AttributeKind.Bool, false,
            "Whether results are multiplied by a learned weight of each channel, and a bias is added."),
    ];

    public override int BuildLayer(GraphBuilder graph, int[] inputs, AttributeMap attributes, string name)
    {
        OperatorCall call = CheckedCall(graph, inputs, attributes, name);
        Require.Image(call);
        Operator norm = OperatorTable.Get("GroupNorm");
        return norm.BuildLayer(graph, inputs, norm.WithDefaults(
            attributes.With("numGroups", call.Inputs[0].Shape[0]), forLayer: true), name);
    }
}

/// <summary>Batch normalisation of features, each a channel of one pixel.</summary>
internal sealed class BatchNorm1d : CompositeLayer
{
    public override string Name => "BatchNorm1d";

    public override LayerDescription Layer => new("bn",
        "Batch normalisation of features: by the statistics of the batch in training, by running averages of them in inference.",
        "Ioffe and Szegedy 2015, Batch normalization, algorithm 1; torch.nn.BatchNorm1d")
    { ShapeRule = "C features, unchanged.", Example = "BatchNorm1d" };

    public override EquatableArray<AttributeSpec> Attributes => new BatchNorm2d().Attributes;

    public override int BuildLayer(GraphBuilder graph, int[] inputs, AttributeMap attributes, string name)
    {
        OperatorCall call = CheckedCall(graph, inputs, attributes, name);
        Shape shape = call.Inputs[0].Shape;
        if (shape.Rank != 1)
        {
            throw new ShapeException(ProblemIds.NeedsFeatures,
                $"{call.Label} needs 1 dimension per sample, got {shape}; put Flatten before it, or use BatchNorm2d");
        }
        int image = graph.Add(OpNames.Reshape, [inputs[0]], AttributeMap.Of(("shape", new[] { shape[0], 1, 1 })), name);
        int normal = OperatorTable.Get(OpNames.BatchNorm2d).BuildLayer(graph, [image], attributes, name);
        return graph.Add(OpNames.Flatten, [normal], AttributeMap.Empty, name);
    }
}
