using System.Diagnostics;
using ModelGen;

namespace FashionMnist;

/// <summary>Where training stands, in the middle of an epoch.</summary>
/// <param name="Epoch">The epoch under way, counted from 1.</param>
/// <param name="Epochs">The epochs of the whole run.</param>
/// <param name="Done">The part of the whole run that is done, 0 to 1.</param>
/// <param name="Loss">Mean loss of the images since the epoch's start.</param>
/// <param name="ImagesPerSecond">Training speed since the epoch's start.</param>
/// <param name="Left">The time the rest will take if it goes on as it went.</param>
internal readonly record struct TrainingProgress(int Epoch, int Epochs, double Done, double Loss, double ImagesPerSecond, TimeSpan Left);

/// <summary>What one epoch came to.</summary>
/// <param name="Epoch">The epoch, counted from 1.</param>
/// <param name="Epochs">The epochs of the whole run.</param>
/// <param name="Loss">Mean loss of the images as they were learnt.</param>
/// <param name="Train">The network after the epoch, on the training images.</param>
/// <param name="Test">The network after the epoch, on the test images.</param>
/// <param name="ImagesPerSecond">Training speed, without the time taken to evaluate.</param>
internal readonly record struct EpochResult(int Epoch, int Epochs, double Loss, Evaluation Train, Evaluation Test, double ImagesPerSecond);

/// <summary>The loss is no longer a number, so going on would be pointless.</summary>
internal sealed class TrainingDivergedException(int epoch, float learningRate)
    : Exception($"the loss is no longer finite in epoch {epoch}: try a --learning-rate below {learningRate}");

/// <summary>Trains LeNet-5: stochastic gradient descent with momentum, weight decay and a cosine schedule.</summary>
internal sealed class Training
{
    private const float Momentum = 0.9f;
    private const float WeightDecay = 0.0005f;
    private static readonly long ReportIntervalTicks = Stopwatch.Frequency / 10;

    private readonly FashionMnistData data;
    private readonly Options options;
    private readonly LeNet5.Trainer trainer;
    private readonly Shuffler shuffler;
    private readonly int[] order;
    private readonly float[] batchImages = new float[LeNet5.Trainer.BatchSize * FashionMnistData.Pixels];
    private readonly int[] batchLabels = new int[LeNet5.Trainer.BatchSize];
    private readonly long totalSteps;
    private long steps;

    /// <summary>Prepares a run; every buffer it needs is allocated here.</summary>
    public Training(FashionMnistData data, Options options)
    {
        this.data = data;
        this.options = options;
        var optimizer = new Sgd { LearningRate = options.LearningRate, Momentum = Momentum, WeightDecay = WeightDecay };
        trainer = new LeNet5.Trainer(LeNet5.CreateWeights(options.Seed), optimizer);
        shuffler = new Shuffler(options.Seed);
        order = [.. Enumerable.Range(0, data.Train.Count)];
        var stepsPerEpoch = (data.Train.Count + LeNet5.Trainer.BatchSize - 1) / LeNet5.Trainer.BatchSize;
        totalSteps = (long)stepsPerEpoch * options.Epochs;
    }

    /// <summary>Runs every epoch.</summary>
    /// <returns>The trained weights.</returns>
    /// <exception cref="TrainingDivergedException">The loss is no longer finite.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellation"/> asked to stop.</exception>
    public LeNet5.Weights Run(ITrainingDisplay display, CancellationToken cancellation)
    {
        var runStart = Stopwatch.GetTimestamp();
        for (var epoch = 1; epoch <= options.Epochs; epoch++)
        {
            shuffler.Shuffle(order);
            var (loss, imagesPerSecond) = RunEpoch(epoch, runStart, display, cancellation);
            display.Evaluating(epoch, options.Epochs);
            var train = trainer.Evaluate(data.Train.Images, data.Train.Labels);
            var test = trainer.Evaluate(data.Test.Images, data.Test.Labels);
            display.Finished(new EpochResult(epoch, options.Epochs, loss, train, test, imagesPerSecond));
        }

        return trainer.ToWeights();
    }

    private (double Loss, double ImagesPerSecond) RunEpoch(int epoch, long runStart, ITrainingDisplay display, CancellationToken cancellation)
    {
        var epochStart = Stopwatch.GetTimestamp();
        var nextReport = epochStart + ReportIntervalTicks;
        var lossSum = 0.0;
        for (var first = 0; first < order.Length; first += LeNet5.Trainer.BatchSize)
        {
            cancellation.ThrowIfCancellationRequested();
            // The last batch of an epoch may be smaller.
            var count = Math.Min(LeNet5.Trainer.BatchSize, order.Length - first);
            Gather(order.AsSpan(first, count));
            trainer.Optimizer.LearningRate = LearningRate();
            lossSum += count * (double)trainer.Step(batchImages.AsSpan(0, count * FashionMnistData.Pixels), batchLabels.AsSpan(0, count));
            steps++;

            if (Stopwatch.GetTimestamp() < nextReport)
                continue;
            nextReport = Stopwatch.GetTimestamp() + ReportIntervalTicks;
            ThrowIfDiverged(lossSum, epoch);
            var done = (double)steps / totalSteps;
            var seen = first + count;
            display.Progress(new TrainingProgress(
                epoch,
                options.Epochs,
                done,
                lossSum / seen,
                seen / Stopwatch.GetElapsedTime(epochStart).TotalSeconds,
                Stopwatch.GetElapsedTime(runStart) * (1 / done - 1)));
        }

        ThrowIfDiverged(lossSum, epoch);
        return (lossSum / order.Length, order.Length / Stopwatch.GetElapsedTime(epochStart).TotalSeconds);
    }

    // Half a cosine from the first step's rate down to nearly 0 at the last one: I. Loshchilov, F. Hutter,
    // SGDR: Stochastic Gradient Descent with Warm Restarts, 2017, without restarts.
    private float LearningRate() => (float)(options.LearningRate * 0.5 * (1 + Math.Cos(Math.PI * steps / totalSteps)));

    private void Gather(ReadOnlySpan<int> indices)
    {
        for (var i = 0; i < indices.Length; i++)
        {
            data.Train.Image(indices[i]).CopyTo(batchImages.AsSpan(i * FashionMnistData.Pixels));
            batchLabels[i] = data.Train.Labels[indices[i]];
        }
    }

    private void ThrowIfDiverged(double lossSum, int epoch)
    {
        if (!double.IsFinite(lossSum))
            throw new TrainingDivergedException(epoch, options.LearningRate);
    }
}
