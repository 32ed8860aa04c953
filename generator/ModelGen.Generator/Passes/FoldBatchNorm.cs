using ModelGen.Generator.Graphs;
using ModelGen.Generator.Ops;

namespace ModelGen.Generator.Passes;

/// <summary>
/// Multiplies the factor of a batch normalisation by constants into the filters of the convolution before it, and its shift into the bias,
/// once, when weights are loaded. Only where nothing else reads the convolution's result (Jacob et al. 2018, Quantization and training of
/// neural networks, §3.2).
/// </summary>
internal static class FoldBatchNorm
{
    public static Graph Run(Graph graph)
    {
        int[] uses = graph.CountUses();
        return GraphRewriter.Rewrite(graph, (rewriter, node) =>
        {
            if (!node.Is(OpNames.BatchNorm2d) || !graph[node.Inputs[3]].Is(OpNames.RunningStatistics))
                return null;
            Node convolution = graph[node.Inputs[0]];
            if (!convolution.Is(OpNames.Conv2d) || uses[convolution.Id] != 1)
                return null;
            int weight = rewriter[node.Inputs[1]];
            int bias = rewriter[node.Inputs[2]];
            Node running = graph[node.Inputs[3]];
            (int mean, int variance) = (rewriter[running.Inputs[0]], rewriter[running.Inputs[1]]);
            AttributeMap eps = AttributeMap.Of(("eps", running.Attributes["eps"]));
            GraphBuilder builder = rewriter.Builder;
            int filters = builder.Add("FoldBatchNormWeight", [rewriter[convolution.Inputs[1]], weight, variance], eps, convolution.Name);
            int[] shift = convolution.Inputs.Count == 3
                ? [weight, bias, mean, variance, rewriter[convolution.Inputs[2]]]
                : [weight, bias, mean, variance];
            int folded = builder.Add("FoldBatchNormBias", shift, eps, convolution.Name);
            return builder.Add(OpNames.Conv2d, [rewriter[convolution.Inputs[0]], filters, folded], convolution.Attributes, convolution.Name,
                convolution.Implementation);
        });
    }
}
