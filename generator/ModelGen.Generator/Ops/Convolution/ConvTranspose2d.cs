using ModelGen.Generator.Collections;
using ModelGen.Generator.Diagnostics;
using ModelGen.Generator.Graphs;

namespace ModelGen.Generator.Ops;

/// <summary>
/// 2-D transposed convolution: what a convolution with the same filters does to its gradient on the way back. Its pixels are spread by the
/// stride and correlated with the filters turned by 180°, inputs and outputs exchanged; filters are [C, O/groups, kh, kw].
/// </summary>
internal sealed class ConvTranspose2d : CompositeLayer
{
    public override string Name => "ConvTranspose2d";

    public override LayerDescription Layer => new("convtranspose",
        "2-D transposed convolution, also called fractionally strided or deconvolution, with learned filters: images grow by the stride.",
        "Zeiler et al. 2010, Deconvolutional networks; Dumoulin and Visin 2016, A guide to convolution arithmetic, §4; "
            + "torch.nn.ConvTranspose2d")
    {
        ShapeRule = "C×H×W to outChannels×H'×W' with H' = (H − 1)·stride − 2·padding + dilation·(kernelSize − 1) + outputPadding + 1, W' "
            + "likewise. Groups must divide C and outChannels.",
        Example = "ConvTranspose2d(64, 2, Stride = 2)",
    };

    public override EquatableArray<AttributeSpec> Attributes =>
    [
        new("outChannels", AttributeKind.Int, null, "Number of output channels.", 1) { LayerOnly = true },
        new("kernelSize", AttributeKind.Pair, null, "Height and width of the filters.", 1) { LayerOnly = true },
        new("stride", AttributeKind.Pair, new[] { 1, 1 }, "Distance of neighbouring input pixels in the result, down and across.", 1),
        new("padding", AttributeKind.Pair, new[] { 0, 0 }, "Rows and columns of the result left out on both sides.", 0),
        new("outputPadding", AttributeKind.Pair, new[] { 0, 0 },
            "Rows and columns more, at the bottom and at the right; less than the stride.", 0),
        new("dilation", AttributeKind.Pair, new[] { 1, 1 }, "Distance between the taps of a filter.", 1),
        new("groups", AttributeKind.Int, 1,
            "Number of groups; each sees its own share of the channels. Must divide both channel counts.", 1),
        new("bias", AttributeKind.Bool, true, "Whether a learned bias is added to each output channel.") { LayerOnly = true },
        .. Initializers.Attributes,
    ];

    public override int BuildLayer(GraphBuilder graph, int[] inputs, AttributeMap attributes, string name)
    {
        OperatorCall call = CheckedCall(graph, inputs, attributes, name);
        Require.Image(call);
        Shape image = call.Inputs[0].Shape;
        (int outChannels, int groups) = (attributes.Int("outChannels"), attributes.Int("groups"));
        Conv2d.CheckGroups(call, image[0], outChannels, groups);
        EquatableArray<int> kernel = attributes.Ints("kernelSize"), dilation = attributes.Ints("dilation");
        Axis down = Axis.Of(call, 0, "height", image[1]), across = Axis.Of(call, 1, "width", image[2]);
        Require.Size(call, TensorType.Sample(outChannels, down.Length, across.Length));
        Require.Size(call, TensorType.Sample(image[0], down.Canvas, across.Canvas));

        TensorType filters = Require.Size(call, TensorType.Fixed(image[0], outChannels / groups, kernel[0], kernel[1]));
        int weight = graph.Parameter(name + ".weight", filters, Initializers.ForWeight(call.Label, attributes));
        // PyTorch's fan-in, which counts what each input channel gives.
        int fanIn = outChannels / groups * kernel[0] * kernel[1];
        int[] bias = attributes.Flag("bias")
            ? [graph.Parameter(name + ".bias", TensorType.Fixed(outChannels), Initializers.ForBias(attributes, fanIn))] : [];
        int turned = graph.Add(OpNames.TransposeFilters, [weight], AttributeMap.Of(("groups", groups)), name);
        AttributeMap convolution = AttributeMap.Of(("dilation", dilation), ("groups", groups));
        if (down.IsPlain && across.IsPlain)
        {
            convolution = convolution.With("padding", new[] { down.Offset, across.Offset, down.After, across.After });
            return graph.Add(OpNames.Conv2d, [inputs[0], turned, .. bias], convolution, name);
        }
        int canvas = graph.Add("InsertZeros", [inputs[0]], AttributeMap.Of(
            ("stride", attributes["stride"]), ("offset", new[] { down.Offset, across.Offset }),
            ("size", new[] { down.Canvas, across.Canvas })), name);
        return graph.Add(OpNames.Conv2d, [canvas, turned, .. bias], convolution, name);
    }

    /// <summary>One dimension of the image.</summary>
    /// <param name="Length">Of the result.</param>
    /// <param name="Canvas">Of the input, spread by the stride, with a border in which every tap finds something.</param>
    /// <param name="Offset">Where the first input pixel stands on the canvas; negative for one that is left out.</param>
    /// <param name="After">What the canvas has behind the last one.</param>
    /// <param name="IsPlain">Whether the canvas is the input with a border of zeros.</param>
    private readonly record struct Axis(int Length, int Canvas, int Offset, int After, bool IsPlain)
    {
        public static Axis Of(OperatorCall call, int axis, string what, int length)
        {
            int At(string attribute) => call.Attributes.Ints(attribute)[axis];
            (int stride, int padding, int more) = (At("stride"), At("padding"), At("outputPadding"));
            if (more >= stride && more > 0)
            {
                throw new ShapeException(ProblemIds.InvalidArgument,
                    $"{call.Label}: outputPadding must be less than the stride, got {more} with stride {stride} along the {what}")
                { Attribute = "outputPadding" };
            }
            long span = (long)At("dilation") * (At("kernelSize") - 1) + 1, spread = (long)(length - 1) * stride + 1;
            long result = spread - 1 - 2L * padding + span + more, canvas = result + span - 1;
            if (result < 1)
            {
                throw new ShapeException(ProblemIds.PaddingTooLarge,
                    $"{call.Label}: padding {padding} leaves nothing of the {what}: ({length} - 1)·{stride} - 2·{padding} "
                        + $"+ {span} + {more} = {result}; use a padding of at most {(spread - 2 + span + more) / 2}");
            }
            if (canvas > Require.LargestLength)
            {
                throw new ShapeException(ProblemIds.TooLarge,
                    $"{call.Label}: an output {what} of {result} with a border for the taps is more than the {Require.LargestLength} "
                        + "supported");
            }
            long offset = span - 1 - padding, after = canvas - offset - spread;
            return new((int)result, (int)canvas, (int)offset, (int)after, stride == 1 && offset >= 0 && after >= 0);
        }
    }
}
