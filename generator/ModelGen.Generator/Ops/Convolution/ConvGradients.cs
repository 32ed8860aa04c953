using ModelGen.Generator.Collections;
using ModelGen.Generator.Graphs;

namespace ModelGen.Generator.Ops;

/// <summary>Filters [O, C/g, kh, kw] rotated by 180° and with inputs and outputs exchanged within each group: [C, O/g, kh, kw].</summary>
internal sealed class TransposeFilters : Operator
{
    public override string Name => OpNames.TransposeFilters;

    public override EquatableArray<AttributeSpec> Attributes => [new("groups", AttributeKind.Int, 1, "Groups of the convolution.", 1)];

    public override TensorType Infer(OperatorCall call)
    {
        Shape filters = call.Inputs[0].Shape;
        int groups = call.Attributes.Int("groups");
        return TensorType.Fixed(filters[1] * groups, filters[0] / groups, filters[2], filters[3]);
    }
}

/// <summary>
/// dL/dW of a convolution from its input [C, H, W] and dL/dy [O, H', W']: the correlation of the two, summed over the batch.
/// </summary>
internal sealed class ConvWeightGradient : Operator
{
    public override string Name => OpNames.ConvWeightGradient;

    public override EquatableArray<AttributeSpec> Attributes => new Conv2d().Attributes;

    public override TensorType Infer(OperatorCall call)
    {
        var kernel = call.Attributes.Ints("kernelSize");
        int channels = call.Inputs[0].Shape[0] / call.Attributes.Int("groups");
        return TensorType.Fixed(call.Inputs[1].Shape[0], channels, kernel[0], kernel[1]);
    }

    // Of one sample.
    public override long MultiplyAdds(OperatorCall call)
    {
        Shape gradient = call.Inputs[1].Shape;
        return checked(Infer(call).Shape.Length * gradient[1] * gradient[2]);
    }
}

/// <summary>
/// Places the pixels of an image on a larger canvas of zeros: pixel (y, x) goes to (offset + y·stride, offset + x·stride), or nowhere where
/// that is outside. Undoes the stride of a convolution.
/// </summary>
internal sealed class InsertZeros : Operator
{
    public override string Name => "InsertZeros";

    public override EquatableArray<AttributeSpec> Attributes =>
    [
        new("stride", AttributeKind.Pair, new[] { 1, 1 }, "Distance of neighbouring pixels on the canvas.", 1),
        new("offset", AttributeKind.Pair, new[] { 0, 0 }, "Place of the first pixel; may be negative."),
        new("size", AttributeKind.Pair, null, "Height and width of the canvas.", 1),
    ];

    public override TensorType Infer(OperatorCall call)
    {
        var size = call.Attributes.Ints("size");
        return TensorType.Sample(call.Inputs[0].Shape[0], size[0], size[1]);
    }

    // Of a canvas with the pixels side by side, a crop or a border; what is spread belongs to a convolution, which looks after it.
    public override void Gradient(GradientContext context, Node node, int gradient)
    {
        if (!context.Needs(node.Inputs[0]))
            return;
        (var stride, var offset) = (node.Attributes.Ints("stride"), node.Attributes.Ints("offset"));
        if (stride[0] != 1 || stride[1] != 1)
            throw new InvalidOperationException($"{Name} with a stride has no gradient of its own");
        Shape image = context.TypeOf(node.Inputs[0]).Shape;
        context.Accumulate(node.Inputs[0], Crop.Place(context.Graph, gradient, node.Name, -offset[0], -offset[1], image[1], image[2]));
    }
}

/// <summary>Sum over the batch and all pixels of each channel: the gradient of a bias. [C, H, W] or [C] gives [C].</summary>
internal sealed class ChannelSum : Operator
{
    public override string Name => "ChannelSum";

    public override TensorType Infer(OperatorCall call) => TensorType.Fixed(call.Inputs[0].Shape[0]);
}
