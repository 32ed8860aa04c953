using ModelGen.Generator.Graphs;
using ModelGen.Generator.Ops;

namespace ModelGen.Generator.Passes;

/// <summary>
/// Lets a convolution by Winograd's algorithm store the largest of each 2×2 of its results in place of them all, where nothing else reads
/// them: a tile has whole windows, and a quarter of the memory is written. Inference only, behind <see cref="ChooseAlgorithms"/>.
/// </summary>
internal static class FuseMaxPool
{
    public static Graph Run(Graph graph)
    {
        int[] uses = graph.CountUses();
        return GraphRewriter.Rewrite(graph, (rewriter, node) =>
            node.Is("MaxPool2d") && uses[node.Inputs[0]] == 1 && Takes(graph[node.Inputs[0]])
                && IsTwoByTwo(node.Attributes, graph[node.Inputs[0]].Shape)
                ? rewriter.Copy(graph[node.Inputs[0]], ConvolutionPlan.Of(graph[node.Inputs[0]]) with { TakesMaxPool = true })
                : null);
    }

    // Activations that do not change which of two is larger, and are applied in registers.
    private static bool Takes(Node node) => node.Is(OpNames.Conv2d)
        && ConvolutionPlan.Of(node) is { Winograd: not null, AddsResidual: false, TakesMaxPool: false,
            Activation: Activation.None or Activation.Relu or Activation.Relu6 };

    private static bool IsTwoByTwo(AttributeMap attributes, Shape image) =>
        Window.Of(attributes) == new Window(ConvolutionPlan.PoolSize, ConvolutionPlan.PoolSize, ConvolutionPlan.PoolSize,
            ConvolutionPlan.PoolSize, Halo.None, 1, 1) && (!attributes.Flag("ceilMode")
            || (image[1] % ConvolutionPlan.PoolSize == 0 && image[2] % ConvolutionPlan.PoolSize == 0));
}
