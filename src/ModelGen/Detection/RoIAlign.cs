namespace ModelGen.Detection;

/// <summary>
/// A feature map of fixed size from each of many regions of a larger one: a region is divided into bins, and a bin is the mean of points in
/// it, each interpolated between the four pixels around it. With its gradient.
/// </summary>
/// <remarks>
/// As torchvision.ops.roi_align. Source: He et al. 2017, Mask R-CNN, §3. Sums are float, in the order of the points. An instance is for
/// feature maps of one size; it allocates nothing after construction and is for one call at a time.
/// </remarks>
public sealed class RoIAlign
{
    private readonly RoiAxis _rows, _columns;
    private readonly float _offset;

    /// <summary>For feature maps of one size.</summary>
    /// <param name="channels">Channels of the map, at least 1.</param>
    /// <param name="height">Its height in pixels.</param>
    /// <param name="width">Its width.</param>
    /// <param name="outputHeight">Bins of a region, down.</param>
    /// <param name="outputWidth">And across.</param>
    /// <param name="spatialScale">Pixels of the map for one of the boxes: 1/16 where the map is 16 times smaller.</param>
    /// <param name="samplingRatio">Points of a bin, down and across; 0 for as many as the bin has pixels, rounded up.</param>
    /// <param name="aligned">Whether boxes are moved by half a pixel, so that pixels are points in their middle; without it a region is at
    /// least one pixel large. Detectron2's default is with, torchvision's detectors are without.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1, the ratio below 0, or the scale not finite and above 0.</exception>
    public RoIAlign(
        int channels, int height, int width, int outputHeight, int outputWidth, float spatialScale, int samplingRatio = 0,
        bool aligned = false)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(channels, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(outputHeight, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(outputWidth, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(samplingRatio, 0);
        if (!(spatialScale > 0) || !float.IsFinite(spatialScale))
            throw new ArgumentOutOfRangeException(
                nameof(spatialScale), MessageText.Invariant($"The scale must be finite and above 0, got {spatialScale}."));
        (Channels, Height, Width, OutputHeight, OutputWidth) = (channels, height, width, outputHeight, outputWidth);
        FeatureLength = checked(channels * height * width);
        RegionLength = checked(channels * outputHeight * outputWidth);
        (SpatialScale, Aligned) = (spatialScale, aligned);
        _offset = aligned ? 0.5f : 0;
        _rows = new RoiAxis(height, outputHeight, samplingRatio);
        _columns = new RoiAxis(width, outputWidth, samplingRatio);
    }

    /// <summary>Channels of feature map and regions.</summary>
    public int Channels { get; }

    /// <summary>Height of the feature map in pixels.</summary>
    public int Height { get; }

    /// <summary>Its width.</summary>
    public int Width { get; }

    /// <summary>Bins of a region, down.</summary>
    public int OutputHeight { get; }

    /// <summary>And across.</summary>
    public int OutputWidth { get; }

    /// <summary>Pixels of the map for one of the boxes.</summary>
    public float SpatialScale { get; }

    /// <summary>Whether boxes are moved by half a pixel.</summary>
    public bool Aligned { get; }

    /// <summary>Floats of a feature map: channels × height × width.</summary>
    public int FeatureLength { get; }

    /// <summary>Floats of what becomes of a region: channels × bins down × bins across.</summary>
    public int RegionLength { get; }

    /// <summary>The regions of a feature map.</summary>
    /// <param name="features">The map, channels × height × width: <see cref="FeatureLength"/> floats.</param>
    /// <param name="boxes">n boxes in pixels of the image; see <see cref="Boxes"/>.</param>
    /// <param name="regions">Receives n × channels × bins down × bins across floats.</param>
    /// <exception cref="ArgumentException">A span is not as long as it has to be; nothing has been written then.</exception>
    public void Forward(ReadOnlySpan<float> features, ReadOnlySpan<float> boxes, Span<float> regions)
    {
        int count = CheckedCount(features.Length, nameof(features), boxes, regions.Length, nameof(regions));
        for (int n = 0; n < count; n++)
            Pool(features, boxes.Slice(n * Boxes.Length, Boxes.Length), regions.Slice(n * RegionLength, RegionLength));
    }

    /// <summary>
    /// Adds the gradient of the feature map: what each pixel has given to the regions gets that share of their gradients.
    /// </summary>
    /// <param name="gradient">Gradient of the regions, n × channels × bins down × bins across floats.</param>
    /// <param name="boxes">n boxes in pixels of the image.</param>
    /// <param name="features">The map's gradient, to which it is added: clear it before the first call.</param>
    /// <exception cref="ArgumentException">A span is not as long as it has to be; nothing has been written then.</exception>
    public void Backward(ReadOnlySpan<float> gradient, ReadOnlySpan<float> boxes, Span<float> features)
    {
        int count = CheckedCount(features.Length, nameof(features), boxes, gradient.Length, nameof(gradient));
        for (int n = 0; n < count; n++)
            Spread(gradient.Slice(n * RegionLength, RegionLength), boxes.Slice(n * Boxes.Length, Boxes.Length), features);
    }

    /// <summary>One region.</summary>
    internal void Pool(ReadOnlySpan<float> features, ReadOnlySpan<float> box, Span<float> region)
    {
        float points = Lay(box);
        ReadOnlySpan<int> firstRow = _rows.First, firstColumn = _columns.First, low = _columns.Low, high = _columns.High;
        ReadOnlySpan<float> shareX = _columns.Share;
        int at = 0;
        for (int c = 0; c < Channels; c++)
        {
            ReadOnlySpan<float> plane = features.Slice(c * Height * Width, Height * Width);
            for (int i = 0; i < OutputHeight; i++)
            {
                for (int j = 0; j < OutputWidth; j++)
                {
                    float sum = 0;
                    for (int y = firstRow[i]; y < firstRow[i + 1]; y++)
                    {
                        ReadOnlySpan<float> upper = plane.Slice(_rows.Low[y] * Width, Width);
                        ReadOnlySpan<float> lower = plane.Slice(_rows.High[y] * Width, Width);
                        float down = _rows.Share[y], up = 1 - down;
                        for (int x = firstColumn[j]; x < firstColumn[j + 1]; x++)
                        {
                            float right = shareX[x], left = 1 - right;
                            sum += up * left * upper[low[x]] + up * right * upper[high[x]]
                                + down * left * lower[low[x]]
                                + down * right * lower[high[x]];
                        }
                    }
                    region[at++] = sum / points;
                }
            }
        }
    }

    /// <summary>Its gradient.</summary>
    internal void Spread(ReadOnlySpan<float> gradient, ReadOnlySpan<float> box, Span<float> features)
    {
        float points = Lay(box);
        ReadOnlySpan<int> firstRow = _rows.First, firstColumn = _columns.First, low = _columns.Low, high = _columns.High;
        ReadOnlySpan<float> shareX = _columns.Share;
        int at = 0;
        for (int c = 0; c < Channels; c++)
        {
            Span<float> plane = features.Slice(c * Height * Width, Height * Width);
            for (int i = 0; i < OutputHeight; i++)
            {
                for (int j = 0; j < OutputWidth; j++)
                {
                    float each = gradient[at++] / points;
                    for (int y = firstRow[i]; y < firstRow[i + 1]; y++)
                    {
                        Span<float> upper = plane.Slice(_rows.Low[y] * Width, Width);
                        Span<float> lower = plane.Slice(_rows.High[y] * Width, Width);
                        float down = _rows.Share[y], up = 1 - down;
                        for (int x = firstColumn[j]; x < firstColumn[j + 1]; x++)
                        {
                            float right = shareX[x], left = 1 - right;
                            upper[low[x]] += each * up * left;
                            upper[high[x]] += each * up * right;
                            lower[low[x]] += each * down * left;
                            lower[high[x]] += each * down * right;
                        }
                    }
                }
            }
        }
    }

    // The points of a region; returns how many a bin has, at least 1.
    private float Lay(ReadOnlySpan<float> box)
    {
        float x = box[0] * SpatialScale - _offset, y = box[1] * SpatialScale - _offset;
        float width = box[2] * SpatialScale - _offset - x, height = box[3] * SpatialScale - _offset - y;
        if (!Aligned)
            (width, height) = (Math.Max(width, 1), Math.Max(height, 1));
        _columns.Lay(x, width);
        _rows.Lay(y, height);
        return Math.Max((long)_rows.PerBin * _columns.PerBin, 1);
    }

    private int CheckedCount(int features, string featuresName, ReadOnlySpan<float> boxes, int regions, string regionsName)
    {
        Boxes.Check(features, FeatureLength, featuresName, "channels × height × width floats");
        int count = Boxes.Count(boxes);
        Boxes.Check(regions, (long)count * RegionLength, regionsName, "channels × bins floats for each box");
        return count;
    }
}
