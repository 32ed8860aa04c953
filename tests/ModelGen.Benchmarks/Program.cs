using ModelGen.Benchmarks;

const string usage = """
    usage: dotnet run -c Release --project tests/ModelGen.Benchmarks -- COMMAND [OPTIONS]

      peers [--network lenet5] [--threads 1] [--core 0] [--time 5] [--pytorch]
            forward passes, ModelGen and ONNX Runtime by turns, --time seconds for each network; --network takes
            a name, several with commas, or all; --pytorch: PyTorch as well
      train [--steps 300] [--core 0]
            training steps of LeNet-5, ModelGen and PyTorch by turns
      allocations
            bytes that Forward and Step allocate once warm: none
      check
            the ONNX exporter against a float64 reference, by ONNX Runtime

    --threads is the number of ONNX Runtime's threads and of the cores bound, from --core on.
    Exit code: 0 done, 1 results disagree or something was allocated, 2 wrong usage or a peer is missing.
    """;

try
{
    ReadOnlySpan<string> options = args.AsSpan(Math.Min(1, args.Length));
    switch (args.FirstOrDefault())
    {
        case "peers":
            var peers = new Arguments(options, ["--network", "--threads", "--core", "--time"], "--pytorch");
            string names = peers.Text("--network", "lenet5");
            string[] networks = names == "all" ? [.. PeerNetwork.All.Keys] : names.Split(',');
            if (networks.FirstOrDefault(name => !PeerNetwork.All.ContainsKey(name)) is string unknown)
            {
                throw new ArgumentException($"There is no network '{unknown}'; there are {string.Join(", ", PeerNetwork.All.Keys)}.");
            }

            WarnOfDebugBuild();
            return PeerRunner.Run(
                networks, peers.Number("--threads", 1, minimum: 1), peers.Number("--core", 0, minimum: 0), TimeSpan.FromSeconds(peers.Number("--time", 5, minimum: 1)), peers.Has("--pytorch"));

        case LoadCost.Command: // the program calls itself
            return LoadCost.Run(options);

        case "train":
            var train = new Arguments(options, ["--steps", "--core"]);
            WarnOfDebugBuild();
            return TrainRunner.Run(train.Number("--steps", 300, minimum: 1), train.Number("--core", 0, minimum: 0));

        case "allocations":
            _ = new Arguments(options, []);
            return AllocationRunner.Run();

        case "check":
            _ = new Arguments(options, []);
            return OnnxCheck.Run();

        default:
            Console.Error.WriteLine(usage);
            return 2;
    }
}
catch (Exception exception) when (exception is ArgumentException or PeerMissingException)
{
    Console.Error.WriteLine(exception.Message);
    return 2;
}

static void WarnOfDebugBuild()
{
#if DEBUG
    Console.Error.WriteLine("This is a Debug build: its times mean nothing. Add -c Release.");
#endif
}
