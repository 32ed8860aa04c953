using ModelGen.Generator.Collections;
using ModelGen.Generator.Diagnostics;
using ModelGen.Generator.Graphs;

namespace ModelGen.Generator.Ops;

/// <summary>
/// Puts each value where a max pooling has found the largest of its window, zeros elsewhere: what the gradient of the pooling does with a
/// gradient.
/// </summary>
internal sealed class MaxUnpool2d : CompositeLayer
{
    public override string Name => "MaxUnpool2d";

    public override LayerDescription Layer => new("unpool",
        "Puts each value of the first input where a MaxPool2d, the second input, has found the largest of its window, and zeros elsewhere.",
        "Zeiler and Fergus 2014, Visualizing and understanding convolutional networks, §2.1; Badrinarayanan et al. 2017, SegNet, §3; "
            + "torch.nn.MaxUnpool2d", 2, 2)
    {
        ShapeRule = "C×H'×W', of the pooling's result, to C×H×W, its input. The windows must not overlap.",
        Example = "MaxUnpool2d(\"conv3\", \"pool1\")",
    };

    public override int BuildLayer(GraphBuilder graph, int[] inputs, AttributeMap attributes, string name)
    {
        OperatorCall call = CheckedCall(graph, inputs, attributes, name);
        Node pool = graph[inputs[1]];
        if (!pool.Is("MaxPool2d"))
        {
            throw new ShapeException(ProblemIds.InvalidArgument,
                $"{call.Label}: the second input must be a MaxPool2d, whose windows say where values go, got {pool.Op} '{pool.Name}'");
        }
        Require.SameShapes(call);
        var window = Window.Of(pool.Attributes);
        if (window.SpanY > window.StrideY || window.SpanX > window.StrideX)
        {
            throw new ShapeException(ProblemIds.InvalidArgument,
                $"{call.Label}: the windows of '{pool.Name}' overlap, kernel {window.Size} with stride {window.StrideY}×{window.StrideX}, "
                    + "so that two values may have one place; use a stride of the kernel's size");
        }
        return graph.Add("MaxPoolGradient", [pool.Inputs[0], inputs[0]], pool.Attributes, name);
    }
}

/// <summary>
/// What stands in the second input where the first has the largest of each window: the gradient of <see cref="MaxPoolGradient"/> with
/// respect to what it puts there.
/// </summary>
internal sealed class MaxPoolGather : Operator
{
    public override string Name => "MaxPoolGather";

    public override EquatableArray<AttributeSpec> Attributes => new MaxPool2d().Attributes;

    public override TensorType Infer(OperatorCall call)
    {
        Require.SameShapes(call);
        Shape image = call.Inputs[0].Shape;
        (int height, int width) = Window.Of(call.Attributes).OutputSize(call.Label, image, call.Attributes.Flag("ceilMode"));
        return TensorType.Sample(image[0], height, width);
    }
}
