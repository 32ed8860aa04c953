using ModelGen.Generator.Differentiation;
using ModelGen.Generator.Graphs;
using ModelGen.Generator.Ops;
using static ModelGen.Generator.Tests.Passes.TextGraphs;

namespace ModelGen.Generator.Tests.Differentiation;

/// <summary>The way back through the smallest graphs that show it: text in, text out.</summary>
public class DifferentiateTests
{
    // The first layer's input needs no gradient; each parameter is updated once nothing reads it any more.
    [Fact]
    public void ForUpdateAddsGradientsAndUpdates() =>
        Check(graph => Differentiate.ForUpdate(graph, "loss", new(4, OpNames.CrossEntropy, 0)), """
        %0 = Input "x" : f32[N,4]
        %1 = Parameter "a" : f32[3,4]
        %2 = Linear(%0, %1) "fc1"
        %3 = Tanh(%2) "tanh"
        %4 = Parameter "b" : f32[3,3]
        %5 = Parameter "c" : f32[3]
        %6 = Parameter "fixed" {trainable=0} : f32[3]
        %7 = Linear(%3, %4, %5) "fc2"
        %8 = Linear(%7, %4, %6) "fc2"
        %9 = Input "labels" : i32[N]
        %10 = CrossEntropy(%8, %9) "loss"
        output "loss" %10
        """, """
        %0 = Input "x" : f32[N,4]
        %1 = Parameter "a" : f32[3,4]
        %2 = Linear(%0, %1) "fc1"
        %3 = Tanh(%2) "tanh"
        %4 = Parameter "b" : f32[3,3]
        %5 = Parameter "c" : f32[3]
        %6 = Parameter "fixed" {trainable=0} : f32[3]
        %7 = Linear(%3, %4, %5) "fc2"
        %8 = Linear(%7, %4, %6) "fc2"
        %9 = Input "labels" : i32[N]
        %10 = CrossEntropy(%8, %9) "loss"
        %11 = CrossEntropyGradient(%8, %9) "loss"
        %12 = LinearInputGradient(%11, %4) "fc2"
        %13 = LinearWeightGradient(%7, %11) "fc2"
        %14 = LinearInputGradient(%12, %4) "fc2"
        %15 = LinearWeightGradient(%3, %12) "fc2"
        %16 = Add(%13, %15)
        %17 = ChannelSum(%12) "fc2"
        %18 = Parameter "velocity.b" {init=zeros, trainable=0} : f32[3,3]
        %19 = SgdUpdate(%4, %18, %16) "b"
        %20 = Parameter "velocity.c" {init=zeros, trainable=0} : f32[3]
        %21 = SgdUpdate(%5, %20, %17) "c" {isVector=1}
        %22 = TanhGradient(%3, %14) "tanh"
        %23 = LinearWeightGradient(%0, %22) "fc1"
        %24 = Parameter "velocity.a" {init=zeros, trainable=0} : f32[3,4]
        %25 = SgdUpdate(%1, %24, %23) "a"
        output "loss" %10
        """);

    // A stride is undone by zeros between the pixels, padding by what the window spans beyond it.
    [Fact]
    public void VectorJacobianOfAConvolutionIsAConvolution() =>
        Check(graph => Differentiate.VectorJacobian(graph, "y", n => n.Is(OpNames.Input)), """
        %0 = Input "x" : f32[N,2,7,5]
        %1 = Parameter "w" : f32[4,1,3,2]
        %2 = Conv2d(%0, %1) "c" {stride=[2,1], padding=[1,0,0,1], groups=2}
        output "y" %2
        """, """
        %0 = Input "x" : f32[N,2,7,5]
        %1 = Parameter "w" : f32[4,1,3,2]
        %2 = Conv2d(%0, %1) "c" {stride=[2,1], padding=[1,0,0,1], groups=2}
        %3 = Input "gradOutput" : f32[N,4,3,5]
        %4 = TransposeFilters(%1) "c" {groups=2}
        %5 = InsertZeros(%3) "c" {stride=[2,1], offset=[1,1], size=[9,6]}
        %6 = Conv2d(%5, %4) "c" {groups=2}
        output "y" %2
        output "grad.x" %6
        """);

    // Nothing is multiplied by the zeros: they are inserted behind it.
    [Fact]
    public void VectorJacobianOfAStridedPointwiseConvolutionWorksOnFewPixels() =>
        Check(graph => Differentiate.VectorJacobian(graph, "y", n => n.Is(OpNames.Input)), """
        %0 = Input "x" : f32[N,2,7,5]
        %1 = Parameter "w" : f32[4,2,1,1]
        %2 = Conv2d(%0, %1) "c" {stride=[2,3]}
        output "y" %2
        """, """
        %0 = Input "x" : f32[N,2,7,5]
        %1 = Parameter "w" : f32[4,2,1,1]
        %2 = Conv2d(%0, %1) "c" {stride=[2,3]}
        %3 = Input "gradOutput" : f32[N,4,4,2]
        %4 = TransposeFilters(%1) "c"
        %5 = Conv2d(%3, %4) "c"
        %6 = InsertZeros(%5) "c" {stride=[2,3], size=[7,5]}
        output "y" %2
        output "grad.x" %6
        """);

    [Fact]
    public void VectorJacobianNeedsOnlyTheOutputOfSaturatingActivations() =>
        Check(graph => Differentiate.VectorJacobian(graph, "y", n => n.Is(OpNames.Input)), """
        %0 = Input "x" : f32[N,2]
        %1 = Sigmoid(%0)
        %2 = Add(%1, %1)
        output "y" %2
        """, """
        %0 = Input "x" : f32[N,2]
        %1 = Sigmoid(%0)
        %2 = Add(%1, %1)
        %3 = Input "gradOutput" : f32[N,2]
        %4 = Add(%3, %3)
        %5 = SigmoidGradient(%1, %4)
        output "y" %2
        output "grad.x" %5
        """);

    // The parts of the inner concatenation too; nothing of them is read backwards.
    [Fact]
    public void GradientsBehindConcatenatedActivationsAreOfTheWhole() =>
        Check(graph => Differentiate.VectorJacobian(graph, "y", n => n.Is(OpNames.Input)), """
        %0 = Input "a" : f32[N,2,4,4]
        %1 = Input "b" : f32[N,3,4,4]
        %2 = Relu(%0) "r"
        %3 = Relu(%1) "s"
        %4 = Concat(%2, %3) "inner"
        %5 = Input "c" : f32[N,1,4,4]
        %6 = Relu(%5) "t"
        %7 = Concat(%6, %4) "outer"
        output "y" %7
        """, """
        %0 = Input "a" : f32[N,2,4,4]
        %1 = Input "b" : f32[N,3,4,4]
        %2 = Relu(%0) "r"
        %3 = Relu(%1) "s"
        %4 = Concat(%2, %3) "inner"
        %5 = Input "c" : f32[N,1,4,4]
        %6 = Relu(%5) "t"
        %7 = Concat(%6, %4) "outer"
        %8 = Input "gradOutput" : f32[N,6,4,4]
        %9 = ReluGradient(%7, %8) "outer"
        %10 = Slice(%9) "outer" {start=0, end=1}
        %11 = Slice(%9) "outer" {start=1, end=6}
        %12 = Slice(%11) "inner" {start=0, end=2}
        %13 = Slice(%11) "inner" {start=2, end=5}
        output "y" %7
        output "grad.a" %12
        output "grad.b" %13
        output "grad.c" %10
        """);

    // Not where one part is read by something else, or made by another activation.
    [Theory]
    [InlineData("LeakyRelu(%0) {negativeSlope=0.2}", "Concat(%1, %2)")]
    [InlineData("LeakyRelu(%0)", "Concat(%1, %2, %1)")]
    [InlineData("Sigmoid(%0)", "Concat(%1, %2)")]
    public void GradientsOfOtherConcatenationsAreOfTheirParts(string second, string concat)
    {
        Graph graph = GraphParser.Parse($"""
            graph G
            %0 = Input "x" : f32[N,2,4,4]
            %1 = LeakyRelu(%0)
            %2 = {second}
            %3 = {concat}
            output "y" %3
            """);
        Graph gradient = GraphVerifier.Verify(Differentiate.VectorJacobian(graph, "y", n => n.Is(OpNames.Input)), nameof(Differentiate));
        Assert.DoesNotContain(gradient.Nodes, n => n.Inputs.Contains(3));
        Assert.Equal(2, gradient.Nodes.Count(n => n.Op.EndsWith("Gradient", StringComparison.Ordinal)));
    }
}
