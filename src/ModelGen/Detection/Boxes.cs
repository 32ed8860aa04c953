namespace ModelGen.Detection;

/// <summary>
/// What detectors do with boxes. A box is four floats, x1, y1, x2, y2, in pixels, with x1 ≤ x2 and y1 ≤ y2; boxes lie one behind the other.
/// </summary>
/// <remarks>As in torchvision.ops.boxes: a box from 0 to 2 is 2 wide. Nothing is allocated.</remarks>
public static class Boxes
{
    /// <summary>Floats of a box.</summary>
    public const int Length = 4;

    /// <summary>The number of boxes in a span.</summary>
    /// <exception cref="ArgumentException">The span is not as long as whole boxes are.</exception>
    public static int Count(ReadOnlySpan<float> boxes, string argument = "boxes") => boxes.Length % Length == 0 ? boxes.Length / Length
        : throw new ArgumentException(
            MessageText.Invariant($"'{argument}' needs 4 floats a box (x1, y1, x2, y2), got {boxes.Length} floats."), argument);

    /// <summary>Area of a box, in pixels².</summary>
    /// <param name="box">The 4 floats of the box.</param>
    /// <exception cref="ArgumentException">It has another length.</exception>
    public static float Area(ReadOnlySpan<float> box)
    {
        One(box, nameof(box));
        return (box[2] - box[0]) * (box[3] - box[1]);
    }

    /// <summary>
    /// What two boxes share over what they cover together, 0 to 1; NaN where both are empty. As torchvision.ops.box_iou.
    /// </summary>
    /// <param name="a">The 4 floats of a box.</param>
    /// <param name="b">And of another.</param>
    /// <exception cref="ArgumentException">One has another length.</exception>
    public static float IntersectionOverUnion(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        One(a, nameof(a));
        One(b, nameof(b));
        return Overlap(a, b);
    }

    /// <summary>The same of each of n boxes with each of m.</summary>
    /// <param name="a">n boxes.</param>
    /// <param name="b">m boxes.</param>
    /// <param name="result">Receives n×m numbers, m for each box of <paramref name="a"/>.</param>
    /// <exception cref="ArgumentException">A span is not as long as it has to be; nothing has been written then.</exception>
    public static void IntersectionOverUnion(ReadOnlySpan<float> a, ReadOnlySpan<float> b, Span<float> result)
    {
        int n = Count(a, nameof(a)), m = Count(b, nameof(b));
        Check(result.Length, (long)n * m, nameof(result), "a float for each pair of boxes");
        for (int i = 0; i < n; i++)
        {
            ReadOnlySpan<float> box = a.Slice(i * Length, Length);
            for (int j = 0; j < m; j++)
                result[i * m + j] = Overlap(box, b.Slice(j * Length, Length));
        }
    }

    /// <summary>Moves what lies outside an image to its edge, in place; as torchvision.ops.clip_boxes_to_image.</summary>
    /// <param name="boxes">The boxes.</param>
    /// <param name="height">Height of the image in pixels, above 0.</param>
    /// <param name="width">Its width.</param>
    /// <exception cref="ArgumentException">A size is not above 0, or the span's length is no multiple of 4.</exception>
    public static void ClipToImage(Span<float> boxes, int height, int width)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        Count(boxes);
        for (int i = 0; i < boxes.Length; i += 2)
        {
            boxes[i] = Math.Clamp(boxes[i], 0f, width);
            boxes[i + 1] = Math.Clamp(boxes[i + 1], 0f, height);
        }
    }

    /// <summary>
    /// The numbers of the boxes of which both sides are at least so long, in ascending order; as torchvision.ops.remove_small_boxes.
    /// </summary>
    /// <param name="boxes">The boxes.</param>
    /// <param name="minimum">Least length of a side, in pixels; it suffices to be equal.</param>
    /// <param name="kept">Receives the numbers; as long as there are boxes.</param>
    /// <returns>How many there are.</returns>
    /// <exception cref="ArgumentException">A span is not as long as it has to be.</exception>
    public static int RemoveSmall(ReadOnlySpan<float> boxes, float minimum, Span<int> kept)
    {
        int count = Count(boxes), left = 0;
        CheckAtLeast(kept.Length, count, nameof(kept), "a number for each box");
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<float> box = boxes.Slice(i * Length, Length);
            if (box[2] - box[0] >= minimum && box[3] - box[1] >= minimum)
                kept[left++] = i;
        }
        return left;
    }

    internal static float Overlap(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        float width = Math.Max(0f, Math.Min(a[2], b[2]) - Math.Max(a[0], b[0]));
        float height = Math.Max(0f, Math.Min(a[3], b[3]) - Math.Max(a[1], b[1]));
        float shared = width * height;
        return shared / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - shared);
    }

    internal static void Check(int actual, long expected, string argument, string what)
    {
        if (actual != expected)
            throw new ArgumentException(MessageText.Invariant($"'{argument}' needs {what}, {expected}; got {actual}."), argument);
    }

    internal static void CheckAtLeast(int actual, long expected, string argument, string what)
    {
        if (actual < expected)
            throw new ArgumentException(MessageText.Invariant($"'{argument}' needs {what}, {expected}; got {actual}."), argument);
    }

    private static void One(ReadOnlySpan<float> box, string argument) => Check(box.Length, Length, argument, "the floats of a box");
}
