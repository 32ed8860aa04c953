using ModelGen.Generator.Differentiation;
using ModelGen.Generator.Graphs;
using ModelGen.Generator.Model;
using ModelGen.Generator.Ops;

namespace ModelGen.Generator.Passes;

/// <summary>
/// The passes in order. What disappears in inference goes first (dropout, noise), because it may stand between a layer and its activation;
/// batch norm is folded before activations are fused, because it stands between a convolution and its activation; and so does the sum of a
/// residual block. Pooling is fused last, into the algorithms that can take it. Training is of the output named "output" and, with a
/// weight, of the others, auxiliary heads; without one they are left out of it with all that only they need, and their weights stay as they
/// are. Evaluation is of "output" alone.
/// </summary>
internal static class Pipeline
{
    /// <summary>From the graph as declared to the one that <c>Forward</c> runs.</summary>
    public static Graph ForInference(Graph declared, CompilerOptions? options = null, CancellationToken cancellation = default)
    {
        Graph graph = Verified(declared, "the front end", cancellation);
        graph = Verified(RemoveDropout.Run(graph), nameof(RemoveDropout), cancellation);
        graph = Verified(FoldBatchNorm.Run(graph), nameof(FoldBatchNorm), cancellation);
        graph = Verified(FuseResidual.Run(graph), nameof(FuseResidual), cancellation);
        graph = Verified(FuseActivation.Run(graph, ofNormalizations: true), nameof(FuseActivation), cancellation);
        graph = Verified(ChooseAlgorithms.Run(graph, options ?? CompilerOptions.Default), nameof(ChooseAlgorithms), cancellation);
        graph = Verified(FuseMaxPool.Run(graph), nameof(FuseMaxPool), cancellation);
        return Verified(ChooseWeightStorage.Run(graph, options ?? CompilerOptions.Default), nameof(ChooseWeightStorage), cancellation);
    }

    /// <summary>Forward, loss, backward and update in one graph, with the loss as its output.</summary>
    public static Graph ForTraining(Graph declared, TrainingOptions options, CompilerOptions? compiler = null,
        CancellationToken cancellation = default)
    {
        Graph graph = (options[TrainableOption.AuxiliaryWeight] ?? 0) == 0 ? MainOutput(declared) : declared;
        graph = Verified(PrepareTraining.Run(graph, options.Trains), nameof(PrepareTraining), cancellation);
        graph = Verified(AddLoss.ForTraining(graph, options), nameof(AddLoss), cancellation);
        graph = Verified(Differentiate.ForUpdate(graph, ValueNames.Loss, options), nameof(Differentiate), cancellation);
        graph = Verified(SplitUpdates.Run(graph), nameof(SplitUpdates), cancellation);
        graph = Verified(FuseActivation.Run(graph), nameof(FuseActivation), cancellation);
        return Verified(ChooseAlgorithms.ForTraining(graph, compiler ?? CompilerOptions.Default, options.BatchSize),
            nameof(ChooseAlgorithms), cancellation);
    }

    /// <summary>
    /// Inference with the weights as training keeps them, which change, so that nothing is folded; outputs the loss and, of classes, how
    /// many are right.
    /// </summary>
    public static Graph ForEvaluation(Graph declared, TrainingOptions options, CompilerOptions? compiler = null,
        CancellationToken cancellation = default)
    {
        Graph graph = AddLoss.ForEvaluation(RemoveDropout.Run(MainOutput(declared)), options);
        graph = Verified(FuseActivation.Run(graph), nameof(FuseActivation), cancellation);
        return Verified(ChooseAlgorithms.ForTraining(graph, compiler ?? CompilerOptions.Default, options.BatchSize),
            nameof(ChooseAlgorithms), cancellation);
    }

    // Each pass is quick; between them it is asked whether anybody waits for the result.
    private static Graph Verified(Graph graph, string pass, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        return GraphVerifier.Verify(graph, pass);
    }

    private static Graph MainOutput(Graph graph) =>
        graph.Outputs.Count == 1 ? graph
            : GraphRewriter.RemoveUnused(graph with { Outputs = [graph.Outputs.Single(o => o.Name == ValueNames.Output)] });
}
