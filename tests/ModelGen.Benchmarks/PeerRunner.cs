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
        string pinned = ProcessorCores.Pin(core, threads);
        Report.Line($"{network.Name}, batch 1, {threads} thread(s), {pinned}; peer: ONNX Runtime {runtime.Version}");
        float[] input = RandomInput(network.InputLength), output = new float[network.OutputLength];
        void ModelGen() => network.Forward(input, output);

        Alternation.WarmUp(ModelGen, WarmUpTime);
        byte[] model = OnnxExporter.Export(network.Name, network.InputShape, network.Layers);
        List<OnnxRuntimeSession> sessions = [];
        try
        {
            foreach (OnnxRuntimeSettings settings in Settings(threads))
            {
                sessions.Add(Load(runtime, model, network, settings, input));
            }

            OnnxRuntimeSession peer = Fastest(sessions);
            double difference = LargestDifference(output, peer.Output);
            Report.Line($"largest difference of the outputs {difference:E1} (allowed {AllowedDifference:E0})");
            if (!(difference <= AllowedDifference)) // a NaN is a difference, too
            {
                Console.Error.WriteLine($"{network.Name}: ModelGen and ONNX Runtime disagree; their times are not comparable.");
                return 1;
            }

            Alternation result = Alternate(ModelGen, peer.Run, time);
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

    // The peer gets its fastest settings. All are measured by turns, and judged by their fastest block: another program on the
    // core slows the median of whoever runs meanwhile.
    private static OnnxRuntimeSession Fastest(List<OnnxRuntimeSession> sessions)
    {
        int block = BlockLength(sessions.Max(session => Alternation.WarmUp(session.Run, WarmUpTime / 4)));
        List<double>[] blocks = [.. sessions.Select(_ => new List<double>())];
        long start = Stopwatch.GetTimestamp();
        do
        {
            for (int i = 0; i < blocks.Length; i++)
            {
                blocks[i].Add(Alternation.MicrosecondsPerCall(sessions[i].Run, block));
            }
        }
        while (Stopwatch.GetElapsedTime(start) < WarmUpTime * 2);

        for (int i = 0; i < blocks.Length; i++)
        {
            Report.Line($"ONNX Runtime, {sessions[i].Settings + ":",-30} median {Statistics.Median(blocks[i]),8:F2}, minimum {blocks[i].Min(),8:F2} µs per call");
        }

        return sessions.Zip(blocks).MinBy(pair => pair.Second.Min()).First;
    }

    // Long enough that the clock costs nothing, short enough that a block and its partner see the same machine.
    private static int BlockLength(double microsecondsPerCall) =>
        (int)Math.Clamp(BlockTime.TotalMicroseconds / microsecondsPerCall, 1, MaximumBlock);
}
