using ModelGen.Generator.Graphs;
using ModelGen.Generator.Ops;

namespace ModelGen.Generator.Tests.Graphs;

/// <summary>The verifier finds each way in which a pass can break a graph.</summary>
public class GraphVerifierTests
{
    private static readonly Graph Good = GraphParser.Parse("""
        graph Good
        %0 = Input "x" : f32[N,4]
        %1 = Parameter "w" : f32[3,4]
        %2 = Parameter "v" {trainable=0} : f32[3,4]
        %3 = Linear(%0, %1) "fc"
        %4 = LinearWeightGradient(%0, %3)
        %5 = SgdUpdate(%1, %2, %4)
        output "y" %3
        """);

    [Fact]
    public void GoodGraphsPass() => Assert.Same(Good, GraphVerifier.Verify(Good, "nothing"));

    [Fact]
    public void IdsArePositions() => Refuses(3, Good[3] with { Id = 4 }, "id is 4, position 3");

    [Fact]
    public void InputsComeBefore() => Refuses(3, Good[3] with { Inputs = [4, 1] }, "reads %4, which is not defined before it");

    [Fact]
    public void InputsExist() => Refuses(3, Good[3] with { Inputs = [-1, 1] }, "reads %-1, which is not defined before it");

    [Fact]
    public void KeysAreThereOnce() => Refuses(2, Good[2] with { Name = "w" }, "its key is there twice");

    [Fact]
    public void TypesAreWhatTheShapeRuleGives() =>
        Refuses(3, Good[3] with { Type = TensorType.Sample(4) }, "its type is f32[N,4], the shape rule gives f32[N,3]");

    [Fact]
    public void WhatWasOverwrittenIsNotReadAgain()
    {
        Node late = Good[3] with { Id = 6, Name = "late" };
        var exception = Assert.Throws<InvalidOperationException>(() =>
            GraphVerifier.Verify(Good with { Nodes = [.. Good.Nodes, late] }, "Reader"));
        Assert.Equal("after Reader: %6 = Linear(%0, %1) \"late\" : f32[N,3]: reads %1 after %5 overwrote it", exception.Message);
    }

    [Fact]
    public void OutputsExist()
    {
        var exception = Assert.Throws<InvalidOperationException>(() =>
            GraphVerifier.Verify(Good with { Outputs = [new("y", 9)] }, "Loser"));
        Assert.Equal("after Loser: output 'y' is %9, which does not exist", exception.Message);
    }

    private static void Refuses(int position, Node broken, string why)
    {
        Graph graph = Good with { Nodes = [.. Good.Nodes.Select((n, i) => i == position ? broken : n)] };
        var exception = Assert.Throws<InvalidOperationException>(() => GraphVerifier.Verify(graph, "Breaker"));
        Assert.Equal($"after Breaker: {GraphPrinter.Print(broken)}: {why}", exception.Message);
    }
}
