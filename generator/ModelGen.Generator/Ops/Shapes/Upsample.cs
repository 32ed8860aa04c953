using ModelGen.Generator.Collections;
using ModelGen.Generator.Diagnostics;
using ModelGen.Generator.Graphs;

namespace ModelGen.Generator.Ops;

/// <summary>An image of another size, larger or smaller: the nearest pixel, or sums of 2×2 or 4×4 by their distance.</summary>
internal sealed class Upsample : Operator
{
    public const string Auto = "auto", HalfPixel = "halfpixel", Asymmetric = "asymmetric", Corners = "corners";

    public override string Name => "Upsample";

    public override LayerDescription Layer => new("upsample",
        "The image at another size, larger or smaller: each pixel is the nearest one, or interpolated between 2×2 (bilinear) or 4×4 "
            + "(bicubic).",
        "torch.nn.Upsample; ONNX, Resize; Keys 1981, Cubic convolution interpolation for digital image processing")
    {
        ShapeRule = "C×H×W to C×size, or to C×H·scaleFactor×W·scaleFactor.",
        Example = "Upsample(ScaleFactor = 2, Mode = UpsampleMode.Bilinear)",
    };

    public override EquatableArray<AttributeSpec> Attributes =>
    [
        new("size", AttributeKind.Pair, new[] { 0, 0 }, "Height and width of the result; 0 where scaleFactor says them.", 0),
        new("scaleFactor", AttributeKind.Pair, new[] { 0, 0 }, "By how much the image grows, down and across; 0 where size says it.",
            0) { LayerOnly = true },
        new("mode", AttributeKind.Word, "nearest", "How pixels between those of the image are found: nearest, bilinear or bicubic.")
        { Words = ["nearest", "bilinear", "bicubic"], EnumName = "UpsampleMode" },
        new("alignCorners", AttributeKind.Bool, false,
            "Whether the outer pixels of image and result meet, the same as coordinates corners.")
        { LayerOnly = true },
        new("coordinates", AttributeKind.Word, Auto,
            "Where pixel i of n lies in an image of m: (i + ½)·m/n − ½ (halfPixel), i·m/n (asymmetric) or i·(m − 1)/(n − 1) (corners). "
                + "Auto is PyTorch's: asymmetric for the nearest pixel, which is then the one before, and halfPixel otherwise.")
        { Words = [Auto, HalfPixel, Asymmetric, Corners] },
    ];

    public override int BuildLayer(GraphBuilder graph, int[] inputs, AttributeMap attributes, string name)
    {
        var call = CallOf(graph, inputs, attributes, name);
        Require.InputCount(call, 1, 1);
        Require.Image(call);
        Shape image = call.Inputs[0].Shape;
        (EquatableArray<int> size, EquatableArray<int> scale) = (attributes.Ints("size"), attributes.Ints("scaleFactor"));
        int[] result = new int[2];
        for (int i = 0; i < 2; i++)
        {
            if (size[i] > 0 == scale[i] > 0)
            {
                throw new ShapeException(ProblemIds.InvalidArgument,
                    $"{call.Label} needs either a size or a scaleFactor, both of at least 1, got size {size[0]}×{size[1]} and scaleFactor "
                        + $"{scale[0]}×{scale[1]}")
                { Attribute = "scaleFactor" };
            }
            long length = size[i] > 0 ? size[i] : (long)scale[i] * image[i + 1];
            if (length > Require.LargestLength)
            {
                throw new ShapeException(ProblemIds.TooLarge,
                    $"{call.Label} would make {length} rows or columns; at most {Require.LargestLength} are supported");
            }
            result[i] = (int)length;
        }
        string rule = attributes["coordinates"].Word;
        if (attributes.Flag("alignCorners"))
        {
            if (rule is not (Auto or Corners))
            {
                throw new ShapeException(ProblemIds.InvalidArgument, $"{call.Label}: alignCorners is for coordinates corners, got {rule}")
                { Attribute = "alignCorners" };
            }
            rule = Corners;
        }
        string mode = attributes["mode"].Word;
        if (rule == Auto)
            rule = mode == "nearest" ? Asymmetric : HalfPixel;
        return graph.Add(Name, inputs, AttributeMap.Of(("size", result), ("mode", mode), ("coordinates", rule)), name);
    }

    public override TensorType Infer(OperatorCall call)
    {
        Require.InputCount(call, 1, 1);
        Require.Image(call);
        var size = call.Attributes.Ints("size");
        return Require.Size(call, TensorType.Sample(call.Inputs[0].Shape[0], size[0], size[1]));
    }

    public override void Gradient(GradientContext context, Node node, int gradient)
    {
        if (!context.Needs(node.Inputs[0]))
            return;
        Shape image = context.TypeOf(node.Inputs[0]).Shape;
        AttributeMap attributes = node.Attributes.With("size", new[] { image[1], image[2] });
        context.Accumulate(node.Inputs[0], context.Graph.Add("UpsampleGradient", [gradient], attributes, node.Name));
    }
}

/// <summary>The gradient of <see cref="Upsample"/>: each pixel gathers from those that it was taken for. The size is the image's.</summary>
internal sealed class UpsampleGradient : Operator
{
    public override string Name => "UpsampleGradient";

    public override EquatableArray<AttributeSpec> Attributes => new Upsample().Attributes;

    public override TensorType Infer(OperatorCall call)
    {
        var size = call.Attributes.Ints("size");
        return TensorType.Sample(call.Inputs[0].Shape[0], size[0], size[1]);
    }
}
