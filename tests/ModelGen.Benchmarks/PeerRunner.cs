using System.Diagnostics;
using ModelGen.Benchmarks.Onnx;

namespace ModelGen.Benchmarks;

/// <summary>Forward passes, batch 1: ModelGen and ONNX Runtime by turns in one process, same weights, same input.</summary>
internal static class PeerRunner
{
    private const double AllowedDifference = 1e-5;
    private const int MaximumBlock = 200;
    private static readonly TimeSpan WarmUpTime = TimeSpan.FromSeconds(1), BlockTime = TimeSpan.FromMilliseconds(20);

    /// <returns>The program's exit code: 0, or 1 when the outputs disagree.</returns>
    /// <exception cref="PeerMissingException">ONNX Runtime is not installed.</exception>
    public static int Run(PeerNetwork network, int threads, int core, TimeSpan time)
    {
        using var runtime = OnnxRuntimeLibrary.Load();
        Report.Line($"{network.Name}, batch 1, {threads} thread(s), {ProcessorCores.Pin(core, threads)}; peer: ONNX Runtime {runtime.Version}");
        float[] input = RandomInput(network.InputLength), output = new float[network.OutputLength];
        void ModelGen() => network.Forward(input, output);

        Alternation.WarmUp(ModelGen, WarmUpTime);
        byte[] model = OnnxExporter.Export(network.Name, network.InputShape, network.Layers);
        List<OnnxRuntimeSession> sessions = [];
        try
        {
            // The peer gets the fastest of its settings.
            (OnnxRuntimeSession Session, double Microseconds) best = (null!, double.PositiveInfinity);
            foreach (OnnxRuntimeSettings settings in Settings(threads))
            {
                OnnxRuntimeSession session = Load(runtime, model, network, settings, input);
                sessions.Add(session);
                double microseconds = Measure(session.Run, WarmUpTime);
                Report.Line($"ONNX Runtime, {settings + ":",-32}{microseconds,9:F2} µs per call (median)");
                best = microseconds < best.Microseconds ? (session, microseconds) : best;
            }

            double difference = LargestDifference(output, best.Session.Output);
            Report.Line($"largest difference of the outputs {difference:E1} (allowed {AllowedDifference:E0})");
            if (!(difference <= AllowedDifference)) // a NaN is a difference, too
            {
                Console.Error.WriteLine($"{network.Name}: ModelGen and ONNX Runtime disagree; their times are not comparable.");
                return 1;
            }

            Alternation result = Alternate(ModelGen, best.Session.Run, time);
            Report.Comparison(result, $"ONNX Runtime {runtime.Version}", "µs per call");
            return 0;
        }
        finally
        {
            sessions.ForEach(session => session.Dispose());
        }
    }

    /// <summary>A session that has the input in its tensor.</summary>
    public static OnnxRuntimeSession Load(
        OnnxRuntimeLibrary runtime, byte[] model, PeerNetwork network, OnnxRuntimeSettings settings, ReadOnlySpan<float> input)
    {
        var session = new OnnxRuntimeSession(
            runtime, model, OnnxExporter.InputName, [1, .. network.InputShape], network.Layers[^1].Name, [1, network.OutputLength], settings);
        input.CopyTo(session.Input);
        return session;
    }

    /// <summary>Uniform in [-1, 1), the same on every run.</summary>
    public static float[] RandomInput(int length)
    {
        var random = new Random(7);
        return [.. Enumerable.Range(0, length).Select(_ => (random.NextSingle() * 2) - 1)];
    }

    public static double LargestDifference(ReadOnlySpan<float> first, ReadOnlySpan<float> second)
    {
        float largest = 0;
        for (int i = 0; i < first.Length; i++)
        {
            largest = Math.Max(largest, Math.Abs(first[i] - second[i])); // Math.Max keeps a NaN
        }

        return largest;
    }

    private static OnnxRuntimeSettings[] Settings(int threads) =>
    [
        new(threads, Spinning: true, IoBinding: false), new(threads, Spinning: false, IoBinding: false),
        new(threads, Spinning: true, IoBinding: true), new(threads, Spinning: false, IoBinding: true),
    ];

    private static Alternation Alternate(Action first, Action second, TimeSpan time)
    {
        double slowest = Math.Max(Alternation.WarmUp(first, WarmUpTime / 2), Alternation.WarmUp(second, WarmUpTime / 2));
        int block = BlockLength(slowest);
        var result = new Alternation();
        long start = Stopwatch.GetTimestamp();
        do
        {
            result.Round(() => Alternation.MicrosecondsPerCall(first, block), () => Alternation.MicrosecondsPerCall(second, block));
        }
        while (Stopwatch.GetElapsedTime(start) < time);
        return result;
    }

    // Median of blocks, after a warm-up of the same length.
    private static double Measure(Action call, TimeSpan time)
    {
        int block = BlockLength(Alternation.WarmUp(call, time));
        List<double> blocks = [];
        long start = Stopwatch.GetTimestamp();
        do
        {
            blocks.Add(Alternation.MicrosecondsPerCall(call, block));
        }
        while (Stopwatch.GetElapsedTime(start) < time);
        return Statistics.Median(blocks);
    }

    // Long enough that the clock costs nothing, short enough that a block and its partner see the same machine.
    private static int BlockLength(double microsecondsPerCall) =>
        (int)Math.Clamp(BlockTime.TotalMicroseconds / microsecondsPerCall, 1, MaximumBlock);
}
