using System.CommandLine;
using FashionMnist;
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
    catch (TrainingDivergedException diverged)
    {
        return Fail(diverged.Message, Failed);
    }
    catch (OperationCanceledException)
    {
        return Fail("stopped; no weights were saved", Stopped);
    }
}

static int TrainAndReport(Options options, CancellationToken stop)
{
    var console = Console.IsOutputRedirected ? PlainConsole() : AnsiConsole.Console;
    CheckWritable(options.Output);
    var data = FashionMnistData.Load(options.Data);
    console.WriteLine($"Fashion-MNIST: {data.Description}, {data.Train.Count:N0} training and {data.Test.Count:N0} test images");
    console.WriteLine($"seed {options.Seed}, learning rate {options.LearningRate}, batches of {LeNet5.Trainer.BatchSize}");
    console.WriteLine();
    console.WriteLine($"{LeNet5.Summary}");
    console.WriteLine();

    var training = new Training(data, options);
    var weights = TrainingDisplay.Run(console, display => training.Run(display, stop));
    console.WriteLine();

    weights.Save(options.Output);
    var network = new LeNet5(LeNet5.LoadWeights(options.Output));
    var predictions = new Predictions(network, data.Test);
    ConfusionMatrix.Write(console, data.Test, predictions);
    Gallery.Write(console, data.Test, predictions);

    var difference = predictions.FirstDifference(new Predictions(new LeNet5(weights), data.Test));
    if (difference >= 0)
        return Fail($"{options.Output}: the loaded network answers test image {difference} differently from the trained one", Failed);
    console.WriteLine($"saved {options.Output}; loaded again, all {data.Test.Count:N0} outputs are bit-identical");

    var latency = Latency.Measure(network, data.Test);
    console.WriteLine($"Forward: {latency.MedianMicroseconds:F2} µs per image (median of {latency.Calls:N0} calls), "
        + $"{latency.BytesPerCall:0.##} bytes allocated per call");
    console.WriteLine($"test accuracy {predictions.Accuracy * 100:F2} %");
    return latency.BytesPerCall == 0 ? 0 : Fail("Forward allocates, which it must not", Failed);
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
