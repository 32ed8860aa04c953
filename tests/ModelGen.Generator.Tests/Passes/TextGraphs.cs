using ModelGen.Generator.Graphs;
using ModelGen.Generator.Ops;

namespace ModelGen.Generator.Tests.Passes;

/// <summary>Graphs as text, before a pass and behind it.</summary>
internal static class TextGraphs
{
    /// <summary>A convolution with a normalisation behind it, <c>%9</c>, by running averages.</summary>
    public const string Normalized = """
        %0 = Input "x" : f32[N,2,4,4]
        %1 = Parameter "c.weight" : f32[3,2,1,1]
        %2 = Parameter "c.bias" : f32[3]
        %3 = Conv2d(%0, %1, %2) "c"
        %4 = Parameter "bn.weight" : f32[3]
        %5 = Parameter "bn.bias" : f32[3]
        %6 = Parameter "bn.running_mean" {trainable=0} : f32[3]
        %7 = Parameter "bn.running_var" {trainable=0} : f32[3]
        %8 = RunningStatistics(%6, %7) "bn" {eps=0.5}
        %9 = BatchNorm2d(%3, %4, %5, %8) "bn"
        """;

    /// <summary>The pass leaves the graph as it is.</summary>
    public static void Unchanged(Func<Graph, Graph> pass, string graph) => Check(pass, graph, graph);

    /// <summary>The pass makes one graph of the other, and a sound one.</summary>
    public static void Check(Func<Graph, Graph> pass, string before, string after) =>
        Assert.Equal(GraphPrinter.Print(GraphParser.Parse("graph G\n" + after)),
            GraphPrinter.Print(GraphVerifier.Verify(pass(GraphParser.Parse("graph G\n" + before)), "the pass")));
}
