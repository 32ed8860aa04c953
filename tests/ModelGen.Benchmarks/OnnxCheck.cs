using ModelGen.Benchmarks.Onnx;

namespace ModelGen.Benchmarks;

/// <summary>
/// Whether exported files mean what the graphs say: small networks that use every operator in unusual ways, run by ONNX
/// Runtime and compared with the compiled networks, which the tests hold against PyTorch.
/// </summary>
internal static class OnnxCheck
{
    private const double AllowedDifference = 1e-5;

    private static readonly Dictionary<string, PeerNetwork> Networks = new(StringComparer.Ordinal)
    {
        ["convolutions"] = new(typeof(UnusualConvolutions), UnusualConvolutions.CreateWeights,
            (path, options) => new UnusualConvolutions(UnusualConvolutions.LoadWeights(path, options)), () => UnusualConvolutions.Summary),
        ["pools"] = new(typeof(Pools), Pools.CreateWeights, (path, options) => new Pools(Pools.LoadWeights(path, options)),
            () => Pools.Summary),
        ["branches"] = new(typeof(Branches), Branches.CreateWeights, (path, options) => new Branches(Branches.LoadWeights(path, options)),
            () => Branches.Summary),
    };

    /// <returns>The program's exit code: 0, or 1 when one disagrees.</returns>
    /// <exception cref="PeerMissingException">ONNX Runtime is not installed.</exception>
    public static int Run()
    {
        using var runtime = OnnxRuntimeLibrary.Load();
        bool agree = true;
        foreach ((string name, PeerNetwork network) in Networks)
        {
            using var files = new PeerFiles(network);
            float[] input = PeerRunner.RandomInput(network.InputLength), output = new float[network.OutputLength];
            network.Load(files.Weights).Forward(input, output);
            using var session = new OnnxRuntimeSession(runtime, files.Onnx, files.Model, network.OutputShape, new(IntraOpThreads: 1));
            input.CopyTo(session.Input);
            session.Run();
            double difference = PeerRunner.Difference(output, session.Output);
            bool agrees = difference <= AllowedDifference;
            agree &= agrees;
            Report.Line(
                $"{name,-14}{(agrees ? "ok" : "DIFFERS"),-8} largest difference {difference:E1} of the deviation; ",
                $"{string.Join(' ', files.Model.Nodes.Select(node => node.Operator).Distinct().Order(StringComparer.Ordinal))}");
        }

        return agree ? 0 : 1;
    }
}
