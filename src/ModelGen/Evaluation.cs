namespace ModelGen;

/// <summary>How well a network does on a set of samples.</summary>
/// <param name="Loss">Mean loss.</param>
/// <param name="Correct">Samples whose largest output is at the label.</param>
/// <param name="Count">Samples.</param>
public readonly record struct Evaluation(double Loss, int Correct, int Count)
{
    /// <summary>Share of samples that are correct, 0 to 1; NaN for none.</summary>
    public double Accuracy => (double)Correct / Count;
}
