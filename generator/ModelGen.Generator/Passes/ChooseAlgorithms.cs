using ModelGen.Generator.Graphs;
using ModelGen.Generator.Lowering;
using ModelGen.Generator.Model;
using ModelGen.Generator.Ops;

namespace ModelGen.Generator.Passes;

/// <summary>
/// Finds the convolutions that another algorithm than the direct one computes: as their layers say, else those that are faster so, unless
/// the network is not to be optimized for speed. For inference, filters are transformed once, when weights are loaded; in training a node
/// does it in each step (<see cref="WinogradFilters"/>), for the pass backwards too.
/// </summary>
internal static class ChooseAlgorithms
{
    public static Graph Run(Graph graph, CompilerOptions options) => GraphRewriter.Rewrite(graph, (rewriter, node) =>
        node.Is(OpNames.Conv2d) && Choose(graph, node, options.Optimize) is { } form
            ? rewriter.Copy(node, ConvolutionPlan.Of(node) with { Winograd = form })
            : null);

    /// <summary>The same for a graph whose filters change, forward and backward.</summary>
    /// <param name="batch">The most samples.</param>
    public static Graph ForTraining(Graph graph, CompilerOptions options, int batch)
    {
        // What a layer says holds for its gradient, which has its name.
        var said = graph.Nodes.Where(n => n.Is(OpNames.Conv2d) && WordOf(n) != ConvolutionAlgorithms.Auto)
            .GroupBy(n => n.Name, StringComparer.Ordinal).ToDictionary(g => g.Key, g => WordOf(g.First()), StringComparer.Ordinal);
        return GraphRewriter.Rewrite(graph, (rewriter, node) =>
        {
            if (node.Is(OpNames.ConvWeightGradient) && FormOfGradient(node) is { } gradient)
            {
                int points = rewriter.Builder.Add(OpNames.WinogradWeightGradient, rewriter.InputsOf(node), node.Attributes, node.Name,
                    ConvolutionPlan.Direct with { Winograd = gradient });
                return rewriter.Builder.Add(OpNames.FilterGradients, [points], AttributeMap.Empty, node.Name);
            }
            if (!node.Is(OpNames.Conv2d) || Form(node) is not { } form)
                return null;
            Node filters = graph[node.Inputs[ConvolutionInputs.Filters]];
            bool rotated = filters.Is(OpNames.TransposeFilters);
            int source = rewriter[rotated ? filters.Inputs[0] : filters.Id];
            int[] inputs = rewriter.InputsOf(node);
            inputs[ConvolutionInputs.Filters] = rewriter.Builder.Add(OpNames.WinogradFilters, [source], AttributeMap.Of(
                ("rotated", rotated)),
                node.Name, ConvolutionPlan.Direct with { Winograd = form });
            return rewriter.Builder.Add(node.Op, inputs, node.Attributes, node.Name,
                ConvolutionPlan.Of(node) with { Winograd = form,
                    SamplesPerProduct = WinogradChoice.SamplesPerProduct(form, node.Shape, batch) });
        });

        WinogradForm? FormOfGradient(Node node) => options.Optimize == Optimization.Speed
            && (!said.TryGetValue(node.Name, out string word) || word != ConvolutionAlgorithms.Direct)
            ? WinogradChoice.BestForWeights(node.Shape, graph[node.Inputs[1]].Shape, node.Attributes, batch) : null;

        WinogradForm? Form(Node node)
        {
            Node filters = graph[node.Inputs[ConvolutionInputs.Filters]];
            if (!filters.Is(OpNames.Parameter) && !filters.Is(OpNames.TransposeFilters))
                return null;
            if (said.TryGetValue(node.Name, out string word))
                return Said(word, filters.Shape, node);
            return options.Optimize == Optimization.Speed
                ? WinogradChoice.BestForTraining(filters.Shape, node.Shape, node.Attributes, batch) : null;
        }
    }

    private static WinogradForm? Choose(Graph graph, Node node, Optimization optimize)
    {
        Shape filters = graph[node.Inputs[ConvolutionInputs.Filters]].Shape;
        // The order of turned filters is not one that their transform, when weights are loaded, starts from.
        if (graph[node.Inputs[ConvolutionInputs.Filters]].Is(OpNames.TransposeFilters))
            return null;
        return WordOf(node) switch
        {
            ConvolutionAlgorithms.Auto when optimize == Optimization.Speed => WinogradChoice.Best(filters, node.Shape, node.Attributes),
            string word => Said(word, filters, node),
        };
    }

    private static string WordOf(Node node) => node.Attributes.Word(ConvolutionAlgorithms.Attribute, ConvolutionAlgorithms.Auto);

    // The form that a word asks for, where it computes the convolution.
    private static WinogradForm? Said(string word, Shape filters, Node node) =>
        ConvolutionAlgorithms.FormsOf(word).FirstOrDefault(f => f.CanCompute(filters[2], filters[3], node.Attributes));
}
