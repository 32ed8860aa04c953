using ModelGen.Generator.Collections;
using ModelGen.Generator.Diagnostics;
using ModelGen.Generator.Graphs;

namespace ModelGen.Generator.Ops;

/// <summary>
/// Makes one dimension of all: channels×height×width becomes features, in that order. Costs nothing: the next layer reads them as they lie.
/// </summary>
internal sealed class Flatten : Operator
{
    public override string Name => OpNames.Flatten;

    public override LayerDescription Layer =>
        new("flatten", "One dimension per sample instead of channels×height×width, in that order.", "PyTorch, torch.nn.Flatten")
    { ShapeRule = "C×H×W to C·H·W; one dimension stays as it is.", Example = "Flatten" };

    public override TensorType Infer(OperatorCall call)
    {
        Require.InputCount(call, 1, 1);
        return TensorType.Sample(checked((int)call.Inputs[0].Shape.Length));
    }

    public override void Gradient(GradientContext context, Node node, int gradient)
    {
        if (!context.Needs(node.Inputs[0]))
            return;
        var shape = AttributeMap.Of(("shape", context.TypeOf(node.Inputs[0]).Shape.Dimensions));
        context.Accumulate(node.Inputs[0], context.Graph.Add(OpNames.Reshape, [gradient], shape));
    }

    public override bool IsAlias => true;
}

/// <summary>Another shape for the same elements: undoes <see cref="Flatten"/> on the way back.</summary>
internal sealed class Reshape : Operator
{
    public override string Name => OpNames.Reshape;

    public override EquatableArray<AttributeSpec> Attributes => [new("shape", AttributeKind.Int, null, "The new shape of a sample.")];

    public override TensorType Infer(OperatorCall call)
    {
        var shape = new Shape(call.Attributes.Ints("shape"));
        return shape.Length == call.Inputs[0].Shape.Length
            ? call.Inputs[0] with { Shape = shape }
            : throw new ShapeException(ProblemIds.ShapesDiffer, $"{call.Label}: {call.Inputs[0].Shape.Length} elements cannot be {shape}");
    }

    public override bool IsAlias => true;
}

/// <summary>Copies a value into another layout. Layout choice adds these; nobody writes them.</summary>
internal sealed class Reorder : Operator
{
    public override string Name => OpNames.Reorder;

    public override TensorType Infer(OperatorCall call) => call.Inputs[0];
}

/// <summary>A border whose values come from the image: the edge repeated, or the inside mirrored.</summary>
internal sealed class Pad : Operator
{
    public override string Name => "Pad";

    public override EquatableArray<AttributeSpec> Attributes =>
    [
        new("padding", AttributeKind.Border, null, "Rows and columns added.", 0),
        new("mode", AttributeKind.Word, null, "replicate or reflect.") { Words = ["replicate", "reflect"] },
    ];

    public override TensorType Infer(OperatorCall call)
    {
        Require.Image(call);
        return Infer(call, call.Attributes["mode"].Word);
    }

    /// <summary>The shape rule, also for the layer that asks for the border, so that errors call it by its own name.</summary>
    public static TensorType Infer(OperatorCall call, string mode)
    {
        Shape image = call.Inputs[0].Shape;
        var border = call.Attributes.Ints("padding");
        int largest = Math.Max(Math.Max(border[0], border[2]) - image[1], Math.Max(border[1], border[3]) - image[2]);
        if (mode == "reflect" && largest >= 0)
        {
            throw new ShapeException(ProblemIds.PaddingTooLarge,
                $"{call.Label}: reflecting {border[0]},{border[1]},{border[2]},{border[3]} rows and columns (top, left, bottom, right) "
                    + $"needs an image larger than that, got {image}; use less padding or replicate");
        }
        if ((long)image[1] + border[0] + border[2] > Require.LargestLength
            || (long)image[2] + border[1] + border[3] > Require.LargestLength)
        {
            throw new ShapeException(ProblemIds.TooLarge,
                $"{call.Label}: padding {image} by {border[0]},{border[1]},{border[2]},{border[3]} makes more than the "
                    + $"{Require.LargestLength} rows or columns supported");
        }
        return Require.Size(call, TensorType.Sample(image[0], image[1] + border[0] + border[2], image[2] + border[1] + border[3]));
    }

    public override void Gradient(GradientContext context, Node node, int gradient)
    {
        if (!context.Needs(node.Inputs[0]))
            return;
        Shape image = context.TypeOf(node.Inputs[0]).Shape;
        AttributeMap attributes = node.Attributes.With("size", new[] { image[1], image[2] });
        context.Accumulate(node.Inputs[0], context.Graph.Add("PadGradient", [gradient], attributes, node.Name));
    }
}

/// <summary>The gradient of <see cref="Pad"/>: each pixel gathers what its copies received.</summary>
internal sealed class PadGradient : Operator
{
    public override string Name => "PadGradient";

    public override EquatableArray<AttributeSpec> Attributes =>
        [.. new Pad().Attributes, new("size", AttributeKind.Pair, null, "Size without the border.", 1)];

    public override TensorType Infer(OperatorCall call)
    {
        var size = call.Attributes.Ints("size");
        return TensorType.Sample(call.Inputs[0].Shape[0], size[0], size[1]);
    }
}
