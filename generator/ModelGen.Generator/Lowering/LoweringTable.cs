using ModelGen.Generator.Graphs;
using ModelGen.Generator.Kernels;
using ModelGen.Generator.Ops;

namespace ModelGen.Generator.Lowering;

/// <summary>How each operator is done, by operator and precision. Another way to do one is a class and a row here.</summary>
internal static class LoweringTable
{
    private static readonly Dictionary<(string Op, Precision Precision), OperatorLowering> s_rows = Rows().ToDictionary(
        r => (r.Op, r.Precision), r => r.Lowering);

    /// <summary>How a node is done.</summary>
    /// <exception cref="KeyNotFoundException">Its operator is not done in that precision.</exception>
    public static OperatorLowering Of(Node node) => Of(node.Op, node.Implementation?.Precision ?? Precision.Float32);

    /// <summary>How an operator is done in a precision.</summary>
    /// <exception cref="KeyNotFoundException">It is not.</exception>
    public static OperatorLowering Of(string op, Precision precision) =>
        s_rows.TryGetValue((op, precision), out OperatorLowering lowering) ? lowering
            : throw new KeyNotFoundException($"{op} is not done in {precision}");

    private static IEnumerable<(string Op, Precision Precision, OperatorLowering Lowering)> Rows() =>
    [
        .. OperatorTable.All.Where(op => !op.IsComposite).Select(op => (op.Name, Precision.Float32, InFloats(op))),
        (OpNames.Linear, Precision.BFloat16, new LinearBFloat16Lowering()),
    ];

    private static OperatorLowering InFloats(Operator op) => op switch
    {
        Conv2d => new ConvolutionLowering(),
        TransposeFilters => new TransposeFiltersLowering(),
        WinogradFilters => new WinogradFiltersLowering(),
        Ops.WinogradWeightGradient => new WinogradWeightGradientLowering(),
        FilterGradients => new FilterGradientsLowering(),
        ConvWeightGradient => new ConvWeightGradientLowering(),
        InsertZeros => new InsertZerosLowering(),
        ChannelSum => new ChannelSumLowering(),
        Linear => new LinearLowering(),
        LinearInputGradient => new LinearInputGradientLowering(),
        LinearWeightGradient => new LinearWeightGradientLowering(),
        MaxPool2d => new MaxPoolLowering(),
        MaxPoolGradient => new MaxPoolGradientLowering(),
        AvgPool2d => new AvgPoolLowering(),
        AvgPoolGradient => new AvgPoolGradientLowering(),
        AdaptivePooling => new AdaptivePoolingLowering(),
        AdaptiveAvgPoolGradient => new AdaptivePoolingGradientLowering(),
        BatchNorm2d => new BatchNormLowering(),
        RunningStatistics => new RunningStatisticsLowering(),
        BatchStatistics => new BatchStatisticsLowering(),
        CheckRunningStatistics => new CheckRunningStatisticsLowering(),
        UpdateRunningStatistics => new UpdateRunningStatisticsLowering(),
        BatchNormGradientSums => new BatchNormGradientSumsLowering(),
        BatchNormGradient => new BatchNormGradientLowering(),
        Row => new RowLowering(),
        FoldWeight => new FoldWeightLowering(),
        FoldBias => new FoldBiasLowering(),
        GroupNorm => new GroupNormLowering(),
        GroupStatistics => new GroupStatisticsLowering(),
        GroupNormGradientSums => new GroupNormGradientSumsLowering(),
        GroupNormGradient => new GroupNormGradientLowering(),
        LocalResponseNorm => new LocalResponseLowering("LocalResponse.Norm", "size", "alpha", "beta", "k"),
        LocalResponseScale => new LocalResponseLowering("LocalResponse.Scale", "size", "alpha", "k"),
        LocalResponseTerm => new LocalResponseTermLowering(),
        LocalResponseNormGradient => new LocalResponseLowering("LocalResponse.Gradient", "size", "alpha", "beta"),
        PositionBias => new PositionBiasLowering(),
        SampleSum => new SampleSumLowering(),
        PRelu => new PReluLowering("Forward"),
        PReluGradient => new PReluLowering("Gradient"),
        PReluWeightGradient => new PReluWeightGradientLowering(),
        Multiply => new MultiplyLowering(),
        ChannelFactorsGradient => new ChannelFactorsGradientLowering(),
        Concat => new ConcatLowering(),
        Slice => new SliceLowering(),
        Softmax => new ProbabilitiesLowering("Softmax.Forward"),
        SoftmaxGradient => new ProbabilitiesGradientLowering("Softmax.Gradient"),
        LogSoftmax => new ProbabilitiesLowering("LogSoftmax.Forward"),
        LogSoftmaxGradient => new ProbabilitiesGradientLowering("LogSoftmax.Gradient"),
        CountCorrect => new CountCorrectLowering(),
        CountCorrectLabels => new CountCorrectLabelsLowering(),
        Dropout or GaussianNoise => new ReplacedLowering(),
        RandomDropout => new RandomElementsLowering("Dropout.Apply", "p", HaloEffect.MapsZeros),
        RandomNoise => new RandomElementsLowering("Noise.Add", "standardDeviation", HaloEffect.Spoils),
        AccumulateGradient => new AccumulateGradientLowering(),
        TotalGradient => new TotalGradientLowering(),
        StoreGradient => new StoreGradientLowering(),
        SumOfSquares => new SumOfSquaresLowering(),
        Permute or Expand or SliceGradient or IndexSelect or IndexAdd => new StridedCopyLowering(),
        Reduction row => new ReductionLowering(row.Kind),
        ArgMax => new ArgMaxLowering(),
        BroadcastOperator row => new BroadcastLowering(row.Function),
        MatMul => new MatMulLowering(),
        Flatten => new FlattenLowering(),
        Reshape => new ReshapeLowering(),
        Reorder => new ReorderLowering(),
        Pad => new PadLowering(isGradient: false),
        PadGradient => new PadLowering(isGradient: true),
        Upsample => new UpsampleLowering("Forward"),
        UpsampleGradient => new UpsampleLowering("Gradient"),
        PixelShuffle => new ChannelOrderLowering("PixelShuffle", "upscaleFactor"),
        PixelUnshuffle => new ChannelOrderLowering("PixelUnshuffle", "downscaleFactor"),
        ChannelShuffle => new ChannelOrderLowering("Shuffle", "groups"),
        MaxPoolGather => new MaxPoolGatherLowering(),
        Elementwise row => new ElementwiseLowering(row),
        LossOperator loss => new LossLowering(loss),
        LossGradient gradient => new LossGradientLowering(gradient.Loss),
        Update row => new UpdateLowering(row),
        _ => throw new InvalidOperationException($"nothing says how {op.Name} is done"),
    };
}
