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
    { ShapeRule = "C×H×W to C·H·W, and any other shape to the product of its sizes.", Example = "Flatten" };

    // Of images the next layer reads the features as they lie; other tensors are dense, so that another shape is all it takes.
    public override int BuildLayer(GraphBuilder graph, int[] inputs, AttributeMap attributes, string name)
    {
        if (inputs.Length != 1 || graph.TypeOf(inputs[0]).Shape is { Rank: 1 or 3 } or { Length: > int.MaxValue })
            return base.BuildLayer(graph, inputs, attributes, name);
        return graph.Add(OpNames.Reshape, inputs, Reshape.To((int)graph.TypeOf(inputs[0]).Shape.Length), name);
    }

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

/// <summary>Copies a value into another layout. Layout choice adds these; nobody writes them.</summary>
internal sealed class Reorder : Operator
{
    public override string Name => OpNames.Reorder;

    public override TensorType Infer(OperatorCall call) => call.Inputs[0];
}

/// <summary>
/// A border whose values come from the image: the edge repeated, the inside mirrored, or the other side. Layers that add zeros, or take
/// rows and columns away, have <see cref="InsertZeros"/> for that.
/// </summary>
internal sealed class Pad : Operator
{
    public const string Zeros = "zeros", Reflect = "reflect", Circular = "circular";

    public override string Name => "Pad";

    public override LayerDescription Layer => new("pad",
        "Adds a border: zeros, the edge repeated (replicate), the inside mirrored without the edge (reflect) or the other side (circular). "
            + "Negative numbers take rows and columns away first.",
        "torch.nn.functional.pad")
    { ShapeRule = "C×H×W to C×(top + H + bottom)×(left + W + right).", Example = "Pad(Padding = 1, Mode = PaddingMode.Reflect)" };

    public override EquatableArray<AttributeSpec> Attributes =>
    [
        new("padding", AttributeKind.Border, new[] { 0, 0, 0, 0 }, "Rows and columns added, or, where negative, taken away."),
        new("mode", AttributeKind.Word, Zeros, "What the border holds: zeros, replicate, reflect or circular.")
        { Words = [Zeros, "replicate", Reflect, Circular], EnumName = "PaddingMode" },
    ];

    public override int BuildLayer(GraphBuilder graph, int[] inputs, AttributeMap attributes, string name)
    {
        var call = CallOf(graph, inputs, attributes, name);
        Require.InputCount(call, 1, 1);
        Require.Image(call);
        Shape image = call.Inputs[0].Shape;
        var border = attributes.Ints("padding");
        string mode = attributes["mode"].Word;
        int[] taken = [.. border.Select(b => mode == Zeros ? b : Math.Min(b, 0))], added = [.. border.Select(b => Math.Max(b, 0))];
        (long height, long width) = ((long)image[1] + taken[0] + taken[2], (long)image[2] + taken[1] + taken[3]);
        if (height < 1 || width < 1)
        {
            throw new ShapeException(ProblemIds.PaddingTooLarge,
                $"{call.Label}: {border[0]},{border[1]},{border[2]},{border[3]} (top, left, bottom, right) leaves {height}×{width} of "
                    + $"{image}")
            { Attribute = "padding" };
        }
        if (Math.Max(height, width) > Require.LargestLength)
        {
            throw new ShapeException(ProblemIds.TooLarge,
                $"{call.Label} would make more than the {Require.LargestLength} rows or columns supported");
        }
        int x = inputs[0];
        if (mode == Zeros || taken.Any(b => b != 0))
        {
            Require.Size(call, TensorType.Sample(image[0], (int)height, (int)width));
            // What the layer said goes along, to be read back from the graph.
            x = Crop.Place(graph, x, name, taken[0], taken[1], (int)height, (int)width, ("padding", border), ("mode", mode));
        }
        return mode == Zeros ? x : graph.Add(Name, [x], AttributeMap.Of(("padding", added), ("mode", mode)), name);
    }

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
        if (mode == Reflect && largest >= 0)
        {
            throw new ShapeException(ProblemIds.PaddingTooLarge,
                $"{call.Label}: reflecting {border[0]},{border[1]},{border[2]},{border[3]} rows and columns (top, left, bottom, right) "
                    + $"needs an image larger than that, got {image}; use less padding or replicate");
        }
        if (mode == Circular && largest > 0)
        {
            throw new ShapeException(ProblemIds.PaddingTooLarge,
                $"{call.Label}: {border[0]},{border[1]},{border[2]},{border[3]} rows and columns (top, left, bottom, right) of the other "
                    + $"side need an image at least as large, got {image}; use less padding or replicate");
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
