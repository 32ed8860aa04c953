namespace ModelGen.Benchmarks;

/// <summary>Bytes allocated on the managed heap by calls that promise to allocate none.</summary>
internal static class AllocationRunner
{
    private const int WarmUpCalls = 100;

    /// <returns>The program's exit code: 0, or 1 when something was allocated.</returns>
    public static int Run()
    {
        var weights = LeNet5.CreateWeights(seed: 1);
        var network = new LeNet5(weights);
        var trainer = new LeNet5.Trainer(weights, new Sgd { LearningRate = 0.02f, Momentum = 0.9f });
        float[] input = PeerRunner.RandomInput(LeNet5.InputLength), output = new float[LeNet5.OutputLength];
        (float[] images, int[] labels) = TrainRunner.RandomBatch(LeNet5.Trainer.BatchSize, LeNet5.InputLength, LeNet5.OutputLength);

        long bytes = Measure("LeNet5.Forward", 10_000, () => network.Forward(input, output))
            + Measure("LeNet5.Trainer.Step", 1_000, () => trainer.Step(images, labels));
        return bytes == 0 ? 0 : 1;
    }

    private static long Measure(string name, int calls, Action call)
    {
        for (int i = 0; i < WarmUpCalls; i++)
        {
            call();
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < calls; i++)
        {
            call();
        }

        long bytes = GC.GetAllocatedBytesForCurrentThread() - before;
        Report.Line($"{name,-22}{calls,8:N0} calls{bytes,12:N0} bytes allocated");
        return bytes;
    }
}
