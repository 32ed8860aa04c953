using System.Diagnostics;
using ModelGen;
using Spectre.Console;

namespace FashionMnist;

/// <summary>Shows training: one lasting line for each epoch and, on a terminal, a live line below them.</summary>
internal static class TrainingDisplay
{
    /// <summary>Calls <paramref name="train"/> with the display that fits where the output goes.</summary>
    public static T Run<T>(IAnsiConsole console, Func<ITrainingObserver, T> train)
    {
        var capabilities = console.Profile.Capabilities;
        if (!capabilities.Ansi || !capabilities.Interactive || console.Profile.Width < LiveDisplay.LeastWidth)
            return train(new PlainDisplay(console));

        var text = new TaskDescriptionColumn { Alignment = Justify.Left };
        ProgressColumn[] columns = console.Profile.Width >= LiveDisplay.WidthWithBar
            ? [new ProgressBarColumn { Width = 24 }, new PercentageColumn(), text]
            : [text];
        return console.Progress().AutoClear(true).HideCompleted(false).Columns(columns)
            .Start(context => train(new LiveDisplay(console, context.AddTask("starting", maxValue: 1))));
    }

    /// <summary>For files, pipes and very narrow terminals: only the lines that last.</summary>
    private class PlainDisplay(IAnsiConsole console) : ITrainingObserver
    {
        private int epochs;
        private double samplesPerSecond;

        public virtual void Started(FitRun run)
        {
            epochs = run.Epochs;
            foreach (var result in run.History)
                Write(result, "before");
        }

        public virtual void Stepped(in StepProgress progress) => samplesPerSecond = progress.SamplesPerSecond;

        public virtual void EpochEnded(EpochResult result) => Write(result, $"{samplesPerSecond:N0} images/s");

        private void Write(EpochResult result, string speed)
        {
            var epoch = $"{result.Epoch}".PadLeft($"{epochs}".Length);
            var accuracy = $"[bold]test {result.Validation.Accuracy * 100:F2} %[/]";
            console.MarkupLine(console.Profile.Width >= 80
                ? $"epoch {epoch}/{epochs}  loss {result.Loss:F4}  test loss {result.Validation.Loss:F4}  {accuracy}  {speed}"
                : $"{epoch}/{epochs}  loss {result.Loss:F4}  {accuracy}");
        }
    }

    /// <summary>For terminals. The live line is cut to what fits, since a wrapped one would tear when it is redrawn.</summary>
    private sealed class LiveDisplay(IAnsiConsole console, ProgressTask task) : PlainDisplay(console)
    {
        /// <summary>Columns that the bar, the percentage and the longest text need.</summary>
        public const int WidthWithBar = 92;

        /// <summary>Below this the lines that last would wrap, and a live line under them would leave remains.</summary>
        public const int LeastWidth = 40;

        private const int WidthWithText = 60;
        private static readonly long ReportIntervalTicks = Stopwatch.Frequency / 10;

        private readonly int width = console.Profile.Width;
        private long nextReport;

        public override void Stepped(in StepProgress progress)
        {
            base.Stepped(progress);
            if (progress.Step == progress.Steps)
            {
                task.Description = width >= WidthWithText ? $"epoch {progress.Epoch}/{progress.Epochs}  measuring accuracy"
            : $"{progress.Epoch}/{progress.Epochs}  measuring";
                return;
            }

            if (Stopwatch.GetTimestamp() < nextReport)
                return;
            nextReport = Stopwatch.GetTimestamp() + ReportIntervalTicks;
            var left = progress.Left.ToString(progress.Left.TotalHours >= 1 ? @"d\.hh\:mm\:ss" : @"m\:ss", null);
            task.Description = width >= WidthWithText
                ? $"epoch {progress.Epoch}/{progress.Epochs}  {progress.SamplesPerSecond:N0} images/s  loss {progress.Loss:F3}  {left} left"
                : $"{progress.Epoch}/{progress.Epochs}  {progress.Loss:F3}  {left}";
            task.Value = (progress.Epoch - 1 + (double)progress.Step / progress.Steps) / progress.Epochs;
        }
    }
}
