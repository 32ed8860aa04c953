namespace ModelGen.Detection;

/// <summary>
/// Boxes as four numbers relative to other boxes, which is what a detector learns: how far the centre lies off in widths and heights, and
/// the logarithms of the ratios of widths and heights, each times a weight.
/// </summary>
/// <remarks>
/// As torchvision.models.detection._utils.BoxCoder. Source: Girshick et al. 2014, Rich feature hierarchies for accurate object detection,
/// appendix C. Immutable; nothing is allocated.
/// </remarks>
public sealed class BoxCoder
{
    /// <summary>ln(1000 / 16), above which torchvision clips the logarithms of ratios.</summary>
    public const float DefaultClip = 4.135166556742356f;

    private readonly float _x, _y, _width, _height, _clip;

    /// <summary>A coder with weights.</summary>
    /// <param name="x">Weight of the centre's place across; above 0. In torchvision 1 for proposals, 10 for detections.</param>
    /// <param name="y">Weight of its place down; the same.</param>
    /// <param name="width">Weight of the width's logarithm; above 0. In torchvision 1 for proposals, 5 for detections.</param>
    /// <param name="height">Weight of the height's; the same.</param>
    /// <param name="clip">The largest logarithm that <see cref="Decode"/> takes, so that e to it does not overflow.</param>
    /// <exception cref="ArgumentOutOfRangeException">A weight is not finite and above 0, or the clip is NaN.</exception>
    public BoxCoder(float x = 1, float y = 1, float width = 1, float height = 1, float clip = DefaultClip)
    {
        (_x, _y) = (Weight(x, nameof(x)), Weight(y, nameof(y)));
        (_width, _height) = (Weight(width, nameof(width)), Weight(height, nameof(height)));
        _clip = !float.IsNaN(clip) ? clip : throw new ArgumentOutOfRangeException(nameof(clip), "The clip must be a number, got NaN.");
    }

    /// <summary>Codes of boxes.</summary>
    /// <param name="boxes">n boxes; see <see cref="Boxes"/>.</param>
    /// <param name="references">What each is relative to, n boxes that are not empty.</param>
    /// <param name="codes">Receives n×4 numbers: across, down, width, height; may be <paramref name="boxes"/>.</param>
    /// <exception cref="ArgumentException">A span is not as long as it has to be.</exception>
    public void Encode(ReadOnlySpan<float> boxes, ReadOnlySpan<float> references, Span<float> codes)
    {
        Boxes.Count(boxes);
        Boxes.Check(references.Length, boxes.Length, nameof(references), "a box for each box");
        Boxes.Check(codes.Length, boxes.Length, nameof(codes), "4 floats for each box");
        for (int i = 0; i < boxes.Length; i += Boxes.Length)
        {
            Centered box = Centered.Of(boxes.Slice(i, Boxes.Length)), reference = Centered.Of(references.Slice(i, Boxes.Length));
            codes[i] = _x * (box.X - reference.X) / reference.Width;
            codes[i + 1] = _y * (box.Y - reference.Y) / reference.Height;
            codes[i + 2] = _width * MathF.Log(box.Width / reference.Width);
            codes[i + 3] = _height * MathF.Log(box.Height / reference.Height);
        }
    }

    /// <summary>Boxes from codes.</summary>
    /// <param name="codes">4 numbers a box, or k·4 where each reference has k codes, one for each class.</param>
    /// <param name="references">What they are relative to, n boxes.</param>
    /// <param name="boxes">Receives n·k boxes; may be <paramref name="codes"/>.</param>
    /// <exception cref="ArgumentException">A span is not as long as it has to be.</exception>
    public void Decode(ReadOnlySpan<float> codes, ReadOnlySpan<float> references, Span<float> boxes)
    {
        int count = Boxes.Count(references, nameof(references));
        if (count == 0 ? codes.Length > 0 : codes.Length == 0 || codes.Length % references.Length != 0)
            throw new ArgumentException(MessageText.Invariant(
                $"'codes' needs 4 floats, or a multiple, for each of {count} references; got {codes.Length}."), nameof(codes));
        Boxes.Check(boxes.Length, codes.Length, nameof(boxes), "4 floats for each code");
        int perReference = count == 0 ? 0 : codes.Length / count;
        for (int n = 0; n < count; n++)
        {
            Centered reference = Centered.Of(references.Slice(n * Boxes.Length, Boxes.Length));
            for (int i = n * perReference; i < (n + 1) * perReference; i += Boxes.Length)
            {
                float x = codes[i] / _x * reference.Width + reference.X, y = codes[i + 1] / _y * reference.Height + reference.Y;
                float halfWidth = 0.5f * (MathF.Exp(MathF.Min(codes[i + 2] / _width, _clip)) * reference.Width);
                float halfHeight = 0.5f * (MathF.Exp(MathF.Min(codes[i + 3] / _height, _clip)) * reference.Height);
                (boxes[i], boxes[i + 1], boxes[i + 2], boxes[i + 3]) = (x - halfWidth, y - halfHeight, x + halfWidth, y + halfHeight);
            }
        }
    }

    private static float Weight(float weight, string argument) => weight > 0 && float.IsFinite(weight) ? weight
        : throw new ArgumentOutOfRangeException(
            argument, MessageText.Invariant($"A weight of codes must be finite and above 0, got {weight}."));

    // A box by its centre and sides.
    private readonly record struct Centered(float X, float Y, float Width, float Height)
    {
        public static Centered Of(ReadOnlySpan<float> box)
        {
            float width = box[2] - box[0], height = box[3] - box[1];
            return new(box[0] + 0.5f * width, box[1] + 0.5f * height, width, height);
        }
    }
}
