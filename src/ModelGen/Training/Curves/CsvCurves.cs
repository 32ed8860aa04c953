using System.Globalization;

namespace ModelGen;

/// <summary>
/// Keeps a run's curves as CSV: a line an epoch, written as it ends. The lines of a run that was killed and resumed are those of one that
/// was not.
/// </summary>
/// <param name="path">The file, which is replaced when a run begins.</param>
public sealed class CsvCurves(string path) : ITrainingObserver
{
    private const string Header = "epoch,loss,validation_loss,validation_accuracy";

    /// <inheritdoc/>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void Started(FitRun run)
    {
        ArgumentNullException.ThrowIfNull(run);
        string header = string.Join(',', run.MetricNames.Select(Quote).Prepend(Header)) + "\n";
        AtomicFile.WriteText(path, string.Concat(run.History.Select(Line).Prepend(header)));
    }

    /// <inheritdoc/>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void EpochEnded(EpochResult result) => File.AppendAllText(path, Line(result));

    private static string Line(EpochResult result)
    {
        double[] values = [result.Loss, result.Validation.Loss, result.Validation.Accuracy, .. result.Metrics];
        return string.Join(
            ',', values.Select(v => v.ToString(CultureInfo.InvariantCulture)).Prepend(result.Epoch.ToString(CultureInfo.InvariantCulture)))
                + "\n";
    }

    // RFC 4180.
    private static string Quote(string name) => name.AsSpan().IndexOfAny(",\"\r\n") < 0
        ? name
        : $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
