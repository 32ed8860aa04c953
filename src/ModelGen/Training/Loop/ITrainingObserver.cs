namespace ModelGen;

/// <summary>Is told by <see cref="Fit"/> how a run goes, to show it or to keep its curves.</summary>
public interface ITrainingObserver
{
    /// <summary>
    /// The run begins or goes on. What was kept of epochs that are not among those done is of a run that died before its next checkpoint,
    /// and has to go: these epochs come again.
    /// </summary>
    /// <param name="run">What is done and what is to come.</param>
    void Started(FitRun run);

    /// <summary>A step is done. Called after each one, so it should be quick.</summary>
    void Stepped(in StepProgress progress)
    {
    }

    /// <summary>An epoch is done and judged.</summary>
    void EpochEnded(EpochResult result);
}
