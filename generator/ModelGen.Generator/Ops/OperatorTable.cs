namespace ModelGen.Generator.Ops;

/// <summary>All operators by name. Adding one means one file and one row here.</summary>
internal static class OperatorTable
{
    private static readonly Dictionary<string, Operator> ByName = new Operator[]
    {
        new Conv2d(), new TransposeFilters(), new WinogradFilters(), new WinogradWeightGradient(), new FilterGradients(
            ), new ConvWeightGradient(), new InsertZeros(), new ChannelSum(),
        new Linear(), new LinearInputGradient(), new LinearWeightGradient(),
        new MaxPool2d(), new MaxPoolGradient(), new AvgPool2d(), new AvgPoolGradient(),
        new GlobalAvgPool2d(), new AdaptiveAvgPool2d(), new AdaptiveAvgPoolGradient(),
        new BatchNorm2d(), new RunningStatistics(), new BatchStatistics(), new CheckRunningStatistics(), new UpdateRunningStatistics(),
        new BatchNormGradientSums(), new BatchNormGradient(), new Row(), new FoldWeight(), new FoldBias(),
        new GroupNorm(), new GroupStatistics(), new GroupNormGradientSums(), new GroupNormGradient(),
        new LocalResponseNorm(), new LocalResponseScale(), new LocalResponseTerm(), new LocalResponseNormGradient(),
        new PositionBias(), new SampleSum(), new PRelu(), new PReluGradient(), new PReluWeightGradient(),
        new Multiply(), new ChannelFactorsGradient(), new Concat(), new Slice(),
        new Softmax(), new SoftmaxGradient(), new LogSoftmax(), new LogSoftmaxGradient(), new CountCorrect(),
        new CountCorrectLabels(),
        new Dropout(), new RandomDropout(), new GaussianNoise(), new RandomNoise(), new AccumulateGradient(), new TotalGradient(
            ), new StoreGradient(), new SumOfSquares(),
        new Flatten(), new Reshape(), new Squeeze(), new Unsqueeze(), new Permute(), new Transpose(), new SliceGradient(),
        new Expand(), new IndexSelect(), new IndexAdd(), new Stack(), new Pow(), new MatMul(), new Buffer(), new ArgMax(),
        new Reorder(), new Pad(), new PadGradient(),
        new Upsample(), new UpsampleGradient(), new PixelShuffle(), new PixelUnshuffle(), new ChannelShuffle(), new MaxPoolGather(),
    }.Concat(Reduction.Rows).Concat(BroadcastOperator.Rows).Concat(Elementwise.Rows)
        .Concat(Losses).Concat(Update.Rows).Concat(Update.Checks).Concat(Composites)
        .ToDictionary(o => o.Name, StringComparer.Ordinal);

    // Each with its gradient.
    private static IEnumerable<Operator> Losses =>
        new LossOperator[] { new CrossEntropy(), new WeightedCrossEntropy(), new Hinge() }.Concat(RegressionLoss.Rows)
            .SelectMany(loss => new Operator[] { loss, new LossGradient(loss) });

    // Layers that are made of other operators' nodes, and are no nodes themselves.
    private static IEnumerable<Operator> Composites =>
        [new ConvTranspose2d(), new Crop(), new MaxUnpool2d(), new InstanceNorm2d(), new BatchNorm1d()];

    /// <summary>All operators that have a shape rule.</summary>
    public static IEnumerable<Operator> All => ByName.Values.Where(o => o is not CompositeLayer);

    /// <summary>The operators that users write as layers, by name.</summary>
    public static IEnumerable<Operator> Layers =>
        ByName.Values.Where(o => o.Layer is not null).OrderBy(o => o.Name, StringComparer.Ordinal);

    public static Operator Get(string name) =>
        ByName.TryGetValue(name, out Operator? op) ? op : throw new KeyNotFoundException($"no operator is named '{name}'");

    public static bool TryGet(string name, out Operator op) => ByName.TryGetValue(name, out op!);
}
