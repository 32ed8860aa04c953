using ModelGen.Generator.Diagnostics;
using ModelGen.Generator.Graphs;
using ModelGen.Generator.Lowering;
using ModelGen.Generator.Ops;

namespace ModelGen.Generator.Tests.Ops;

/// <summary>Every operator's shape rule on good input, and what it says of bad input.</summary>
public class ShapeRuleTests
{
    private const string Leaves = """
        graph G
        %0 = Input "image" : f32[N,4,7,9]
        %1 = Input "features" : f32[N,12]
        %2 = Input "labels" : i32[N]
        %3 = Input "pixelLabels" : i32[N,7,9]
        %4 = Parameter "filters" : f32[6,4,3,2]
        %5 = Parameter "matrix" : f32[5,12]
        %6 = Parameter "four" : f32[4]
        %7 = Parameter "statistics" : f32[3,4]
        %8 = Input "other" : f32[N,6,5,8]
        %9 = Parameter "filters2" : f32[6,2,3,2]
        %10 = Input "scalar" : f32[]
        %11 = Parameter "positions" : f32[4,7,9]
        %12 = Input "factors" : f32[N,4,1,1]
        %13 = Parameter "transposed" : f32[12,5]
        %14 = Input "matrices" : f32[N,4,9,5]
        %15 = Input "matrix2" : f32[N,9,2]
        %16 = Input "plane" : f32[N,7,9]

        """;

    public static TheoryData<string, string> Good
    {
        get
        {
            TheoryData<string, string> all = Written();
            foreach (OptimizerRow row in OptimizerTable.Rows)
            {
                string inputs = string.Join(", ", Enumerable.Repeat("%6", row.States.Count + 2));
                all.Add($"{row.Name}Update({inputs}) {{accumulated=1}}", "f32[]");
                all.Add($"{row.Name}Check({inputs}) {{isVector=1}}", "f32[]");
            }
            return all;
        }
    }

    private static TheoryData<string, string> Written() => new()
    {
        { "Conv2d(%0, %4)", "f32[N,6,5,8]" },
        { "Conv2d(%0, %4) {stride=[2,3]}", "f32[N,6,3,3]" },
        { "Conv2d(%0, %4) {padding=[1,2,3,4]}", "f32[N,6,9,14]" },
        { "Conv2d(%0, %4) {dilation=[3,8]}", "f32[N,6,1,1]" },
        { "Conv2d(%0, %9) {groups=2}", "f32[N,6,5,8]" },
        { "TransposeFilters(%9) {groups=2}", "f32[4,3,3,2]" },
        { "ConvWeightGradient(%0, %8) {kernelSize=[3,2]}", "f32[6,4,3,2]" },
        { "InsertZeros(%0) {size=[20,30]}", "f32[N,4,20,30]" },
        { "ChannelSum(%0)", "f32[4]" },
        { "ChannelSum(%1)", "f32[12]" },
        { "Linear(%1, %5)", "f32[N,5]" },
        { "LinearInputGradient(%1, %13)", "f32[N,5]" },
        { "FilterGradients(%4)", "f32[6,4,3,2]" },
        { "WinogradFilters(%4) {size=2}", "f32[6,4,3,2]" },
        { "WinogradFilters(%4) {size=2, rotated=1}", "f32[4,6,3,2]" },
        { "WinogradWeightGradient(%0, %8) {kernelSize=[3,2]}", "f32[6,4,3,2]" },
        { "LinearWeightGradient(%1, %1)", "f32[12,12]" },
        { "MaxPool2d(%0) {kernelSize=[2,3]}", "f32[N,4,3,3]" },
        { "MaxPool2d(%0) {kernelSize=[2,2], stride=[2,2], ceilMode=1}", "f32[N,4,4,5]" },
        { "MaxPool2d(%0) {kernelSize=[3,3], stride=[1,1], dilation=[3,4]}", "f32[N,4,1,1]" },
        { "MaxPool2d(%0) {kernelSize=[8,10], stride=[2,2], ceilMode=1}", "f32[N,4,1,1]" },
        { "AvgPool2d(%0) {kernelSize=[9,11], stride=[3,5], padding=[0,1], ceilMode=1}", "f32[N,4,1,1]" },
        { "MaxPoolGradient(%0, %8) {kernelSize=[2,2]}", "f32[N,4,7,9]" },
        { "AvgPool2d(%0) {kernelSize=[3,3], padding=[1,1]}", "f32[N,4,3,3]" },
        { "AvgPoolGradient(%8) {kernelSize=[2,2], size=[7,9]}", "f32[N,6,7,9]" },
        { "BatchNorm2d(%0, %6, %6, %7)", "f32[N,4,7,9]" },
        { "RunningStatistics(%6, %6)", "f32[3,4]" },
        { "BatchStatistics(%0)", "f32[3,4]" },
        { "UpdateRunningStatistics(%6, %6, %7) {pixels=63}", "f32[]" },
        { "CheckRunningStatistics(%6, %6, %7) {pixels=63}", "f32[]" },
        { "BatchNormGradientSums(%0, %0, %7)", "f32[2,4]" },
        { "BatchNormGradient(%0, %0, %6, %7, %7)", "f32[N,4,7,9]" },
        { "GroupStatistics(%0) {numGroups=2}", "f32[N,3,4]" },
        { "GroupNorm(%0, %0) {numGroups=4}", "f32[N,4,7,9]" },
        { "GroupNormGradientSums(%0, %0, %0)", "f32[N,2,4]" },
        { "GroupNormGradient(%0, %0, %0, %0, %6) {numGroups=1}", "f32[N,4,7,9]" },
        { "Row(%7)", "f32[4]" },
        { "FoldBatchNormWeight(%4, %6, %6)", "f32[6,4,3,2]" },
        { "FoldBatchNormBias(%6, %6, %6, %6)", "f32[4]" },
        { "Softmax(%0) {dim=-3}", "f32[N,4,7,9]" },
        { "SoftmaxGradient(%0, %0)", "f32[N,4,7,9]" },
        { "CrossEntropy(%1, %2)", "f32[]" },
        { "Hinge(%1, %2)", "f32[]" },
        { "HingeGradient(%1, %2)", "f32[N,12]" },
        { "MeanSquaredError(%0, %0)", "f32[]" },
        { "MeanSquaredErrorGradient(%0, %0)", "f32[N,4,7,9]" },
        { "MeanAbsoluteError(%0, %0)", "f32[]" },
        { "MeanAbsoluteErrorGradient(%0, %0)", "f32[N,4,7,9]" },
        { "Huber(%0, %0) {delta=0.5}", "f32[]" },
        { "HuberGradient(%0, %0)", "f32[N,4,7,9]" },
        { "BinaryCrossEntropyWithLogits(%0, %0)", "f32[]" },
        { "BinaryCrossEntropyWithLogitsGradient(%0, %0, %10)", "f32[N,4,7,9]" },
        { "CrossEntropy(%0, %3)", "f32[]" },
        { "CrossEntropyGradient(%0, %3, %10)", "f32[N,4,7,9]" },
        { "CountCorrect(%1, %2)", "f32[]" },
        { "WeightedCrossEntropy(%0, %3) {ignoreIndex=255}", "f32[]" },
        { "WeightedCrossEntropyGradient(%1, %2) {classWeights=w0.5_1}", "f32[N,12]" },
        { "CountCorrectLabels(%0, %3)", "f32[]" },
        { "SmoothL1(%0, %0) {beta=0.5}", "f32[]" },
        { "SmoothL1Gradient(%0, %0)", "f32[N,4,7,9]" },
        { "Focal(%0, %0)", "f32[]" },
        { "FocalGradient(%0, %0)", "f32[N,4,7,9]" },
        { "Dice(%1, %1)", "f32[]" },
        { "DiceGradient(%0, %0)", "f32[N,4,7,9]" },
        { "Dropout(%1)", "f32[N,12]" },
        { "RandomDropout(%1)", "f32[N,12]" },
        { "GaussianNoise(%1)", "f32[N,12]" },
        { "RandomNoise(%1)", "f32[N,12]" },
        { "AccumulateGradient(%6, %6, %6)", "f32[]" },
        { "TotalGradient(%6, %6, %6)", "f32[4]" },
        { "StoreGradient(%6, %6, %6)", "f32[]" },
        { "SumOfSquares(%5, %10)", "f32[]" },
        { "Flatten(%0)", "f32[N,252]" },
        { "Flatten(%1)", "f32[N,12]" },
        { "Reshape(%1) {shape=[3,2,2]}", "f32[N,3,2,2]" },
        { "Reorder(%0)", "f32[N,4,7,9]" },
        { "Pad(%0) {padding=[6,8,0,1], mode=reflect}", "f32[N,4,13,18]" },
        { "Pad(%0) {padding=[10,0,0,0], mode=replicate}", "f32[N,4,17,9]" },
        { "PadGradient(%0) {padding=[1,1,1,1], mode=reflect, size=[5,7]}", "f32[N,4,5,7]" },
        { "Relu(%0)", "f32[N,4,7,9]" },
        { "Tanh(%1)", "f32[N,12]" },
        { "Sigmoid(%1)", "f32[N,12]" },
        { "Add(%0, %0)", "f32[N,4,7,9]" },
        { "Add(%6, %6)", "f32[4]" },
        { "Multiply(%1, %1)", "f32[N,12]" },
        { "ReluGradient(%1, %1)", "f32[N,12]" },
        { "TanhGradient(%1, %1)", "f32[N,12]" },
        { "SigmoidGradient(%1, %1)", "f32[N,12]" },
        { "Concat(%0, %0)", "f32[N,8,7,9]" },
        { "Concat(%1, %1, %1)", "f32[N,36]" },
        { "Slice(%0) {start=1, end=3}", "f32[N,2,7,9]" },
        { "Slice(%0) {dim=-1, start=-8, end=-1, step=3}", "f32[N,4,7,3]" },
        { "SliceGradient(%0) {dim=2, start=3, step=2, size=16}", "f32[N,4,16,9]" },
        { "Squeeze(%12)", "f32[N,4]" },
        { "Squeeze(%12) {dims=[3]}", "f32[N,4,1]" },
        { "Unsqueeze(%1) {dim=-1}", "f32[N,12,1]" },
        { "Permute(%0) {dims=[0,3,1,2]}", "f32[N,9,4,7]" },
        { "Transpose(%0) {dim0=1, dim1=-1}", "f32[N,9,7,4]" },
        { "Expand(%12) {shape=[2,-1,7,9]}", "f32[N,2,4,7,9]" },
        { "IndexSelect(%0) {dim=2, indices=[6,-1,0,0]}", "f32[N,4,4,9]" },
        { "IndexAdd(%0) {dim=3, indices=[0,0,0,0,0,0,0,0,1], size=2}", "f32[N,4,7,2]" },
        { "Stack(%0, %0) {dim=2}", "f32[N,4,2,7,9]" },
        { "Concat(%0, %0) {dim=3}", "f32[N,4,7,18]" },
        { "ReduceSum(%0)", "f32[N]" },
        { "ReduceMean(%0) {dims=[1,-1]}", "f32[N,7]" },
        { "ReduceMax(%0) {dims=[2,3], keepdim=1}", "f32[N,4,1,1]" },
        { "ReduceMin(%1) {dims=[1], keepdim=1}", "f32[N,1]" },
        { "ArgMax(%0) {dim=2}", "f32[N,4,9]" },
        { "MatMul(%0, %14)", "f32[N,4,7,5]" },
        { "MatMul(%0, %15)", "f32[N,4,7,2]" },
        { "Pow(%0)", "f32[N,4,7,9]" },
        { "Pow(%0, %12)", "f32[N,4,7,9]" },
        { "PowConstant(%0) {exponent=0.5}", "f32[N,4,7,9]" },
        { "PowOf(%0, %0)", "f32[N,4,7,9]" },
        { "PowExponentSlope(%0, %0)", "f32[N,4,7,9]" },
        { "BroadcastPowExponentSlope(%0, %12)", "f32[N,4,7,9]" },
        { "BroadcastMaximumShare(%0, %12)", "f32[N,4,7,9]" },
        { "Buffer(%0) {shape=[3,4]}", "f32[3,4]" },
        { "EqualMask(%0, %0)", "f32[N,4,7,9]" },
        { "Subtract(%0, %0)", "f32[N,4,7,9]" },
        { "Divide(%0, %0)", "f32[N,4,7,9]" },
        { "Minimum(%0, %0)", "f32[N,4,7,9]" },
        { "Greater(%0)", "f32[N,4,7,9]" },
        { "GreaterEqual(%0)", "f32[N,4,7,9]" },
        { "Less(%0)", "f32[N,4,7,9]" },
        { "LessEqual(%0)", "f32[N,4,7,9]" },
        { "BroadcastAdd(%0, %12)", "f32[N,4,7,9]" },
        { "BroadcastAdd(%0, %11)", "f32[N,4,7,9]" },
        { "BroadcastSubtract(%16, %0)", "f32[N,4,7,9]" },
        { "BroadcastMultiply(%12, %16)", "f32[N,4,7,9]" },
        { "BroadcastDivide(%0, %12)", "f32[N,4,7,9]" },
        { "BroadcastMaximum(%0, %12)", "f32[N,4,7,9]" },
        { "BroadcastMinimum(%0, %12)", "f32[N,4,7,9]" },
        { "BroadcastPowOf(%0, %12)", "f32[N,4,7,9]" },
        { "GlobalAvgPool2d(%0)", "f32[N,4,1,1]" },
        { "AdaptiveAvgPool2d(%0) {outputSize=[3,2]}", "f32[N,4,3,2]" },
        { "AdaptiveAvgPoolGradient(%8) {size=[7,9]}", "f32[N,6,7,9]" },
        { "LocalResponseNorm(%0) {size=5}", "f32[N,4,7,9]" },
        { "LocalResponseScale(%0) {size=5}", "f32[N,4,7,9]" },
        { "LocalResponseTerm(%0, %0, %0) {size=5}", "f32[N,4,7,9]" },
        { "LocalResponseNormGradient(%0, %0, %0, %0) {size=5}", "f32[N,4,7,9]" },
        { "PositionBias(%0, %11)", "f32[N,4,7,9]" },
        { "SampleSum(%0)", "f32[4,7,9]" },
        { "Multiply(%0, %12)", "f32[N,4,7,9]" },
        { "ChannelFactorsGradient(%0, %0)", "f32[N,4,1,1]" },
        { "LogSoftmax(%0) {dim=1}", "f32[N,4,7,9]" },
        { "LogSoftmaxGradient(%1, %1)", "f32[N,12]" },
        { "Maximum(%0, %0)", "f32[N,4,7,9]" },
        { "MaximumGradient(%0, %0, %0)", "f32[N,4,7,9]" },
        { "Affine(%1) {scale=2.0, shift=1.0}", "f32[N,12]" },
        { "Relu6(%0)", "f32[N,4,7,9]" },
        { "LeakyRelu(%0)", "f32[N,4,7,9]" },
        { "Elu(%0)", "f32[N,4,7,9]" },
        { "Softplus(%0)", "f32[N,4,7,9]" },
        { "Relu6Gradient(%0, %0)", "f32[N,4,7,9]" },
        { "LeakyReluGradient(%0, %0)", "f32[N,4,7,9]" },
        { "EluGradient(%0, %0)", "f32[N,4,7,9]" },
        { "SoftplusGradient(%0, %0)", "f32[N,4,7,9]" },
        { "Silu(%0)", "f32[N,4,7,9]" },
        { "SiluGradient(%0, %0)", "f32[N,4,7,9]" },
        { "HardSigmoid(%0)", "f32[N,4,7,9]" },
        { "HardSwish(%0)", "f32[N,4,7,9]" },
        { "Gelu(%0)", "f32[N,4,7,9]" },
        { "GeluTanh(%0)", "f32[N,4,7,9]" },
        { "Mish(%0)", "f32[N,4,7,9]" },
        { "Selu(%0)", "f32[N,4,7,9]" },
        { "Softsign(%0)", "f32[N,4,7,9]" },
        { "Exp(%0)", "f32[N,4,7,9]" },
        { "Log(%0)", "f32[N,4,7,9]" },
        { "Sqrt(%0)", "f32[N,4,7,9]" },
        { "Reciprocal(%0)", "f32[N,4,7,9]" },
        { "Erf(%0)", "f32[N,4,7,9]" },
        { "Sin(%0)", "f32[N,4,7,9]" },
        { "Cos(%0)", "f32[N,4,7,9]" },
        { "Abs(%0)", "f32[N,4,7,9]" },
        { "Neg(%0)", "f32[N,4,7,9]" },
        { "Sign(%0)", "f32[N,4,7,9]" },
        { "Floor(%0)", "f32[N,4,7,9]" },
        { "Ceil(%0)", "f32[N,4,7,9]" },
        { "Round(%0)", "f32[N,4,7,9]" },
        { "Celu(%1) {alpha=0.5}", "f32[N,12]" },
        { "ThresholdedRelu(%1) {alpha=0.5}", "f32[N,12]" },
        { "Clamp(%0) {min=-1.0, max=1.0}", "f32[N,4,7,9]" },
        { "ClampGradient(%0, %0) {min=-1.0, max=1.0}", "f32[N,4,7,9]" },
        { "Upsample(%0) {size=[3,20], mode=bilinear, coordinates=corners}", "f32[N,4,3,20]" },
        { "UpsampleGradient(%0) {size=[3,20]}", "f32[N,4,3,20]" },
        { "PixelShuffle(%0) {upscaleFactor=2}", "f32[N,1,14,18]" },
        { "PixelUnshuffle(%8) {downscaleFactor=1}", "f32[N,6,5,8]" },
        { "ChannelShuffle(%0) {groups=2}", "f32[N,4,7,9]" },
        { "MaxPoolGather(%0, %0) {kernelSize=[2,3]}", "f32[N,4,3,3]" },
        { "Pad(%0) {padding=[7,9,0,1], mode=circular}", "f32[N,4,14,19]" },
        { "PRelu(%0, %6)", "f32[N,4,7,9]" },
        { "PReluGradient(%0, %6, %0)", "f32[N,4,7,9]" },
        { "PReluWeightGradient(%0, %0) {numParameters=4}", "f32[4]" },
        { "HardSigmoidGradient(%0, %0)", "f32[N,4,7,9]" },
        { "HardSwishGradient(%0, %0)", "f32[N,4,7,9]" },
        { "GeluGradient(%0, %0)", "f32[N,4,7,9]" },
        { "GeluTanhGradient(%0, %0)", "f32[N,4,7,9]" },
        { "MishGradient(%0, %0)", "f32[N,4,7,9]" },
        { "SeluGradient(%0, %0)", "f32[N,4,7,9]" },
        { "CeluGradient(%0, %0)", "f32[N,4,7,9]" },
        { "SoftsignGradient(%0, %0)", "f32[N,4,7,9]" },
        { "ThresholdedReluGradient(%0, %0)", "f32[N,4,7,9]" },
        { "LogGradient(%0, %0)", "f32[N,4,7,9]" },
        { "SqrtGradient(%0, %0)", "f32[N,4,7,9]" },
        { "ReciprocalGradient(%0, %0)", "f32[N,4,7,9]" },
        { "ErfGradient(%0, %0)", "f32[N,4,7,9]" },
        { "SinGradient(%0, %0)", "f32[N,4,7,9]" },
        { "CosGradient(%0, %0)", "f32[N,4,7,9]" },
        { "AbsGradient(%0, %0)", "f32[N,4,7,9]" },
    };

    [Theory]
    [MemberData(nameof(Good))]
    public void GoodInputGives(string operation, string type)
    {
        Graph graph = Parse(operation);
        Assert.Equal(type, Last(graph).Type.ToString());
        Assert.Same(graph, GraphVerifier.Verify(graph, "reading"));
    }

    [Fact]
    public void EveryOperatorIsInTheTable() =>
        Assert.Equal(OperatorTable.All.Select(o => o.Name).Order(),
            Good.Select(row => ((string)row[0])[..((string)row[0]).IndexOf('(')]).Distinct().Order());

    [Theory]
    [InlineData("Conv2d(%1, %4)", "Conv2d 'l' needs channels×height×width per sample, got 12; put it before Flatten")]
    [InlineData("Conv2d(%0)", "Conv2d 'l' takes 2 to 3 inputs, got 1")]
    [InlineData("Conv2d(%0, %9)", "Conv2d 'l' needs filters [O, 4, kh, kw] for input 4×7×9, got 6×2×3×2")]
    [InlineData("Conv2d(%0, %4) {groups=3}",
        "Conv2d 'l': 4 input channels cannot be split into 3 groups: 4 / 3 leaves 1; groups must divide 4 and 6")]
    [InlineData("Conv2d(%0, %9) {groups=4}",
        "Conv2d 'l': 6 output channels cannot be split into 4 groups: 6 / 4 leaves 2; groups must divide 4 and 6")]
    [InlineData("Conv2d(%0, %4) {dilation=[4,1]}",
        "Conv2d 'l': kernel 3 with dilation 4 spans 9, which is larger than the padded input height 7; use a kernel of at most 2 or a "
            + "padding that adds 2 more")]
    [InlineData("Conv2d(%0, %4) {dilation=[5,1], padding=[1,0,2,0]}",
        "Conv2d 'l': kernel 3 with dilation 5 spans 11, which is larger than the padded input height 7 + 1 + 2 = 10; use a kernel of at "
            + "most 2 or a padding that adds 1 more")]
    [InlineData("Conv2d(%0, %4) {padding=[1073741824,0,0,0]}",
        "Conv2d 'l': the padded input height 7 + 1073741824 + 0 = 1073741831 is more than the 1073741824 supported")]
    [InlineData("Linear(%0, %5)", "Linear 'l' needs 1 dimension per sample, got 4×7×9; put Flatten before it")]
    [InlineData("Linear(%1, %7)", "Linear 'l' needs a weight [O, 12], got 3×4")]
    [InlineData("MaxPool2d(%1) {kernelSize=[2,2]}", "MaxPool2d 'l' needs channels×height×width per sample, got 12; put it before Flatten")]
    [InlineData("MaxPool2d(%0) {kernelSize=[8,1]}",
        "MaxPool2d 'l': kernel 8 is larger than the padded input height 7; use a kernel of at most 7 or a padding that adds 1 more")]
    [InlineData("MaxPool2d(%0) {kernelSize=[9,1], stride=[2,1], ceilMode=1}",
        "MaxPool2d 'l': kernel 9 is larger than the padded input height 7 and the 1 that ceilMode with stride 2 lets it hang over; use a "
            + "kernel of at most 8 or a padding that adds 1 more")]
    [InlineData("MaxPool2d(%0) {kernelSize=[6,1], stride=[2,1], dilation=[2,1], padding=[1,0], ceilMode=1}",
        "MaxPool2d 'l': kernel 6 with dilation 2 spans 11, which is larger than the padded input height 7 + 1 + 1 = 9 and the 1 that "
            + "ceilMode with stride 2 lets it hang over; use a kernel of at most 5 or a padding that adds 1 more")]
    [InlineData("AvgPool2d(%0) {kernelSize=[2,2], padding=[2,1]}",
        "AvgPool2d 'l': padding 2×1 is more than half the window 2×2; some windows would see nothing but padding; use at most 1×1")]
    [InlineData("MaxPool2d(%0) {kernelSize=[2,2], padding=[0,1], dilation=[1,10]}",
        "MaxPool2d 'l': with padding 1 and dilation 10 the window that begins at -1 steps over the input width 9 and sees nothing but "
            + "padding; use less of either")]
    [InlineData("Softmax(%1) {dim=2}", "Softmax 'l': dim 2 does not exist; with the batch there are 2, so 1 to 1 or -1 to -1")]
    [InlineData("Reshape(%1) {shape=[5,-1]}", "Reshape 'l': 12 elements, 12, cannot be 5×-1, which takes a multiple of 5")]
    [InlineData("Reshape(%1) {shape=[-1,-1]}",
        "Reshape 'l': shape must be sizes of at least 1, one of which may be -1, got -1×-1")]
    [InlineData("Reshape(%1) {shape=[2,1,1,1,1,6]}",
        "Reshape 'l' would make 6 dimensions, 2×1×1×1×1×6; at most 5 are supported")]
    [InlineData("Squeeze(%0) {dims=[2]}", "Squeeze 'l': dimension 2 of 4×7×9 is 7; only those of size 1 can be left out")]
    [InlineData("Unsqueeze(%1) {dim=3}", "Unsqueeze 'l': dim 3 does not exist; with the batch there are 3, so 1 to 2 or -2 to -1")]
    [InlineData("Permute(%0) {dims=[1,2,3]}",
        "Permute 'l': dims must name all 4 dimensions, the batch, 0, first, got 1, 2, 3")]
    [InlineData("Permute(%0) {dims=[0,2,2,3]}", "Permute 'l': dims names one twice: 2, 2, 3")]
    [InlineData("Slice(%0) {start=3, end=3}", "Slice 'l': nothing lies from 3 to 3 along dimension 1 of 4×7×9, which has 0 to 3")]
    [InlineData("SliceGradient(%0) {dim=2, start=3, step=2, size=15}",
        "SliceGradient 'l': 7 from 3 on, 2 apart, do not fit into 15")]
    [InlineData("Expand(%1) {shape=[3,13]}", "Expand 'l': 12 cannot be repeated to 3×13; counted from the last, each dimension must be 1, "
        + "the same, or missing, and -1 stands for one that is there")]
    [InlineData("IndexSelect(%1) {dim=1, indices=[12]}", "IndexSelect 'l': there is no 12 along dimension 1 of 12, which has 0 to 11")]
    [InlineData("IndexSelect(%1) {dim=1, indices=[]}", "IndexSelect 'l' needs at least one index")]
    [InlineData("Stack(%0, %8)", "Stack 'l' needs inputs of one shape, got 4×7×9 and 6×5×8")]
    [InlineData("Concat(%0, %8) {dim=2}", "Concat 'l' needs inputs that differ in dimension 2 alone, got 4×7×9 and 6×5×8")]
    [InlineData("MatMul(%0, %0)", "MatMul 'l' multiplies rows of 4×7×9, 9 long, by columns of 4×7×9, 7 long; they must be as long")]
    [InlineData("MatMul(%1, %0)",
        "MatMul 'l' needs at least 2 dimensions per sample, rows and columns, got 12; put Unsqueeze before it")]
    [InlineData("BroadcastAdd(%0, %8)", "BroadcastAdd 'l' needs inputs of one shape, got 4×7×9 and 6×5×8; they may differ where one has "
        + "size 1, counted from the last dimension")]
    [InlineData("ReduceSum(%0) {dims=[1,-3]}", "ReduceSum 'l': dims names one twice: 1, -3")]
    [InlineData("Softmax(%0) {dim=0}", "Softmax 'l': dim 0 does not exist; with the batch there are 4, so 1 to 3 or -3 to -1")]
    [InlineData("Hinge(%0, %2)", "Hinge 'l' needs scores [C] and one label, got 4×7×9 and scalar")]
    [InlineData("MeanSquaredError(%0, %1)", "MeanSquaredError 'l' needs predictions and targets of one shape, got 4×7×9 and 12")]
    [InlineData("CrossEntropy(%1, %3)", "CrossEntropy 'l' needs logits [C] or [C, H, W] and one label for each position, got 12 and 7×9")]
    [InlineData("GaussianNoise(%1) {standardDeviation=-0.5}", "GaussianNoise 'l': standardDeviation must be at least 0, got -0.5")]
    [InlineData("Dropout(%1) {p=1.0}", "Dropout 'l': p must be at least 0 and less than 1, got 1.0")]
    [InlineData("PixelShuffle(%0) {upscaleFactor=3}",
        "PixelShuffle 'l': 4 channels cannot be split by upscaleFactor² = 9: 4 / 9 leaves 4")]
    [InlineData("PixelUnshuffle(%0) {downscaleFactor=2}",
        "PixelUnshuffle 'l': downscaleFactor must divide height and width, got 2 and 4×7×9")]
    [InlineData("ChannelShuffle(%0) {groups=3}",
        "ChannelShuffle 'l': 4 channels cannot be split into 3 groups: 4 / 3 leaves 1; groups must divide 4")]
    [InlineData("Pad(%0) {padding=[8,0,0,0], mode=circular}",
        "Pad 'l': 8,0,0,0 rows and columns (top, left, bottom, right) of the other side need an image at least as large, got 4×7×9; use "
            + "less padding or replicate")]
    [InlineData("Celu(%0) {alpha=0.0}", "Celu 'l': alpha must be positive, got 0.0")]
    [InlineData("Clamp(%0) {min=1.0, max=-1.0}", "Clamp 'l': min must not be larger than max, got 1.0 and -1.0")]
    [InlineData("PRelu(%1, %6)", "PRelu 'l': numParameters must be 1 or the 12 channels of 12, got 4")]
    [InlineData("Pad(%0) {padding=[7,0,0,0], mode=reflect}",
        "Pad 'l': reflecting 7,0,0,0 rows and columns (top, left, bottom, right) needs an image larger than that, got 4×7×9; use less "
            + "padding or replicate")]
    [InlineData("Add(%0, %8)", "Add 'l' needs inputs of one shape, got 4×7×9 and 6×5×8")]
    [InlineData("Add(%0)", "Add 'l' takes 2 inputs, got 1")]
    [InlineData("Relu(%0, %0)", "Relu 'l' takes 1 inputs, got 2")]
    [InlineData("Reshape(%1) {shape=[3,5]}", "Reshape 'l': 12 elements, 12, cannot be 3×5, which takes 15")]
    public void BadInputIsRefused(string operation, string message)
    {
        string named = operation.Contains('{') ? operation.Replace("{", "\"l\" {") : operation + " \"l\"";
        Assert.Contains($"({message})", Assert.Throws<FormatException>(() => Parse(named)).Message);
    }

    [Theory]
    [InlineData("Conv2d(%0, %4)", 6 * 5 * 8 * 4 * 3 * 2)]
    [InlineData("Conv2d(%0, %9) {groups=2, stride=[2,1]}", 6 * 3 * 8 * 2 * 3 * 2)]
    [InlineData("Linear(%1, %5)", 60)]
    [InlineData("MaxPool2d(%0) {kernelSize=[2,3]}", 0)]
    [InlineData("BatchNorm2d(%0, %6, %6, %7)", 0)]
    public void MultiplyAddsAreThoseOfTheLiterature(string operation, long expected)
    {
        Graph graph = Parse(operation);
        Assert.Equal(expected, OperatorTable.Get(Last(graph).Op).MultiplyAdds(OperatorCall.Of(graph, Last(graph))));
    }

    [Theory]
    [InlineData("Conv2d(%0, %4) {stride=[1,3]}", null)]
    [InlineData("Conv2d(%0, %4) {stride=[1,2]}",
        "Conv2d 'l': the last 1 of 9 columns are never read: (9 + 0 - 2) / 2 + 1 = 4.5 is rounded down to 4; a padding or crop that makes "
            + "(9 + padding - 2) a multiple of 2 reads all")]
    [InlineData("MaxPool2d(%0) {kernelSize=[2,3]}",
        "MaxPool2d 'l': the last 1 of 7 rows are never read: (7 + 0 - 2) / 2 + 1 = 3.5 is rounded down to 3; a padding or crop that makes "
            + "(7 + padding - 2) a multiple of 2 reads all")]
    [InlineData("MaxPool2d(%0) {kernelSize=[2,3], ceilMode=1}", null)]
    [InlineData("AvgPool2d(%0) {kernelSize=[2,3], padding=[1,0]}", null)]
    public void UnreadRowsAreWarnedOf(string operation, string? message)
    {
        Graph graph = Parse(operation.Contains('{') ? operation.Replace("{", "\"l\" {") : operation + " \"l\"");
        Assert.Equal(message is null ? [] : [message],
            OperatorTable.Get(Last(graph).Op).Warnings(OperatorCall.Of(graph, Last(graph))).Select(p => p.Message));
    }

    // Every way in which a window can meet the end of the image, against the definition: windows that lie inside the padded image; with
    // ceilMode one more where pixels are left over, unless it would begin in the padding behind.
    [Fact]
    public void WindowsAreCountedAsPyTorchDoes()
    {
        var cases =
            from length in Enumerable.Range(1, 12) from kernel in Enumerable.Range(1, 5) from stride in Enumerable.Range(1, 4)
            from dilation in Enumerable.Range(1, 3) from padding in Enumerable.Range(0, kernel / 2 + 1)
            select (length, kernel, stride, dilation, padding);
        foreach ((int length, int kernel, int stride, int dilation, int padding) in cases)
        {
            int span = dilation * (kernel - 1) + 1;
            int inside = Enumerable.Range(0, 100).Count(i => i * stride - padding + span <= length + padding);
            // aten/src/ATen/native/Pool.h: rounded up, then one less if the last would start beyond the input and its padding before.
            int rounded = (int)Math.Floor((length + 2.0 * padding - span + stride - 1) / stride) + 1;
            int hanging = (rounded - 1) * stride >= length + padding ? rounded - 1 : rounded;
            var window = new Window(kernel, kernel, stride, stride, new(padding, padding, padding, padding), dilation, dilation);
            Check(inside, ceilMode: false);
            Check(hanging, ceilMode: true);

            void Check(int expected, bool ceilMode)
            {
                if (expected > 0)
                    Assert.Equal((expected, expected), window.OutputSize("w", Shape.Of(1, length, length), ceilMode));
                else
                    Assert.Throws<ShapeException>(() => window.OutputSize("w", Shape.Of(1, length, length), ceilMode));
            }
        }
    }

    [Fact]
    public void LayersAreComplete()
    {
        string[] withMultiplyAdds = ["Conv2d", "ConvWeightGradient", "Linear", "LinearInputGradient", "LinearWeightGradient",
            "WinogradWeightGradient", "MatMul"];
        foreach (Operator op in OperatorTable.All)
        {
            static bool HasKernel(string name) => LoweringTable.Of(name, Precision.Float32).GetType()
                .GetMethod(nameof(OperatorLowering.Lower),
                    [typeof(LoweringContext), typeof(Node)])!.DeclaringType != typeof(OperatorLowering);

            bool Overrides(string method) => op.GetType().GetMethod(method)!.DeclaringType != typeof(Operator);
            // What a pass replaces before lowering has no kernel; what shares its input's memory needs none.
            Assert.True(op.IsAlias || op.IsComposite || op.Name is OpNames.Dropout or OpNames.GaussianNoise || HasKernel(op.Name),
                $"{op.Name} has no kernel");
            Assert.Equal(withMultiplyAdds.Contains(op.Name), Overrides(nameof(Operator.MultiplyAdds)));
            if (op.Layer is null)
                continue;
            // Dropout is a product with a mask in training, and noise a sum; a position has no slope.
            Assert.True(op.IsComposite || op is ArgMax
                || op.Name is OpNames.Dropout or OpNames.GaussianNoise || Overrides(nameof(Operator.Gradient)),
                $"{op.Name} has no gradient");
            Assert.All(op.Attributes, a => Assert.NotEmpty(a.Documentation));
            Assert.NotEmpty(op.Layer.Documentation);
        }
    }

    private static Node Last(Graph graph) => graph[graph.Nodes.Count - 1];

    private static Graph Parse(string operation) => GraphParser.Parse(Leaves + "%17 = " + operation);
}
