using System.Diagnostics;
using System.Globalization;

namespace ModelGen.Fuzz;

/// <summary>What a run is asked for.</summary>
/// <param name="Count">How many inputs.</param>
/// <param name="Seconds">After how many seconds it ends, whatever is left.</param>
/// <param name="Seed">Fixes all inputs.</param>
/// <param name="First">The number of the first input.</param>
/// <param name="Save">Whether inputs that fail go into the corpus.</param>
internal sealed record FuzzRequest(long Count, double Seconds, ulong Seed, long First, bool Save);

/// <summary>
/// Runs a target in a process of its own, so that an input that kills the process or never ends is found, named and kept like any other.
/// </summary>
internal static class Supervisor
{
    /// <summary>Runs inputs, in as many processes one after the other as it takes.</summary>
    /// <returns>Whether nothing failed.</returns>
    public static bool Run(FuzzTarget target, FuzzRequest request)
    {
        var totals = new FuzzTotals();
        long start = Stopwatch.GetTimestamp();
        long end = request.First + request.Count;
        for (long next = request.First; next < end && Stopwatch.GetElapsedTime(start).TotalSeconds < request.Seconds;)
        {
            double left = request.Seconds - Stopwatch.GetElapsedTime(start).TotalSeconds;
            next = RunProcess(target, request with { First = next, Count = end - next, Seconds = left }, totals);
        }
        Console.WriteLine(totals.Text(target.Name, Stopwatch.GetElapsedTime(start)));
        return totals.Failed == 0;
    }

    /// <summary>The process that <see cref="Run"/> starts.</summary>
    public static int Execute(FuzzTarget target, FuzzRequest request, string progressPath)
    {
        using var progress = new Progress(progressPath);
        progress.Index = request.First;
        target.Start();
        var run = new FuzzRun(target, request.Seed);
        long start = Stopwatch.GetTimestamp();
        for (long index = request.First; index < request.First + request.Count
            && Stopwatch.GetElapsedTime(start).TotalSeconds < request.Seconds; index++)
        {
            progress.Index = index;
            byte[] input = run.Make(index);
            if (run.Try(input, index) is string failure && run.IsNew(failure))
                Report(target, request, index, run.Smaller ?? input, failure);
            progress.Write(run.Totals);
        }
        if (target.Summary.Length > 0)
            Console.WriteLine(target.Summary);
        progress.Index = long.MaxValue;
        return 0;
    }

    /// <returns>The first input that is left.</returns>
    private static long RunProcess(FuzzTarget target, FuzzRequest request, FuzzTotals totals)
    {
        string path = Path.GetTempFileName();
        try
        {
            using var progress = new Progress(path);
            using Process process = Process.Start(Program.Start("--in-process", path, target.Name, "--count", Text(request.Count),
                "--seconds",
                Text(request.Seconds), "--seed", Text(request.Seed), "--first", Text(request.First), request.Save ? "--save"
                    : "--no-save"))!;
            bool hangs = Wait(process, progress, target.TimeLimit);
            progress.AddTo(totals);
            if (progress.Index == long.MaxValue)
                return long.MaxValue;
            totals.Inputs++;
            totals.Failed++;
            string failure = hangs ? "never ended"
                : string.Create(CultureInfo.InvariantCulture, $"killed the process: exit code {process.ExitCode}");
            Report(target, request, progress.Index, new FuzzRun(target, request.Seed).Make(progress.Index), failure);
            return progress.Index + 1;
        }
        finally
        {
            File.Delete(path);
        }
    }

    // An input that takes too long but ends is reported by the process itself; one that takes many times as long as it may does not end.
    private static bool Wait(Process process, Progress progress, TimeSpan limit)
    {
        long index = progress.Index;
        long since = Stopwatch.GetTimestamp();
        while (!process.WaitForExit(100))
        {
            if (progress.Index != index)
            {
                index = progress.Index;
                since = Stopwatch.GetTimestamp();
            }
            else if (Stopwatch.GetElapsedTime(since) > FuzzTarget.Patience * limit)
            {
                process.Kill(entireProcessTree: true);
                process.WaitForExit();
                return true;
            }
        }
        return false;
    }

    private static void Report(FuzzTarget target, FuzzRequest request, long index, byte[] input, string failure)
    {
        string where = request.Save ? Corpus.Save(target, input) : string.Create(CultureInfo.InvariantCulture,
            $"again: {target.Name} --seed {request.Seed} --first {index} --count 1; --save keeps the input");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{target.Name}, input {index} of seed {request.Seed}: {failure}\n  {where}"));
    }

    private static string Text<T>(T value)
        where T : IFormattable => value.ToString(null, CultureInfo.InvariantCulture);
}
