using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace ModelGen.Benchmarks;

/// <summary>Training steps, ModelGen and PyTorch by turns, from the same weights on the same batch.</summary>
internal static class TrainRunner
{
    // Both compute in float32, in different orders: the losses agree closely at first and then drift apart, by as much as roundings move a
    // loss.
    private const int EarlySteps = 3;
    private const int Samples = 4;

    // Deviations of two computations that round apart from each other, and a few units of the loss itself.
    private const double AllowedDeviations = 6;
    private const double AllowedUnits = 8;
    private const double Unit = 1.0 / (1 << 24);

    // A block of short steps takes about as long as the switch between processes is small beside.
    private const double BlockMilliseconds = 50;

    /// <param name="networks">Names of <see cref="TrainedNetwork.All"/>.</param>
    /// <param name="time">How long to measure each network.</param>
    /// <returns>The program's exit code: 0, or 1 when the losses disagree.</returns>
    /// <exception cref="PeerMissingException">PyTorch is not installed.</exception>
    public static int Run(IReadOnlyList<string> networks, int threads, int core, TimeSpan time)
    {
        string pinned = ProcessorCores.Pin(core, threads);
        return networks.Max(name => Compare(name, TrainedNetwork.All[name], threads, core, time, pinned));
    }

    private static int Compare(string name, TrainedNetwork network, int threads, int core, TimeSpan time, string pinned)
    {
        (float[] images, int[] labels) = RandomBatch(network.BatchSize, network.ImageLength, network.Classes);
        float[][] moved = LossesOfMovedImages(network, images, labels);
        (TrainedNetwork.ITrainer trainer, PyTorchProcess process) = Start(name, network, threads, core, images, labels);
        using PyTorchProcess peer = process;
        trainer.Parallelism = threads;
        Report.Line(
            $"{name} training, batch {network.BatchSize}, SGD {TrainedNetwork.LearningRate} momentum {TrainedNetwork.Momentum}, {threads} ",
            $"thread{(threads == 1 ? "" : "s")}, {pinned}; peer: PyTorch {peer.Version}");

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

        foreach ((int step, int count) in new[] { (1, 1), (EarlySteps, EarlySteps - 1) })
        {
            ModelGen(count);
            PyTorch(count);
            double difference = Math.Abs((double)loss - peerLoss) / peerLoss;
            double deviation = Math.Sqrt(moved.Average(m => Math.Pow(m[step - 1] - (double)loss, 2))) / peerLoss;
            double allowed = AllowedDeviations * deviation + AllowedUnits * Unit;
            Report.Line(
                $"loss of step {step}: ModelGen {loss:F6}, PyTorch {peerLoss:F6}, {difference:E1} apart ({allowed:E1} by rounding)");
            if (!(difference <= allowed))
            {
                Report.Line($"the losses differ by more than roundings explain; the times are not comparable.");
                return 1;
            }
        }

        int block = Math.Clamp((int)(BlockMilliseconds / ModelGen(1)), 1, 50);
        ModelGen(2 * block);
        PyTorch(2 * block);
        var result = new Alternation();
        long began = Stopwatch.GetTimestamp();
        do
        {
            result.Round(() => ModelGen(block), () => PyTorch(block));
        }
        while (result.Blocks < 3 || Stopwatch.GetElapsedTime(began) < time);

        Report.Comparison(result, $"PyTorch {peer.Version}", "ms per step");
        trainer.Parallelism = 1;
        return 0;
    }

    /// <summary>One batch of noise with random labels: the time of a step does not depend on what it learns.</summary>
    public static (float[] Images, int[] Labels) RandomBatch(int samples, int imageLength, int classes)
    {
        var random = new Random(5);
        return (PeerRunner.RandomInput(samples * imageLength), [.. Enumerable.Range(0, samples).Select(_ => random.Next(classes))]);
    }

    // Roundings of a sum of n products come to √n units of its terms, those of all steps to the root of the sum of their squares. What they
    // do to the losses is seen where each pixel is off by so much.
    private static float[][] LossesOfMovedImages(TrainedNetwork network, float[] images, int[] labels)
    {
        var random = new Random(7);
        float[][] losses = new float[Samples][];
        for (int sample = 0; sample < Samples; sample++)
        {
            string weights = Path.GetTempFileName();
            try
            {
                TrainedNetwork.ITrainer trainer = network.Start(weights);
                double terms = trainer.PlanSteps.Where(s => s.Operator is "Conv2d" or "Linear")
                    .Sum(s => s.MultiplyAdds / (double)Math.Max(1, s.OutputShape.Aggregate(1L, (a, b) => a * b)));
                double units = Math.Sqrt(terms) * Unit;
                float[] moved = [.. images.Select(v => (float)(v * (1 + units * (2 * random.NextDouble() - 1))))];
                losses[sample] = [.. Enumerable.Range(0, EarlySteps).Select(_ => trainer.Step(moved, labels))];
            }
            finally
            {
                File.Delete(weights);
            }
        }
        return losses;
    }

    private static (TrainedNetwork.ITrainer Trainer, PyTorchProcess Peer) Start(string name, TrainedNetwork network, int threads, int core,
        float[] images, int[] labels)
    {
        string weights = Path.GetTempFileName(), batch = Path.GetTempFileName();
        try
        {
            TrainedNetwork.ITrainer trainer = network.Start(weights);
            using (FileStream file = File.Create(batch))
            {
                file.Write(MemoryMarshal.AsBytes<int>([network.BatchSize, network.Image.Channels, network.Image.Height,
                    network.Image.Width]));
                file.Write(MemoryMarshal.AsBytes<float>(images));
                file.Write(MemoryMarshal.AsBytes<int>(labels));
            }

            return (trainer, new PyTorchProcess("pytorch_train.py", name, Text(core), Text(threads), Text(TrainedNetwork.LearningRate),
                Text(TrainedNetwork.Momentum), weights, batch));
        }
        finally
        {
            File.Delete(weights);
            File.Delete(batch);
        }

        static string Text<T>(T number) where T : IFormattable => number.ToString(null, CultureInfo.InvariantCulture);
    }
}
