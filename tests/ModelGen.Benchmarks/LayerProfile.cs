using System.Diagnostics;
using System.Globalization;
using ModelGen.Tool;

namespace ModelGen.Benchmarks;

/// <summary>Where a network's time goes: the median time of each step of its plan, on one thread, and of each stage on several.</summary>
internal static class LayerProfile
{
    private const int FewestCalls = 5;

    /// <summary>Profiles networks one after the other and prints a table of each.</summary>
    /// <returns>The program's exit code, 0.</returns>
    public static int Run(IReadOnlyList<string> networks, int threads, int core, TimeSpan time)
    {
        string pinned = ProcessorCores.Pin(core, 1);
        double peak = PeakSpeed.Measure();
        Report.Line($"batch 1, 1 thread, {pinned}; fused multiply-adds at best {peak:F0} GFLOP/s");
        foreach (string name in networks)
        {
            PeerNetwork network = PeerNetwork.All[name]();
            using var files = new PeerFiles(network);
            ICompiledNetwork compiled = network.Load(files.Weights);
            float[] input = PeerRunner.RandomInput(network.InputLength), output = new float[network.OutputLength];
            double[] alone = Measure(network.Summary.Steps.Count, ticks => compiled.Profile(input, output, ticks), time);
            Print(name, network.Summary.Steps, alone, peak);
            if (threads > 1 && network.Summary.Steps.Any(step => step.Stage >= 0))
            {
                ProcessorCores.Pin(core, threads);
                StageProfile.Run(compiled, network.Summary.Steps, alone, input, output, core, threads, time);
                ProcessorCores.Pin(core, 1);
            }
        }

        return 0;
    }

    /// <summary>The same of steps of training.</summary>
    /// <returns>The program's exit code, 0.</returns>
    public static int RunTraining(IReadOnlyList<string> networks, int core, TimeSpan time)
    {
        string pinned = ProcessorCores.Pin(core, 1);
        double peak = PeakSpeed.Measure();
        Report.Line($"training, 1 thread, {pinned}; fused multiply-adds at best {peak:F0} GFLOP/s");
        foreach (string name in networks)
        {
            TrainedNetwork network = TrainedNetwork.All[name];
            string weights = Path.GetTempFileName();
            TrainedNetwork.ITrainer trainer = network.Start(weights);
            File.Delete(weights);
            (float[] images, int[] labels) = TrainRunner.RandomBatch(network.BatchSize, network.ImageLength, network.Classes);
            Print(name, trainer.PlanSteps, Measure(trainer.PlanSteps.Count, ticks => trainer.Profile(images, labels, ticks), time), peak,
                network.BatchSize);
        }

        return 0;
    }

    /// <summary>Median microseconds of each step.</summary>
    private static double[] Measure(int count, Action<long[]> profile, TimeSpan time)
    {
        long[] ticks = new long[count];
        List<double>[] steps = [.. ticks.Select(_ => new List<double>())];
        long start = Stopwatch.GetTimestamp();
        do
        {
            profile(ticks);
        }
        while (Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(1));
        start = Stopwatch.GetTimestamp();
        do
        {
            profile(ticks);
            for (int i = 0; i < ticks.Length; i++)
            {
                steps[i].Add(ticks[i] * 1e6 / Stopwatch.Frequency);
            }
        }
        while (steps[0].Count < FewestCalls || Stopwatch.GetElapsedTime(start) < time);
        return [.. steps.Select(Statistics.Median)];
    }

    private static void Print(string name, IReadOnlyList<StepSummary> steps, double[] microseconds, double peak, int batch = 1)
    {
        double total = microseconds.Sum();
        Report.Line(
            $"\n{name}: {total:N1} µs in {microseconds.Length} steps, {Speed(batch * steps.Sum(s => s.MultiplyAdds), total):F0} GFLOP/s, ",
            $"{Speed(batch * steps.Sum(s => s.MultiplyAdds), total) / peak:P0} of peak");
        int Width(string title, Func<StepSummary, string> column) => Math.Max(title.Length, steps.Max(step => column(step).Length));
        (int layer, int op, int kernel) =
            (Width("layer", step => step.Layer), Width("operator", step => step.Operator), Width("kernel", step => step.Kernel));
        string Row(string step, string name, string type, string method, string shape, string time, string share, string speed,
            string ofPeak) =>
            $"{step,4}  {name.PadRight(layer)}  {type.PadRight(op)}  {method.PadRight(kernel)}  "
                + $"{shape,-12}{time,10}{share,7}{speed,9}{ofPeak,9}";
        Console.WriteLine(Row("step", "layer", "operator", "kernel", "output", "µs", "share", "GFLOP/s", "of peak"));
        for (int i = 0; i < microseconds.Length; i++)
        {
            StepSummary step = steps[i];
            double speed = Speed(batch * step.MultiplyAdds, microseconds[i]);
            Console.WriteLine(Row(
                Text($"{i}"), step.Layer, step.Operator, step.Kernel, string.Join('×', step.OutputShape), Text($"{microseconds[i]:F1}"),
                Text($"{microseconds[i] / total:P1}"),
                step.MultiplyAdds == 0 ? "" : Text($"{speed:F0}"), step.MultiplyAdds == 0 ? "" : Text($"{speed / peak:P0}")));
        }

        static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
    }

    private static double Speed(long multiplyAdds, double microseconds) => 2.0 * multiplyAdds / microseconds * 1e-3;
}
