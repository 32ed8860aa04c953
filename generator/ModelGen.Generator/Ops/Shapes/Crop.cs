using ModelGen.Generator.Collections;
using ModelGen.Generator.Diagnostics;
using ModelGen.Generator.Graphs;

namespace ModelGen.Generator.Ops;

/// <summary>A rectangle of an image.</summary>
internal sealed class Crop : CompositeLayer
{
    public override string Name => "Crop";

    public override LayerDescription Layer => new("crop", "A rectangle of the image.",
        "Ronneberger, Fischer and Brox 2015, U-Net, §2; torchvision.transforms.functional.crop")
    { ShapeRule = "C×H×W to C×height×width; the rectangle must lie within the image.", Example = "Crop(4, 4, 56, 56)" };

    public override EquatableArray<AttributeSpec> Attributes =>
    [
        new("top", AttributeKind.Int, null, "The first row.", 0),
        new("left", AttributeKind.Int, null, "The first column.", 0),
        new("height", AttributeKind.Int, null, "How many rows.", 1),
        new("width", AttributeKind.Int, null, "How many columns.", 1),
    ];

    public override int BuildLayer(GraphBuilder graph, int[] inputs, AttributeMap attributes, string name)
    {
        OperatorCall call = CheckedCall(graph, inputs, attributes, name);
        Require.Image(call);
        Shape image = call.Inputs[0].Shape;
        Check(call, "rows", attributes.Int("top"), attributes.Int("height"), image[1]);
        Check(call, "columns", attributes.Int("left"), attributes.Int("width"), image[2]);
        return Place(graph, inputs[0], name, -attributes.Int("top"), -attributes.Int("left"), attributes.Int("height"),
            attributes.Int("width"));
    }

    /// <summary>Adds a canvas of zeros of some size with the image at some place, what lies beyond it left out.</summary>
    public static int Place(
        GraphBuilder graph, int image, string name, int top, int left, int height, int width, params (string, AttributeValue)[] more) =>
        graph.Add("InsertZeros", [image],
            AttributeMap.Of([("offset", new[] { top, left }), ("size", new[] { height, width }), .. more]), name);

    private static void Check(OperatorCall call, string what, int first, int count, int length)
    {
        if ((long)first + count <= length)
            return;
        throw new ShapeException(ProblemIds.InvalidArgument,
            $"{call.Label}: {what} {first} to {(long)first + count - 1} do not all exist; the input {call.Inputs[0].Shape} has {what} 0 to "
                + $"{length - 1}");
    }
}
