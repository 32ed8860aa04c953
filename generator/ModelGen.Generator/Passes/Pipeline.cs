using ModelGen.Generator.Differentiation;
using ModelGen.Generator.Emit;
using ModelGen.Generator.Graphs;

namespace ModelGen.Generator.Passes;

/// <summary>
/// The passes in order. What disappears in inference goes first (dropout, noise), because it may stand between a layer and its activation; batch norm is folded
/// before activations are fused, because it stands between a convolution and its activation; and so does the sum of a residual block. Pooling is fused last, into the algorithms that can take it. Training is of the output named "output" and,
/// with a weight, of the others, auxiliary heads; without one they are left out of it with all that only they need, and their weights stay as they are. Evaluation is of "output" alone.
/// </summary>
internal static class Pipeline
{
    public const string Output = "output";
    public const string Labels = "labels";
    public const string Targets = "targets";
    public const string Loss = "loss";
    public const string Correct = "correct";

    /// <summary>From the graph as declared to the one that <c>Forward</c> runs.</summary>
    public static Graph ForInference(Graph declared, CompilerOptions? options = null)
    {
        Graph graph = GraphVerifier.Verify(declared, "the front end");
        graph = GraphVerifier.Verify(RemoveDropout.Run(graph), nameof(RemoveDropout));
        graph = GraphVerifier.Verify(FoldBatchNorm.Run(graph), nameof(FoldBatchNorm));
        graph = GraphVerifier.Verify(FuseResidual.Run(graph), nameof(FuseResidual));
        graph = GraphVerifier.Verify(FuseActivation.Run(graph, ofNormalizations: true), nameof(FuseActivation));
        graph = GraphVerifier.Verify(ChooseAlgorithms.Run(graph, options ?? CompilerOptions.Default), nameof(ChooseAlgorithms));
        graph = GraphVerifier.Verify(FuseMaxPool.Run(graph), nameof(FuseMaxPool));
        return GraphVerifier.Verify(ChooseWeightStorage.Run(graph, options ?? CompilerOptions.Default), nameof(ChooseWeightStorage));
    }

    /// <summary>Forward, loss, backward and update in one graph, with the loss as its output.</summary>
    public static Graph ForTraining(Graph declared, TrainingOptions options, CompilerOptions? compiler = null)
    {
        Graph graph = options.AuxiliaryWeight == 0 ? MainOutput(declared) : declared;
        graph = GraphVerifier.Verify(PrepareTraining.Run(graph, options.Trains), nameof(PrepareTraining));
        graph = GraphVerifier.Verify(AddLoss.ForTraining(graph, options), nameof(AddLoss));
        graph = GraphVerifier.Verify(Differentiate.ForUpdate(graph, Loss, options), nameof(Differentiate));
        graph = GraphVerifier.Verify(SplitUpdates.Run(graph), nameof(SplitUpdates));
        graph = GraphVerifier.Verify(FuseActivation.Run(graph), nameof(FuseActivation));
        return GraphVerifier.Verify(ChooseAlgorithms.ForTraining(graph, compiler ?? CompilerOptions.Default, options.BatchSize), nameof(ChooseAlgorithms));
    }

    /// <summary>Inference with the weights as training keeps them, which change, so that nothing is folded; outputs the loss and, of classes, how many are right.</summary>
    public static Graph ForEvaluation(Graph declared, TrainingOptions options, CompilerOptions? compiler = null)
    {
        Graph graph = AddLoss.ForEvaluation(RemoveDropout.Run(MainOutput(declared)), options);
        graph = GraphVerifier.Verify(FuseActivation.Run(graph), nameof(FuseActivation));
        return GraphVerifier.Verify(ChooseAlgorithms.ForTraining(graph, compiler ?? CompilerOptions.Default, options.BatchSize), nameof(ChooseAlgorithms));
    }

    private static Graph MainOutput(Graph graph) =>
        graph.Outputs.Count == 1 ? graph : GraphRewriter.RemoveUnused(graph with { Outputs = [graph.Outputs.Single(o => o.Name == Output)] });
}
