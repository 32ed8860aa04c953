using ModelGen.Data;
using ModelGen.Tests.Weights;

namespace ModelGen.Tests.Networks;

public sealed class FitTests : IDisposable
{
    private static readonly double[] Losses = [3, 2, 2.5, 1.5, 1.6, 1.5, 1.4];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static Evaluation Judged(Fit fit) => new(Losses[fit.DoneEpochs], 4, 8);

    [Theory]
    [InlineData(7, int.MaxValue, 7)]
    [InlineData(3, 2, 3)]
    [InlineData(7, 1, 3)]
    [InlineData(7, 2, 6)]
    [InlineData(7, 3, 7)]
    public void StopsAfterTheEpochsOrWhenPatienceEnds(int epochs, int patience, int expected)
    {
        var fit = new Fit(epochs) { Patience = patience };
        Assert.Equal(expected, fit.Run(_ => 0, () => Judged(fit)));
        Assert.Equal(expected, fit.DoneEpochs);
        Assert.Equal(Losses[..expected].Min(), fit.BestLoss);
    }

    [Fact]
    public void AResumedRunHasTheSameCurves()
    {
        var whole = new Fit(7) { Metrics = { new FitMetric("top 2, \"easy\"", () => 0.25) },
            Observers = { new CsvCurves(_folder.File("whole.csv")) } };
        var all = new List<EpochResult>();
        whole.Run(e => e * 0.5, () => Judged(whole), all.Add);
        Assert.Equal([1, 2, 4, 7], all.Where(r => r.IsBest).Select(r => r.Epoch));
        Assert.StartsWith("epoch,loss,validation_loss,validation_accuracy,\"top 2, \"\"easy\"\"\"\n1,0.5,3,0.5,0.25\n2,1,2,0.5,0.25\n",
            File.ReadAllText(_folder.File("whole.csv")), StringComparison.Ordinal);

        // It dies in epoch 5, whose checkpoint is that after epoch 3.
        var killed = new Fit(7) { Metrics = { whole.Metrics[0] }, Observers = { new CsvCurves(_folder.File("parts.csv")) } };
        Dictionary<string, string> saved = [];
        Assert.Throws<IOException>(() => killed.Run(e => e < 5 ? e * 0.5 : throw new IOException(), () => Judged(killed),
            r => saved = r.Epoch == 3 ? killed.Notes() : saved));
        var resumed = new Fit(7) { Metrics = { whole.Metrics[0] }, Observers = { new CsvCurves(_folder.File("parts.csv")) } };
        resumed.Resume(saved);
        Assert.Equal((3, 2, 1), (resumed.DoneEpochs, resumed.BestLoss, resumed.BadEpochs));
        var rest = new List<EpochResult>();
        resumed.Run(e => e * 0.5, () => Judged(resumed), rest.Add);
        Assert.Equal(all.Skip(3), rest);
        Assert.Equal(all, resumed.History);
        Assert.Equal(File.ReadAllText(_folder.File("whole.csv")), File.ReadAllText(_folder.File("parts.csv")));
    }

    [Theory]
    [InlineData("epoch loss validation_loss correct count best",
        "expected columns 'epoch loss validation_loss correct count best top2', actual 'epoch loss validation_loss correct count best'")]
    [InlineData("epoch loss validation_loss correct count best top2\n2 1 1 1 1 1 0.5",
        "expected epoch 1 with 1 metrics, actual '2 1 1 1 1 1 0.5'")]
    [InlineData("epoch loss validation_loss correct count best top2\n1 1 1 1 1 1", "expected epoch 1 with 1 metrics, actual '1 1 1 1 1 1'")]
    [InlineData("epoch loss validation_loss correct count best top2\n1 1 x 1 1 1 0.5",
        "expected numbers of an epoch, actual '1 1 x 1 1 1 0.5'")]
    [InlineData(null, "expected a note of that name, as Fit saves it, actual none")]
    public void NotesOfSomethingElseAreRefused(string? history, string message)
    {
        var fit = new Fit(7) { Metrics = { new FitMetric("top2", () => 0) } };
        Dictionary<string, string> notes = history is null ? [] : new() { ["fit.history"] = history };
        Assert.Equal("The checkpoint is of no such loop: note 'fit.history': " + message + ".",
            Assert.Throws<InvalidDataException>(() => fit.Resume(notes)).Message);
        Assert.Equal(0, fit.DoneEpochs);
    }

    [Fact]
    public void ALossThatIsNoNumberIsNoBetter()
    {
        var fit = new Fit(9) { Patience = 2 };
        Assert.Equal(2, fit.Run(_ => 0, () => new Evaluation(double.NaN, 0, 1)));
        Assert.Equal(double.PositiveInfinity, fit.BestLoss);
        var resumed = new Fit(9);
        resumed.Resume(fit.Notes());
        Assert.Equal(fit.History, resumed.History);
        Assert.Throws<OperationCanceledException>(() => new Fit(1).Run(_ => 0, () => default, null, new CancellationToken(true)));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Fit(0));
    }

    private sealed class Steps : ITrainingObserver
    {
        public List<StepProgress> Seen { get; } = [];

        public void Started(FitRun run) => Assert.Equal((2, 0, "top2"), (run.Epochs, run.History.Count, Assert.Single(run.MetricNames)));

        public void Stepped(in StepProgress progress) => Seen.Add(progress);

        public void EpochEnded(EpochResult result) => Assert.Equal(result.Epoch * 3, Seen.Count);
    }

    // Ten images: batches of 4, 4 and 2.
    private static LabeledImages TenImages() =>
        new([.. Enumerable.Range(0, 10 * 72).Select(i => MathF.Sin(i * i))], [.. Enumerable.Range(0, 10).Select(i => i % 3)], 2, 6, 6);

    [Fact]
    public void TrainsOnBatchesByTheSchedule()
    {
        var trainer = new SavedSgd.Trainer(SavedSgd.CreateWeights(3), new Sgd(), seed: 3);
        var byHand = new SavedSgd.Trainer(SavedSgd.CreateWeights(3), new Sgd(), seed: 3);
        var options = new ImageBatchOptions { BatchSize = 4 };
        using var batches = new ImageBatches(TenImages(), options);
        using var same = new ImageBatches(TenImages(), options);
        using var validation = new ImageBatches(TenImages(), new ImageBatchOptions { BatchSize = 7, Shuffle = false });
        var steps = new Steps();
        var metrics = new ClassificationMetrics(3);
        var fit = new Fit(2)
        {
            Schedule = new StepSchedule(0.1f, 2, 0.5f),
            Observers = { steps },
            Metrics = { new FitMetric("top2", () => metrics.TopK(2)) },
        };
        fit.Run(trainer, batches, () =>
        {
            metrics.Clear();
            metrics.Add(new SavedSgd(trainer.ToWeights()).Forward, validation);
            return Evaluation.Of(trainer, validation);
        });

        for (int epoch = 0, step = 0; epoch < 2; epoch++)
        {
            double sum = 0;
            for (; same.MoveNext(); step++)
            {
                byHand.Optimizer.LearningRate = 0.1f * MathF.Pow(0.5f, step / 2);
                sum += same.Count * (double)byHand.Step(same.Images, same.Labels);
            }
            Assert.Equal(sum / 10, fit.History[epoch].Loss);
            Assert.Equal((epoch + 1, 2, 3, 3, sum / 10),
                (steps.Seen[epoch * 3 + 2].Epoch, steps.Seen[epoch * 3 + 2].Epochs, steps.Seen[epoch * 3 + 2].Step,
                    steps.Seen[epoch * 3 + 2].Steps, steps.Seen[epoch * 3 + 2].Loss));
        }
        Assert.Equal(byHand.ToWeights().AllValues, trainer.ToWeights().AllValues);
        Assert.Equal(TimeSpan.Zero, steps.Seen[^1].Left);
        // In inference mode and on all images at once it is the same but for rounding.
        Evaluation expected = byHand.Evaluate(TenImages().Floats, TenImages().Labels), actual = fit.History[1].Validation;
        Assert.Equal((expected.Correct, 10), (actual.Correct, actual.Count));
        Assert.Equal(expected.Loss, actual.Loss, 1e-6);
        Assert.Equal(expected.Correct, metrics.Evaluation.Correct);
        Assert.Equal(expected.Loss, metrics.CrossEntropy, 1e-5);
        Assert.Equal([metrics.TopK(2)], fit.History[1].Metrics);
    }
}
