using ModelGen.Generator.Collections;
using ModelGen.Generator.Diagnostics;
using ModelGen.Generator.Graphs;

namespace ModelGen.Generator.Ops;

/// <summary>y = x · s^−beta with s = k + alpha / size · Σ x² over neighbouring channels.</summary>
internal sealed class LocalResponseNorm : Operator
{
    private const int LargestSize = 1023;

    public override string Name => "LocalResponseNorm";

    public override LayerDescription Layer => new("norm",
        "Divides by (k + alpha / size · Σ x²)^beta, summed over `size` neighbouring channels c − ⌊size / 2⌋ to c + ⌊(size − 1) / 2⌋, "
            + "those that exist.",
        "Krizhevsky et al. 2012, ImageNet classification with deep convolutional neural networks, §3.3; alpha is divided by size as in "
            + "PyTorch")
    { ShapeRule = "C×H×W, unchanged.", Example = "LocalResponseNorm(5, K = 2)" };

    public override EquatableArray<AttributeSpec> Attributes =>
    [
        new("size", AttributeKind.Int, null, "Channels that are summed over; at most 1023.", 1),
        new("alpha", AttributeKind.Float, 1e-4, "Factor of the mean square."),
        new("beta", AttributeKind.Float, 0.75, "Exponent."),
        new("k", AttributeKind.Float, 1.0, "Added to the mean square."),
    ];

    public override TensorType Infer(OperatorCall call)
    {
        Require.InputCount(call, 1, 1);
        Require.Image(call);
        int size = call.Attributes.Int("size");
        return size is >= 1 and <= LargestSize
            ? call.Inputs[0]
            : throw new ShapeException(
                ProblemIds.InvalidArgument, $"{call.Label}: size must be 1 to {LargestSize} channels, got {call.Attributes["size"]}");
    }

    // Each result has a share in the gradients of all its neighbours: with t = dy · x · s^(−beta − 1),
    // dx = dy · s^−beta − 2 · alpha · beta / size · x · Σ t over the results that x has a share in.
    public override void Gradient(GradientContext context, Node node, int gradient)
    {
        if (!context.Needs(node.Inputs[0]))
            return;
        GraphBuilder graph = context.Graph;
        int x = node.Inputs[0];
        int scale = graph.Add("LocalResponseScale", [x], node.Attributes, node.Name);
        int term = graph.Add("LocalResponseTerm", [x, scale, gradient], node.Attributes, node.Name);
        context.Accumulate(x, graph.Add("LocalResponseNormGradient", [x, scale, gradient, term], node.Attributes, node.Name));
    }
}

/// <summary>s of <see cref="LocalResponseNorm"/>, from x.</summary>
internal sealed class LocalResponseScale : Operator
{
    public override string Name => "LocalResponseScale";

    public override EquatableArray<AttributeSpec> Attributes => new LocalResponseNorm().Attributes;

    public override TensorType Infer(OperatorCall call) => call.Inputs[0];
}

/// <summary>t = dy · x · s^(−beta − 1), from x, s and dy.</summary>
internal sealed class LocalResponseTerm : Operator
{
    public override string Name => "LocalResponseTerm";

    public override EquatableArray<AttributeSpec> Attributes => new LocalResponseNorm().Attributes;

    public override TensorType Infer(OperatorCall call) => call.Inputs[0];
}

/// <summary>dL/dx of <see cref="LocalResponseNorm"/>, from x, s, dy and t.</summary>
internal sealed class LocalResponseNormGradient : Operator
{
    public override string Name => "LocalResponseNormGradient";

    public override EquatableArray<AttributeSpec> Attributes => new LocalResponseNorm().Attributes;

    public override TensorType Infer(OperatorCall call) => call.Inputs[0];
}
