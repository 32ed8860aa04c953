using System.Diagnostics;
using System.Globalization;

namespace ModelGen.Benchmarks;

/// <summary>What it takes to load a network in a fresh process: from the weights' file, in the system's cache, to the first instance that could run.</summary>
/// <param name="Milliseconds">The first load of the process; with ModelGen this includes the just-in-time compiler.</param>
/// <param name="PeakMegabytes">The largest working set during it, less what the process had before. Pages of a mapped file count.</param>
internal sealed record LoadCost(double Milliseconds, double PeakMegabytes)
{
    /// <summary>The command that a child process runs.</summary>
    public const string Command = "load";

    public const string ModelGen = "modelgen", OnnxRuntime = "onnxruntime";

    /// <summary>Starts this program again and has it load the file.</summary>
    /// <exception cref="InvalidOperationException">The child fails; the message holds its last words.</exception>
    public static LoadCost Measure(string network, string program, string path, int core, int threads)
    {
        string host = Environment.ProcessPath!;
        bool isHost = Path.GetFileNameWithoutExtension(host).Equals("dotnet", StringComparison.OrdinalIgnoreCase);
        string[] arguments = [.. isHost ? [typeof(LoadCost).Assembly.Location] : Array.Empty<string>(), Command, network, program, path, Text(core), Text(threads)];
        using Process process = Process.Start(new ProcessStartInfo(host, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string[] answer = process.StandardOutput.ReadToEnd().Split(' ');
        process.WaitForExit();
        return process.ExitCode == 0 && answer is [string milliseconds, string megabytes]
            ? new(double.Parse(milliseconds, CultureInfo.InvariantCulture), double.Parse(megabytes, CultureInfo.InvariantCulture))
            : throw new InvalidOperationException($"Loading {network} with {program} ended with code {process.ExitCode}: {errors.Result.TrimEnd()}");
    }

    /// <summary>The child's part: loads and prints both numbers.</summary>
    /// <returns>The exit code, 0.</returns>
    public static int Run(ReadOnlySpan<string> arguments)
    {
        (string network, string program, string path, int core, int threads) = (arguments[0], arguments[1], arguments[2], Number(arguments[3]), Number(arguments[4]));
        PeerNetwork compiled = PeerNetwork.All[network]();
        ProcessorCores.Pin(core, threads);
        using OnnxRuntimeLibrary? runtime = program == OnnxRuntime ? OnnxRuntimeLibrary.Load() : null;
        using var process = Process.GetCurrentProcess();
        long before = process.WorkingSet64;
        long start = Stopwatch.GetTimestamp();
        object loaded = runtime is null ? compiled.Load(path) : OnnxRuntimeSession.CreateSession(runtime, path, new(threads));
        double milliseconds = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        process.Refresh();
        Console.Write(string.Create(CultureInfo.InvariantCulture, $"{milliseconds} {(process.PeakWorkingSet64 - before) * 1e-6}"));
        if (runtime is not null)
        {
            runtime.Release(OnnxRuntimeLibrary.Function.ReleaseSession, (nint)loaded);
        }

        return 0;
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
