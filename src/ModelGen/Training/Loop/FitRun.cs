namespace ModelGen;

/// <summary>A run as it begins or goes on.</summary>
/// <param name="Epochs">Epochs of the whole run.</param>
/// <param name="History">Those that are done, from the first.</param>
/// <param name="MetricNames">What the values of <see cref="EpochResult.Metrics"/> are.</param>
public sealed record FitRun(int Epochs, IReadOnlyList<EpochResult> History, IReadOnlyList<string> MetricNames);
