using ModelGen.Data;

namespace ModelGen.Images;

/// <summary>What <see cref="ImageTransform"/> does to an image, in torchvision's words: <c>Resize</c>, <c>CenterCrop</c>, <c>ToTensor</c>,
/// <c>Normalize</c>.</summary>
public sealed record ImageTransformOptions
{
    /// <summary>
    /// What torchvision's networks for ImageNet are trained with, and so take: the shorter side is 256, of which the middle 224×224 counts,
    /// normalised by ImageNet's mean and deviation. Newer weights differ in
    /// the numbers: <c>ImageNet with { Resize = 232 }</c>.
    /// </summary>
    public static ImageTransformOptions ImageNet { get; } = new()
    {
        Resize = 256,
        CropHeight = 224,
        CropWidth = 224,
        Mean = [0.485f, 0.456f, 0.406f],
        StandardDeviation = [0.229f, 0.224f, 0.225f],
    };

    /// <summary>Channels of the result: 3 for red, green, blue, or 1 for gray.</summary>
    public int Channels { get; init; } = 3;

    /// <summary>Pixels of the shorter side after resizing; 0, as unless set, for the size that just covers the crop.</summary>
    public int Resize { get; init; }

    /// <summary>Rows of the result.</summary>
    public required int CropHeight { get; init; }

    /// <summary>Columns of the result.</summary>
    public required int CropWidth { get; init; }

    /// <summary>The filter.</summary>
    public Interpolation Interpolation { get; init; } = Interpolation.Bilinear;

    /// <summary>What is subtracted from each channel, of values from 0 to 1; nothing where it is null.</summary>
    public IReadOnlyList<float>? Mean { get; init; }

    /// <summary>What each channel is divided by after that; nothing where it is null.</summary>
    public IReadOnlyList<float>? StandardDeviation { get; init; }

    /// <summary>How large an image may be before it is resized.</summary>
    public ImageLimits Limits { get; init; } = ImageLimits.Default;

    /// <exception cref="ArgumentException">Options do not fit together.</exception>
    internal void Check()
    {
        if (Channels is not (1 or 3))
            throw new ArgumentException($"Channels: expected 1 (gray) or 3 (red, green, blue), got {Channels}.");
        if (CropHeight is < 1 or > ImageFile.MaxSide || CropWidth is < 1 or > ImageFile.MaxSide)
            throw new ArgumentException($"CropHeight, CropWidth: expected 1 to {ImageFile.MaxSide}, got {CropHeight}×{CropWidth}.");
        if (Resize != 0 && (Resize > ImageFile.MaxSide || Resize < Math.Max(CropHeight, CropWidth)))
            throw new ArgumentException(
                $"Resize: expected 0, or {Math.Max(CropHeight, CropWidth)}, the crop's longer side, to {ImageFile.MaxSide}, got {Resize}.");
        if (Mean is not null && Mean.Count != Channels || StandardDeviation is not null && StandardDeviation.Count != Channels)
            throw new ArgumentException(
                $"Mean, StandardDeviation: expected {Channels} numbers each, got {Mean?.Count ?? 0} and {StandardDeviation?.Count ?? 0}.");
        if (Mean?.All(float.IsFinite) == false || StandardDeviation?.All(deviation => float.IsFinite(deviation) && deviation > 0) == false)
            throw new ArgumentException("Mean, StandardDeviation: expected finite numbers, and deviations above 0.");
        ArgumentNullException.ThrowIfNull(Limits);
    }
}
