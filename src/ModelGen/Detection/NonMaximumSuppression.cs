using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ModelGen.Runtime;

namespace ModelGen.Detection;

/// <summary>
/// Of boxes that overlap leaves the one with the highest score: from the highest score downwards each box is kept that no kept one overlaps
/// by more than a threshold.
/// </summary>
/// <remarks>
/// As torchvision.ops.nms and batched_nms. Of equal scores the box that stands first comes first; NaN comes before all numbers. An instance
/// has the memory for a number of boxes and allocates nothing after construction; it is for one call at a time.
/// </remarks>
public sealed class NonMaximumSuppression
{
    private readonly ulong[] _order;

    // Corners, area, class and whether it has been suppressed (all bits set), in the order of the scores.
    private readonly float[] _sorted;

    /// <summary>Memory for a number of boxes.</summary>
    /// <param name="capacity">The most boxes of a call, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is below 1, or too large for memory to be addressed.</exception>
    public NonMaximumSuppression(int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(capacity, Array.MaxLength / Columns.Count);
        Capacity = capacity;
        _order = new ulong[capacity];
        _sorted = new float[capacity * Columns.Count];
    }

    /// <summary>The most boxes of a call.</summary>
    public int Capacity { get; }

    /// <summary>Suppresses among all boxes.</summary>
    /// <param name="boxes">n boxes; see <see cref="Boxes"/>.</param>
    /// <param name="scores">A score for each.</param>
    /// <param name="threshold">The largest intersection over union that is let pass, 0 to 1.</param>
    /// <param name="kept">Receives the numbers of the boxes that are kept, by descending score; what has no room is left out.</param>
    /// <returns>How many have been written.</returns>
    /// <exception cref="ArgumentException">There are more boxes than <see cref="Capacity"/>, a span is not as long as it has to be, or the
    /// threshold is not 0 to 1.</exception>
    public int Run(ReadOnlySpan<float> boxes, ReadOnlySpan<float> scores, float threshold, Span<int> kept) =>
        Run(boxes, scores, default, threshold, kept);

    /// <summary>Suppresses among the boxes of each class alone.</summary>
    /// <param name="boxes">n boxes; see <see cref="Boxes"/>.</param>
    /// <param name="scores">A score for each.</param>
    /// <param name="classes">Class of each, or number of the feature map for proposals: 0 to 2²⁴; empty for one class.</param>
    /// <param name="threshold">The largest intersection over union that is let pass, 0 to 1.</param>
    /// <param name="kept">Receives the numbers of the boxes that are kept, by descending score; what has no room is left out.</param>
    /// <returns>How many have been written.</returns>
    /// <exception cref="ArgumentException">There are more boxes than <see cref="Capacity"/>, a span is not as long as it has to be, or a
    /// class or the threshold is out of its range.</exception>
    public int Run(
        ReadOnlySpan<float> boxes, ReadOnlySpan<float> scores, ReadOnlySpan<int> classes, float threshold, Span<int> kept)
    {
        int count = Boxes.Count(boxes);
        if (count > Capacity)
            throw new ArgumentException(
                MessageText.Invariant($"There is memory for {Capacity} boxes, got {count}; construct it for more."), nameof(boxes));
        Boxes.Check(scores.Length, count, nameof(scores), "a score for each box");
        if (!classes.IsEmpty)
            Boxes.Check(classes.Length, count, nameof(classes), "a class for each box, or none");
        if (!(threshold >= 0 && threshold <= 1))
            throw new ArgumentOutOfRangeException(
                nameof(threshold), MessageText.Invariant($"The threshold must be 0 to 1, got {threshold}."));
        Sort(scores, _order);
        Gather(boxes, classes, count);
        int written = 0;
        Span<float> suppressed = Column(Columns.Suppressed);
        for (int i = 0; i < count && written < kept.Length; i++)
        {
            if (BitConverter.SingleToInt32Bits(suppressed[i]) != 0)
                continue;
            kept[written++] = (int)(uint)_order[i];
            if (i + 1 < count)
                Target.RunOn(new Suppress(Capacity, i, count, threshold), count - i - 1,
                    new Operands(ref MemoryMarshal.GetArrayDataReference(_sorted)));
        }
        return written;
    }

    /// <summary>Puts the numbers of scores, the lower halves of <see cref="Key"/>, in descending order of the scores.</summary>
    internal static void Sort(ReadOnlySpan<float> scores, Span<ulong> order)
    {
        for (int i = 0; i < scores.Length; i++)
            order[i] = Key(scores[i], i);
        order[..scores.Length].Sort();
    }

    /// <summary>What sorts by descending score, the score's number below it: all are different, so any sort is a stable one.</summary>
    internal static ulong Key(float score, int number) => Descending(score) << 32 | (uint)number;

    /// <summary>A number that is the smaller the larger a score is; NaN has the smallest, and zeros are equal.</summary>
    internal static ulong Descending(float score)
    {
        if (float.IsNaN(score))
            return 0;
        int bits = BitConverter.SingleToInt32Bits(score == 0 ? 0f : score);
        uint ascending = (uint)(bits < 0 ? ~bits : bits ^ int.MinValue);
        return uint.MaxValue - ascending;
    }

    private void Gather(ReadOnlySpan<float> boxes, ReadOnlySpan<int> classes, int count)
    {
        Span<float> x1 = Column(Columns.X1), y1 = Column(Columns.Y1), x2 = Column(Columns.X2), y2 = Column(Columns.Y2);
        Span<float> area = Column(Columns.Area), of = Column(Columns.Class);
        for (int i = 0; i < count; i++)
        {
            int box = (int)(uint)_order[i];
            int at = box * Boxes.Length;
            (x1[i], y1[i], x2[i], y2[i]) = (boxes[at], boxes[at + 1], boxes[at + 2], boxes[at + 3]);
            area[i] = (x2[i] - x1[i]) * (y2[i] - y1[i]);
            int number = classes.IsEmpty ? 0 : classes[box];
            if ((uint)number > 1 << 24)
                throw new ArgumentException(
                    MessageText.Invariant($"Class {number} of box {box} is no class: expected 0 to {1 << 24}."), nameof(classes));
            of[i] = number;
        }
        Column(Columns.Suppressed)[..count].Clear();
    }

    private Span<float> Column(int column) => _sorted.AsSpan(column * Capacity, Capacity);

    private static class Columns
    {
        public const int X1 = 0, Y1 = 1, X2 = 2, Y2 = 3, Area = 4, Class = 5, Suppressed = 6, Count = 7;
    }

    // Marks what box i overlaps by more than the threshold, of those behind it. Each intersection over union is torchvision's, operation by
    // operation, so that what lies on the threshold falls on the same side.
    private readonly struct Suppress(int capacity, int i, int count, float threshold) : IKernel
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<S, V>(Operands o, Operands more) where S : struct, ISimd<V> where V : struct
        {
            ref float x1 = ref o.First, y1 = ref Unsafe.Add(ref x1, capacity), x2 = ref Unsafe.Add(ref y1, capacity);
            ref float y2 = ref Unsafe.Add(ref x2, capacity), area = ref Unsafe.Add(ref y2, capacity);
            ref float of = ref Unsafe.Add(ref area, capacity), suppressed = ref Unsafe.Add(ref of, capacity);
            V left = S.Broadcast(Unsafe.Add(ref x1, i)), top = S.Broadcast(Unsafe.Add(ref y1, i));
            V right = S.Broadcast(Unsafe.Add(ref x2, i)), bottom = S.Broadcast(Unsafe.Add(ref y2, i));
            V own = S.Broadcast(Unsafe.Add(ref area, i)), ofOwn = S.Broadcast(Unsafe.Add(ref of, i));
            V zero = S.Broadcast(0f), most = S.Broadcast(threshold);
            for (nint j = i + 1; j < count; j += S.Width)
            {
                nint lanes = Math.Min(S.Width, count - j);
                V width = S.Max(S.Subtract(
                    S.Min(ClassAxis.Load<S, V>(ref x2, j, lanes), right), S.Max(ClassAxis.Load<S, V>(ref x1, j, lanes), left)), zero);
                V height = S.Max(S.Subtract(
                    S.Min(ClassAxis.Load<S, V>(ref y2, j, lanes), bottom), S.Max(ClassAxis.Load<S, V>(ref y1, j, lanes), top)), zero);
                V shared = S.Multiply(width, height);
                V union = S.Subtract(S.Add(own, ClassAxis.Load<S, V>(ref area, j, lanes)), shared);
                V mask = S.BitAnd(S.LessThan(most, S.Divide(shared, union)), S.Equal(ClassAxis.Load<S, V>(ref of, j, lanes), ofOwn));
                ClassAxis.Store<S, V>(S.BitOr(ClassAxis.Load<S, V>(ref suppressed, j, lanes), mask), ref suppressed, j, lanes);
            }
        }
    }
}
