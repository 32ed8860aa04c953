using ModelGen.Generator.Graphs;
using ModelGen.Generator.Ops;

namespace ModelGen.Generator.Passes;

/// <summary>
/// Lets a convolution or fully connected layer apply the activation behind it before it stores its result. In training too, where the
/// gradient is computed from the result, as those of relu, relu6, tanh and sigmoid are, so that what it was applied to is read by nothing
/// else. In inference a batch normalisation that is not folded, as before the convolutions of DenseNet, takes a ReLU too.
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
            Activation activation = Activations.Of(node.Op);
            if (activation == Activation.None)
                return null;
            Node producer = graph[node.Inputs[0]];
            ActivatedImplementation? plan = producer.Op switch
            {
                OpNames.Conv2d => ConvolutionPlan.Of(producer),
                OpNames.Linear => LinearPlan.Of(producer),
                OpNames.BatchNorm2d when ofNormalizations && activation == Activation.Relu => NormalizationPlan.Of(producer),
                _ => null,
            };
            return plan is { Activation: Activation.None } && uses[producer.Id] == 1
                ? rewriter.Copy(producer, plan with { Activation = activation }) : null;
        });
    }
}
