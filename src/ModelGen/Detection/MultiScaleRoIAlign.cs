namespace ModelGen.Detection;

/// <summary>
/// Regions of a feature pyramid: each box is pooled from the level that fits its size, so that small boxes come from fine maps.
/// </summary>
/// <remarks>
/// As torchvision.ops.MultiScaleRoIAlign: level ⌊canonicalLevel + log₂(√area / canonicalScale) + 10⁻⁶⌋, the levels being those at which an
/// image is 2^level times as large as the map. Source: Lin et al. 2017, Feature pyramid networks for object detection, §4.2. Allocates
/// nothing after construction; for one call at a time.
/// </remarks>
public sealed class MultiScaleRoIAlign
{
    private readonly RoIAlign[] _levels;
    private readonly int _finest;
    private readonly float _canonicalScale;
    private readonly int _canonicalLevel;

    /// <summary>A pyramid, from its finest level to its coarsest.</summary>
    /// <param name="levels">One for each map; each scale is half of the one before, and a power of two. Sizes of regions and channels are
    /// the same.</param>
    /// <param name="canonicalScale">Side of a square that belongs to <paramref name="canonicalLevel"/>, in pixels.</param>
    /// <param name="canonicalLevel">Its level.</param>
    /// <exception cref="ArgumentException">There are no levels, they do not follow each other, or a size is not above 0.</exception>
    public MultiScaleRoIAlign(RoIAlign[] levels, int canonicalScale = 224, int canonicalLevel = 4)
    {
        ArgumentNullException.ThrowIfNull(levels);
        ArgumentOutOfRangeException.ThrowIfLessThan(canonicalScale, 1);
        if (levels.Length == 0)
            throw new ArgumentException("A pyramid needs at least one level.", nameof(levels));
        _levels = [.. levels];
        _finest = -(int)MathF.Round(MathF.Log2(levels[0].SpatialScale));
        for (int i = 0; i < levels.Length; i++)
        {
            if (levels[i].SpatialScale != MathF.ScaleB(1, -_finest - i) || levels[i].RegionLength != levels[0].RegionLength
                || levels[i].OutputHeight != levels[0].OutputHeight || levels[i].Channels != levels[0].Channels)
                throw new ArgumentException(MessageText.Invariant(
                    $"Level {i} needs the scale 2^{-_finest - i} and regions of {levels[0].Channels}×{levels[0].OutputHeight}×"
                    + $"{levels[0].OutputWidth}; got {levels[i].SpatialScale} and {levels[i].Channels}×{levels[i].OutputHeight}×"
                    + $"{levels[i].OutputWidth}."), nameof(levels));
        }
        (_canonicalScale, _canonicalLevel) = (canonicalScale, canonicalLevel);
    }

    /// <summary>Number of levels.</summary>
    public int Levels => _levels.Length;

    /// <summary>Floats of what becomes of a region.</summary>
    public int RegionLength => _levels[0].RegionLength;

    /// <summary>The level of a box, 0 for the finest.</summary>
    /// <param name="box">The 4 floats of a box.</param>
    /// <exception cref="ArgumentException">It has another length.</exception>
    public int LevelOf(ReadOnlySpan<float> box)
    {
        float level = MathF.Floor(_canonicalLevel + MathF.Log2(MathF.Sqrt(Boxes.Area(box)) / _canonicalScale) + 1e-6f);
        // An empty box has level −∞, one that is inside out NaN.
        return float.IsNaN(level) ? 0 : (int)Math.Clamp(level - _finest, 0, _levels.Length - 1);
    }

    /// <summary>Pools the boxes that belong to one level; call it for each level.</summary>
    /// <param name="level">Number of the level.</param>
    /// <param name="features">Its map, channels × height × width.</param>
    /// <param name="boxes">n boxes in pixels of the image, of all levels.</param>
    /// <param name="regions">n regions, of which those of the level are written.</param>
    /// <exception cref="ArgumentException">There is no such level, or a span is not as long as it has to be.</exception>
    public void Forward(int level, ReadOnlySpan<float> features, ReadOnlySpan<float> boxes, Span<float> regions)
    {
        RoIAlign align = Checked(level, features.Length, boxes, regions.Length, nameof(regions));
        for (int n = 0; n * Boxes.Length < boxes.Length; n++)
        {
            ReadOnlySpan<float> box = boxes.Slice(n * Boxes.Length, Boxes.Length);
            if (LevelOf(box) == level)
                align.Pool(features, box, regions.Slice(n * RegionLength, RegionLength));
        }
    }

    /// <summary>Adds the gradient of one level's map, as <see cref="RoIAlign.Backward"/> does.</summary>
    /// <param name="level">Number of the level.</param>
    /// <param name="gradient">Gradient of the n regions, of which those of the level are read.</param>
    /// <param name="boxes">n boxes in pixels of the image, of all levels.</param>
    /// <param name="features">The map's gradient, to which it is added.</param>
    /// <exception cref="ArgumentException">There is no such level, or a span is not as long as it has to be.</exception>
    public void Backward(int level, ReadOnlySpan<float> gradient, ReadOnlySpan<float> boxes, Span<float> features)
    {
        RoIAlign align = Checked(level, features.Length, boxes, gradient.Length, nameof(gradient));
        for (int n = 0; n * Boxes.Length < boxes.Length; n++)
        {
            ReadOnlySpan<float> box = boxes.Slice(n * Boxes.Length, Boxes.Length);
            if (LevelOf(box) == level)
                align.Spread(gradient.Slice(n * RegionLength, RegionLength), box, features);
        }
    }

    private RoIAlign Checked(int level, int features, ReadOnlySpan<float> boxes, int regions, string regionsName)
    {
        if ((uint)level >= (uint)_levels.Length)
            throw new ArgumentOutOfRangeException(
                nameof(level), MessageText.Invariant($"Level {level} does not exist: expected 0 to {_levels.Length - 1}."));
        Boxes.Check(features, _levels[level].FeatureLength, nameof(features), "channels × height × width floats");
        Boxes.Check(regions, (long)Boxes.Count(boxes) * RegionLength, regionsName, "channels × bins floats for each box");
        return _levels[level];
    }
}
