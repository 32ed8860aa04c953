using ModelGen.Generator.Collections;
using ModelGen.Generator.Graphs;
using ModelGen.Generator.Kernels;
using ModelGen.Generator.Layouts;
using ModelGen.Generator.Lowering;

namespace ModelGen.Generator.Ops;

/// <summary>Filters [O, C, r, r] transformed for Winograd's algorithm, in training, where they change; <c>turned</c>, those of <see cref="TransposeFilters"/>.</summary>
internal sealed class WinogradFilters : Operator
{
    public override string Name => OpNames.WinogradFilters;

    public override EquatableArray<AttributeSpec> Attributes =>
    [
        new("turned", AttributeKind.Bool, false, "Whether they are turned by 180°, with inputs and outputs exchanged."),
    ];

    public override TensorType Infer(OperatorCall call)
    {
        Shape filters = call.Inputs[0].Shape;
        return call.Attributes.Flag("turned") ? TensorType.Fixed(filters[1], filters[0], filters[2], filters[3]) : call.Inputs[0];
    }

    public override Layout? RequiredLayout(ILayoutContext context, Node node, int input) => Layout.Blocked(context.TypeOf(node.Inputs[0]).Shape);

    public override Layout ResultLayout(ILayoutContext context, Node node) => Layout.Winograd(node.Shape, ConvolutionPlan.FormOf(node));

    public override KernelCall Lower(LoweringContext context, Node node)
    {
        Shape filters = context.TypeOf(node.Inputs[0]).Shape;
        string method = node.Attributes.Flag("turned") ? "TransformTurned" : "TransformBlocks";
        return LoweringContext.Call(new RuntimeKernel(
            $"Winograd.{method}<{ConvolutionPlan.FormOf(node).Type}>({{0}}, {{1}}, {filters[0]}, {filters[1]}, {{part}})", Layout.DivideUp(node.Shape[0], Layout.Block)), node);
    }

    public override Implementation? ReadImplementation(IReadOnlyList<string> words) => ConvolutionPlan.Read(words);
}

/// <summary>
/// dL/dW of a convolution from its input [C, H, W] and dL/dy [O, H', W'] by Winograd's algorithm, as the products that its points have; <see cref="FilterGradients"/> makes taps of them. In plain
/// arithmetic it is <see cref="ConvWeightGradient"/>.
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

    public override Layout? RequiredLayout(ILayoutContext context, Node node, int input) => ConvolutionChoice.AnyBlocks(context, node.Inputs[input]);

    public override Layout ResultLayout(ILayoutContext context, Node node) => Layout.Winograd(node.Shape, ConvolutionPlan.FormOf(node));

    public override KernelCall Lower(LoweringContext context, Node node)
    {
        var geometry = new ConvolutionGeometry(1, Window.Of(node.Attributes), context.Of(node.Inputs[0]), context.Of(node.Inputs[1]), node.Shape[0], node.Shape[1]) { Batch = context.Batch };
        return LoweringContext.Call(new Kernels.WinogradWeightGradient(geometry, ConvolutionPlan.FormOf(node)), node);
    }
}

/// <summary>The gradients of filters from the products that the points of <see cref="WinogradWeightGradient"/> have.</summary>
internal sealed class FilterGradients : Operator
{
    public override string Name => OpNames.FilterGradients;

    public override TensorType Infer(OperatorCall call) => call.Inputs[0];

    public override Layout ResultLayout(ILayoutContext context, Node node) => Layout.Blocked(node.Shape);

    public override KernelCall Lower(LoweringContext context, Node node)
    {
        string type = context.Of(node.Inputs[0]).Form!.Type;
        int blocks = Layout.DivideUp(node.Shape[0], Layout.Block);
        return LoweringContext.Call(new RuntimeKernel($"Winograd.FilterGradients<{type}Gradient>({{0}}, {{1}}, {blocks}, {node.Shape[1]}, {{units}})", blocks), node);
    }
}
