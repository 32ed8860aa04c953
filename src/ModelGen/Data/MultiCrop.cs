namespace ModelGen.Data;

/// <summary>Several crops of an image at test time, the results of which are averaged.</summary>
/// <remarks>
/// Source: A. Krizhevsky, I. Sutskever, G. Hinton, <i>ImageNet classification with deep convolutional neural networks</i>, 2012, section
/// 4.1.
/// </remarks>
public static class MultiCrop
{
    /// <summary>Crops of <see cref="TenCrops"/>.</summary>
    public const int TenCropCount = 10;

    /// <summary>
    /// Cuts out the four corners and the middle, and the mirror images of the five: top left, top right, bottom left, bottom right, middle,
    /// then the mirror images in the same order, as torchvision's TenCrop.
    /// </summary>
    /// <param name="image">Channels × height × width values.</param>
    /// <param name="channels">Channels of the image.</param>
    /// <param name="height">Rows of the image.</param>
    /// <param name="width">Columns of the image.</param>
    /// <param name="cropHeight">Rows of a crop, 1 to <paramref name="height"/>.</param>
    /// <param name="cropWidth">Columns of a crop, 1 to <paramref name="width"/>.</param>
    /// <param name="crops">Receives 10 × channels × crop height × crop width values: a batch of ten.</param>
    /// <exception cref="ArgumentException">A span has another length.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1, or a crop larger than the image.</exception>
    public static void TenCrops(
        ReadOnlySpan<float> image, int channels, int height, int width, int cropHeight, int cropWidth, Span<float> crops)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(channels, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(cropHeight, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(cropWidth, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(cropHeight, height);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(cropWidth, width);
        if (image.Length != (Int128)channels * height * width)
            throw new ArgumentException(
                MessageText.Invariant($"Expected an image of {channels}×{height}×{width} values, got {image.Length}."), nameof(image));
        if (crops.Length != (Int128)TenCropCount * channels * cropHeight * cropWidth)
            throw new ArgumentException(
                MessageText.Invariant($"Expected memory for 10×{channels}×{cropHeight}×{cropWidth} values, got {crops.Length}."),
                nameof(crops));

        int bottom = height - cropHeight, right = width - cropWidth;
        ReadOnlySpan<(
            int Top, int Left)> corners = [(0, 0), (0, right), (bottom, 0), (bottom, right),
            (CenterOffset(height, cropHeight), CenterOffset(width, cropWidth))];
        for (int crop = 0; crop < TenCropCount; crop++)
        {
            var (top, left) = corners[crop % 5];
            for (int c = 0; c < channels; c++)
                for (int y = 0; y < cropHeight; y++)
                {
                    var row = crops.Slice(((crop * channels + c) * cropHeight + y) * cropWidth, cropWidth);
                    image.Slice((c * height + top + y) * width + left, cropWidth).CopyTo(row);
                    if (crop >= 5)
                        row.Reverse();
                }
        }
    }

    /// <summary>
    /// The mean of each class' probability over the crops. A network that ends in scores needs a softmax first: it is probabilities that
    /// the paper averages.
    /// </summary>
    /// <param name="probabilities">A row of probabilities for each crop, one behind the other.</param>
    /// <param name="mean">Receives the mean row; its length is the number of classes.</param>
    /// <exception cref="ArgumentException">There is no row, or not a whole number of them.</exception>
    public static void Average(ReadOnlySpan<float> probabilities, Span<float> mean)
    {
        if (mean.Length == 0 || probabilities.Length == 0 || probabilities.Length % mean.Length != 0)
            throw new ArgumentException(
                MessageText.Invariant($"Expected whole rows of {mean.Length} classes, got {probabilities.Length} values."),
                nameof(probabilities));
        int crops = probabilities.Length / mean.Length;
        for (int i = 0; i < mean.Length; i++)
        {
            double sum = 0;
            for (int crop = 0; crop < crops; crop++)
                sum += probabilities[crop * mean.Length + i];
            mean[i] = (float)(sum / crops);
        }
    }

    /// <summary>Where the middle begins; between two places the even one, as torchvision's CenterCrop.</summary>
    /// <param name="size">Rows or columns of the image.</param>
    /// <param name="cropSize">Rows or columns of the crop.</param>
    public static int CenterOffset(int size, int cropSize) => (int)Math.Round((size - cropSize) / 2.0, MidpointRounding.ToEven);
}
