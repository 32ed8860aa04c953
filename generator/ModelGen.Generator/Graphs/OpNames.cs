namespace ModelGen.Generator.Graphs;

/// <summary>Names of the operators that parts of the compiler must recognise.</summary>
internal static class OpNames
{
    public const string Input = "Input";
    public const string Parameter = "Parameter";
    public const string Reorder = "Reorder";
    public const string Conv2d = "Conv2d";
    public const string TransposeFilters = "TransposeFilters";
    public const string WinogradFilters = "WinogradFilters";
    public const string ConvWeightGradient = "ConvWeightGradient";
    public const string WinogradWeightGradient = "WinogradWeightGradient";
    public const string FilterGradients = "FilterGradients";
    public const string Linear = "Linear";
    public const string Flatten = "Flatten";
    public const string Reshape = "Reshape";
    public const string BatchNorm2d = "BatchNorm2d";
    public const string RunningStatistics = "RunningStatistics";
    public const string BatchStatistics = "BatchStatistics";
    public const string UpdateRunningStatistics = "UpdateRunningStatistics";
    public const string Dropout = "Dropout";
    public const string RandomDropout = "RandomDropout";
    public const string GaussianNoise = "GaussianNoise";
    public const string RandomNoise = "RandomNoise";
    public const string Multiply = "Multiply";
    public const string Add = "Add";
    public const string Concat = "Concat";
    public const string CrossEntropy = "CrossEntropy";
    public const string Hinge = "Hinge";
    public const string MeanSquaredError = "MeanSquaredError";
    public const string MeanAbsoluteError = "MeanAbsoluteError";
    public const string Huber = "Huber";
    public const string BinaryCrossEntropyWithLogits = "BinaryCrossEntropyWithLogits";
    public const string SmoothL1 = "SmoothL1";
    public const string Focal = "Focal";
    public const string Dice = "Dice";
    public const string WeightedCrossEntropy = "WeightedCrossEntropy";
    public const string CountCorrectLabels = "CountCorrectLabels";
    public const string AccumulateGradient = "AccumulateGradient";
    public const string TotalGradient = "TotalGradient";
    public const string StoreGradient = "StoreGradient";
    public const string CheckRunningStatistics = "CheckRunningStatistics";
    public const string SumOfSquares = "SumOfSquares";
}
