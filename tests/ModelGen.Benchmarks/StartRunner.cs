namespace ModelGen.Benchmarks;

/// <summary>
/// Loading and the first inference in fresh processes, ModelGen's and ONNX Runtime's by turns, weights' files in the system's cache.
/// </summary>
internal static class StartRunner
{
    /// <summary>Prints a line for each network: medians, and the medians of the ratios of neighbours.</summary>
    /// <returns>The program's exit code, 0.</returns>
    /// <exception cref="PeerMissingException">ONNX Runtime is not installed.</exception>
    public static int Run(IReadOnlyList<string> networks, int threads, int core, int rounds)
    {
        using (var runtime = OnnxRuntimeLibrary.Load())
        {
            Report.Line(
                $"{threads} thread(s) from core {core} on; medians of {rounds} processes each, by turns; peer: ONNX Runtime ",
                $"{runtime.Version}");
        }

        Report.Line($"{"",-17}{"load ms",-27}{"load MB, peak",-27}{"start to first result, ms",-27}");
        string columns = $"{"ModelGen",9}{"peer",9}{"ratio",9}";
        Report.Line($"{"",-17}{columns}{columns}{columns}");
        foreach (string name in networks)
        {
            PeerNetwork network = PeerNetwork.All[name]();
            using var files = new PeerFiles(network);
            (var load, var memory, var start) = (new Alternation(), new Alternation(), new Alternation());
            // The first round brings files and programs into the cache.
            for (int round = 0; round <= rounds; round++)
            {
                bool first = round % 2 == 0;
                StartCost? peer = first ? null : StartCost.OfPeer(name, network, files, core, threads);
                StartCost own = StartCost.OfModelGen(name, network, files, core, threads);
                peer ??= StartCost.OfPeer(name, network, files, core, threads);
                if (round > 0)
                {
                    load.Round(() => own.LoadMilliseconds, () => peer.LoadMilliseconds);
                    memory.Round(() => own.PeakMegabytes, () => peer.PeakMegabytes);
                    start.Round(() => own.StartMilliseconds, () => peer.StartMilliseconds);
                }
            }

            Report.Line($"{name,-17}{Columns(load)}{Columns(memory)}{Columns(start)}");
        }

        return 0;
    }

    private static string Columns(Alternation costs) =>
        FormattableString.Invariant($"{costs.FirstMedian,9:F0}{costs.SecondMedian,9:F0}{costs.Ratio,9:F2}");
}
