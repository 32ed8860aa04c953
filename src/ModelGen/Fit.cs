using System.Globalization;

namespace ModelGen;

/// <summary>What an epoch came to.</summary>
/// <param name="Epoch">Counted from 1.</param>
/// <param name="Loss">Mean loss in training.</param>
/// <param name="Validation">Of the network after the epoch.</param>
/// <param name="IsBest">Whether no epoch before it had as good a validation.</param>
public readonly record struct EpochResult(int Epoch, double Loss, Evaluation Validation, bool IsBest);

/// <summary>The loop over epochs: trains, validates, keeps the curves and stops early. What an epoch is, and what is done after it, is the caller's.</summary>
/// <remarks>Source of early stopping: Prechelt 1998, Early stopping – but when?</remarks>
public sealed class Fit
{
    private const string Header = "epoch,loss,validation_loss,validation_accuracy";

    private readonly int _epochs;

    /// <summary>A loop of so many epochs.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer than 1.</exception>
    public Fit(int epochs)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(epochs, 1);
        _epochs = epochs;
    }

    /// <summary>Epochs that are done already, as a checkpoint says; 0 unless set.</summary>
    public int DoneEpochs { get; set; }

    /// <summary>How many epochs in a row may have a validation loss that is no better than the best before training stops; no limit unless set.</summary>
    public int Patience { get; set; } = int.MaxValue;

    /// <summary>The best validation loss so far; infinite before the first. May be set to go on where another loop was.</summary>
    public double BestLoss { get; set; } = double.PositiveInfinity;

    /// <summary>How many epochs since then have been no better. May be set to go on where another loop was.</summary>
    public int BadEpochs { get; set; }

    /// <summary>
    /// A CSV file for the curves, a line an epoch, written as they end; none unless set. Lines of <see cref="DoneEpochs"/> stay, so that the curves of a run that was resumed are those of one that was not.
    /// </summary>
    public string? CurvesPath { get; set; }

    /// <summary>Runs what is left of the epochs.</summary>
    /// <param name="train">Trains for the epoch of the number given, from 1, and returns the mean loss.</param>
    /// <param name="validate">Judges the network on samples that it does not learn.</param>
    /// <param name="afterEpoch">Called after each epoch, when the properties say how things stand, to show or save; may be null.</param>
    /// <param name="cancellation">Asked before each epoch.</param>
    /// <returns>The last epoch that was run, or that was done before.</returns>
    /// <exception cref="OperationCanceledException">Cancellation was asked for.</exception>
    /// <exception cref="IOException">The curves cannot be written.</exception>
    public int Run(Func<int, double> train, Func<Evaluation> validate, Action<EpochResult>? afterEpoch = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(train);
        ArgumentNullException.ThrowIfNull(validate);
        StartCurves();
        while (DoneEpochs < _epochs && BadEpochs < Patience)
        {
            cancellation.ThrowIfCancellationRequested();
            double loss = train(DoneEpochs + 1);
            Evaluation validation = validate();
            bool isBest = validation.Loss < BestLoss;
            (BestLoss, BadEpochs) = isBest ? (validation.Loss, 0) : (BestLoss, BadEpochs + 1);
            DoneEpochs++;
            if (CurvesPath is not null)
                File.AppendAllText(CurvesPath, string.Create(CultureInfo.InvariantCulture, $"{DoneEpochs},{loss},{validation.Loss},{validation.Accuracy}\n"));
            afterEpoch?.Invoke(new EpochResult(DoneEpochs, loss, validation, isBest));
        }
        return DoneEpochs;
    }

    private void StartCurves()
    {
        if (CurvesPath is null)
            return;
        // A run that died between its last checkpoint and its last line has lines too many.
        string[] kept = DoneEpochs > 0 && File.Exists(CurvesPath) ? [.. File.ReadLines(CurvesPath).Skip(1).Take(DoneEpochs)] : [];
        File.WriteAllText(CurvesPath, string.Concat(kept.Prepend(Header).Select(line => line + "\n")));
    }
}
