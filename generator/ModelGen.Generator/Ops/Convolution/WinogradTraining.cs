using ModelGen.Generator.Collections;
using ModelGen.Generator.Graphs;

namespace ModelGen.Generator.Ops;

/// <summary>
/// Filters [O, C, r, r] transformed for Winograd's algorithm, in training, where they change; <c>rotated</c>, those of
/// <see cref="TransposeFilters"/>.
/// </summary>
internal sealed class WinogradFilters : Operator
{
    public override string Name => OpNames.WinogradFilters;

    public override EquatableArray<AttributeSpec> Attributes =>
    [
        new("rotated", AttributeKind.Bool, false, "Whether they are rotated by 180°, with inputs and outputs exchanged."),
    ];

    public override TensorType Infer(OperatorCall call)
    {
        Shape filters = call.Inputs[0].Shape;
        return call.Attributes.Flag("rotated") ? TensorType.Fixed(filters[1], filters[0], filters[2], filters[3]) : call.Inputs[0];
    }

    public override Implementation? ReadImplementation(IReadOnlyList<string> words) => ConvolutionPlan.Read(words);
}

/// <summary>
/// dL/dW of a convolution from its input [C, H, W] and dL/dy [O, H', W'] by Winograd's algorithm, as the products that its points have;
/// <see cref="FilterGradients"/> makes taps of them. In plain arithmetic it is <see cref="ConvWeightGradient"/>.
/// </summary>
internal sealed class WinogradWeightGradient : Operator
{
    private static readonly ConvWeightGradient s_direct = new();

    public override string Name => OpNames.WinogradWeightGradient;

    public override EquatableArray<AttributeSpec> Attributes => s_direct.Attributes;

    public override TensorType Infer(OperatorCall call) => s_direct.Infer(call);

    // Of one sample.
    public override long MultiplyAdds(OperatorCall call) => s_direct.MultiplyAdds(call);

    public override Implementation? ReadImplementation(IReadOnlyList<string> words) => ConvolutionPlan.Read(words);
}

/// <summary>The gradients of filters from the products that the points of <see cref="WinogradWeightGradient"/> have.</summary>
internal sealed class FilterGradients : Operator
{
    public override string Name => OpNames.FilterGradients;

    public override TensorType Infer(OperatorCall call) => call.Inputs[0];
}
