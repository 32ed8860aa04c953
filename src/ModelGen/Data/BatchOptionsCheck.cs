namespace ModelGen.Data;

/// <summary>Refuses options that do not fit together, or not the images.</summary>
internal static class BatchOptionsCheck
{
    public static void Check(LabeledImages images, ImageBatchOptions options, ImageAugmentation augmentation, int height, int width)
    {
        Require(images.Count > 0, $"Expected one image or more, got none.");
        Require(options.BatchSize >= 1, $"BatchSize: expected 1 or more, got {options.BatchSize}.");
        Require(!options.DropLast
            || images.Count >= options.BatchSize,
                $"DropLast leaves nothing: {images.Count} images do not fill a batch of {options.BatchSize}.");
        Statistics(nameof(options.Mean), options.Mean, images.Channels, double.NegativeInfinity, "finite");
        Statistics(nameof(options.StandardDeviation), options.StandardDeviation, images.Channels, 0, "finite and above 0");

        Require(augmentation.CropPadding >= 0, $"CropPadding: expected 0 or more, got {augmentation.CropPadding}.");
        Require(augmentation.Shift >= 0
            && augmentation.Shift < 1 << 24, $"Shift: expected 0 to {(1 << 24) - 1}, got {augmentation.Shift}.");
        Crop("CropHeight", height, images.Height, augmentation.CropPadding);
        Crop("CropWidth", width, images.Width, augmentation.CropPadding);
        Require((Int128)options.BatchSize * images.Channels * height * width <= Array.MaxLength,
            $"A batch of {options.BatchSize}×{images.Channels}×{height}×{width} values is too large.");
        Require(!augmentation.CenterCrop
            || augmentation.CropPadding == 0,
                $"CropPadding is for random crops: expected 0 with CenterCrop, got {augmentation.CropPadding}.");
        Require(augmentation.FlipProbability is >= 0 and <= 1, $"FlipProbability: expected 0 to 1, got {augmentation.FlipProbability}.");
        Require(augmentation.RgbJitter >= 0
            && float.IsFinite(augmentation.RgbJitter), $"RgbJitter: expected 0 or more, got {augmentation.RgbJitter}.");
        Require(augmentation.RgbJitter == 0
            || augmentation.RgbComponents is not null, $"RgbJitter needs RgbComponents: RgbPrincipalComponents.Of(images).");
        Require(augmentation.RgbJitter == 0 || images.Channels == 3, $"RgbJitter needs images of 3 channels, got {images.Channels}.");
        Require(augmentation.NoiseDeviation >= 0
            && float.IsFinite(augmentation.NoiseDeviation), $"NoiseDeviation: expected 0 or more, got {augmentation.NoiseDeviation}.");
    }

    private static void Statistics(string name, float[]? values, int channels, double above, string expected)
    {
        if (values is null)
            return;
        Require(values.Length == channels, $"{name}: expected a value for each of {channels} channels, got {values.Length}.");
        foreach (float value in values)
            Require(float.IsFinite(value) && value > above, $"{name}: expected values that are {expected}, got {value}.");
    }

    private static void Crop(string name, int size, int imageSize, int padding) =>
        Require(size >= 1 && size <= imageSize + 2L * padding && imageSize + 2L * padding < int.MaxValue,
            $"{name}: expected 1 to {imageSize + 2L * padding} ({imageSize} and 2 × {padding} of padding), got {size}.");

    private static void Require(bool condition, InvariantText message)
    {
        if (!condition)
            throw new ArgumentException(message.Take());
    }
}
