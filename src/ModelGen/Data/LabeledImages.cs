using static ModelGen.Data.DataFile;

namespace ModelGen.Data;

/// <summary>Images of one size in memory, with the number of a class for each.</summary>
/// <remarks>
/// Images lie one behind the other, each as channels × height × width. Bytes stand for 0 to 1 (255 is 1); floats are taken as they are.
/// The arrays are not copied, and must not be changed while batches are made from them.
/// </remarks>
public sealed class LabeledImages
{
    private readonly byte[]? bytes;
    private readonly float[]? floats;
    private readonly int[] labels;

    /// <summary>Images of bytes.</summary>
    /// <param name="pixels">Count × channels × height × width values, 0 to 255.</param>
    /// <param name="labels">A class from 0 to <paramref name="classNames"/>' count − 1 for each image.</param>
    /// <param name="channels">Channels of an image, ≥ 1.</param>
    /// <param name="height">Rows of an image, ≥ 1.</param>
    /// <param name="width">Columns of an image, ≥ 1.</param>
    /// <param name="classNames">What the classes are called; without them any label from 0 is taken.</param>
    /// <exception cref="ArgumentException">The arrays do not fit together, or a label is not a class.</exception>
    public LabeledImages(byte[] pixels, int[] labels, int channels, int height, int width, IReadOnlyList<string>? classNames = null)
        : this(labels, channels, height, width, classNames)
    {
        ArgumentNullException.ThrowIfNull(pixels);
        CheckLength(pixels.Length, nameof(pixels));
        bytes = pixels;
    }

    /// <summary>Images of floats.</summary>
    /// <inheritdoc cref="LabeledImages(byte[], int[], int, int, int, IReadOnlyList{string})"/>
    public LabeledImages(float[] pixels, int[] labels, int channels, int height, int width, IReadOnlyList<string>? classNames = null)
        : this(labels, channels, height, width, classNames)
    {
        ArgumentNullException.ThrowIfNull(pixels);
        CheckLength(pixels.Length, nameof(pixels));
        floats = pixels;
    }

    private LabeledImages(int[] labels, int channels, int height, int width, IReadOnlyList<string>? classNames)
    {
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentOutOfRangeException.ThrowIfLessThan(channels, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        if ((Int128)channels * height * width > Array.MaxLength)
            throw new ArgumentException(
                MessageText.Invariant($"An image of {channels}×{height}×{width} values is too large."), nameof(channels));
        for (int i = 0; i < labels.Length; i++)
            if (labels[i] < 0 || classNames is not null && labels[i] >= classNames.Count)
                throw new ArgumentException(MessageText.Invariant(
                    $"Label {labels[i]} of image {i} is no class: expected 0 "
                        + $"{(classNames is null ? "or more" : $"to {classNames.Count - 1}")}."), nameof(labels));
        this.labels = labels;
        (Channels, Height, Width) = (channels, height, width);
        ClassNames = classNames ?? [];
    }

    /// <summary>The number of images.</summary>
    public int Count => labels.Length;

    /// <summary>Channels of an image.</summary>
    public int Channels { get; }

    /// <summary>Rows of an image.</summary>
    public int Height { get; }

    /// <summary>Columns of an image.</summary>
    public int Width { get; }

    /// <summary>Values of an image: channels × height × width.</summary>
    public int ImageLength => Channels * Height * Width;

    /// <summary>What the classes are called; empty where that is not known.</summary>
    public IReadOnlyList<string> ClassNames { get; }

    /// <summary>The class of each image.</summary>
    public ReadOnlySpan<int> Labels => labels;

    /// <summary>Whether the pixels are bytes.</summary>
    internal bool HasBytes => bytes is not null;

    /// <summary>All pixels; empty where they are floats.</summary>
    public ReadOnlySpan<byte> Bytes => bytes;

    /// <summary>All pixels; empty where they are bytes.</summary>
    public ReadOnlySpan<float> Floats => floats;

    /// <summary>IDX files of images (count × height × width, one channel) and of their labels.</summary>
    /// <param name="images">The file of images.</param>
    /// <param name="labels">The file of labels.</param>
    /// <param name="classes">The number of classes, 1 to 256.</param>
    /// <param name="maxDataBytes">The most pixels of all images, 0 to <see cref="IdxFile.MaxDataBytes"/>; null for what
    /// <see cref="IdxFile.MaxElementsPerPackedByte"/> says.</param>
    /// <exception cref="InvalidDataFileException">A file is damaged, a label is no class, or there are not as many labels as
    /// images.</exception>
    public static LabeledImages FromIdx(string images, string labels, int classes, int? maxDataBytes = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(classes, 256);
        var pixels = maxDataBytes is { } most ? IdxFile.Read(images, rank: 3, most) : IdxFile.Read(images, rank: 3);
        var numbers = IdxFile.Read(labels, rank: 1);
        return FromIdx(pixels, numbers, images, labels, classes);
    }

    /// <summary>The same for files that were read.</summary>
    internal static LabeledImages FromIdx(IdxFile pixels, IdxFile numbers, string images, string labels, int classes)
    {
        if (pixels.Dimensions[0] != numbers.Data.Length)
            throw new InvalidIdxException(labels, "labels", Number(pixels.Dimensions[0]), Number(numbers.Data.Length));
        if (pixels.Dimensions[1] == 0 || pixels.Dimensions[2] == 0)
            throw new InvalidIdxException(
                images, "image size", "at least 1×1", $"{Number(pixels.Dimensions[1])}×{Number(pixels.Dimensions[2])}");
        // Where there are no images, their size takes no bytes, so that any was read.
        if ((long)pixels.Dimensions[1] * pixels.Dimensions[2] > Array.MaxLength)
            throw new InvalidIdxException(
                images, "image size", $"at most {Number(Array.MaxLength)} pixels",
                $"{Number(pixels.Dimensions[1])}×{Number(pixels.Dimensions[2])}");
        var values = new int[numbers.Data.Length];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = numbers.Data[i];
            if (values[i] >= classes)
                throw new InvalidIdxException(labels, $"label {Number(i)}", $"0 to {Number(classes - 1)}", Number(values[i]));
        }
        return new LabeledImages(pixels.Data, values, 1, pixels.Dimensions[1], pixels.Dimensions[2]);
    }

    /// <summary>
    /// The mean and the standard deviation (of the population) of each channel over all images, where a byte of 255 is 1.
    /// </summary>
    /// <exception cref="InvalidOperationException">There are no images.</exception>
    public (float[] Mean, float[] StandardDeviation) ChannelStatistics()
    {
        if (Count == 0)
            throw new InvalidOperationException("No images, so no mean.");
        var (means, deviations) = (new float[Channels], new float[Channels]);
        long plane = (long)Height * Width;
        for (int c = 0; c < Channels; c++)
        {
            double mean = 0, squares = 0;
            for (int i = 0; i < Count; i++)
                for (long p = 0; p < plane; p++)
                    mean += Value(i * (long)ImageLength + c * plane + p);
            mean /= Count * (double)plane;
            for (int i = 0; i < Count; i++)
                for (long p = 0; p < plane; p++)
                {
                    double d = Value(i * (long)ImageLength + c * plane + p) - mean;
                    squares += d * d;
                }
            means[c] = (float)mean;
            deviations[c] = (float)Math.Sqrt(squares / (Count * (double)plane));
        }
        return (means, deviations);
    }

    /// <summary>One value, where bytes stand for 0 to 1.</summary>
    internal double Value(long index) => bytes is not null ? bytes[index] / 255.0 : floats![index];

    private void CheckLength(int length, string parameter)
    {
        long expected = (long)Count * ImageLength;
        if (length != expected)
            throw new ArgumentException(MessageText.Invariant(
                $"{Count} images of {Channels}×{Height}×{Width} have {expected} values, got {length}."), parameter);
    }
}
