using Spectre.Console;

namespace FashionMnist;

/// <summary>Is told how training goes, some ten times a second.</summary>
internal interface ITrainingDisplay
{
    /// <summary>An epoch goes on.</summary>
    void Progress(in TrainingProgress progress);

    /// <summary>An epoch's steps are done; the network is being judged.</summary>
    void Evaluating(int epoch, int epochs);

    /// <summary>An epoch is over.</summary>
    void Finished(in EpochResult result);
}

/// <summary>Shows training: one lasting line for each epoch and, on a terminal, a live line below them.</summary>
internal static class TrainingDisplay
{
    /// <summary>Calls <paramref name="train"/> with the display that fits where the output goes.</summary>
    public static T Run<T>(IAnsiConsole console, Func<ITrainingDisplay, T> train)
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

    private static void WriteLine(IAnsiConsole console, in EpochResult result)
    {
        var total = $"{result.Epochs}";
        var epoch = $"{result.Epoch}".PadLeft(total.Length);
        var accuracy = $"train {result.Train.Accuracy * 100:F2} %  [bold]test {result.Test.Accuracy * 100:F2} %[/]";
        console.MarkupLine(console.Profile.Width >= 80
            ? $"epoch {epoch}/{total}  loss {result.Loss:F4}  {accuracy}  {result.ImagesPerSecond:N0} images/s"
            : $"{epoch}/{total}  {accuracy}");
    }

    /// <summary>For files, pipes and very narrow terminals: only the lines that last.</summary>
    private sealed class PlainDisplay(IAnsiConsole console) : ITrainingDisplay
    {
        public void Progress(in TrainingProgress progress)
        {
        }

        public void Evaluating(int epoch, int epochs)
        {
        }

        public void Finished(in EpochResult result) => WriteLine(console, result);
    }

    /// <summary>For terminals. The live line is cut to what fits, since a wrapped one would tear when it is redrawn.</summary>
    private sealed class LiveDisplay(IAnsiConsole console, ProgressTask task) : ITrainingDisplay
    {
        /// <summary>Columns that the bar, the percentage and the longest text need.</summary>
        public const int WidthWithBar = 92;

        /// <summary>Below this the lines that last would wrap, and a live line under them would leave remains.</summary>
        public const int LeastWidth = 40;

        private const int WidthWithText = 60;

        public void Progress(in TrainingProgress progress)
        {
            var left = progress.Left.ToString(progress.Left.TotalHours >= 1 ? @"h\:mm\:ss" : @"m\:ss", null);
            task.Description = console.Profile.Width >= WidthWithText
                ? $"epoch {progress.Epoch}/{progress.Epochs}  {progress.ImagesPerSecond:N0} images/s  loss {progress.Loss:F3}  {left} left"
                : $"{progress.Epoch}/{progress.Epochs}  {progress.Loss:F3}  {left}";
            task.Value = progress.Done;
        }

        public void Evaluating(int epoch, int epochs) => task.Description = console.Profile.Width >= WidthWithText
            ? $"epoch {epoch}/{epochs}  measuring accuracy"
            : $"{epoch}/{epochs}  measuring";

        public void Finished(in EpochResult result) => WriteLine(console, result);
    }
}
