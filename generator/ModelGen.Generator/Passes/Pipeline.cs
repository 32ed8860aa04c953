using ModelGen.Generator.Differentiation;
using ModelGen.Generator.Emit;
using ModelGen.Generator.Graphs;

namespace ModelGen.Generator.Passes;

/// <summary>
/// The passes in order. What disappears in inference goes first (dropout), because it may stand between a layer and its activation; batch norm is folded
/// before activations are fused, because it stands between a convolution and its activation; and so does the sum of a residual block. Training is of the output named "output": other outputs, auxiliary
/// heads, are left out of it with all that only they need, and their weights stay as they are.
/// </summary>
internal static class Pipeline
{
    public const string Output = "output";
    public const string Labels = "labels";
    public const string Loss = "loss";
    public const string Correct = "correct";

    /// <summary>From the graph as declared to the one that <c>Forward</c> runs.</summary>
    public static Graph ForInference(Graph declared)
    {
        Graph graph = GraphVerifier.Verify(declared, "the front end");
        graph = GraphVerifier.Verify(RemoveDropout.Run(graph), nameof(RemoveDropout));
        graph = GraphVerifier.Verify(FoldBatchNorm.Run(graph), nameof(FoldBatchNorm));
        graph = GraphVerifier.Verify(FuseResidual.Run(graph), nameof(FuseResidual));
        graph = GraphVerifier.Verify(FuseActivation.Run(graph), nameof(FuseActivation));
        return GraphVerifier.Verify(ChooseAlgorithms.Run(graph), nameof(ChooseAlgorithms));
    }

    /// <summary>Forward, loss, backward and update in one graph, with the loss as its output.</summary>
    public static Graph ForTraining(Graph declared, TrainingOptions options)
    {
        Graph graph = GraphVerifier.Verify(PrepareTraining.Run(MainOutput(declared)), nameof(PrepareTraining));
        graph = AddLoss(graph, options, countCorrect: false);
        graph = GraphVerifier.Verify(Differentiate.ForUpdate(graph, Loss), nameof(Differentiate));
        return GraphVerifier.Verify(FuseActivation.Run(graph), nameof(FuseActivation));
    }

    /// <summary>Inference with the weights as training keeps them, which change, so that nothing is folded; outputs the loss and how many are right.</summary>
    public static Graph ForEvaluation(Graph declared, TrainingOptions options)
    {
        Graph graph = AddLoss(RemoveDropout.Run(MainOutput(declared)), options, countCorrect: true);
        return GraphVerifier.Verify(FuseActivation.Run(graph), nameof(FuseActivation));
    }

    private static Graph MainOutput(Graph graph) =>
        graph.Outputs.Count == 1 ? graph : GraphRewriter.RemoveUnused(graph with { Outputs = [graph.Outputs.Single(o => o.Name == Output)] });

    private static Graph AddLoss(Graph graph, TrainingOptions options, bool countCorrect)
    {
        var builder = new GraphBuilder(graph.Name);
        foreach (Node node in graph.Nodes)
            builder.Copy(node, node.Inputs);
        int logits = graph.Outputs.Single(o => o.Name == Output).Value;
        Shape shape = graph[logits].Shape;
        int labels = builder.Input(Labels, new TensorType(new Shape([.. shape.Dimensions.Skip(1)]), PerSample: true, ElementType.I32));
        AttributeMap smoothing = AttributeMap.Of(("labelSmoothing", options.LabelSmoothing));
        builder.Output(Loss, builder.Add(options.Loss, [logits, labels], smoothing, Loss));
        if (countCorrect)
            builder.Output(Correct, builder.Add("CountCorrect", [logits, labels], AttributeMap.Empty, Correct));
        return builder.Build();
    }
}
