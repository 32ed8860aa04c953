using ModelGen.Data;

namespace ModelGen.Images;

/// <summary>
/// Makes a network's input of a picture: decodes, resizes, takes the middle, and normalises, with the numbers that torchvision's transforms
/// of a PIL image give. Memory is kept, so that
/// after the largest image nothing is allocated (but a file's handle, the unpacker of a PNG and the palette of a BMP). For one thread at a
/// time.
/// </summary>
/// <example>
/// <code>
/// var transform = new ImageTransform(ImageTransformOptions.ImageNet);
/// var input = new float[ResNet50.InputLength];
/// transform.Apply("cat.jpg", input);
/// network.Forward(input, scores);
/// </code>
/// </example>
public sealed class ImageTransform
{
    private readonly ImageTransformOptions options;
    private readonly ImageReader reader = new();
    private readonly ImageResizer resizer;
    private readonly byte[] crop;
    // The normalised value of each byte for each channel.
    private readonly float[] table;
    private byte[] content = [];
    private byte[] pixels = [];

    /// <summary>Prepares the transform.</summary>
    /// <param name="options">What it does.</param>
    /// <exception cref="ArgumentException">Options do not fit together.</exception>
    public ImageTransform(ImageTransformOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Check();
        this.options = options;
        resizer = new ImageResizer(options.Interpolation);
        crop = new byte[checked(options.CropHeight * options.CropWidth * options.Channels)];
        table = new float[options.Channels * 256];
        for (int c = 0; c < options.Channels; c++)
            for (int value = 0; value < 256; value++)
                table[c * 256 + value] = (value / 255f - (options.Mean?[c] ?? 0)) / (options.StandardDeviation?[c] ?? 1);
    }

    /// <summary>What the transform does.</summary>
    public ImageTransformOptions Options => options;

    /// <summary>Floats of the result: channels × crop height × crop width.</summary>
    public int Length => crop.Length;

    /// <summary>Transforms a file.</summary>
    /// <param name="path">The file: JPEG, PNG, BMP, PGM or PPM.</param>
    /// <param name="input">Receives channels × crop height × crop width floats.</param>
    /// <exception cref="ArgumentException"><paramref name="input"/> has another length.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataFileException">The file is damaged, too large, of another format, or a pipe or a device.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public void Apply(string path, Span<float> input)
    {
        CheckLength(input);
        int length = FileContent.Read(path, ref content);
        Apply(content.AsSpan(0, length), path, input);
    }

    /// <summary>Transforms a file in memory: an upload, a resource.</summary>
    /// <param name="file">The whole file: JPEG, PNG, BMP, PGM or PPM.</param>
    /// <param name="name">What to call the file in errors.</param>
    /// <param name="input">Receives channels × crop height × crop width floats.</param>
    /// <exception cref="ArgumentException"><paramref name="input"/> has another length.</exception>
    /// <exception cref="InvalidImageException">The file is damaged, too large, or of another format.</exception>
    public void Apply(ReadOnlySpan<byte> file, string name, Span<float> input)
    {
        CheckLength(input);
        var size = reader.Decode(file, name, options.Channels, options.Limits, ref pixels);
        ApplyToPixels(pixels, size.Width, size.Height, input);
    }

    /// <summary>Transforms pixels, such as those of a camera.</summary>
    /// <param name="source">Height × width × channels bytes, channels varying fastest.</param>
    /// <param name="width">Columns of the image.</param>
    /// <param name="height">Rows of the image.</param>
    /// <param name="input">Receives channels × crop height × crop width floats.</param>
    /// <exception cref="ArgumentException">A span is too short or has another length.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1 or above <see cref="ImageFile.MaxSide"/>.</exception>
    public void ApplyToPixels(ReadOnlySpan<byte> source, int width, int height, Span<float> input)
    {
        CheckLength(input);
        int channels = options.Channels, plane = options.CropHeight * options.CropWidth;
        var size = new ImageSize(width, height, channels);
        var (newWidth, newHeight) = options.Resize == 0
            ? ImageScaling.CoveringSize(width, height, options.CropWidth, options.CropHeight)
            : ImageScaling.CoveringSize(width, height, options.Resize, options.Resize);
        resizer.Resize(source, size, newWidth, newHeight, MultiCrop.CenterOffset(newWidth, options.CropWidth),
            MultiCrop.CenterOffset(newHeight, options.CropHeight),
            options.CropWidth, options.CropHeight, crop);
        for (int c = 0; c < channels; c++)
        {
            var values = table.AsSpan(c * 256, 256);
            var result = input.Slice(c * plane, plane);
            for (int i = 0; i < result.Length; i++)
                result[i] = values[crop[i * channels + c]];
        }
    }

    private void CheckLength(ReadOnlySpan<float> input)
    {
        if (input.Length != Length)
            throw new ArgumentException(
                $"Expected {options.Channels}×{options.CropHeight}×{options.CropWidth} = {Length} floats, got {input.Length}.",
                nameof(input));
    }
}
