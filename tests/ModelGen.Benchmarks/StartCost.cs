using System.Diagnostics;
using System.Globalization;

namespace ModelGen.Benchmarks;

/// <summary>
/// What a fresh process takes to load a network, whose weights' file is in the system's cache, and to run it for the first time.
/// </summary>
/// <param name="LoadMilliseconds">From the file to the first instance that could run; with ModelGen this includes the just-in-time
/// compiler.</param>
/// <param name="PeakMegabytes">The largest working set while loading, less what the process had before. Pages of a mapped file
/// count.</param>
/// <param name="StartMilliseconds">From the start of the process to the end of the first inference.</param>
internal sealed record StartCost(double LoadMilliseconds, double PeakMegabytes, double StartMilliseconds)
{
    /// <summary>The command that a child process runs.</summary>
    public const string Command = "start";

    private const string ModelGen = "modelgen", OnnxRuntime = "onnxruntime";

    /// <summary>Starts this program again and has it load the network that ModelGen compiled.</summary>
    /// <exception cref="InvalidOperationException">The child fails; the message holds its last words.</exception>
    public static StartCost OfModelGen(string name, PeerNetwork network, PeerFiles files, int core, int threads) =>
        Measure(name, files, core, threads, ModelGen, files.Weights, Text(network.InputLength), Text(network.OutputLength));

    /// <summary>The same of the peer, in the same host.</summary>
    /// <exception cref="InvalidOperationException">The child fails; the message holds its last words.</exception>
    public static StartCost OfPeer(string name, PeerNetwork network, PeerFiles files, int core, int threads) =>
        Measure(name, files, core, threads, OnnxRuntime, files.Onnx, Text(files.Model.InputShape), Text(network.OutputShape));

    /// <summary>The child's part: prints the three numbers.</summary>
    /// <returns>The exit code, 0.</returns>
    public static int Run(ReadOnlySpan<string> arguments)
    {
        (long started, string network, int core, int threads, string program, string path) =
            (long.Parse(arguments[0], CultureInfo.InvariantCulture), arguments[1], Number(arguments[2]), Number(arguments[3]), arguments[4],
                arguments[5]);
        (int[] inputShape, int[] outputShape) = (Numbers(arguments[6]), Numbers(arguments[7]));
        (string inputName, string outputName) = (arguments[8], arguments[9]);
        ProcessorCores.Pin(core, threads);
        using OnnxRuntimeLibrary? runtime = program == OnnxRuntime ? OnnxRuntimeLibrary.Load() : null;
        using var process = Process.GetCurrentProcess();
        long before = process.WorkingSet64;
        long start = Stopwatch.GetTimestamp();
        ICompiledNetwork? compiled = null;
        OnnxRuntimeSession? session = null;
        if (runtime is null)
        {
            compiled = PeerNetwork.All[network]().Load(path, threads);
        }
        else
        {
            session = new OnnxRuntimeSession(runtime, path, new("", inputName, inputShape, outputName, [], []), outputShape, new(threads));
        }

        double load = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        process.Refresh();
        double peak = (process.PeakWorkingSet64 - before) * 1e-6;
        if (compiled is not null)
        {
            compiled.Parallelism = threads;
            float[] output = new float[outputShape[0]];
            compiled.Forward(new float[inputShape[0]], output);
        }
        else
        {
            session!.Input.Clear();
            session.Run();
        }

        double whole = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        Console.Write(string.Create(CultureInfo.InvariantCulture, $"{load} {peak} {whole}"));
        session?.Dispose();
        return 0;
    }

    private static StartCost Measure(string network, PeerFiles files, int core, int threads, params ReadOnlySpan<string> rest)
    {
        string host = Environment.ProcessPath!;
        bool isHost = Path.GetFileNameWithoutExtension(host).Equals("dotnet", StringComparison.OrdinalIgnoreCase);
        var start = new ProcessStartInfo(host) { RedirectStandardOutput = true, RedirectStandardError = true };
        // The clock is the system's: a process may read what another one started.
        string[] arguments =
        [
            .. isHost ? [typeof(StartCost).Assembly.Location] : Array.Empty<string>(), Command,
            Stopwatch.GetTimestamp().ToString(CultureInfo.InvariantCulture), network,
            Text(core), Text(threads), .. rest, files.Model.InputName, files.Model.OutputName,
        ];
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string[] answer = process.StandardOutput.ReadToEnd().Split(' ');
        process.WaitForExit();
        return process.ExitCode == 0 && answer.Length == 3
            ? new(Real(answer[0]), Real(answer[1]), Real(answer[2]))
            : throw new InvalidOperationException(
            $"Starting {network} as {rest[0]} ended with code {process.ExitCode}: {errors.Result.TrimEnd()}");
    }

    private static string Text(params int[] numbers) =>
        string.Join(',', numbers.Select(number => number.ToString(CultureInfo.InvariantCulture)));

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    private static int[] Numbers(string text) => [.. text.Split(',').Select(Number)];

    private static double Real(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
