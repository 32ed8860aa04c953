using System.CommandLine;
using System.Diagnostics;
using FashionMnist;
using ModelGen;
using ModelGen.Data;
using Spectre.Console;

// Exit codes: 0 all is well, 1 training or a check failed, 2 bad options or files, 130 stopped with Ctrl-C.
const int Failed = 1;
const int BadInput = 2;
const int Stopped = 130;

Console.OutputEncoding = System.Text.Encoding.UTF8;
var command = Options.Command(Run);
var parsed = command.Parse(args);
if (parsed.Errors.Count == 0)
    return parsed.Invoke();
return Fail(string.Join("; ", parsed.Errors.Select(error => error.Message)), BadInput);

static int Run(Options options)
{
    using var stop = new CancellationTokenSource();
    Console.CancelKeyPress += (_, key) =>
    {
        // The first Ctrl-C lets the display put the cursor back; a second one ends the process at once.
        key.Cancel = !stop.IsCancellationRequested;
        stop.Cancel();
    };

    try
    {
        return TrainAndReport(options, stop.Token);
    }
    catch (Exception bad) when (bad is IOException or UnauthorizedAccessException)
    {
        return Fail(bad.Message, BadInput);
    }
    catch (NonFiniteLossException diverged)
    {
        return Fail($"{diverged.Message} Try a --learning-rate below {options.LearningRate}.", Failed);
    }
    catch (OperationCanceledException)
    {
        return Fail(
            options.Checkpoint is null ? "stopped; no weights were saved"
            : $"stopped; the same command goes on where {options.Checkpoint} was last written", Stopped);
    }
}

static int TrainAndReport(Options options, CancellationToken stop)
{
    var console = Console.IsOutputRedirected ? PlainConsole() : AnsiConsole.Console;
    foreach (var path in (string?[])[options.Output, options.Checkpoint, options.Csv, options.Html])
    {
        if (path is not null)
            CheckWritable(path);
    }

    var data = FashionMnistData.Load(options.Data).First(options.Samples);
    console.WriteLine($"Fashion-MNIST: {data.Description}, {data.Train.Count:N0} training and {data.Test.Count:N0} test images");
    console.WriteLine($"seed {options.Seed}, learning rate up to {options.LearningRate}, batches of {options.Network.BatchSize}");
    console.WriteLine();
    console.WriteLine($"{options.Network.Summary}");
    console.WriteLine();

    using var testBatches = data.TestBatches();
    var start = Stopwatch.GetTimestamp();
    var weights = TrainingDisplay.Run(console, display => Train(options, data, testBatches, display, stop));
    console.WriteLine($"trained in {Stopwatch.GetElapsedTime(start).TotalSeconds:N0} s, tests included");
    console.WriteLine();

    weights.Save(options.Output);
    var network = options.Network.Create(options.Network.Load(options.Output));
    var predictions = new Predictions(network, testBatches);
    ConfusionMatrix.Write(console, predictions.Metrics);
    Gallery.Write(console, data.Test, predictions);

    var difference = predictions.FirstDifference(new Predictions(options.Network.Create(weights), testBatches));
    if (difference >= 0)
        return Fail($"{options.Output}: the loaded network answers test image {difference} differently from the trained one", Failed);
    console.WriteLine($"saved {options.Output}; loaded again, all {data.Test.Count:N0} outputs are bit-identical");

    var latency = Latency.Measure(network, testBatches);
    console.WriteLine($"Forward: {latency.MedianMicroseconds:F2} µs per image (median of {latency.Calls:N0} calls), "
        + $"{latency.BytesPerCall:0.##} bytes allocated per call");
    console.WriteLine($"top 2: {predictions.Metrics.TopK(2) * 100:F2} %, cross entropy {predictions.Metrics.CrossEntropy:F4}");
    console.WriteLine($"test accuracy {predictions.Metrics.Accuracy * 100:F2} %");
    return latency.BytesPerCall == 0 ? 0 : Fail("Forward allocates, which it must not", Failed);
}

static WeightStore Train(
    Options options, FashionMnistData data, ImageBatches testBatches, ITrainingObserver display, CancellationToken stop)
{
    var trainer = options.Network.CreateTrainer(options.Seed, options.LearningRate);
    trainer.Parallelism = options.Threads;
    using var batches = data.TrainBatches(options.Network.BatchSize, options.Seed, options.Network.Augmentation);
    var fit = new Fit(options.Epochs)
    {
        Schedule = NetworkChoice.Schedule(options.LearningRate, (long)options.Epochs * batches.BatchesPerEpoch),
        CheckpointPath = options.Checkpoint,
        Observers = { display },
    };
    if (options.Csv is not null)
        fit.Observers.Add(new CsvCurves(options.Csv));
    if (options.Html is not null)
        fit.Observers.Add(new HtmlCurves(options.Html, $"{options.Network.Name} on Fashion-MNIST, seed {options.Seed}"));
    if (options.TensorBoard is not null)
        fit.Observers.Add(new TensorBoardLog(options.TensorBoard));
    fit.Run(trainer, batches, () => Evaluation.Of(trainer, testBatches), null, stop);
    return trainer.ToWeights();
}

// For files and pipes: no colours, no live lines, and no width to wrap at.
static IAnsiConsole PlainConsole()
{
    var console = AnsiConsole.Create(new AnsiConsoleSettings
    {
        Ansi = AnsiSupport.No,
        ColorSystem = ColorSystemSupport.NoColors,
        Interactive = InteractionSupport.No,
    });
    console.Profile.Width = 1000;
    return console;
}

// Found out before training and not after it. An existing file is left as it is until there is something better.
static void CheckWritable(string path)
{
    var existed = File.Exists(path);
    using (new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write))
    {
    }

    if (!existed)
        File.Delete(path);
}

static int Fail(string message, int exitCode)
{
    Console.Error.WriteLine($"error: {message}");
    return exitCode;
}
