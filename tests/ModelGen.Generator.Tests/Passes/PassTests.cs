using ModelGen.Generator.Graphs;
using ModelGen.Generator.Passes;
using static ModelGen.Generator.Tests.Passes.TextGraphs;

namespace ModelGen.Generator.Tests.Passes;

/// <summary>Each pass on the smallest graphs that show what it does and where it must not do it: text in, text out.</summary>
public class PassTests
{
    [Fact]
    public void FoldBatchNormMultipliesIntoTheFilters() => Check(FoldBatchNorm.Run, Normalized + "\noutput \"y\" %9", """
        %0 = Input "x" : f32[N,2,4,4]
        %1 = Parameter "c.weight" : f32[3,2,1,1]
        %2 = Parameter "c.bias" : f32[3]
        %3 = Parameter "bn.weight" : f32[3]
        %4 = Parameter "bn.bias" : f32[3]
        %5 = Parameter "bn.running_mean" {trainable=0} : f32[3]
        %6 = Parameter "bn.running_var" {trainable=0} : f32[3]
        %7 = FoldBatchNormWeight(%1, %3, %6) "c" {eps=0.5}
        %8 = FoldBatchNormBias(%3, %4, %5, %6, %2) "c" {eps=0.5}
        %9 = Conv2d(%0, %7, %8) "c"
        output "y" %9
        """);

    [Fact]
    public void FoldBatchNormGivesABiasToConvolutionsWithout() => Check(FoldBatchNorm.Run, """
        %0 = Input "x" : f32[N,2,4,4]
        %1 = Parameter "c.weight" : f32[3,1,1,1]
        %2 = Conv2d(%0, %1) "c" {groups=1, padding=[1,0,0,0]}
        %3 = Parameter "p" : f32[3]
        %4 = RunningStatistics(%3, %3)
        %5 = BatchNorm2d(%2, %3, %3, %4)
        output "y" %5
        """.Replace("[3,1,1,1]", "[3,2,1,1]"), """
        %0 = Input "x" : f32[N,2,4,4]
        %1 = Parameter "c.weight" : f32[3,2,1,1]
        %2 = Parameter "p" : f32[3]
        %3 = FoldBatchNormWeight(%1, %2, %2) "c"
        %4 = FoldBatchNormBias(%2, %2, %2, %2) "c"
        %5 = Conv2d(%0, %3, %4) "c" {padding=[1,0,0,0]}
        output "y" %5
        """);

    [Theory]
    [InlineData("output \"y\" %9\noutput \"c\" %3")]
    [InlineData("%10 = Add(%3, %9)\noutput \"y\" %10")]
    public void FoldBatchNormLeavesWhatIsReadTwice(string rest) => Unchanged(FoldBatchNorm.Run, Normalized + "\n" + rest);

    [Fact]
    public void FoldBatchNormLeavesStatisticsOfTheBatch() => Unchanged(FoldBatchNorm.Run, """
        %0 = Input "x" : f32[N,2,4,4]
        %1 = Parameter "c.weight" : f32[3,2,1,1]
        %2 = Conv2d(%0, %1) "c"
        %3 = Parameter "p" : f32[3]
        %4 = BatchStatistics(%2)
        %5 = BatchNorm2d(%2, %3, %3, %4)
        output "y" %5
        """);

    [Fact]
    public void FoldBatchNormLeavesWhatFollowsNoConvolution() => Unchanged(FoldBatchNorm.Run, """
        %0 = Input "x" : f32[N,3,4,4]
        %1 = Parameter "p" : f32[3]
        %2 = RunningStatistics(%1, %1)
        %3 = BatchNorm2d(%0, %1, %1, %2)
        output "y" %3
        """);

    [Fact]
    public void RemoveDropoutReadsWhatItRead() => Check(RemoveDropout.Run, """
        %0 = Input "x" : f32[N,4]
        %1 = Dropout(%0) {p=0.5}
        %2 = GaussianNoise(%1) {standardDeviation=0.1}
        %3 = Relu(%2)
        output "y" %3
        output "z" %2
        """, """
        %0 = Input "x" : f32[N,4]
        %1 = Relu(%0)
        output "y" %1
        output "z" %0
        """);

    [Theory]
    [InlineData("Relu", "relu")]
    [InlineData("Tanh", "tanh")]
    [InlineData("Sigmoid", "sigmoid")]
    public void FuseActivationMakesItAnAttribute(string op, string activation) => Check(FuseActivation.Run, $"""
        %0 = Input "x" : f32[N,4]
        %1 = Parameter "w" : f32[3,4]
        %2 = Linear(%0, %1) "fc"
        %3 = {op}(%2) "act"
        output "y" %3
        """, $$"""
        %0 = Input "x" : f32[N,4]
        %1 = Parameter "w" : f32[3,4]
        %2 = Linear(%0, %1) "fc" [{{activation}}]
        output "y" %2
        """);

    [Fact]
    public void FuseActivationTakesOneOfTwo() => Check(FuseActivation.Run, """
        %0 = Input "x" : f32[N,1,4,4]
        %1 = Parameter "w" : f32[1,1,1,1]
        %2 = Conv2d(%0, %1)
        %3 = Tanh(%2)
        %4 = Relu(%3)
        output "y" %4
        """, """
        %0 = Input "x" : f32[N,1,4,4]
        %1 = Parameter "w" : f32[1,1,1,1]
        %2 = Conv2d(%0, %1) [tanh]
        %3 = Relu(%2)
        output "y" %3
        """);

    // Odd rows and columns are left over by pooling as by the convolution that has become it.
    [Fact]
    public void FuseMaxPoolMakesItAnAttribute() => Check(FuseMaxPool.Run, """
        %0 = Input "x" : f32[N,16,7,8]
        %1 = Parameter "w" : f32[16,16,3,3]
        %2 = Conv2d(%0, %1) "conv" {padding=[1,1,1,1]} [winograd F(4×4, 3×3), relu]
        %3 = MaxPool2d(%2) "pool" {kernelSize=[2,2], stride=[2,2]}
        output "y" %3
        """, """
        %0 = Input "x" : f32[N,16,7,8]
        %1 = Parameter "w" : f32[16,16,3,3]
        %2 = Conv2d(%0, %1) "conv" {padding=[1,1,1,1]} [winograd F(4×4, 3×3), relu, max-pool 2×2]
        output "y" %2
        """);

    [Theory]
    [InlineData("winograd F(4×4, 3×3)", "kernelSize=[2,2], stride=[2,2]", "output \"z\" %2")]
    [InlineData("relu", "kernelSize=[2,2], stride=[2,2]", "")]
    [InlineData("winograd F(4×4, 3×3), tanh", "kernelSize=[2,2], stride=[2,2]", "")]
    [InlineData("winograd F(4×4, 3×3)", "kernelSize=[3,3], stride=[2,2]", "")]
    [InlineData("winograd F(4×4, 3×3)", "kernelSize=[2,2], stride=[1,1]", "")]
    [InlineData("winograd F(4×4, 3×3)", "ceilMode=1, kernelSize=[2,2], stride=[2,2]", "")]
    [InlineData("winograd F(4×4, 3×3)", "kernelSize=[2,2], padding=[1,1], stride=[2,2]", "")]
    public void FuseMaxPoolLeavesWhatTilesDoNotHave(string convolution, string pool, string rest) => Unchanged(FuseMaxPool.Run, $$"""
        %0 = Input "x" : f32[N,16,7,7]
        %1 = Parameter "w" : f32[16,16,3,3]
        %2 = Conv2d(%0, %1) {padding=[1,1,1,1]} [{{convolution}}]
        %3 = MaxPool2d(%2) {{{pool}}}
        output "y" %3
        {{rest}}
        """);

    [Theory]
    [InlineData("output \"y\" %3\noutput \"z\" %2")]
    [InlineData("%4 = Add(%2, %3)\noutput \"y\" %4")]
    public void FuseActivationLeavesWhatIsReadTwice(string rest) => Unchanged(FuseActivation.Run, """
        %0 = Input "x" : f32[N,4]
        %1 = Parameter "w" : f32[3,4]
        %2 = Linear(%0, %1)
        %3 = Relu(%2)

        """ + rest);

    [Fact]
    public void PrepareTrainingTakesTheStatisticsOfTheBatchAndUpdatesTheRunningOnes() =>
        Check(PrepareTraining.Run, Normalized + "\noutput \"y\" %9", """
        %0 = Input "x" : f32[N,2,4,4]
        %1 = Parameter "c.weight" : f32[3,2,1,1]
        %2 = Parameter "c.bias" : f32[3]
        %3 = Conv2d(%0, %1, %2) "c"
        %4 = Parameter "bn.weight" : f32[3]
        %5 = Parameter "bn.bias" : f32[3]
        %6 = Parameter "bn.running_mean" {trainable=0} : f32[3]
        %7 = Parameter "bn.running_var" {trainable=0} : f32[3]
        %8 = BatchStatistics(%3) "bn" {eps=0.5}
        %9 = UpdateRunningStatistics(%6, %7, %8) "bn" {eps=0.5, pixels=16}
        %10 = BatchNorm2d(%3, %4, %5, %8) "bn"
        output "y" %10
        """);

    [Fact]
    public void PrepareTrainingMasksAndLeavesOutWhatDropsNothing() => Check(PrepareTraining.Run, """
        %0 = Input "x" : f32[N,4]
        %1 = Dropout(%0) "a" {p=0.5}
        %2 = Dropout(%1) "b" {p=0.0}
        %3 = Dropout(%2) "c" {p=0.25}
        %4 = GaussianNoise(%3) "d" {standardDeviation=0.5}
        %5 = GaussianNoise(%4) "e" {standardDeviation=0.0}
        output "y" %5
        """, """
        %0 = Input "x" : f32[N,4]
        %1 = RandomDropout(%0) "a" {p=0.5, stream=0}
        %2 = RandomDropout(%1) "c" {p=0.25, stream=2}
        %3 = RandomNoise(%2) "d" {standardDeviation=0.5, stream=3}
        output "y" %3
        """);

    // Whole blocks of 16 rows, so that each piece of the weight lies in one piece of memory.
    [Fact]
    public void SplitUpdatesComputesLargeGradientsSomeRowsAtATime() => Check(SplitUpdates.Run, """
        %0 = Input "x" : f32[N,2048]
        %1 = Input "dy" : f32[N,1030]
        %2 = Parameter "w" : f32[1030,2048]
        %3 = LinearWeightGradient(%0, %1) "fc"
        %4 = Parameter "velocity.w" {trainable=0} : f32[1030,2048]
        %5 = SgdUpdate(%2, %4, %3) "w"
        output "y" %0
        """, """
        %0 = Input "x" : f32[N,2048]
        %1 = Input "dy" : f32[N,1030]
        %2 = Parameter "w" : f32[1030,2048]
        %3 = Parameter "velocity.w" {trainable=0} : f32[1030,2048]
        %4 = Slice(%1) "fc" {start=0, end=352}
        %5 = LinearWeightGradient(%0, %4) "fc"
        %6 = SgdUpdate(%2, %3, %5) "w"
        %7 = Slice(%1) "fc" {start=352, end=704}
        %8 = LinearWeightGradient(%0, %7) "fc"
        %9 = SgdUpdate(%2, %3, %8) "w" {firstRow=352}
        %10 = Slice(%1) "fc" {start=704, end=1030}
        %11 = LinearWeightGradient(%0, %10) "fc"
        %12 = SgdUpdate(%2, %3, %11) "w" {firstRow=704}
        output "y" %0
        """);

    // Small ones, those that something else reads too, and those of few rows stay whole.
    [Theory]
    [InlineData("1024", "1024", "")]
    [InlineData("16", "200000", "")]
    [InlineData("1040", "2048", "output \"g\" %3")]
    public void SplitUpdatesLeavesOtherGradients(string rows, string columns, string rest) => Unchanged(SplitUpdates.Run, $"""
        %0 = Input "x" : f32[N,{columns}]
        %1 = Input "dy" : f32[N,{rows}]
        %2 = Parameter "w" : f32[{rows},{columns}]
        %3 = LinearWeightGradient(%0, %1) "fc"
        %4 = SgdUpdate(%2, %2, %3) "w"
        output "y" %0
        {rest}
        """.TrimEnd());
}
