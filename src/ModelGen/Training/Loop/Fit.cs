using System.Diagnostics;
using ModelGen.Data;
using ModelGen.Runtime;

namespace ModelGen;

/// <summary>The loop over epochs: trains, validates, keeps checkpoints and curves, and stops early.</summary>
/// <remarks>
/// <code>
/// var fit = new Fit(epochs: 20) { Schedule = schedule, CheckpointPath = "run.safetensors", Observers = { new CsvCurves("curves.csv") } };
/// fit.Run(trainer, batches, () => trainer.Evaluate(validationImages, validationLabels));
/// </code>
/// Source of early stopping: Prechelt 1998, Early stopping – but when?
/// </remarks>
public sealed class Fit
{
    private List<EpochResult> _history = [];

    /// <summary>A loop of so many epochs.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer than 1.</exception>
    public Fit(int epochs)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(epochs, 1);
        Epochs = epochs;
    }

    /// <summary>Epochs of the whole run.</summary>
    public int Epochs { get; }

    /// <summary>What came of the epochs that are done.</summary>
    public IReadOnlyList<EpochResult> History => _history;

    /// <summary>Epochs that are done.</summary>
    public int DoneEpochs => _history.Count;

    /// <summary>The best validation loss so far; infinite before the first.</summary>
    public double BestLoss => DoneEpochs == BadEpochs ? double.PositiveInfinity : _history[DoneEpochs - 1 - BadEpochs].Validation.Loss;

    /// <summary>How many epochs since then have been no better.</summary>
    public int BadEpochs => DoneEpochs - 1 - _history.FindLastIndex(r => r.IsBest);

    /// <summary>
    /// How many epochs in a row may have a validation loss that is no better than the best before training stops; no limit unless set.
    /// </summary>
    public int Patience { get; set; } = int.MaxValue;

    /// <summary>The learning rate of each update, which is set before it; the optimizer's own unless set.</summary>
    public LearningRateSchedule? Schedule { get; set; }

    /// <summary>
    /// The file of the run's checkpoint: where it exists the run goes on there, and after each epoch it is written anew. None unless set.
    /// </summary>
    public string? CheckpointPath { get; set; }

    /// <summary>What shows the run or keeps its curves.</summary>
    public IList<ITrainingObserver> Observers { get; } = [];

    /// <summary>What is asked for after each validation, and is in the curves beside loss and accuracy.</summary>
    public IList<FitMetric> Metrics { get; } = [];

    /// <summary>Goes on where a loop was that saved its <see cref="Notes"/>.</summary>
    /// <exception cref="InvalidDataException">The notes are not those of a loop, or of one with other metrics.</exception>
    public void Resume(IReadOnlyDictionary<string, string> notes) => _history = FitNotes.ReadHistory(notes, Metrics);

    /// <summary>What <see cref="Resume"/> needs, for the notes of a checkpoint.</summary>
    public Dictionary<string, string> Notes() => FitNotes.Write(_history, Metrics);

    /// <summary>
    /// Runs what is left of the epochs on batches: a step on each, with the learning rate of <see cref="Schedule"/>, and a checkpoint after
    /// each epoch.
    /// </summary>
    /// <param name="trainer">Is trained. Where there is a checkpoint it is loaded first.</param>
    /// <param name="batches">The samples to learn from. A checkpoint sets their position.</param>
    /// <param name="validate">Judges the network on samples that it does not learn.</param>
    /// <param name="afterEpoch">Called after each epoch, when its checkpoint has been written; may be null.</param>
    /// <param name="cancellation">Asked before each step. What came after the last checkpoint is lost.</param>
    /// <returns>The number of epochs that are done.</returns>
    /// <exception cref="OperationCanceledException">Cancellation was asked for.</exception>
    /// <exception cref="NonFiniteLossException">The loss is NaN or infinite.</exception>
    /// <exception cref="NonFiniteUpdateException">What would become of the parameters is not finite, or what has: then the run goes on from
    /// its checkpoint, with other settings, and nothing is saved over it.</exception>
    /// <exception cref="IOException">A checkpoint cannot be read or written or is not of this network and optimizer, or an observer cannot
    /// write.</exception>
    /// <exception cref="InvalidDataException">The checkpoint was not saved by such a loop; nothing has changed then.</exception>
    public int Run(
        IClassifierTrainer trainer, ImageBatches batches, Func<Evaluation> validate, Action<EpochResult>? afterEpoch = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(trainer);
        ArgumentNullException.ThrowIfNull(batches);
        ArgumentNullException.ThrowIfNull(validate);
        if (CheckpointPath is not null && File.Exists(CheckpointPath))
        {
            // What is wrong with them is told before the trainer is overwritten.
            if (TrainerState.NotesOf(CheckpointPath) is IReadOnlyDictionary<string, string> saved)
                FitNotes.Read(saved, Metrics, batches);
            (_history, batches.Position) = FitNotes.Read(trainer.LoadCheckpoint(CheckpointPath).Notes, Metrics, batches);
        }
        long start = Stopwatch.GetTimestamp();
        int before = DoneEpochs;
        return Run(epoch => TrainEpoch(epoch, trainer, batches, start, before, cancellation), validate, Save, cancellation);

        void Save(EpochResult result)
        {
            if (CheckpointPath is not null)
                trainer.SaveCheckpoint(CheckpointPath, result.Epoch, FitNotes.With(Notes(), batches.Position));
            afterEpoch?.Invoke(result);
        }
    }

    /// <summary>
    /// Runs what is left of the epochs. What an epoch is, and what is done after it, is the caller's; <see cref="CheckpointPath"/> and
    /// <see cref="Schedule"/> are not used.
    /// </summary>
    /// <param name="train">Trains for the epoch of the number given, from 1, and returns the mean loss.</param>
    /// <param name="validate">Judges the network on samples that it does not learn.</param>
    /// <param name="afterEpoch">Called after each epoch, when the properties say how things stand, to save for instance; may be
    /// null.</param>
    /// <param name="cancellation">Asked before each epoch.</param>
    /// <returns>The number of epochs that are done.</returns>
    /// <exception cref="OperationCanceledException">Cancellation was asked for.</exception>
    /// <exception cref="IOException">An observer cannot write.</exception>
    public int Run(
        Func<int, double> train, Func<Evaluation> validate, Action<EpochResult>? afterEpoch = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(train);
        ArgumentNullException.ThrowIfNull(validate);
        var run = new FitRun(Epochs, [.. _history], [.. Metrics.Select(m => m.Name)]);
        foreach (ITrainingObserver observer in Observers)
            observer.Started(run);
        while (DoneEpochs < Epochs && BadEpochs < Patience)
        {
            cancellation.ThrowIfCancellationRequested();
            double loss = train(DoneEpochs + 1);
            Evaluation validation = validate();
            var result = new EpochResult(
                DoneEpochs + 1, loss, validation, validation.Loss < BestLoss) { Metrics = [.. Metrics.Select(m => m.Value())] };
            _history.Add(result);
            foreach (ITrainingObserver observer in Observers)
                observer.EpochEnded(result);
            afterEpoch?.Invoke(result);
        }
        return DoneEpochs;
    }

    private double TrainEpoch(
        int epoch, IClassifierTrainer trainer, ImageBatches batches, long runStart, int epochsBefore, CancellationToken cancellation)
    {
        long start = Stopwatch.GetTimestamp();
        (double sum, long samples, int step) = (0, 0, 0);
        while (batches.MoveNext())
        {
            cancellation.ThrowIfCancellationRequested();
            Schedule?.Apply(trainer.Optimizer, trainer.Updates);
            sum += batches.Count * (double)trainer.Step(batches.Images, batches.Labels);
            samples += batches.Count;
            step++;
            double done = epoch - 1 - epochsBefore + (double)step / batches.BatchesPerEpoch;
            var progress = new StepProgress(
                epoch, Epochs, step, batches.BatchesPerEpoch, sum / samples, samples / Stopwatch.GetElapsedTime(start).TotalSeconds,
                Stopwatch.GetElapsedTime(runStart) * ((Epochs - epochsBefore) / done - 1));
            for (int i = 0; i < Observers.Count; i++)
                Observers[i].Stepped(progress);
        }
        return sum / samples;
    }
}
