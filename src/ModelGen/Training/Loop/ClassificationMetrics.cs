using ModelGen.Data;

namespace ModelGen;

/// <summary>
/// How a network's scores compare with the classes: accuracy, top-k, cross entropy, and which classes are taken for which.
/// </summary>
/// <remarks>
/// <code>
/// var metrics = new ClassificationMetrics(classes: 10);
/// network.Forward(image, scores);
/// metrics.Add(scores, [label]);
/// Console.WriteLine($"{metrics.Accuracy:P2}, top 5 {metrics.TopK(5):P2}, sandals taken for boots {metrics[5, 9]}");
/// </code>
/// Classes are ranked by score; of two with the same score the one with the lower number comes first, and NaN comes before all numbers.
/// Nothing is allocated after construction.
/// </remarks>
public sealed class ClassificationMetrics
{
    private readonly int[] _counts;
    // How many samples have so many classes before their own.
    private readonly int[] _ranks;
    private double _loss;

    /// <summary>Metrics of no samples yet.</summary>
    /// <param name="classes">The number of classes, at least 1.</param>
    public ClassificationMetrics(int classes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 1);
        Classes = classes;
        _counts = new int[checked(classes * classes)];
        _ranks = new int[classes];
    }

    /// <summary>The number of classes.</summary>
    public int Classes { get; }

    /// <summary>Samples so far.</summary>
    public int Count { get; private set; }

    /// <summary>Share of samples whose class has the highest score, 0 to 1; NaN for no samples.</summary>
    public double Accuracy => TopK(1);

    /// <summary>Mean of −log softmax(scores)[label]; NaN for no samples.</summary>
    public double CrossEntropy => _loss / Count;

    /// <summary>The same as what <c>Evaluate</c> of a trainer returns whose loss is the cross entropy.</summary>
    public Evaluation Evaluation => new(CrossEntropy, _ranks[0], Count);

    /// <summary>How many samples of one class were taken for another: an element of the confusion matrix.</summary>
    /// <param name="actual">The samples' class.</param>
    /// <param name="predicted">The class with the highest score.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such class.</exception>
    public int this[int actual, int predicted] => _counts[Class(actual, nameof(actual)) * Classes + Class(predicted, nameof(predicted))];

    /// <summary>
    /// Share of samples whose class is among the <paramref name="k"/> with the highest scores, 0 to 1; NaN for no samples.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="k"/> is not 1 to <see cref="Classes"/>.</exception>
    public double TopK(int k)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(k, Classes);
        long sum = 0;
        foreach (int samples in _ranks.AsSpan(0, k))
            sum += samples;
        return (double)sum / Count;
    }

    /// <summary>Samples of a class.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such class.</exception>
    public int Actual(int label)
    {
        int sum = 0;
        for (int predicted = 0; predicted < Classes; predicted++)
            sum += this[label, predicted];
        return sum;
    }

    /// <summary>Samples that are taken for a class.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such class.</exception>
    public int Predicted(int label)
    {
        int sum = 0;
        for (int actual = 0; actual < Classes; actual++)
            sum += this[actual, label];
        return sum;
    }

    /// <summary>Share of a class's samples that are taken for it, 0 to 1; NaN where it has none.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such class.</exception>
    public double Recall(int label) => (double)this[label, label] / Actual(label);

    /// <summary>Share of the samples taken for a class that are of it, 0 to 1; NaN where there are none.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such class.</exception>
    public double Precision(int label) => (double)this[label, label] / Predicted(label);

    /// <summary>Counts samples.</summary>
    /// <param name="scores">Scores before softmax, <see cref="Classes"/> for each sample, one sample behind the other.</param>
    /// <param name="labels">The class of each sample.</param>
    /// <exception cref="ArgumentException">There are not as many scores as there should be, or a label is not a class; nothing has been
    /// counted then.</exception>
    public void Add(ReadOnlySpan<float> scores, ReadOnlySpan<int> labels)
    {
        if (scores.Length != (long)labels.Length * Classes)
            throw new ArgumentException(MessageText.Invariant(
                $"{labels.Length} samples of {Classes} classes have {(long)labels.Length * Classes} scores, got {scores.Length}."),
                    nameof(scores));
        for (int i = 0; i < labels.Length; i++)
        {
            if ((uint)labels[i] >= (uint)Classes)
                throw new ArgumentException(
                    MessageText.Invariant($"Label {labels[i]} of sample {i} is no class: expected 0 to {Classes - 1}."), nameof(labels));
        }
        for (int i = 0; i < labels.Length; i++)
            Add(scores.Slice(i * Classes, Classes), labels[i]);
    }

    /// <summary>Runs a network on what is left of an epoch of batches, image by image, and counts the results.</summary>
    /// <param name="forward">The network's <c>Forward</c>.</param>
    /// <param name="batches">Labelled images; neither their order nor the size of the batches matters.</param>
    /// <exception cref="ArgumentException">The network has another input or output, or a label is not a class.</exception>
    public void Add(ForwardMethod forward, ImageBatches batches)
    {
        ArgumentNullException.ThrowIfNull(forward);
        ArgumentNullException.ThrowIfNull(batches);
        Span<float> scores = new float[Classes];
        while (batches.MoveNext())
        {
            for (int i = 0; i < batches.Count; i++)
            {
                forward(batches.Images.Slice(i * batches.ImageLength, batches.ImageLength), scores);
                Add(scores, batches.Labels.Slice(i, 1));
            }
        }
    }

    /// <summary>Forgets all samples.</summary>
    public void Clear()
    {
        Array.Clear(_counts);
        Array.Clear(_ranks);
        (_loss, Count) = (0, 0);
    }

    private void Add(ReadOnlySpan<float> scores, int label)
    {
        (int rank, int best) = (0, 0);
        for (int i = 0; i < scores.Length; i++)
        {
            rank += i != label && IsBefore(scores, i, label) ? 1 : 0;
            best = IsBefore(scores, i, best) ? i : best;
        }
        double sum = 0;
        foreach (float score in scores)
            sum += Math.Exp((double)score - scores[best]);
        _loss += Math.Log(sum) + scores[best] - scores[label];
        _ranks[rank]++;
        _counts[label * Classes + best]++;
        Count++;
    }

    private static bool IsBefore(ReadOnlySpan<float> scores, int a, int b)
    {
        if (float.IsNaN(scores[a]) || float.IsNaN(scores[b]))
            return float.IsNaN(scores[a]) && (!float.IsNaN(scores[b]) || a < b);
        return scores[a] > scores[b] || (scores[a] == scores[b] && a < b);
    }

    private int Class(int label, string name) => (uint)label < (uint)Classes
        ? label : throw new ArgumentOutOfRangeException(name, label, MessageText.Invariant($"Expected a class from 0 to {Classes - 1}."));
}
