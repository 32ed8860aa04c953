using System.Runtime.InteropServices;
using ModelGen.Data;
using ModelGen.Tests.Networks;

namespace ModelGen.Tests.Harness;

/// <summary>
/// A run with all that has state: momentum, dropout, running averages, augmentation, a schedule, a checkpoint and every kind of curves.
/// Started in a process of its own it stops where it is told to and waits to be killed.
/// </summary>
internal static class TrainingRun
{
    public const int Epochs = 6;
    public const string Ready = "ready to be killed";
    public const string Checkpoint = "run.safetensors";

    private const int Images = 22;
    private const int FileSizeLimit = 1;
    private const int FileSizeSignal = 25;

    [StructLayout(LayoutKind.Sequential)]
    private record struct Limit(ulong Current, ulong Most);

    /// <summary>
    /// Runs until one of: "step E S" (in the middle of epoch E), "rows E" (the curves have epoch E, the checkpoint has not), "saved E",
    /// "never".
    /// </summary>
    public static int Execute(string folder, string stop)
    {
        if (stop == "full")
            return OnAFullDisk(folder);
        Run(folder, at =>
        {
            if (at != stop)
                return;
            Console.WriteLine(Ready);
            Thread.Sleep(Timeout.Infinite);
        });
        return 0;
    }

    /// <summary>The whole run, or what is left of it. Returns the parameters.</summary>
    public static float[] Run(string folder, Action<string> at)
    {
        var trainer = new SavedSgd.Trainer(SavedSgd.CreateWeights(3), new Sgd(0.05f, 0.9f, 0.01f, nesterov: true), seed: 3);
        using var batches = new ImageBatches(Samples(1), new ImageBatchOptions
        {
            BatchSize = 4, Seed = 9, Augmentation =
                new ImageAugmentation { CropPadding = 1, FlipProbability = 0.5f, NoiseDeviation = 0.1f },
        });
        using var validation = new ImageBatches(Samples(2), new ImageBatchOptions { BatchSize = 4, Shuffle = false });
        var metrics = new ClassificationMetrics(3);
        var fit = new Fit(Epochs)
        {
            Schedule = new OneCycleSchedule(0.1f, Epochs * (long)batches.BatchesPerEpoch),
            CheckpointPath = Path.Combine(folder, Checkpoint),
            Metrics = { new FitMetric("validation_top2", () => metrics.TopK(2)) },
            Observers =
            {
                new CsvCurves(Path.Combine(folder, "curves.csv")), new HtmlCurves(Path.Combine(folder, "curves.html")),
                    new TensorBoardLog(Path.Combine(folder, "events")), new Reporter(at),
            },
        };
        fit.Run(trainer, batches, () =>
        {
            metrics.Clear();
            metrics.Add(new SavedSgd(trainer.ToWeights()).Forward, validation);
            return metrics.Evaluation;
        }, result => at($"saved {result.Epoch}"));
        return [.. trainer.ToWeights().AllValues];
    }

    private static PosixSignalRegistration? _ignored;

    // From the third epoch on the disk has no room for the checkpoint: files may not become as large.
    private static int OnAFullDisk(string folder)
    {
        // Otherwise the system would end the process. Never disposed, since a signal may come to be handled after the call that it is about
        // has returned.
        _ignored = PosixSignalRegistration.Create((PosixSignal)FileSizeSignal, context => context.Cancel = true);
        try
        {
            Run(folder, at =>
            {
                if (at != "saved 2")
                    return;
                var limit = new Limit((ulong)new FileInfo(Path.Combine(folder, Checkpoint)).Length - 1, ulong.MaxValue);
                Console.WriteLine(SetLimit(FileSizeLimit, in limit) == 0 ? "limited" : "not limited");
            });
        }
        catch (IOException e)
        {
            Console.WriteLine(e.Message);
            return 0;
        }
        return 1;
    }

    private static LabeledImages Samples(int seed) => new(
        [.. Enumerable.Range(0, Images * SavedSgd.InputLength).Select(i => MathF.Sin(i * i + seed))],
        [.. Enumerable.Range(0, Images).Select(i => i * i % 3)], 2, 6, 6);

    [DllImport("libc", EntryPoint = "setrlimit")]
    private static extern int SetLimit(int resource, in Limit limit);

    private sealed class Reporter(Action<string> at) : ITrainingObserver
    {
        public void Started(FitRun run)
        {
        }

        public void Stepped(in StepProgress progress) => at($"step {progress.Epoch} {progress.Step}");

        public void EpochEnded(EpochResult result) => at($"rows {result.Epoch}");
    }
}
