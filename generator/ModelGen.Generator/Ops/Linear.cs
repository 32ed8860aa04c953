using ModelGen.Generator.Collections;
using ModelGen.Generator.Differentiation;
using ModelGen.Generator.Graphs;
using ModelGen.Generator.Kernels;
using ModelGen.Generator.Passes;
using ModelGen.Generator.Scheduling;

namespace ModelGen.Generator.Ops;

/// <summary>
/// y = W·x + b. Inputs: features [I], weight [O, I] and, unless the layer has none, bias [O]. In memory it is a convolution whose kernel covers the whole
/// input, so that features which lie as a blocked image need not be put in order first: the weights are packed to fit.
/// </summary>
internal sealed class Linear : Operator
{
    public override string Name => OpNames.Linear;

    public override LayerDescription Layer => new("fc",
        "Fully connected layer: y = W·x + b with `outFeatures` results; the number of inputs is inferred.", "Rosenblatt 1958; LeCun et al. 1998, §II.B")
    { ShapeRule = "F to outFeatures; anything but one dimension per sample needs Flatten before it.", Example = "Linear(10)" };

    public override EquatableArray<AttributeSpec> Attributes =>
    [
        new("outFeatures", AttributeKind.Int, null, "Number of results.", 1) { LayerOnly = true },
        new("bias", AttributeKind.Bool, true, "Whether a learned bias is added to each result.") { LayerOnly = true },
        new(ChooseWeightStorage.Wish, AttributeKind.Word, ChooseWeightStorage.Auto,
            "How inference stores the weights: as the network says (auto), in float (float32), or rounded to the 8 bits of bfloat16, which take half the memory and are fetched in half the time (bfloat16). "
            + "Sums are float. Training and saved weights are float whatever this says.")
            { LayerOnly = true, Words = [ChooseWeightStorage.Auto, ChooseWeightStorage.Float32, ChooseWeightStorage.BFloat16] },
        Initializers.Attribute,
    ];

    public override int BuildLayer(GraphBuilder graph, int[] inputs, AttributeMap attributes, string name)
    {
        var call = new OperatorCall(Name, name, inputs.Select(graph.TypeOf).ToEquatableArray(), attributes);
        int features = Features(call);
        int outFeatures = attributes.Int("outFeatures");
        int weight = graph.Parameter(name + ".weight", Require.Size(call, TensorType.Fixed(outFeatures, features)), Initializers.ForWeight(attributes));
        int[] operands = attributes.Flag("bias")
            ? [inputs[0], weight, graph.Parameter(name + ".bias", TensorType.Fixed(outFeatures), Initializers.ForBias(attributes, features))]
            : [inputs[0], weight];
        // A node says it only where the user did.
        AttributeMap remaining = WithoutLayerOnly(attributes);
        string storage = attributes.Word(ChooseWeightStorage.Wish, ChooseWeightStorage.Auto);
        return graph.Add(Name, operands, storage == ChooseWeightStorage.Auto ? remaining : remaining.With(ChooseWeightStorage.Wish, storage), name);
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

    public override void Gradient(GradientContext context, Node node, int gradient)
    {
        (int x, int weight) = (node.Inputs[0], node.Inputs[1]);
        GraphBuilder graph = context.Graph;
        if (context.Needs(x))
        {
            int transposed = graph.Add("TransposeMatrix", [weight], AttributeMap.Empty, node.Name);
            context.Accumulate(x, graph.Add(Name, [gradient, transposed], AttributeMap.Empty, node.Name));
        }
        if (context.Needs(weight))
            context.Accumulate(weight, graph.Add("LinearWeightGradient", [x, gradient], AttributeMap.Empty, node.Name));
        if (node.Inputs.Count == 3 && context.Needs(node.Inputs[2]))
            context.Accumulate(node.Inputs[2], graph.Add("ChannelSum", [gradient], AttributeMap.Empty, node.Name));
    }

    public override LayoutPreference PreferredLayout(OperatorCall call) => LayoutPreference.Blocked;

    public override Layout? RequiredLayout(ILayoutContext context, Node node, int input) => input switch
    {
        0 => null,
        1 when node.Attributes.Flag(ChooseWeightStorage.IsBFloat16) => Layout.BFloat16(context.TypeOf(node.Inputs[1]).Shape),
        1 => WeightLayout(ResultLayout(context, node), context.Of(node.Inputs[0])!),
        _ => Layout.Blocked(node.Shape),
    };

    // Results may be written in the blocks of an image, as long as the image has no gaps: the gradient of a flattened map, whose weights come that way from
    // TransposeMatrix. Other layers give features in order, which is the order of their bias and what TransposeMatrix expects of their weights.
    // An image of single pixels does not tell the two apart: weights in order, O×1×1×W, begin with O×1×1 too.
    public override Layout ResultLayout(ILayoutContext context, Node node)
    {
        Layout chosen = context.Chosen(node.Id);
        Layout inOrder = WeightLayout(Layout.Blocked(node.Shape), context.Of(node.Inputs[0])!);
        bool isPackedSo = context.Of(node.Inputs[1]) is { IsBlocked: true } weight && weight.Dims != inOrder.Dims
            && weight.Dims.Dimensions.Take(chosen.Dims.Rank).SequenceEqual(chosen.Dims.Dimensions);
        return chosen.IsBlocked && chosen.Halo.IsNone && isPackedSo ? chosen : Layout.Blocked(node.Shape);
    }

    public override KernelCall Lower(LoweringContext context, Node node)
    {
        var geometry = GeometryOf(context.Of(node.Inputs[0]), context.Of(node.Id), node.Shape[0]) with { Batch = context.Batch };
        var epilogue = new Epilogue(node.Inputs.Count == 3, node.Attributes.Word("activation", ""));
        return LoweringContext.Call(node.Attributes.Flag(ChooseWeightStorage.IsBFloat16) ? new LinearBFloat16(geometry, epilogue) : new ConvolveChannels(geometry, epilogue), node);
    }

    /// <summary>The weights in blocks of 16 results, the rest in the order in which the input lies in memory.</summary>
    public static Layout WeightLayout(Layout output, Layout input) =>
        Layout.Blocked(new Shape(output.Dims.Dimensions.Concat(input.Dims.Dimensions).ToEquatableArray()));

    public static ConvolutionGeometry GeometryOf(Layout input, Layout output, int outFeatures) =>
        new(1, new Window(input.Height, input.Width, 1, 1, Halo.None, 1, 1), input, output, outFeatures, input.Channels) { IsFullyConnected = true };

    private static int Features(OperatorCall call)
    {
        Shape input = call.Inputs[0].Shape;
        return input.Rank == 1
            ? input[0]
            : throw new ShapeException(ProblemIds.NeedsFeatures, $"{call.Label} needs 1 dimension per sample, got {input}; put Flatten before it");
    }
}

/// <summary>W [O, I] to Wᵀ [I, O], in the order that the product with dL/dy wants.</summary>
internal sealed class TransposeMatrix : Operator
{
    public override string Name => "TransposeMatrix";

    public override TensorType Infer(OperatorCall call) => TensorType.Fixed(call.Inputs[0].Shape[1], call.Inputs[0].Shape[0]);

    public override Layout? RequiredLayout(ILayoutContext context, Node node, int input) =>
        context.Of(node.Inputs[0]) ?? Layout.Blocked(context.TypeOf(node.Inputs[0]).Shape);

    // W was packed as [O, dims of x]; its transpose is packed as [dims of x, O], which is what the gradient with respect to x reads.
    public override Layout ResultLayout(ILayoutContext context, Node node)
    {
        var dims = (context.Of(node.Inputs[0]) ?? Layout.Dense(context.TypeOf(node.Inputs[0]).Shape)).Dims.Dimensions;
        return Layout.Blocked(new Shape(dims.Skip(1).Append(dims[0]).ToEquatableArray()));
    }

    public override KernelCall Lower(LoweringContext context, Node node) =>
        LoweringContext.Call(new TransposeMatrixKernel(context.Of(node.Inputs[0]), context.Of(node.Id)), node);
}

/// <summary>dL/dW [O, I] of a fully connected layer from x [I] and dL/dy [O]: the sum of their outer products over the batch.</summary>
internal sealed class LinearWeightGradient : Operator
{
    public override string Name => "LinearWeightGradient";

    public override TensorType Infer(OperatorCall call) => TensorType.Fixed(call.Inputs[1].Shape[0], call.Inputs[0].Shape[0]);

    public override Layout? RequiredLayout(ILayoutContext context, Node node, int input) =>
        input == 0 ? null : Layout.Blocked(context.TypeOf(node.Inputs[1]).Shape);

    public override Layout ResultLayout(ILayoutContext context, Node node) =>
        Linear.WeightLayout(Layout.Blocked(context.TypeOf(node.Inputs[1]).Shape), context.Of(node.Inputs[0])!);

    public override KernelCall Lower(LoweringContext context, Node node)
    {
        var geometry = Linear.GeometryOf(context.Of(node.Inputs[0]), context.Of(node.Inputs[1]), node.Shape[0]) with { Batch = context.Batch };
        return LoweringContext.Call(new WeightGradientChannels(geometry), node);
    }
}
