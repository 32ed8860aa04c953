using ModelGen.Generator.Collections;
using ModelGen.Generator.Diagnostics;
using ModelGen.Generator.Graphs;

namespace ModelGen.Generator.Ops;

/// <summary>
/// y = W·x + b. Inputs: features [I], weight [O, I] and, unless the layer has none, bias [O]. In memory it is a convolution whose kernel
/// covers the whole input, so that features which lie as a blocked image need not be put in order first: the weights are packed to fit.
/// </summary>
internal sealed class Linear : Operator
{
    public override string Name => OpNames.Linear;

    public override LayerDescription Layer => new("fc",
        "Fully connected layer: y = W·x + b with `outFeatures` results; the number of inputs is inferred.",
            "Rosenblatt 1958; LeCun et al. 1998, §II.B")
    {
        ShapeRule = "F to outFeatures; anything but one dimension per sample needs Flatten before it, or, with lastDimension, …×F to "
            + "…×outFeatures.",
        Example = "Linear(10)",
    };

    private const string LastDimension = "lastDimension";

    public override EquatableArray<AttributeSpec> Attributes =>
    [
        new("outFeatures", AttributeKind.Int, null, "Number of results.", 1) { LayerOnly = true },
        new("bias", AttributeKind.Bool, true, "Whether a learned bias is added to each result.") { LayerOnly = true },
        new(LastDimension, AttributeKind.Bool, false,
            "Whether a tensor of several dimensions is taken along the last one, as PyTorch does, instead of being refused.")
            { LayerOnly = true },
        new(WeightStorages.Attribute, AttributeKind.Word, WeightStorages.Auto,
            "How inference stores the weights: as the network says (auto), in float (float32), or rounded to the 8 bits of bfloat16, "
                + "which take half the memory and are fetched in half the time (bfloat16). "
            + "Sums are float. Training and saved weights are float whatever this says.")
            { LayerOnly = true, Words = WeightStorages.Words },
        .. Initializers.Attributes,
    ];

    public override int BuildLayer(GraphBuilder graph, int[] inputs, AttributeMap attributes, string name)
    {
        var call = CallOf(graph, inputs, attributes, name);
        Shape input = call.Inputs.Count == 0 ? Shape.Of() : call.Inputs[0].Shape;
        bool ofLast = input.Rank > 1 && attributes.Flag(LastDimension);
        int features = ofLast ? input[input.Rank - 1] : Features(call);
        int outFeatures = attributes.Int("outFeatures");
        int weight = graph.Parameter(name + ".weight", Require.Size(call, TensorType.Fixed(outFeatures, features)),
            Initializers.ForWeight(call.Label, attributes));
        int[] operands = attributes.Flag("bias")
            ? [inputs[0], weight, graph.Parameter(name + ".bias", TensorType.Fixed(outFeatures),
                Initializers.ForBias(attributes, features))]
            : [inputs[0], weight];
        if (ofLast)
        {
            // The weight is turned over when weights are loaded.
            int turned = graph.Add("Permute", [weight], Permute.By([1, 0]), name);
            int product = graph.Add("MatMul", [inputs[0], turned], AttributeMap.Empty, name);
            return operands.Length == 2 ? product : Binary.Add(graph, OpNames.Add, product, operands[2], name);
        }
        // A node says it only where the user did.
        AttributeMap remaining = WithoutLayerOnly(attributes);
        string storage = attributes.Word(WeightStorages.Attribute, WeightStorages.Auto);
        return graph.Add(Name, operands, storage == WeightStorages.Auto ? remaining
            : remaining.With(WeightStorages.Attribute, storage), name);
    }

    public override TensorType Infer(OperatorCall call)
    {
        Require.InputCount(call, 2, 3);
        int features = Features(call);
        Shape weight = call.Inputs[1].Shape;
        return weight.Rank == 2 && weight[1] == features
            ? TensorType.Sample(weight[0])
            : throw new ShapeException(ProblemIds.ShapesDiffer, $"{call.Label} needs a weight [O, {features}], got {weight}");
    }

    public override long MultiplyAdds(OperatorCall call) => call.Inputs[1].Shape.Length;

    public override Implementation? ReadImplementation(IReadOnlyList<string> words) => LinearPlan.Read(words);

    public override void Gradient(GradientContext context, Node node, int gradient)
    {
        (int x, int weight) = (node.Inputs[0], node.Inputs[1]);
        GraphBuilder graph = context.Graph;
        if (context.Needs(x))
            context.Accumulate(x, graph.Add("LinearInputGradient", [gradient, weight], AttributeMap.Empty, node.Name));
        if (context.Needs(weight))
            context.Accumulate(weight, graph.Add("LinearWeightGradient", [x, gradient], AttributeMap.Empty, node.Name));
        if (node.Inputs.Count == 3 && context.Needs(node.Inputs[2]))
            context.Accumulate(node.Inputs[2], graph.Add("ChannelSum", [gradient], AttributeMap.Empty, node.Name));
    }

    private static int Features(OperatorCall call)
    {
        Shape input = call.Inputs[0].Shape;
        return input.Rank == 1
            ? input[0]
            : throw new ShapeException(
                ProblemIds.NeedsFeatures, $"{call.Label} needs 1 dimension per sample, got {input}; put Flatten before it");
    }
}

/// <summary>dL/dx [I] of a fully connected layer from dL/dy [O] and the weight [O, I]: Wᵀ·dL/dy.</summary>
internal sealed class LinearInputGradient : Operator
{
    public override string Name => "LinearInputGradient";

    public override TensorType Infer(OperatorCall call) => TensorType.Sample(call.Inputs[1].Shape[1]);

    public override long MultiplyAdds(OperatorCall call) => call.Inputs[1].Shape.Length;
}

/// <summary>dL/dW [O, I] of a fully connected layer from x [I] and dL/dy [O]: the sum of their outer products over the batch.</summary>
internal sealed class LinearWeightGradient : Operator
{
    public override string Name => "LinearWeightGradient";

    // Of one sample.
    public override long MultiplyAdds(OperatorCall call) => Infer(call).Shape.Length;

    public override TensorType Infer(OperatorCall call) => TensorType.Fixed(call.Inputs[1].Shape[0], call.Inputs[0].Shape[0]);
}
