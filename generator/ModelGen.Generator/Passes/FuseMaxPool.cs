using ModelGen.Generator.Graphs;
using ModelGen.Generator.Layouts;
using ModelGen.Generator.Ops;

namespace ModelGen.Generator.Passes;

/// <summary>
/// Lets a convolution by Winograd's algorithm store the largest of each 2×2 of its results in place of them all, where nothing else reads them: a tile has whole windows, and a quarter of the
/// memory is written. Inference only, behind <see cref="ChooseAlgorithms"/>.
/// </summary>
internal static class FuseMaxPool
{
    /// <summary>The attribute of <c>Conv2d</c> that says so.</summary>
    public const string Attribute = "maxPool";

    /// <summary>Rows and columns of the windows.</summary>
    public const int Size = 2;

    public static Graph Run(Graph graph)
    {
        int[] uses = graph.CountUses();
        return GraphRewriter.Rewrite(graph, (rewriter, node) =>
            node.Is("MaxPool2d") && uses[node.Inputs[0]] == 1 && Takes(graph[node.Inputs[0]]) && IsTwoByTwo(node.Attributes, graph[node.Inputs[0]].Shape)
                ? Add(rewriter, graph[node.Inputs[0]])
                : null);
    }

    /// <summary>Whether a convolution stores the largest of each 2×2 of its results.</summary>
    public static bool Pools(AttributeMap attributes) => attributes.TryGet(Attribute, out _);

    private static int Add(GraphRewriter rewriter, Node convolution) => rewriter.Builder.Add(
        convolution.Op, [.. convolution.Inputs.Select(i => rewriter[i])], convolution.Attributes.With(Attribute, 1), convolution.Name);

    // Activations that do not change which of two is larger, and are applied in registers.
    private static bool Takes(Node node) => node.Is(OpNames.Conv2d) && ChooseAlgorithms.IsWinograd(node.Attributes) && !FuseResidual.Adds(node.Attributes) && !Pools(node.Attributes)
        && node.Attributes.Word("activation", "") is "" or "relu" or "relu6";

    private static bool IsTwoByTwo(AttributeMap attributes, Shape image) =>
        Window.Of(attributes) == new Window(Size, Size, Size, Size, Halo.None, 1, 1) && (!attributes.Flag("ceilMode") || (image[1] % Size == 0 && image[2] % Size == 0));
}
