using ModelGen.Generator.Graphs;
using ModelGen.Generator.Ops;

namespace ModelGen.Generator.Passes;

/// <summary>
/// Makes of the graph as declared the one that training runs: batch normalisation by the statistics of the batch, with the running averages
/// updated on the way,, dropout by a random mask, and noise by random numbers. A batch normalisation of which nothing is trained is frozen
/// as a whole: it keeps its running averages and normalises by them, so that nothing has to be known of what comes before it.
/// </summary>
internal static class PrepareTraining
{
    public static Graph Run(Graph graph) => Run(graph, Ops.Initializers.IsTrainable);

    /// <param name="isTrained">Which parameters training changes.</param>
    public static Graph Run(Graph graph, Func<Node, bool> isTrained)
    {
        int streams = 0;
        return GraphRewriter.Rewrite(graph, (rewriter, node) => node.Op switch
        {
            OpNames.BatchNorm2d when graph[node.Inputs[3]].Is(OpNames.RunningStatistics)
                && (isTrained(graph[node.Inputs[1]]) || isTrained(graph[node.Inputs[2]])) => NormalizeByBatch(rewriter, graph, node),
            OpNames.Dropout => Randomize(rewriter, node, node.Attributes.Float("p") == 0, OpNames.RandomDropout, streams++),
            OpNames.GaussianNoise =>
                Randomize(rewriter, node, node.Attributes.Float("standardDeviation") == 0, OpNames.RandomNoise, streams++),
            _ => null,
        });
    }

    private static int NormalizeByBatch(GraphRewriter rewriter, Graph graph, Node node)
    {
        GraphBuilder builder = rewriter.Builder;
        Node running = graph[node.Inputs[3]];
        int x = rewriter[node.Inputs[0]];
        int statistics = builder.Add(OpNames.BatchStatistics, [x], running.Attributes, node.Name);
        AttributeMap update = running.Attributes.With("pixels", node.Shape[1] * node.Shape[2]);
        builder.Add(OpNames.UpdateRunningStatistics, [rewriter[running.Inputs[0]], rewriter[running.Inputs[1]], statistics],
            update, node.Name);
        return builder.Add(OpNames.BatchNorm2d, [x, rewriter[node.Inputs[1]], rewriter[node.Inputs[2]], statistics],
            node.Attributes, node.Name);
    }

    private static int Randomize(GraphRewriter rewriter, Node node, bool doesNothing, string random, int stream)
    {
        int x = rewriter[node.Inputs[0]];
        if (doesNothing)
            return x;
        return rewriter.Builder.Add(random, [x], node.Attributes.With("stream", stream), node.Name);
    }
}
