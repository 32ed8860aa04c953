namespace ModelGen.Detection;

/// <summary>
/// Average precision of detected boxes: for each class, from the highest score downwards, how the share of right detections falls as the
/// share of objects that are found rises.
/// </summary>
/// <remarks>
/// <code>
/// var metrics = new DetectionMetrics(classes: 10, capacity: 100_000);
/// metrics.Add(boxes, scores, labels, trueBoxes, trueLabels);   // once for each image
/// Console.WriteLine($"mAP {metrics.MeanAveragePrecision:P1}, at 0.5 {metrics.MeanAt(0):P1}");
/// </code>
/// A class without objects has no precision and is left out of means. Of equal scores the one added first comes first. Nothing is allocated
/// after construction.
/// </remarks>
public sealed class DetectionMetrics
{
    private const double Tiny = 2.220446049250313e-16;

    private readonly double[] _thresholds;
    private readonly AveragePrecisionRule _rule;
    private readonly int[] _objects;

    // Of each detection: the class, and a bit for each threshold at which it is right.
    private readonly int[] _classes;
    private readonly uint[] _right;
    private readonly float[] _scores;

    private readonly ulong[] _order;
    private readonly double[] _precision;
    private readonly double[] _recall;

    // Of the objects of the image that is being added: a bit for each threshold at which it has been taken.
    private readonly uint[] _taken;

    /// <summary>Metrics of no images yet.</summary>
    /// <param name="classes">The number of classes, at least 1.</param>
    /// <param name="capacity">The most detections of all images together.</param>
    /// <param name="thresholds">The least intersections over union of a right detection, up to 32, above 0 to 1; COCO's 0.5, 0.55, …, 0.95
    /// unless given.</param>
    /// <param name="rule">Which detections are right, and how precision is averaged.</param>
    /// <param name="mostPerImage">The most detections of one class of one image; those with the lowest scores are left out. 100 as in
    /// COCO.</param>
    /// <param name="mostObjects">The most objects of one image.</param>
    /// <exception cref="ArgumentException">A number is out of its range.</exception>
    public DetectionMetrics(
        int classes, int capacity, ReadOnlySpan<double> thresholds = default, AveragePrecisionRule rule = AveragePrecisionRule.Coco,
        int mostPerImage = 100, int mostObjects = 1000)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(mostPerImage, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(mostObjects, 1);
        if (!Enum.IsDefined(rule))
            throw new ArgumentOutOfRangeException(nameof(rule), MessageText.Invariant($"There is no rule {(int)rule}."));
        _thresholds = thresholds.IsEmpty ? [.. Enumerable.Range(0, 10).Select(i => 0.5 + i * 0.05)] : thresholds.ToArray();
        if (_thresholds.Length > 32)
            throw new ArgumentException(
                MessageText.Invariant($"There can be up to 32 thresholds, got {_thresholds.Length}."), nameof(thresholds));
        foreach (double threshold in _thresholds)
        {
            if (!(threshold > 0 && threshold <= 1))
                throw new ArgumentException(
                    MessageText.Invariant($"A threshold must be above 0 and at most 1, got {threshold}."), nameof(thresholds));
        }
        (Classes, Capacity, MostPerImage, _rule) = (classes, capacity, mostPerImage, rule);
        _objects = new int[classes];
        (_classes, _right, _scores) = (new int[capacity], new uint[capacity], new float[capacity]);
        (_order, _precision, _recall) = (new ulong[capacity], new double[capacity], new double[capacity]);
        _taken = new uint[mostObjects];
    }

    /// <summary>The number of classes.</summary>
    public int Classes { get; }

    /// <summary>The most detections of all images together.</summary>
    public int Capacity { get; }

    /// <summary>The most detections of one class of one image.</summary>
    public int MostPerImage { get; }

    /// <summary>Detections so far, without those left out.</summary>
    public int Count { get; private set; }

    /// <summary>The least intersections over union of a right detection.</summary>
    public ReadOnlySpan<double> Thresholds => _thresholds;

    /// <summary>Objects of a class so far.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such class.</exception>
    public int Objects(int label) => _objects[Class(label)];

    /// <summary>Mean over all thresholds and all classes with objects, 0 to 1; NaN where there are no objects.</summary>
    public double MeanAveragePrecision
    {
        get
        {
            double sum = 0;
            for (int t = 0; t < _thresholds.Length; t++)
                sum += MeanAt(t);
            return sum / _thresholds.Length;
        }
    }

    /// <summary>Mean over the classes with objects at one threshold, 0 to 1; NaN where there are none.</summary>
    /// <param name="threshold">Number of the threshold in <see cref="Thresholds"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such threshold.</exception>
    public double MeanAt(int threshold)
    {
        double sum = 0;
        int count = 0;
        for (int label = 0; label < Classes; label++)
        {
            if (_objects[label] == 0)
                continue;
            sum += AveragePrecision(label, threshold);
            count++;
        }
        return sum / count;
    }

    /// <summary>Average precision of one class at one threshold, 0 to 1; NaN where the class has no objects.</summary>
    /// <param name="label">The class.</param>
    /// <param name="threshold">Number of the threshold in <see cref="Thresholds"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such class or threshold.</exception>
    public double AveragePrecision(int label, int threshold)
    {
        if ((uint)threshold >= (uint)_thresholds.Length)
            throw new ArgumentOutOfRangeException(nameof(threshold),
                MessageText.Invariant($"Threshold {threshold} does not exist: expected 0 to {_thresholds.Length - 1}."));
        int objects = _objects[Class(label)];
        if (objects == 0)
            return double.NaN;
        int count = 0;
        for (int i = 0; i < Count; i++)
        {
            if (_classes[i] == label)
                _order[count++] = NonMaximumSuppression.Key(_scores[i], i);
        }
        _order.AsSpan(0, count).Sort();
        int right = 0;
        for (int i = 0; i < count; i++)
        {
            right += (int)(_right[(uint)_order[i]] >> threshold & 1);
            _recall[i] = (double)right / objects;
            _precision[i] = right / (i + 1 + Tiny);
        }
        for (int i = count - 2; i >= 0; i--)
            _precision[i] = Math.Max(_precision[i], _precision[i + 1]);
        return _rule == AveragePrecisionRule.Coco ? AtRecalls(count) : Area(count);
    }

    /// <summary>Counts the detections and objects of one image.</summary>
    /// <param name="boxes">n detected boxes; see <see cref="Boxes"/>.</param>
    /// <param name="scores">The score of each.</param>
    /// <param name="labels">The class of each.</param>
    /// <param name="trueBoxes">m boxes of objects.</param>
    /// <param name="trueLabels">The class of each.</param>
    /// <exception cref="ArgumentException">
    /// A span is not as long as it has to be, a number is no class, or there are more objects than there is memory for; nothing has been
    /// counted then.
    /// </exception>
    /// <exception cref="InvalidOperationException">
    /// There would be more detections than <see cref="Capacity"/>; nothing has been counted then.
    /// </exception>
    public void Add(
        ReadOnlySpan<float> boxes, ReadOnlySpan<float> scores, ReadOnlySpan<int> labels, ReadOnlySpan<float> trueBoxes,
        ReadOnlySpan<int> trueLabels)
    {
        int count = Boxes.Count(boxes), objects = Boxes.Count(trueBoxes, nameof(trueBoxes));
        Boxes.Check(scores.Length, count, nameof(scores), "a score for each box");
        Boxes.Check(labels.Length, count, nameof(labels), "a class for each box");
        Boxes.Check(trueLabels.Length, objects, nameof(trueLabels), "a class for each object");
        if (objects > _taken.Length)
            throw new ArgumentException(
                MessageText.Invariant($"There is memory for {_taken.Length} objects of an image, got {objects}."), nameof(trueBoxes));
        if (count > Capacity - Count)
            throw new InvalidOperationException(MessageText.Invariant(
                $"There is memory for {Capacity} detections, {Count} are there, and {count} more do not fit; construct it for more."));
        CheckLabels(labels, nameof(labels));
        CheckLabels(trueLabels, nameof(trueLabels));
        foreach (int label in trueLabels)
            _objects[label]++;
        _taken.AsSpan(0, objects).Clear();
        NonMaximumSuppression.Sort(scores, _order);
        int first = Count;
        for (int i = 0; i < count; i++)
        {
            int box = (int)(uint)_order[i], label = labels[box];
            int before = _classes.AsSpan(first, Count - first).Count(label);
            if (before == MostPerImage)
                continue;
            (_classes[Count], _scores[Count]) = (label, scores[box]);
            _right[Count++] = Match(boxes.Slice(box * Boxes.Length, Boxes.Length), label, trueBoxes, trueLabels);
        }
    }

    /// <summary>Forgets all images.</summary>
    public void Clear()
    {
        Array.Clear(_objects);
        Count = 0;
    }

    // The thresholds at which a detection is right; it takes objects on the way.
    private uint Match(ReadOnlySpan<float> box, int label, ReadOnlySpan<float> trueBoxes, ReadOnlySpan<int> trueLabels)
    {
        uint right = 0;
        for (int t = 0; t < _thresholds.Length; t++)
        {
            uint bit = 1u << t;
            // Of equal overlaps COCOeval takes the last, the development kit of VOC the first.
            double least = Math.Min(_thresholds[t], 1 - 1e-10);
            double most = _rule == AveragePrecisionRule.Coco ? least : double.NegativeInfinity;
            int best = -1;
            for (int o = 0; o < trueLabels.Length; o++)
            {
                if (trueLabels[o] != label || _rule == AveragePrecisionRule.Coco && (_taken[o] & bit) != 0)
                    continue;
                double overlap = Overlap(box, trueBoxes.Slice(o * Boxes.Length, Boxes.Length));
                if (_rule == AveragePrecisionRule.Coco ? overlap >= most : overlap > most)
                    (most, best) = (overlap, o);
            }
            if (best < 0 || most < least || (_taken[best] & bit) != 0)
                continue;
            _taken[best] |= bit;
            right |= bit;
        }
        return right;
    }

    // In double, as thresholds are decimal fractions.
    private static double Overlap(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        double width = Math.Max(0, (double)Math.Min(a[2], b[2]) - Math.Max(a[0], b[0]));
        double height = Math.Max(0, (double)Math.Min(a[3], b[3]) - Math.Max(a[1], b[1]));
        double shared = width * height;
        return shared / (((double)a[2] - a[0]) * ((double)a[3] - a[1]) + ((double)b[2] - b[0]) * ((double)b[3] - b[1]) - shared);
    }

    // At each of 101 recalls the precision of the first detection that reaches it, 0 where none does.
    private double AtRecalls(int count)
    {
        double sum = 0;
        int i = 0;
        for (int r = 0; r <= 100; r++)
        {
            while (i < count && _recall[i] < r * 0.01)
                i++;
            if (i < count)
                sum += _precision[i];
        }
        return sum / 101;
    }

    private double Area(int count)
    {
        double sum = 0;
        for (int i = 0; i < count; i++)
            sum += (_recall[i] - (i == 0 ? 0 : _recall[i - 1])) * _precision[i];
        return sum;
    }

    private void CheckLabels(ReadOnlySpan<int> labels, string argument)
    {
        for (int i = 0; i < labels.Length; i++)
        {
            if ((uint)labels[i] >= (uint)Classes)
                throw new ArgumentException(
                    MessageText.Invariant($"Label {labels[i]} of box {i} is no class: expected 0 to {Classes - 1}."), argument);
        }
    }

    private int Class(int label) => (uint)label < (uint)Classes ? label
        : throw new ArgumentOutOfRangeException(
            nameof(label), MessageText.Invariant($"{label} is no class: expected 0 to {Classes - 1}."));
}
