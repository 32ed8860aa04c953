using ModelGen.Benchmarks;

const string usage = """
    usage: dotnet run -c Release --project tests/ModelGen.Benchmarks -- COMMAND [OPTIONS]

      peers [--network lenet5] [--threads 1] [--core 0] [--time 5] [--pytorch] [--layers]
            forward passes, ModelGen and ONNX Runtime by turns, --time seconds for each network; --network takes
            a name, several with commas, or all; --pytorch: PyTorch as well; --layers: what 'layers' prints as well
      layers [--network lenet5] [--threads 1] [--core 0] [--time 5]
            the time of each step of a network, ModelGen alone; with several threads, of each stage that they share as well
      startup [--network resnet50] [--threads 1] [--core 0] [--rounds 7]
            fresh processes by turns, ModelGen and ONNX Runtime: loading, its memory, and the time to the first result
      train [--network lenet5] [--threads 1] [--core 0] [--time 5]
            steps of training, ModelGen and PyTorch by turns: lenet5 (batch 64), resnet18 (3×32×32, batch 32), vgg16 (batch 1),
            resnet50 (batch 4)
      trainlayers [--network lenet5] [--core 0] [--time 5]
            the time of each step of the plan of training, ModelGen alone
      allocations
            bytes that Forward and Step allocate once warm: none
      check
            the ONNX exporter: small networks of every operator, by ONNX Runtime and compiled

    --threads is the number of each program's threads and of the cores bound, from --core on.
    Exit code: 0 done, 1 results disagree or something was allocated, 2 wrong usage or a peer is missing.
    """;

try
{
    ReadOnlySpan<string> options = args.AsSpan(Math.Min(1, args.Length));
    switch (args.FirstOrDefault())
    {
        case "peers":
            var peers = new Arguments(options, ["--network", "--threads", "--core", "--time"], "--pytorch", "--layers");
            string[] networks = Networks(peers, PeerNetwork.All.Keys);
            (int core, TimeSpan time) = (peers.Number("--core", 0, minimum: 0), Time(peers));
            WarnOfDebugBuild();
            int threads = peers.Number("--threads", 1, minimum: 1);
            int code = PeerRunner.Run(networks, threads, core, time, peers.Has("--pytorch"));
            return peers.Has("--layers") ? Math.Max(code, LayerProfile.Run(networks, threads, core, time)) : code;

        case "layers":
            var layers = new Arguments(options, ["--network", "--threads", "--core", "--time"]);
            WarnOfDebugBuild();
            return LayerProfile.Run(Networks(layers, PeerNetwork.All.Keys), layers.Number("--threads", 1, minimum: 1),
                layers.Number("--core", 0, minimum: 0), Time(layers));

        case "startup":
            var startup = new Arguments(options, ["--network", "--threads", "--core", "--rounds"]);
            WarnOfDebugBuild();
            return StartRunner.Run(Networks(startup, PeerNetwork.All.Keys, "resnet50"), startup.Number("--threads", 1, minimum: 1),
                startup.Number("--core", 0, minimum: 0), startup.Number("--rounds", 7, minimum: 1));

        case StartCost.Command: // the program calls itself
            return StartCost.Run(options);

        case "train":
            var train = new Arguments(options, ["--network", "--threads", "--core", "--time"]);
            WarnOfDebugBuild();
            return TrainRunner.Run(Networks(train, TrainedNetwork.All.Keys), train.Number("--threads", 1, minimum: 1),
                train.Number("--core", 0, minimum: 0), Time(train));

        case "trainlayers":
            var steps = new Arguments(options, ["--network", "--core", "--time"]);
            WarnOfDebugBuild();
            return LayerProfile.RunTraining(Networks(steps, TrainedNetwork.All.Keys), steps.Number("--core", 0, minimum: 0), Time(steps));

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

static string[] Networks(Arguments arguments, IEnumerable<string> all, string standard = "lenet5")
{
    string names = arguments.Text("--network", standard);
    string[] networks = names == "all" ? [.. all] : names.Split(',');
    return networks.FirstOrDefault(name => !all.Contains(name)) is string unknown
        ? throw new ArgumentException($"There is no network '{unknown}'; there are {string.Join(", ", all)}.")
        : networks;
}

static TimeSpan Time(Arguments arguments) => TimeSpan.FromSeconds(arguments.Number("--time", 5, minimum: 1));

static void WarnOfDebugBuild()
{
#if DEBUG
    Console.Error.WriteLine("This is a Debug build: its times mean nothing. Add -c Release.");
#endif
}
