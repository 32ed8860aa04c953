using ModelGen.Generator.Graphs;

namespace ModelGen.Generator.Passes;

/// <summary>
/// Lets a convolution or fully connected layer apply the activation behind it before it stores its result. In training too: the gradients of relu, relu6, tanh
/// and sigmoid are computed from their results, so what they were applied to is read by nothing else.
/// </summary>
internal static class FuseActivation
{
    public static Graph Run(Graph graph)
    {
        int[] uses = graph.CountUses();
        return GraphRewriter.Rewrite(graph, (rewriter, node) =>
        {
            if (node.Op is not ("Relu" or "Relu6" or "Tanh" or "Sigmoid"))
                return null;
            Node producer = graph[node.Inputs[0]];
            if (producer.Op is not (OpNames.Conv2d or OpNames.Linear) || uses[producer.Id] != 1 || producer.Attributes.TryGet("activation", out _))
                return null;
            AttributeMap attributes = producer.Attributes.With("activation", node.Op.ToLowerInvariant());
            return rewriter.Builder.Add(producer.Op, [.. producer.Inputs.Select(i => rewriter[i])], attributes, producer.Name);
        });
    }
}
