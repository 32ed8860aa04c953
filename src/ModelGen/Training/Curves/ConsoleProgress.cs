using System.Diagnostics;
using System.Globalization;

namespace ModelGen;

/// <summary>
/// Shows a run as text: a line for each epoch and, on a terminal, a bar below them with loss, the last accuracy, speed and the time left,
/// which is redrawn some times a second. No colours. Where the output goes to a file or a pipe there are the lines alone.
/// </summary>
public sealed class ConsoleProgress : ITrainingObserver
{
    private const int BarWidth = 24;
    private static readonly long IntervalTicks = Stopwatch.Frequency / 5;

    private readonly TextWriter _writer;
    private readonly Func<int>? _width;
    private int _epochs;
    private double _accuracy = double.NaN;
    private double _speed = double.NaN;
    private long _next;
    private int _drawn;

    /// <summary>Writes to the console.</summary>
    public ConsoleProgress()
        : this(Console.Out, Console.IsOutputRedirected ? null : () => Console.WindowWidth)
    {
    }

    /// <summary>Writes lines alone.</summary>
    public ConsoleProgress(TextWriter writer)
        : this(writer, null)
    {
    }

    /// <summary>Writes a bar, too, on a terminal of the width that is given.</summary>
    internal ConsoleProgress(TextWriter writer, Func<int>? width)
    {
        ArgumentNullException.ThrowIfNull(writer);
        (_writer, _width) = (writer, width);
    }

    /// <inheritdoc/>
    public void Started(FitRun run)
    {
        ArgumentNullException.ThrowIfNull(run);
        _epochs = run.Epochs;
        if (run.History.Count == 0)
            return;
        _accuracy = run.History[^1].Validation.Accuracy;
        WriteLine(Invariant($"goes on after epoch {run.History.Count} of {_epochs}, accuracy {_accuracy * 100:F2} %"));
    }

    /// <inheritdoc/>
    public void Stepped(in StepProgress progress)
    {
        _speed = progress.SamplesPerSecond;
        if (_width is null || (Stopwatch.GetTimestamp() < _next && progress.Step < progress.Steps))
            return;
        _next = Stopwatch.GetTimestamp() + IntervalTicks;
        double done = (double)progress.Step / progress.Steps;
        int filled = (int)(done * BarWidth);
        string bar = new string('#', filled) + new string('.', BarWidth - filled);
        string accuracy = double.IsNaN(_accuracy) ? "" : Invariant($"  accuracy {_accuracy * 100:F2} %");
        Draw(Invariant(
            $"epoch {progress.Epoch}/{_epochs} [{bar}] {Math.Floor(done * 100),3:F0} %  loss {progress.Loss:F4}{accuracy}  "
                + $"{progress.SamplesPerSecond:F0}/s  {Clock(progress.Left)} left"));
    }

    /// <inheritdoc/>
    public void EpochEnded(EpochResult result)
    {
        _accuracy = result.Validation.Accuracy;
        string epoch = result.Epoch.ToString(CultureInfo.InvariantCulture).PadLeft(_epochs.ToString(CultureInfo.InvariantCulture).Length);
        string speed = double.IsNaN(_speed) ? "" : Invariant($"  {_speed:F0}/s");
        Erase();
        WriteLine(Invariant(
            $"epoch {epoch}/{_epochs}  loss {result.Loss:F4}  validation {result.Validation.Loss:F4}  accuracy {_accuracy * 100:F2} "
                + $"%{speed}{(result.IsBest ? "  best" : "")}"));
    }

    private static string Clock(TimeSpan time) =>
        time.ToString(time.TotalHours >= 1 ? @"d\.hh\:mm\:ss" : @"mm\:ss", CultureInfo.InvariantCulture);

    private static string Invariant(InvariantText text) => text.Take();

    // What is left of a longer line is overwritten. A line that wraps could not be.
    private void Draw(string line)
    {
        int width = Math.Max(_width!() - 1, 0);
        line = line.Length > width ? line[..width] : line;
        _writer.Write("\r" + line.PadRight(Math.Min(_drawn, width)));
        _writer.Flush();
        _drawn = line.Length;
    }

    private void Erase()
    {
        if (_drawn == 0)
            return;
        Draw("");
        _writer.Write('\r');
    }

    private void WriteLine(string line)
    {
        _writer.Write(line + "\n");
        _writer.Flush();
    }
}
