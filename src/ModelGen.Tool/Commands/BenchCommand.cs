using System.CommandLine;
using System.Diagnostics;

namespace ModelGen.Tool.Commands;

/// <summary><c>bench PROJECT CLASS</c>: how long <c>Forward</c> takes on this machine, on one thread.</summary>
internal static class BenchCommand
{
    // The JIT counts thirty calls of a method before it compiles it anew, in the background.
    private const int WarmUpCalls = 40;
    private static readonly TimeSpan WarmUp = TimeSpan.FromMilliseconds(500);

    public static Command Create(Terminal terminal)
    {
        var project = new ProjectArguments();
        var name = new Argument<string?>("CLASS") { Description = "A network of the project, if it has several.",
            Arity = ArgumentArity.ZeroOrOne };
        var seconds = new Option<double>("--seconds") { Description = "How long to measure.", DefaultValueFactory = _ => 3 };
        var json = CommandLine.JsonOption();
        var command = CommandLine.Create("bench",
            "Times Forward for one sample on one thread, with random weights: median and minimum, bytes allocated a call, and the share "
                + "of the core's peak.",
            "bench Digits.csproj Digits", "bench . ResNet50 --seconds 10 --json");
        project.AddTo(command);
        command.Add(name);
        command.Add(seconds);
        command.Add(json);
        command.SetAction(parsed =>
        {
            double time = parsed.GetValue(seconds);
            if (time is not (> 0 and <= 3600))
                throw new ToolException($"--seconds: expected more than 0, at most 3600, got {time}");
            using var assembly = project.Load(parsed, terminal);
            return Run(terminal, assembly.Network(parsed.GetValue(name)), TimeSpan.FromSeconds(time), parsed.GetValue(json));
        });
        return command;
    }

    private static int Run(Terminal terminal, CompiledNetwork network, TimeSpan time, bool json)
    {
        var forward = network.CompileForward();
        object instance = network.Create(seed: 1);
        float[][] arguments = network.Arguments(seed: 1);
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < WarmUpCalls || Stopwatch.GetElapsedTime(start) < WarmUp; i++)
            forward(instance, arguments);

        double peak = PeakSpeed.Measure();
        // Kept apart from the times, whose list grows.
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        forward(instance, arguments);
        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        var microseconds = new List<double>();
        start = Stopwatch.GetTimestamp();
        while (microseconds.Count < 10 || Stopwatch.GetElapsedTime(start) < time && microseconds.Count < 10_000_000)
        {
            long before = Stopwatch.GetTimestamp();
            forward(instance, arguments);
            microseconds.Add(Stopwatch.GetElapsedTime(before).TotalMicroseconds);
            if (terminal.ShowsProgress)
                terminal.Progress($"{microseconds.Count} calls");
        }
        microseconds.Sort();
        double median = microseconds[microseconds.Count / 2], minimum = microseconds[0];
        double gigaflops = 2.0 * network.Number("MultiplyAdds") / minimum * 1e-3, share = gigaflops / peak;
        if (json)
            terminal.Json(new { network = network.FullName, calls = microseconds.Count, medianMicroseconds = median,
                minimumMicroseconds = minimum, allocatedBytes = allocated, gigaflops, peakGigaflops = peak, shareOfPeak = share });
        else
            terminal.Table(["Network ", "Calls", "Median µs", "Minimum µs", "Bytes a call", "GFLOP/s", "Of the core's peak"],
                [[network.FullName, Numbers.Count(microseconds.Count), Numbers.Short(median), Numbers.Short(minimum),
                    Numbers.Count(allocated), Numbers.Short(gigaflops), $"{Numbers.Short(100 * share)} %"]]);
        return ExitCode.Success;
    }
}
