using FsCheck;
using FsCheck.Fluent;
using ModelGen.Generator.Graphs;
using ModelGen.Generator.Model;
using ModelGen.Generator.Ops;
using ModelGen.Generator.Passes;
using ModelGen.Tests.Reference;

namespace ModelGen.Generator.Tests.Graphs;

/// <summary>Graphs as text: what is printed reads back as the same graph, and what is written wrongly is refused with its place.</summary>
public class GraphTextTests
{
    [Fact]
    public void PrintedGraphsReadBack() =>
        Prop.ForAll(Gen.Choose(0, 1_000_000).ToArbitrary(), (int seed) => ReadsBack(RandomGraphs.Network(seed))).QuickCheckThrowOnFailure();

    [Fact]
    public void PrintedTrainingGraphsReadBack() =>
        Prop.ForAll(Gen.Choose(0, 1_000_000).ToArbitrary(), (int seed) =>
            ReadsBack(Pipeline.ForTraining(RandomGraphs.Network(seed), new TrainingOptions(4, OpNames.CrossEntropy, 0.1f))))
                .QuickCheckThrowOnFailure();

    [Fact]
    public void PrintedInferenceGraphsReadBack() =>
        Prop.ForAll(Gen.Choose(0, 1_000_000).ToArbitrary(), (int seed) =>
            ReadsBack(Pipeline.ForInference(RandomGraphs.Network(seed), new CompilerOptions(weightStorage: LinearStorage.BFloat16))))
            .QuickCheckThrowOnFailure();

    // How a node is done stands behind its attributes, in the algorithm's own notation.
    [Theory]
    [InlineData("[winograd F(4×4, 3×3)]")]
    [InlineData("[winograd F(2×2, 3×3), 6 samples a product, relu]")]
    [InlineData("[winograd F(4×4, 3×3), relu6, max-pool 2×2]")]
    [InlineData("[residual, tanh]")]
    [InlineData("[winograd F(4×4, 3×3), residual, sigmoid]")]
    public void HowAConvolutionIsDoneReadsBack(string implementation)
    {
        string residual = implementation.Contains("residual", StringComparison.Ordinal) ? ", %3" : "";
        Graph graph = GraphParser.Parse($$"""
            graph Done
            %0 = Input "x" : f32[N,16,8,8]
            %1 = Parameter "w" : f32[16,16,3,3]
            %2 = Parameter "b" : f32[16]
            %3 = Relu(%0)
            %4 = Conv2d(%0, %1, %2{{residual}}) "conv" {padding=[1,1,1,1]} {{implementation}}
            output "y" %4
            """);
        Assert.Contains($" {implementation} : f32", GraphPrinter.Print(graph));
        Assert.True(ReadsBack(graph));
        Node done = graph[4], plain = graph[4] with { Implementation = null };
        Assert.NotEqual(done, plain);
        Assert.Equal((2, residual.Length > 0 ? 3 : null), (ConvolutionInputs.Of(done).Bias, ConvolutionInputs.Of(done).Residual));
    }

    [Fact]
    public void WhatIsAddedIsTheLastInputAlsoWithoutBias()
    {
        ConvolutionPlan adds = ConvolutionPlan.Direct with { AddsResidual = true };
        Assert.Equal(new ConvolutionInputs(null, 2), ConvolutionInputs.Of(adds, 3));
        Assert.Equal(new ConvolutionInputs(2, 3), ConvolutionInputs.Of(adds, 4));
        Assert.Equal(new ConvolutionInputs(null, null), ConvolutionInputs.Of(ConvolutionPlan.Direct, 2));
        Assert.Equal(new ConvolutionInputs(2, null), ConvolutionInputs.Of(ConvolutionPlan.Direct, 3));
    }

    [Theory]
    [InlineData("0.1", 0.1)]
    [InlineData("1E-05", 1e-5)]
    [InlineData("1.0", 1.0)]
    [InlineData("-0.5", -0.5)]
    public void RealNumbersKeepTheirForm(string text, double value)
    {
        Graph graph = GraphParser.Parse($$"""
            graph Numbers
            %0 = Input "x" {value={{text}}} : f32[N,1]
            """);
        Assert.Equal(value, graph[0].Attributes["value"].Number);
        Assert.Contains($"{{value={text}}}", GraphPrinter.Print(graph));
    }

    [Fact]
    public void CommentsEmptyLinesAndDefaultsMayBeLeftOut()
    {
        Graph graph = GraphParser.Parse("""

            # A comment.
            graph Short

              %7 = Input "x" : f32[N,1,5,5]
              %3 = Parameter "w" : f32[2,1,3,3]
            %4 = Conv2d(%7,%3)
            output "y" %4
            """);
        Assert.Equal("""
            graph Short
            %0 = Input "x" : f32[N,1,5,5]
            %1 = Parameter "w" : f32[2,1,3,3]
            %2 = Conv2d(%0, %1) {dilation=[1,1], groups=1, padding=[0,0,0,0], stride=[1,1]} : f32[N,2,3,3]
            output "y" %2

            """, GraphPrinter.Print(graph));
    }

    [Theory]
    [InlineData("", "line 1: expected 'graph NAME', the text is empty")]
    [InlineData("%0 = Input \"x\" : f32[N,1]", "line 1, column 1: expected 'graph NAME' first in: %0 = Input \"x\" : f32[N,1]")]
    [InlineData("graph G\n%0 = Inptu \"x\" : f32[N,1]",
        "line 2, column 11: expected the name of an operator instead of Inptu in: %0 = Inptu \"x\" : f32[N,1]")]
    [InlineData("graph G\n\n  %0 = Input \"x\"", "line 3, column 17: expected a type after ':' in:   %0 = Input \"x\"")]
    [InlineData("graph G\n%0 = Input \"x : f32[N,1]", "line 2, column 13: expected a closing '\"' in: %0 = Input \"x : f32[N,1]")]
    [InlineData("graph G\n%0 = Input \"x\" : f16[N,1]",
        "line 2, column 26: expected f32 or i32 instead of f16 in: %0 = Input \"x\" : f16[N,1]")]
    [InlineData("graph G\n%0 = Input \"x\" : f32[N,0]", "line 2, column 25: expected a size of at least 1 in: %0 = Input \"x\" : f32[N,0]")]
    [InlineData("graph G\n%0 = Input \"x\" : f32[N,a]", "line 2, column 25: expected an integer in: %0 = Input \"x\" : f32[N,a]")]
    [InlineData("graph G\n%0 = Input \"x\" : f32[N,1] }",
        "line 2, column 27: expected the end of the line in: %0 = Input \"x\" : f32[N,1] }")]
    [InlineData("graph G\n%0 = Input \"x\" : f32[N,1]\n%0 = Relu(%0)",
        "line 3, column 14: expected an id that is not taken instead of %0 in: %0 = Relu(%0)")]
    [InlineData("graph G\n%0 = Relu(%1)", "line 2, column 13: expected a value defined above instead of %1 in: %0 = Relu(%1)")]
    [InlineData("graph G\noutput \"y\" %4", "line 2, column 14: expected a value defined above instead of %4 in: output \"y\" %4")]
    [InlineData("graph G\n%0 = Input \"x\" : f32[N,4]\n%1 = Relu(%0) : f32[N,5]",
        "line 3, column 25: expected type f32[N,4], which Relu gives, instead of f32[N,5] in: %1 = Relu(%0) : f32[N,5]")]
    [InlineData("graph G\n%0 = Input \"x\" : f32[N,4]\n%1 = Linear(%0)",
        "line 3, column 16: expected a node that fits its operator (Linear takes 2 to 3 inputs, got 1) in: %1 = Linear(%0)")]
    [InlineData("graph G\n%0 = Input \"x\" : f32[N,4,4,4]\n%1 = AvgPool2d(%0)",
        "line 3, column 19: expected a node that fits its operator (node has no attribute 'kernelSize') in: %1 = AvgPool2d(%0)")]
    [InlineData("graph G\n%0 = Input \"x\" {a=} : f32[N,4]", "line 2, column 19: expected a word in: %0 = Input \"x\" {a=} : f32[N,4]")]
    [InlineData("graph G\n%0 = Input \"x\" {a=[1,} : f32[N,4]",
        "line 2, column 22: expected a word in: %0 = Input \"x\" {a=[1,} : f32[N,4]")]
    [InlineData("graph G\n%0 = Input \"x\" : f32[N,4]\n%1 = Relu(%0) [relu]",
        "line 3, column 16: expected how Relu is done in: %1 = Relu(%0) [relu]")]
    [InlineData("graph G\n%0 = Input \"x\" : f32[N,4]\n%1 = Linear(%0, %0) [fast]",
        "line 3, column 22: expected how Linear is done in: %1 = Linear(%0, %0) [fast]")]
    [InlineData("graph G\n%0 = Input \"x\" : f32[N,4]\n%1 = Linear(%0, %0) [relu",
        "line 3, column 26: expected a closing ']' in: %1 = Linear(%0, %0) [relu")]
    [InlineData("graph G\n%0 Input", "line 2, column 4: expected '=' in: %0 Input")]
    public void ErrorsSayWhereAndWhat(string text, string message) =>
        Assert.Equal(message, Assert.Throws<FormatException>(() => GraphParser.Parse(text)).Message);

    [Fact]
    public void GraphsBuiltTwiceAreEqual()
    {
        for (int seed = 0; seed < 50; seed++)
        {
            Graph a = RandomGraphs.Network(seed);
            Graph b = RandomGraphs.Network(seed);
            Assert.NotSame(a, b);
            Assert.Equal(a, b);
            Assert.Equal(a.GetHashCode(), b.GetHashCode());
            Assert.NotEqual(a, RandomGraphs.Network(seed + 1));
        }
    }

    [Theory]
    [InlineData("graph Other")]
    [InlineData("stride=[1,2]")]
    [InlineData("\"other\" : f32[N,1,9,9]")]
    [InlineData("f32[N,1,9,8]")]
    [InlineData("output \"z\"")]
    [InlineData("{init=he}")]
    public void AnyChangeMakesGraphsDiffer(string change)
    {
        const string Text = """
            graph Same
            %0 = Input "x" : f32[N,1,9,9]
            %1 = Parameter "w" {init=auto} : f32[2,1,3,3]
            %2 = Conv2d(%0, %1) {stride=[1,1]}
            output "y" %2
            """;
        string changed = change switch
        {
            "graph Other" => Text.Replace("graph Same", change),
            "stride=[1,2]" => Text.Replace("stride=[1,1]", change),
            "output \"z\"" => Text.Replace("output \"y\"", change),
            "{init=he}" => Text.Replace("{init=auto}", change),
            "f32[N,1,9,8]" => Text.Replace("f32[N,1,9,9]", change),
            _ => Text.Replace("\"x\" : f32[N,1,9,9]", change),
        };
        Assert.NotEqual(Text, changed);
        Assert.NotEqual(GraphParser.Parse(Text), GraphParser.Parse(changed));
        Assert.Equal(GraphParser.Parse(Text), GraphParser.Parse(Text));
    }

    [Fact]
    public void AttributesCompareByNameAndValueInAnyOrder()
    {
        AttributeMap a = AttributeMap.Of(("stride", new[] { 1, 2 }), ("eps", 0.1f));
        Assert.Equal(a, AttributeMap.Of(("eps", 0.1f), ("stride", new[] { 1, 2 })));
        Assert.Equal(a, AttributeMap.Of(("eps", 0.1), ("stride", new[] { 1, 2 })));
        Assert.NotEqual(a, a.With("eps", 0.2f));
        Assert.NotEqual(a, a.With("more", 1));
        Assert.Equal(a, a.With("eps", 0.2f).With("eps", 0.1f));
        Assert.Equal(AttributeMap.Of(("flag", true)), AttributeMap.Of(("flag", 1)));
        Assert.Equal("'[1,2]' is not one integer", Assert.Throws<InvalidOperationException>(() => a.Int("stride")).Message);
        Assert.Equal("node has no attribute 'missing'", Assert.Throws<KeyNotFoundException>(() => a.Int("missing")).Message);
    }

    private static bool ReadsBack(Graph graph) => GraphParser.Parse(GraphPrinter.Print(graph)) == graph;
}
