using ModelGen.Generator.Graphs;
using ModelGen.Generator.Lowering;
using ModelGen.Generator.Ops;

namespace ModelGen.Generator.Passes;

/// <summary>
/// Lets a convolution add the other branch of a residual block to its sums before it stores them (He et al. 2016, Deep residual learning,
/// §3.2): the sum is written where that branch was, and neither is read again for it. Inference only.
/// </summary>
internal static class FuseResidual
{
    public static Graph Run(Graph graph)
    {
        int[] uses = graph.CountUses();
        return GraphRewriter.Rewrite(graph, (rewriter, node) =>
        {
            if (!node.Is(OpNames.Add) || node.Inputs.Count != 2)
                return null;
            // The later of two convolutions: the earlier one's result is there then.
            foreach (int input in node.Inputs.OrderByDescending(i => i))
            {
                int other = node.Inputs[0] == input ? node.Inputs[1] : node.Inputs[0];
                // What it reads itself lies as its own sums need it, and must outlive them.
                if (uses[input] == 1 && !graph[input].Inputs.Contains(other) && other != input && Takes(graph, graph[input]))
                    return rewriter.Copy(graph[input], ConvolutionPlan.Of(graph[input]) with { AddsResidual = true }, rewriter[other]);
            }
            return null;
        });
    }

    // What kernels over channels compute, but for single pixels, whose tiles are of samples.
    private static bool Takes(Graph graph, Node node) =>
        node.Is(OpNames.Conv2d) && ConvolutionPlan.Of(node) is { AddsResidual: false, Activation: Activation.None }
        && node.Attributes.Int("groups") == 1 && node.Shape[1] * (long)node.Shape[2] > 1
        && ConvolutionChoice.Preferred(OperatorCall.Of(graph, node), node.Shape)
            is ConvolutionMethod.OverChannels or ConvolutionMethod.Winograd;
}
