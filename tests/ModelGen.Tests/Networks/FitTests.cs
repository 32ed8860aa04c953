using ModelGen.Tests.Weights;

namespace ModelGen.Tests.Networks;

public sealed class FitTests : IDisposable
{
    private static readonly double[] Losses = [3, 2, 2.5, 1.5, 1.6, 1.5, 1.4];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(7, int.MaxValue, 7)]
    [InlineData(3, 2, 3)]
    [InlineData(7, 1, 3)]
    [InlineData(7, 2, 6)]
    [InlineData(7, 3, 7)]
    public void StopsAfterTheEpochsOrWhenPatienceEnds(int epochs, int patience, int expected)
    {
        var fit = new Fit(epochs) { Patience = patience };
        fit.Run(_ => 0, () => new Evaluation(Losses[fit.DoneEpochs], 1, 2));
        Assert.Equal(expected, fit.DoneEpochs);
        Assert.Equal(Losses[..expected].Min(), fit.BestLoss);
    }

    [Fact]
    public void AResumedRunHasTheSameCurves()
    {
        var whole = new Fit(7) { CurvesPath = _folder.File("whole.csv") };
        var all = new List<EpochResult>();
        whole.Run(e => e * 0.5, () => new Evaluation(Losses[whole.DoneEpochs], 4, 8), all.Add);
        Assert.Equal([1, 2, 4, 7], all.Where(r => r.IsBest).Select(r => r.Epoch));
        Assert.StartsWith("epoch,loss,validation_loss,validation_accuracy\n1,0.5,3,0.5\n2,1,2,0.5\n", File.ReadAllText(_folder.File("whole.csv")), StringComparison.Ordinal);

        // It dies in epoch 5, whose checkpoint is that after epoch 3.
        var killed = new Fit(7) { CurvesPath = _folder.File("parts.csv") };
        (double Best, int Bad) saved = default;
        Assert.Throws<IOException>(() => killed.Run(e => e < 5 ? e * 0.5 : throw new IOException(), () => new Evaluation(Losses[killed.DoneEpochs], 4, 8),
            r => saved = r.Epoch == 3 ? (killed.BestLoss, killed.BadEpochs) : saved));
        Assert.Equal((2, 1), saved);
        var resumed = new Fit(7) { DoneEpochs = 3, BestLoss = saved.Best, BadEpochs = saved.Bad, CurvesPath = _folder.File("parts.csv") };
        var rest = new List<EpochResult>();
        resumed.Run(e => e * 0.5, () => new Evaluation(Losses[resumed.DoneEpochs], 4, 8), rest.Add);
        Assert.Equal(all.Skip(3), rest);
        Assert.Equal(File.ReadAllText(_folder.File("whole.csv")), File.ReadAllText(_folder.File("parts.csv")));
    }

    [Fact]
    public void ALossThatIsNoNumberIsNoBetter()
    {
        var fit = new Fit(9) { Patience = 2 };
        Assert.Equal(2, fit.Run(_ => 0, () => new Evaluation(double.NaN, 0, 1)));
        Assert.Throws<OperationCanceledException>(() => new Fit(1).Run(_ => 0, () => default, null, new CancellationToken(true)));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Fit(0));
    }
}
