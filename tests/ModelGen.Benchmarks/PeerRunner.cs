using System.Diagnostics;
using System.Globalization;
using ModelGen.Benchmarks.Onnx;
using ModelGen.Tool;

namespace ModelGen.Benchmarks;

/// <summary>Forward passes, batch 1: ModelGen and ONNX Runtime by turns in one process, same weights, same input.</summary>
/// <param name="threads">Of each program; as many cores are bound.</param>
/// <param name="time">Of alternating blocks, for each network.</param>
/// <param name="withPyTorch">Whether ModelGen is compared with PyTorch as well, in blocks of their own.</param>
internal sealed class PeerRunner(OnnxRuntimeLibrary runtime, int threads, int core, TimeSpan time, bool withPyTorch)
{
    /// <summary>Largest difference of two outputs, relative to their standard deviation.</summary>
    public const double AllowedDifference = 1e-4;

    private const int MaximumBlock = 200;
    private static readonly TimeSpan WarmUpTime = TimeSpan.FromSeconds(1), BlockTime = TimeSpan.FromMilliseconds(20),
        SettlingTime = TimeSpan.FromMilliseconds(50);

    /// <summary>Compares networks one after the other and prints a table.</summary>
    /// <returns>The program's exit code: 0, or 1 when outputs disagree.</returns>
    /// <exception cref="PeerMissingException">ONNX Runtime is not installed, or PyTorch, where it is asked for.</exception>
    public static int Run(IReadOnlyList<string> networks, int threads, int core, TimeSpan time, bool withPyTorch)
    {
        using var runtime = OnnxRuntimeLibrary.Load();
        double[] peaks = new double[threads];
        for (int i = 0; i < threads; i++)
        {
            ProcessorCores.Pin(core + i, 1);
            peaks[i] = PeakSpeed.Measure();
        }

        string pinned = ProcessorCores.Pin(core, threads);
        Report.Line(
            $"batch 1, {threads} thread(s), {pinned}; peer: ONNX Runtime {runtime.Version}; fused multiply-adds at best ",
            $"{string.Join(" + ", peaks.Select(peak => peak.ToString("F0", CultureInfo.InvariantCulture)))} GFLOP/s");
        var runner = new PeerRunner(runtime, threads, core, time, withPyTorch);
        var rows = new List<PeerRow>();
        foreach (string network in networks)
        {
            rows.Add(runner.Compare(network, PeerNetwork.All[network](), isOnly: networks.Count == 1));
            if (rows.Count == 1)
            {
                PeerRow.PrintHeader();
            }

            rows[^1].Print(peaks.Sum());
            if (rows[^1].PyTorch is PyTorchRow row)
            {
                row.Print();
            }
        }

        foreach (PeerRow row in rows.Where(row => !row.Agrees))
        {
            Console.Error.WriteLine($"{row.Network}: ModelGen and its peers disagree; their times are not comparable.");
        }

        return rows.All(row => row.Agrees) ? 0 : 1;
    }

    /// <summary>Uniform in [-1, 1), the same on every run.</summary>
    public static float[] RandomInput(int length)
    {
        var random = new Random(7);
        return [.. Enumerable.Range(0, length).Select(_ => (random.NextSingle() * 2) - 1)];
    }

    /// <summary>
    /// The largest difference between two outputs, relative to the standard deviation of the second; NaN if there is one.
    /// </summary>
    public static double Difference(ReadOnlySpan<float> output, ReadOnlySpan<float> expected)
    {
        double mean = 0, largest = 0, squares = 0;
        foreach (float value in expected)
        {
            mean += value / (double)expected.Length;
        }

        for (int i = 0; i < expected.Length; i++)
        {
            squares += Math.Pow(expected[i] - mean, 2);
            largest = Math.Max(largest, Math.Abs((double)output[i] - expected[i])); // Math.Max keeps a NaN
        }

        return largest / Math.Sqrt(squares / expected.Length);
    }

    private PeerRow Compare(string name, PeerNetwork network, bool isOnly)
    {
        using var files = new PeerFiles(network);
        (StartCost load, StartCost peerLoad) =
            (StartCost.OfModelGen(name, network, files, core, threads), StartCost.OfPeer(name, network, files, core, threads));
        float[] input = RandomInput(network.InputLength), output = new float[network.OutputLength];
        ICompiledNetwork compiled = network.Load(files.Weights, threads);
        compiled.Parallelism = threads;
        void ModelGen() => compiled.Forward(input, output);

        Alternation.WarmUp(ModelGen, WarmUpTime);
        using OnnxRuntimeSession peer = Fastest(files, network, input, isOnly);
        double difference = Difference(output, peer.Output);
        Alternation times = Alternate(ModelGen, count => Alternation.MicrosecondsPerCall(peer.Run, count),
            Alternation.WarmUp(peer.Run, WarmUpTime / 2));
        if (isOnly)
        {
            Report.Comparison(times, $"ONNX Runtime {runtime.Version}", "µs per call");
        }

        return new(name, times, network.Summary.MultiplyAdds, difference, load, peerLoad, withPyTorch
            ? BesidePyTorch(ModelGen, output, files, input) : null);
    }

    private PyTorchRow BesidePyTorch(Action modelGen, float[] output, PeerFiles files, float[] input)
    {
        using var peer = new PyTorchProcess("pytorch_forward.py", Text(core), Text(threads), files.Onnx, files.Write("input", input),
            files.PathOf("output"));
        float[] expected = files.Read("output");
        modelGen();
        return new(peer.Version, Alternate(modelGen, count => peer.Run(count)[0] * 1e3, peer.Run(1)[0] * 1e3),
            Difference(output, expected));
    }

    // The second program is a function that takes a number of calls and returns the microseconds of each. Of several threads, the distance
    // of the cores is measured after each round.
    private Alternation Alternate(Action first, Func<int, double> second, double secondMicroseconds)
    {
        int block = BlockLength(Math.Max(Alternation.WarmUp(first, WarmUpTime / 2), secondMicroseconds));
        var result = new Alternation();
        long start = Stopwatch.GetTimestamp();
        do
        {
            result.Round(() => Settled(first, () => Alternation.MicrosecondsPerCall(first, block)),
                () => Settled(() => second(1), () => second(block)));
            if (threads > 1)
            {
                result.Distances.Add(CoreDistance.Measure(core, threads));
            }
        }
        while (Stopwatch.GetElapsedTime(start) < time);
        return result;
    }

    // ONNX Runtime's threads go on looking for work for some 25 milliseconds after a call, on the cores that the next block's threads need:
    // each waits until the other's have gone to sleep, and wakes its own by one call that is not counted.
    private double Settled(Action call, Func<double> block)
    {
        if (threads > 1)
        {
            Thread.Sleep(SettlingTime);
            call();
        }

        return block();
    }

    // The peer gets its fastest settings, judged by their fastest block: another program on the core slows the median of whoever runs
    // meanwhile. No more than two sessions exist at a time, since each has its own copy of the weights.
    private OnnxRuntimeSession Fastest(PeerFiles files, PeerNetwork network, ReadOnlySpan<float> input, bool print)
    {
        (OnnxRuntimeSession Session, double Time)? best = null;
        foreach (OnnxRuntimeSettings settings in OnnxRuntimeSettings.Candidates(threads))
        {
            var session = new OnnxRuntimeSession(runtime, files.Onnx, files.Model, network.OutputShape, settings);
            input.CopyTo(session.Input);
            int block = BlockLength(Alternation.WarmUp(session.Run, WarmUpTime / 4));
            var blocks = new List<double>();
            long start = Stopwatch.GetTimestamp();
            do
            {
                blocks.Add(Alternation.MicrosecondsPerCall(session.Run, block));
            }
            while (Stopwatch.GetElapsedTime(start) < WarmUpTime / 2);

            if (print)
            {
                Report.Line(
                    $"ONNX Runtime, {settings + ":",-58} median {Statistics.Median(blocks),10:F2}, minimum {blocks.Min(),10:F2} µs per ",
                    $"call");
            }

            if (best is null || blocks.Min() < best.Value.Time)
            {
                best?.Session.Dispose();
                best = (session, blocks.Min());
            }
            else
            {
                session.Dispose();
            }
        }

        return best!.Value.Session;
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    // Long enough that the clock costs nothing, short enough that a block and its partner see the same machine.
    private static int BlockLength(double microsecondsPerCall) =>
        (int)Math.Clamp(BlockTime.TotalMicroseconds / microsecondsPerCall, 1, MaximumBlock);
}
