namespace ModelGen;

/// <summary>Where training stands in the middle of an epoch.</summary>
/// <param name="Epoch">The epoch under way, counted from 1.</param>
/// <param name="Epochs">The epochs of the whole run.</param>
/// <param name="Step">Steps of this epoch that are done.</param>
/// <param name="Steps">All steps of an epoch.</param>
/// <param name="Loss">Mean loss of the samples since the epoch's start.</param>
/// <param name="SamplesPerSecond">Training speed since the epoch's start.</param>
/// <param name="Left">The time that the rest of the run takes if it goes on as it went.</param>
public readonly record struct StepProgress(int Epoch, int Epochs, int Step, int Steps, double Loss, double SamplesPerSecond, TimeSpan Left);
