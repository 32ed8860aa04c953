using ModelGen.Generator.Graphs;
using ModelGen.Generator.Ops;

namespace ModelGen.Generator.Passes;

/// <summary>
/// Lets a convolution or fully connected layer apply the activation behind it before it stores its result. In training too: the gradients of relu, relu6, tanh
/// and sigmoid are computed from their results, so what they were applied to is read by nothing else. In inference a batch normalisation that is not folded, as before the convolutions of DenseNet, takes a ReLU too.
/// </summary>
internal static class FuseActivation
{
    public static Graph Run(Graph graph) => Run(graph, ofNormalizations: false);

    /// <param name="ofNormalizations">Whether batch normalisations take the ReLU behind them.</param>
    public static Graph Run(Graph graph, bool ofNormalizations)
    {
        int[] uses = graph.CountUses();
        return GraphRewriter.Rewrite(graph, (rewriter, node) =>
        {
            if (node.Op is not ("Relu" or "Relu6" or "Tanh" or "Sigmoid"))
                return null;
            Node producer = graph[node.Inputs[0]];
            if (!(producer.Op is OpNames.Conv2d or OpNames.Linear || (ofNormalizations && producer.Is(OpNames.BatchNorm2d) && node.Is("Relu"))) || uses[producer.Id] != 1 || producer.Attributes.TryGet("activation", out _))
                return null;
            AttributeMap attributes = producer.Attributes.With("activation", node.Op.ToLowerInvariant());
            return rewriter.Builder.Add(producer.Op, [.. producer.Inputs.Select(i => rewriter[i])], attributes, producer.Name);
        });
    }
}
