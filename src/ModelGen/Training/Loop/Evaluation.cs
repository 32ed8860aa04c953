using ModelGen.Data;

namespace ModelGen;

/// <summary>How well a network does on a set of samples.</summary>
/// <param name="Loss">Mean loss.</param>
/// <param name="Correct">Samples whose largest output is at the label.</param>
/// <param name="Count">Samples.</param>
public readonly record struct Evaluation(double Loss, int Correct, int Count)
{
    /// <summary>Share of samples that are correct, 0 to 1; NaN for none.</summary>
    public double Accuracy => (double)Correct / Count;

    /// <summary>Evaluates a network, in inference mode, on what is left of an epoch of batches.</summary>
    /// <param name="trainer">The network's trainer, which is not changed.</param>
    /// <param name="batches">The samples; of the whole set where it stands at the start of an epoch, as it does again afterwards.</param>
    public static Evaluation Of(IClassifierTrainer trainer, ImageBatches batches)
    {
        ArgumentNullException.ThrowIfNull(trainer);
        ArgumentNullException.ThrowIfNull(batches);
        (double loss, int correct, int count) = (0, 0, 0);
        while (batches.MoveNext())
        {
            Evaluation part = trainer.Evaluate(batches.Images, batches.Labels);
            (loss, correct, count) = (loss + part.Loss * part.Count, correct + part.Correct, count + part.Count);
        }
        return new Evaluation(loss / count, correct, count);
    }
}
