using ModelGen.Generator.Graphs;
using ModelGen.Generator.Ops;

namespace ModelGen.Tests.Reference;

/// <summary>The oracle itself, on cases small enough to work out by hand.</summary>
public class ReferenceInterpreterTests
{
    // What only stands in declared graphs or only in plans is evaluated as what it means.
    [Fact]
    public void EveryOperatorCanBeEvaluated() =>
        Assert.Equal(OperatorTable.All.Where(o => !o.IsComposite).Select(o => o.Name).Order(), ReferenceInterpreter.Supported.Order());

    [Theory]
    // 1·1 + 2·2 + 4·3 + 5·4 and so on: correlation, not convolution.
    [InlineData("Conv2d(%0, %1) {stride=[1,1]}", "2,2", new double[] { 37, 47, 67, 77 })]
    // Above and left one row and column of zeros.
    [InlineData("Conv2d(%0, %1) {padding=[1,1,0,0], stride=[2,2]}", "2,2", new double[] { 4 * 1, 3 * 2 + 4 * 3, 2 * 4 + 4 * 7, 77 })]
    [InlineData("Conv2d(%0, %1) {dilation=[2,2]}", "1,1", new double[] { 1 + 2 * 3 + 3 * 7 + 4 * 9 })]
    [InlineData("MaxPool2d(%0) {kernelSize=[2,2]}", "1,1", new double[] { 5 })]
    [InlineData("MaxPool2d(%0) {kernelSize=[2,2], ceilMode=1}", "2,2", new double[] { 5, 6, 8, 9 })]
    [InlineData("AvgPool2d(%0) {kernelSize=[2,2], padding=[1,1]}", "2,2", new double[] { 0.25, 1.25, 2.75, 7 })]
    [InlineData("AvgPool2d(%0) {kernelSize=[2,2], padding=[1,1], countIncludePad=0}", "2,2", new double[] { 1, 2.5, 5.5, 7 })]
    // The window hangs over by one: its area is cut off at the padding, here none.
    [InlineData("AvgPool2d(%0) {kernelSize=[2,2], ceilMode=1}", "2,2", new double[] { 3, 4.5, 7.5, 9 })]
    // Larger than the image: one window, cut off at its edges.
    [InlineData("MaxPool2d(%0) {kernelSize=[4,4], stride=[2,2], ceilMode=1}", "1,1", new double[] { 9 })]
    [InlineData("AvgPool2d(%0) {kernelSize=[4,5], stride=[2,3], ceilMode=1}", "1,1", new double[] { 5 })]
    [InlineData("AvgPool2d(%0) {kernelSize=[6,4], stride=[2,2], padding=[1,1], ceilMode=1}", "1,2", new double[] { 2.25, 2.2 })]
    [InlineData("Pad(%0) {mode=replicate, padding=[0,2,0,0]}", "3,5", new double[] { 1, 1, 1, 2, 3, 4, 4, 4, 5, 6, 7, 7, 7, 8, 9 })]
    [InlineData("Pad(%0) {mode=reflect, padding=[0,2,0,1]}", "3,6", new double[] { 3, 2, 1, 2, 3, 2, 6, 5, 4, 5, 6, 5, 9, 8, 7, 8, 9, 8 })]
    [InlineData("InsertZeros(%0) {stride=[2,2], offset=[-2,-1], size=[3,3]}", "3,3", new double[] { 0, 5, 0, 0, 0, 0, 0, 8, 0 })]
    public void MatchesHandWorkedImages(string operation, string size, double[] expected)
    {
        Graph graph = GraphParser.Parse($"""
            graph Hand
            %0 = Input "x" : f32[N,1,3,3]
            %1 = Parameter "w" : f32[1,1,2,2]
            %2 = {operation} : f32[N,1,{size}]
            output "y" %2
            """);
        double[] y = ReferenceInterpreter.Outputs(graph, 1,
            new Dictionary<string, double[]> { ["x"] = [1, 2, 3, 4, 5, 6, 7, 8, 9], ["w"] = [1, 2, 3, 4] })["y"];
        Assert.Equal(expected, y.Select(v => Math.Round(v, 12)));
    }

    [Fact]
    public void GroupsSeeTheirOwnChannels()
    {
        Graph graph = GraphParser.Parse("""
            graph Hand
            %0 = Input "x" : f32[N,2,1,1]
            %1 = Parameter "w" : f32[4,1,1,1]
            %2 = Parameter "b" : f32[4]
            %3 = Conv2d(%0, %1, %2) {groups=2} [relu]
            output "y" %3
            """);
        double[] y = ReferenceInterpreter.Outputs(
            graph, 2, new Dictionary<string, double[]> { ["x"] = [1, 10, 2, -20], ["w"] = [1, 2, 3, 4], ["b"] = [0.5, 0, 0, 0] })["y"];
        Assert.Equal([1.5, 2, 30, 40, 2.5, 4, 0, 0], y);
    }

    [Fact]
    public void LargestValueIsTheFirstAndNaNWins()
    {
        Graph graph = GraphParser.Parse("""
            graph Hand
            %0 = Input "x" : f32[N,1,1,4]
            %1 = Input "dy" : f32[N,1,1,2]
            %2 = MaxPool2d(%0) {kernelSize=[1,2]}
            %3 = MaxPoolGradient(%0, %1) {kernelSize=[1,2]}
            output "y" %2
            output "dx" %3
            """);
        Dictionary<string, double[]> outputs =
            ReferenceInterpreter.Outputs(graph, 1, new Dictionary<string, double[]> { ["x"] = [3, 3, 1, double.NaN], ["dy"] = [1, 2] });
        Assert.Equal([3, double.NaN], outputs["y"]);
        Assert.Equal([1, 0, 0, 2], outputs["dx"]);
    }
}
