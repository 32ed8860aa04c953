namespace ModelGen;

/// <summary>
/// How the classes that a network gives the pixels of images compare with the true ones: pixel accuracy, intersection over union and Dice's
/// coefficient, each of all pixels added so far, from their confusion matrix.
/// </summary>
/// <remarks>
/// <code>
/// var metrics = new SegmentationMetrics(classes: 21, ignoreIndex: 255);
/// network.Forward(image, scores);
/// metrics.AddScores(scores, labels);
/// Console.WriteLine($"{metrics.PixelAccuracy:P2}, mean IoU {metrics.MeanIntersectionOverUnion:P2}");
/// </code>
/// Source: Long, Shelhamer and Darrell 2015, Fully convolutional networks for semantic segmentation, §5. Nothing is allocated after
/// construction.
/// </remarks>
public sealed class SegmentationMetrics
{
    private readonly long[] _counts;

    /// <summary>Metrics of no pixels yet.</summary>
    /// <param name="classes">The number of classes, at least 1.</param>
    /// <param name="ignoreIndex">The label of pixels that do not count; no class, or one that is left out.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer than 1 classes.</exception>
    public SegmentationMetrics(int classes, int ignoreIndex = -100)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 1);
        (Classes, IgnoreIndex) = (classes, ignoreIndex);
        _counts = new long[checked(classes * classes)];
    }

    /// <summary>The number of classes.</summary>
    public int Classes { get; }

    /// <summary>The label of pixels that do not count.</summary>
    public int IgnoreIndex { get; }

    /// <summary>Pixels so far, without those that do not count.</summary>
    public long Count { get; private set; }

    /// <summary>How many pixels of one class were taken for another: an element of the confusion matrix.</summary>
    /// <param name="actual">The pixels' class.</param>
    /// <param name="predicted">What they were taken for.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such class.</exception>
    public long this[int actual, int predicted] => _counts[Class(actual, nameof(actual)) * Classes + Class(predicted, nameof(predicted))];

    /// <summary>Share of pixels that were taken for what they are, 0 to 1; NaN for no pixels.</summary>
    public double PixelAccuracy
    {
        get
        {
            long right = 0;
            for (int c = 0; c < Classes; c++)
                right += _counts[c * Classes + c];
            return (double)right / Count;
        }
    }

    /// <summary>
    /// Mean of the shares of each class's pixels that were taken for it, over the classes that have any; NaN where none has.
    /// </summary>
    public double MeanAccuracy => Mean(static (right, actual, _) => (double)right / actual);

    /// <summary>Mean of <see cref="IntersectionOverUnion"/> over the classes that occur, in truth or in what was predicted.</summary>
    public double MeanIntersectionOverUnion => Mean(Jaccard);

    /// <summary>Mean of <see cref="Dice"/> over the classes that occur.</summary>
    public double MeanDice => Mean(DiceOf);

    /// <summary>
    /// Pixels of a class that were taken for it over those that are of it or were taken for it, 0 to 1; NaN where there are none. Also
    /// called the Jaccard index.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such class.</exception>
    public double IntersectionOverUnion(int label)
    {
        (long right, long actual, long predicted) = Sums(Class(label, nameof(label)));
        return Jaccard(right, actual, predicted);
    }

    /// <summary>
    /// Twice the pixels of a class that were taken for it over the sum of those that are of it and those taken for it, 0 to 1; NaN where
    /// there are none. Also called F1.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such class.</exception>
    public double Dice(int label)
    {
        (long right, long actual, long predicted) = Sums(Class(label, nameof(label)));
        return DiceOf(right, actual, predicted);
    }

    /// <summary>Counts pixels.</summary>
    /// <param name="predicted">What each pixel was taken for.</param>
    /// <param name="labels">The class of each.</param>
    /// <exception cref="ArgumentException">
    /// The lengths differ, or a number is no class; nothing has been counted then.
    /// </exception>
    public void Add(ReadOnlySpan<int> predicted, ReadOnlySpan<int> labels)
    {
        if (predicted.Length != labels.Length)
            throw new ArgumentException(
                MessageText.Invariant($"{labels.Length} pixels need as many predictions, got {predicted.Length}."), nameof(predicted));
        CheckLabels(labels);
        for (int i = 0; i < predicted.Length; i++)
        {
            if ((uint)predicted[i] >= (uint)Classes)
                throw new ArgumentException(
                    MessageText.Invariant($"Prediction {predicted[i]} of pixel {i} is no class: expected 0 to {Classes - 1}."),
                    nameof(predicted));
        }
        for (int i = 0; i < labels.Length; i++)
            Add(predicted[i], labels[i]);
    }

    /// <summary>Counts the pixels of one image by the class with the highest score, the first of equal ones; NaN is the highest.</summary>
    /// <param name="scores">The network's output, classes × height × width floats.</param>
    /// <param name="labels">The class of each pixel, height × width.</param>
    /// <exception cref="ArgumentException">
    /// There are not as many scores as there should be, or a label is no class; nothing has been counted then.
    /// </exception>
    public void AddScores(ReadOnlySpan<float> scores, ReadOnlySpan<int> labels)
    {
        int pixels = labels.Length;
        if (scores.Length != (long)pixels * Classes)
            throw new ArgumentException(MessageText.Invariant(
                $"{pixels} pixels of {Classes} classes have {(long)pixels * Classes} scores, got {scores.Length}."), nameof(scores));
        CheckLabels(labels);
        for (int i = 0; i < pixels; i++)
        {
            int best = 0;
            for (int c = 1; c < Classes; c++)
            {
                float score = scores[c * pixels + i], highest = scores[best * pixels + i];
                if (score > highest || float.IsNaN(score) && !float.IsNaN(highest))
                    best = c;
            }
            Add(best, labels[i]);
        }
    }

    /// <summary>Forgets all pixels.</summary>
    public void Clear()
    {
        Array.Clear(_counts);
        Count = 0;
    }

    private void Add(int predicted, int label)
    {
        if (label == IgnoreIndex)
            return;
        _counts[label * Classes + predicted]++;
        Count++;
    }

    private void CheckLabels(ReadOnlySpan<int> labels)
    {
        for (int i = 0; i < labels.Length; i++)
        {
            if ((uint)labels[i] >= (uint)Classes && labels[i] != IgnoreIndex)
                throw new ArgumentException(MessageText.Invariant(
                    $"Label {labels[i]} of pixel {i} is no class: expected 0 to {Classes - 1}, or {IgnoreIndex} for none."),
                    nameof(labels));
        }
    }

    private static double Jaccard(long right, long actual, long predicted) => (double)right / (actual + predicted - right);

    private static double DiceOf(long right, long actual, long predicted) => 2.0 * right / (actual + predicted);

    private double Mean(Func<long, long, long, double> of)
    {
        double sum = 0;
        int count = 0;
        for (int c = 0; c < Classes; c++)
        {
            (long right, long actual, long predicted) = Sums(c);
            double value = of(right, actual, predicted);
            if (double.IsNaN(value))
                continue;
            sum += value;
            count++;
        }
        return sum / count;
    }

    private (long Right, long Actual, long Predicted) Sums(int label)
    {
        long actual = 0, predicted = 0;
        for (int other = 0; other < Classes; other++)
        {
            actual += _counts[label * Classes + other];
            predicted += _counts[other * Classes + label];
        }
        return (_counts[label * Classes + label], actual, predicted);
    }

    private int Class(int label, string argument) => (uint)label < (uint)Classes ? label
        : throw new ArgumentOutOfRangeException(
            argument, MessageText.Invariant($"{label} is no class: expected 0 to {Classes - 1}."));
}
