using ModelGen.Generator.Collections;
using ModelGen.Generator.Graphs;

namespace ModelGen.Generator.Ops;

/// <summary>Means over as many windows as the result has pixels, which cover the image; channel by channel.</summary>
internal abstract class AdaptivePooling : Operator
{
    public override TensorType Infer(OperatorCall call)
    {
        Require.InputCount(call, 1, 1);
        Require.Image(call);
        (int height, int width) = OutputSize(call.Attributes);
        return Require.Size(call, TensorType.Sample(call.Inputs[0].Shape[0], height, width));
    }

    protected abstract (int Height, int Width) OutputSize(AttributeMap attributes);

    public override void Gradient(GradientContext context, Node node, int gradient)
    {
        if (!context.Needs(node.Inputs[0]))
            return;
        Shape image = context.TypeOf(node.Inputs[0]).Shape;
        AttributeMap size = AttributeMap.Of(("size", new[] { image[1], image[2] }));
        context.Accumulate(node.Inputs[0], context.Graph.Add("AdaptiveAvgPoolGradient", [gradient], size, node.Name));
    }
}

/// <summary>The mean of each channel.</summary>
internal sealed class GlobalAvgPool2d : AdaptivePooling
{
    public override string Name => "GlobalAvgPool2d";

    public override LayerDescription Layer =>
        new("pool", "The mean of each channel over all pixels.", "Lin et al. 2014, Network in network, §3.2")
    { ShapeRule = "C×H×W to C×1×1.", Example = "GlobalAvgPool2d" };

    protected override (int Height, int Width) OutputSize(AttributeMap attributes) => (1, 1);
}

/// <summary>
/// Means over windows that divide the image into a given number of rows and columns (window bounds as in PyTorch,
/// aten/native/AdaptiveAveragePooling.cpp).
/// </summary>
internal sealed class AdaptiveAvgPool2d : AdaptivePooling
{
    public override string Name => "AdaptiveAvgPool2d";

    public override LayerDescription Layer => new("pool",
        "Means over windows that divide the image into as many rows and columns as wanted: window i of n reads from ⌊i·size/n⌋ up to, "
            + "not including, ⌈(i + 1)·size/n⌉.",
        "He et al. 2014, Spatial pyramid pooling, §3.1; PyTorch, torch.nn.AdaptiveAvgPool2d")
    { ShapeRule = "C×H×W to C×H'×W', the output size.", Example = "AdaptiveAvgPool2d(6)" };

    public override EquatableArray<AttributeSpec> Attributes =>
        [new("outputSize", AttributeKind.Pair, null, "Height and width of the result.", 1)];

    protected override (int Height, int Width) OutputSize(AttributeMap attributes) =>
        (attributes.Ints("outputSize")[0], attributes.Ints("outputSize")[1]);
}

/// <summary>dL/dx of both from dL/dy: each gradient is spread evenly over its window.</summary>
internal sealed class AdaptiveAvgPoolGradient : Operator
{
    public override string Name => "AdaptiveAvgPoolGradient";

    public override EquatableArray<AttributeSpec> Attributes =>
        [new("size", AttributeKind.Pair, null, "Height and width of the pooled image.", 1)];

    public override TensorType Infer(OperatorCall call)
    {
        var size = call.Attributes.Ints("size");
        return TensorType.Sample(call.Inputs[0].Shape[0], size[0], size[1]);
    }
}
