using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace ModelGen.Benchmarks;

/// <summary>Training steps of LeNet-5, batch 64: ModelGen and PyTorch by turns, from the same weights on the same batch.</summary>
internal static class TrainRunner
{
    private const float LearningRate = 0.02f, Momentum = 0.9f;

    // Both compute in float32, in different orders: the losses agree closely at first and then drift apart.
    private const int BlockSteps = 10, WarmUpSteps = 50;
    private const double AllowedFirstDifference = 1e-5, AllowedWarmDifference = 1e-3;

    // In the order of PyTorch's state_dict.
    private static readonly string[] ParameterNames =
    [
        "conv1.weight", "conv1.bias", "conv2.weight", "conv2.bias",
        "fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias", "fc3.weight", "fc3.bias",
    ];

    /// <param name="steps">Measured steps of each program, in blocks of ten.</param>
    /// <returns>The program's exit code: 0, or 1 when the losses disagree.</returns>
    /// <exception cref="PeerMissingException">PyTorch is not installed.</exception>
    public static int Run(int steps, int core)
    {
        string pinned = ProcessorCores.Pin(core, 1);
        (float[] images, int[] labels) = RandomBatch();
        var weights = LeNet5.CreateWeights(seed: 1);
        using PyTorchProcess peer = StartPeer(core, images, labels, weights);
        Report.Line($"lenet5 training, batch {LeNet5.Trainer.BatchSize}, SGD {LearningRate} momentum {Momentum}, 1 thread, {pinned}; peer: PyTorch {peer.Version}");

        var trainer = new LeNet5.Trainer(weights, new Sgd { LearningRate = LearningRate, Momentum = Momentum });
        float loss = float.NaN, peerLoss = float.NaN;
        double ModelGen(int count)
        {
            long start = Stopwatch.GetTimestamp();
            for (int i = 0; i < count; i++)
            {
                loss = trainer.Step(images, labels);
            }

            return Stopwatch.GetElapsedTime(start).TotalMilliseconds / count;
        }

        double PyTorch(int count)
        {
            double[] answer = peer.Run(count);
            peerLoss = (float)answer[1];
            return answer[0];
        }

        foreach ((int count, double allowed) in new[] { (1, AllowedFirstDifference), (WarmUpSteps - 1, AllowedWarmDifference) })
        {
            ModelGen(count);
            PyTorch(count);
            double difference = Math.Abs(loss - peerLoss) / peerLoss;
            Report.Line($"loss of step {(count == 1 ? 1 : WarmUpSteps),2}: ModelGen {loss:F6}, PyTorch {peerLoss:F6}");
            if (!(difference <= allowed))
            {
                Report.Line($"the losses differ by {difference:E1} of their size (allowed {allowed:E0}); the times are not comparable.");
                return 1;
            }
        }

        var result = new Alternation();
        for (int step = 0; step < steps; step += BlockSteps)
        {
            result.Round(() => ModelGen(BlockSteps), () => PyTorch(BlockSteps));
        }

        Report.Comparison(result, $"PyTorch {peer.Version}", "ms per step");
        return 0;
    }

    /// <summary>One batch of noise with random labels: the time of a step does not depend on what it learns.</summary>
    public static (float[] Images, int[] Labels) RandomBatch()
    {
        var random = new Random(5);
        return (PeerRunner.RandomInput(LeNet5.Trainer.BatchSize * LeNet5.InputLength),
            [.. Enumerable.Range(0, LeNet5.Trainer.BatchSize).Select(_ => random.Next(LeNet5.OutputLength))]);
    }

    private static PyTorchProcess StartPeer(int core, float[] images, int[] labels, LeNet5.Weights weights)
    {
        string path = Path.GetTempFileName();
        try
        {
            using (FileStream file = File.Create(path))
            {
                file.Write(MemoryMarshal.AsBytes<float>(images));
                file.Write(MemoryMarshal.AsBytes<int>(labels));
                foreach (string name in ParameterNames)
                {
                    file.Write(MemoryMarshal.AsBytes(weights[name]));
                }
            }

            return new PyTorchProcess("pytorch_lenet5.py",
                core.ToString(CultureInfo.InvariantCulture), LearningRate.ToString(CultureInfo.InvariantCulture), Momentum.ToString(CultureInfo.InvariantCulture), path);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
