using ModelGen.Generator.Collections;
using ModelGen.Generator.Diagnostics;
using ModelGen.Generator.Graphs;

namespace ModelGen.Generator.Ops;

/// <summary>r² channels become one of r times as many rows and columns: y[c, r·h + i, r·w + j] = x[c·r² + i·r + j, h, w].</summary>
internal sealed class PixelShuffle : Operator
{
    public static AttributeSpec Factor(string name) => new(name, AttributeKind.Int, null, "r, by which rows and columns change.", 1);

    public override string Name => "PixelShuffle";

    public override LayerDescription Layer => new("pixelshuffle",
        "Makes r × r pixels of r² channels: y[c, r·h + i, r·w + j] = x[c·r² + i·r + j, h, w], r being upscaleFactor.",
        "Shi et al. 2016, Real-time single image and video super-resolution using an efficient sub-pixel convolutional neural network, "
            + "§3.1; torch.nn.PixelShuffle")
    { ShapeRule = "C·r²×H×W to C×r·H×r·W.", Example = "PixelShuffle(2)" };

    public override EquatableArray<AttributeSpec> Attributes => [Factor("upscaleFactor")];

    public override TensorType Infer(OperatorCall call)
    {
        Require.InputCount(call, 1, 1);
        Require.Image(call);
        Shape image = call.Inputs[0].Shape;
        long factor = call.Attributes.Int("upscaleFactor");
        if (image[0] % (factor * factor) != 0)
        {
            throw new ShapeException(ProblemIds.Groups,
                $"{call.Label}: {image[0]} channels cannot be split by upscaleFactor² = {factor * factor}: {image[0]} / {factor * factor} "
                    + $"leaves {image[0] % (factor * factor)}")
            { Attribute = "upscaleFactor" };
        }
        if (Math.Max(image[1], image[2]) * factor > Require.LargestLength)
        {
            throw new ShapeException(ProblemIds.TooLarge,
                $"{call.Label} would make more than the {Require.LargestLength} rows or columns supported");
        }
        return TensorType.Sample((int)(image[0] / (factor * factor)), (int)(image[1] * factor), (int)(image[2] * factor));
    }

    public override void Gradient(GradientContext context, Node node, int gradient)
    {
        if (context.Needs(node.Inputs[0]))
            context.Accumulate(node.Inputs[0], context.Graph.Add("PixelUnshuffle", [gradient],
                AttributeMap.Of(("downscaleFactor", node.Attributes["upscaleFactor"])), node.Name));
    }
}

/// <summary>Undoes <see cref="PixelShuffle"/>.</summary>
internal sealed class PixelUnshuffle : Operator
{
    public override string Name => "PixelUnshuffle";

    public override LayerDescription Layer => new("pixelunshuffle",
        "Makes r² channels of r × r pixels: y[c·r² + i·r + j, h, w] = x[c, r·h + i, r·w + j], r being downscaleFactor.",
        "torch.nn.PixelUnshuffle")
    { ShapeRule = "C×r·H×r·W to C·r²×H×W.", Example = "PixelUnshuffle(2)" };

    public override EquatableArray<AttributeSpec> Attributes => [PixelShuffle.Factor("downscaleFactor")];

    public override TensorType Infer(OperatorCall call)
    {
        Require.InputCount(call, 1, 1);
        Require.Image(call);
        Shape image = call.Inputs[0].Shape;
        int factor = call.Attributes.Int("downscaleFactor");
        if (image[1] % factor != 0 || image[2] % factor != 0)
        {
            throw new ShapeException(ProblemIds.InvalidArgument,
                $"{call.Label}: downscaleFactor must divide height and width, got {factor} and {image}")
            { Attribute = "downscaleFactor" };
        }
        return TensorType.Sample(checked(image[0] * factor * factor), image[1] / factor, image[2] / factor);
    }

    public override void Gradient(GradientContext context, Node node, int gradient)
    {
        if (context.Needs(node.Inputs[0]))
            context.Accumulate(node.Inputs[0], context.Graph.Add("PixelShuffle", [gradient],
                AttributeMap.Of(("upscaleFactor", node.Attributes["downscaleFactor"])), node.Name));
    }
}

/// <summary>Channel g·(C/groups) + j becomes channel j·groups + g: groups and their channels exchanged.</summary>
internal sealed class ChannelShuffle : Operator
{
    public override string Name => "ChannelShuffle";

    public override LayerDescription Layer => new("channelshuffle",
        "Takes turns among groups of channels: channel g·(C/groups) + j becomes channel j·groups + g.",
        "Zhang et al. 2018, ShuffleNet, §3.1; torch.nn.ChannelShuffle")
    { ShapeRule = "C×H×W, unchanged. Groups must divide C.", Example = "ChannelShuffle(2)" };

    public override EquatableArray<AttributeSpec> Attributes =>
        [new("groups", AttributeKind.Int, null, "Groups of neighbouring channels; must divide their number.", 1)];

    public override TensorType Infer(OperatorCall call)
    {
        Require.InputCount(call, 1, 1);
        Require.Image(call);
        (int channels, int groups) = (call.Inputs[0].Shape[0], call.Attributes.Int("groups"));
        if (channels % groups == 0)
            return call.Inputs[0];
        throw new ShapeException(ProblemIds.Groups,
            $"{call.Label}: {channels} channels cannot be split into {groups} groups: {channels} / {groups} leaves {channels % groups}; "
                + $"groups must divide {channels}")
        { Attribute = "groups" };
    }

    // The other way round: what was taken in turns is dealt out.
    public override void Gradient(GradientContext context, Node node, int gradient)
    {
        if (!context.Needs(node.Inputs[0]))
            return;
        int groups = context.TypeOf(node.Inputs[0]).Shape[0] / node.Attributes.Int("groups");
        context.Accumulate(node.Inputs[0], context.Graph.Add(Name, [gradient], AttributeMap.Of(("groups", groups)), node.Name));
    }
}
