using static ModelGen.Data.DataFile;

namespace ModelGen.Data;

/// <summary>A folder of images in which each sub-folder is a class: PNG, PGM and PPM, and others with a decoder, such as that of the
/// package ModelGen.Images.</summary>
public static class ImageFolder
{
    /// <summary>
    /// Reads all images into memory. Classes are the sub-folders in ordinal order of their names, and images lie in that of classes and
    /// then of file names, so that
    /// the result does not depend on the file system. Sub-folders of classes are not entered; files without the extension of an image are
    /// passed over. The beginnings of all files are looked at before
    /// memory for the images is made.
    /// </summary>
    /// <param name="path">The folder.</param>
    /// <param name="channels">1 for gray or 3 for red, green, blue; files are converted as <see cref="ImageFile.Decode"/> says.</param>
    /// <param name="height">Rows of the result, ≥ 1.</param>
    /// <param name="width">Columns of the result, ≥ 1. Images of another size are scaled by <see cref="ImageScaling"/>.</param>
    /// <param name="decoder">Reads all files whose extensions it knows; where it is null, PNG, PGM and PPM are read by <see
    /// cref="ImageFile"/>, and JPEGs refused, since leaving them out would change the set.</param>
    /// <param name="limits">How large an image may be before it is scaled, with the channels wanted; <see cref="ImageLimits.Default"/>
    /// where it is null.</param>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="InvalidDataFileException">A file is damaged, too large, a pipe, a device or a JPEG that the decoder does not know,
    /// a class is without images, there are no classes, or all images together do not fit into one array.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="InvalidOperationException">The decoder has not given as many bytes as it says.</exception>
    public static LabeledImages Read(string path, int channels, int height, int width, IImageDecoder? decoder = null,
        ImageLimits? limits = null)
    {
        limits ??= ImageLimits.Default;
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (channels is not (1 or 3))
            throw new ArgumentOutOfRangeException(nameof(channels), channels, "Expected 1 (gray) or 3 (red, green, blue).");
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(height, ImageFile.MaxSide);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(width, ImageFile.MaxSide);
        if (!Directory.Exists(path))
            throw new DirectoryNotFoundException($"Folder of images not found: {path}");

        decoder ??= BuiltInDecoder.Instance;
        var (files, labels, classNames) = List(path, decoder.Extensions);
        long length = (long)channels * height * width;
        if (files.Count * length > Array.MaxLength)
            throw new InvalidDataFileException(path, "images",
                $"at most {Number(Array.MaxLength / length)} of {channels}×{height}×{width} bytes", Number(files.Count));
        foreach (string file in files)
        {
            // The decoder need not be ours; that it opens a file, and not a pipe that never ends, is.
            if (RegularFile.IsEmptyOrNone(file))
                throw new InvalidDataFileException(file, "file", "a file on disk", RegularFile.EmptyOrNone);
            decoder.CheckHeader(file, channels, limits);
        }
        var pixels = new byte[files.Count * length];
        var (scaled, resizer) = (new byte[length], new ImageResizer());
        for (int i = 0; i < files.Count; i++)
        {
            var decoded = Decode(files[i], channels, decoder, limits, out var size);
            ImageScaling.ScaleAndCrop(resizer, decoded, size, width, height, scaled);
            var image = pixels.AsSpan((int)(i * length), (int)length);
            for (int p = 0; p < height * width; p++)
                for (int c = 0; c < channels; c++)
                    image[c * height * width + p] = scaled[p * channels + c];
        }
        return new LabeledImages(pixels, [.. labels], channels, height, width, classNames);
    }

    private static byte[] Decode(string file, int channels, IImageDecoder decoder, ImageLimits limits, out ImageSize size)
    {
        byte[] decoded = decoder.Read(file, channels, limits, out size);
        ImageFile.CheckSize(file, size.Width, size.Height);
        limits.Check(file, size, channels);
        size = size with { Channels = channels };
        long expected = (long)size.Width * size.Height * channels;
        if (decoded.Length == expected)
            return decoded;
        throw new InvalidOperationException(MessageText.Invariant(
            $"The decoder gave {decoded.Length} bytes of {MessageText.Quote(file)}: "
                + $"expected {expected}, for {size.Width}×{size.Height} pixels and {channels} channels."));
    }

    private static (List<string> Files, List<int> Labels, string[] ClassNames) List(string path, IReadOnlyCollection<string> extensions)
    {
        var classNames = Directory.GetDirectories(path).Select(folder => Path.GetFileName(folder)).Order(StringComparer.Ordinal).ToArray();
        if (classNames.Length == 0)
            throw new InvalidDataFileException(path, "classes", "a sub-folder for each", "none");
        var (files, labels) = (new List<string>(), new List<int>());
        for (int label = 0; label < classNames.Length; label++)
        {
            string folder = Path.Combine(path, classNames[label]);
            int before = files.Count;
            foreach (string name in Directory.GetFiles(folder).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal))
            {
                string file = Path.Combine(folder, name);
                string extension = Path.GetExtension(name).ToLowerInvariant();
                bool isKnown = extensions.Contains(extension);
                if (!isKnown && extension is ".jpg" or ".jpeg")
                    throw new InvalidImageException(file, "format", string.Join(", ", extensions),
                        "JPEG, which takes a decoder, such as ImageReader of the package ModelGen.Images");
                if (isKnown)
                {
                    files.Add(file);
                    labels.Add(label);
                }
            }
            if (files.Count == before)
                throw new InvalidDataFileException(folder, "images", $"at least one file of {string.Join(", ", extensions)}", "none");
        }
        return (files, labels, classNames);
    }

    private sealed class BuiltInDecoder : IImageDecoder
    {
        public static readonly BuiltInDecoder Instance = new();

        public IReadOnlyCollection<string> Extensions { get; } = [".png", ".ppm", ".pgm", ".pnm"];

        public void CheckHeader(string path, int channels, ImageLimits limits) => ImageFile.CheckHeader(path, channels, limits);

        public byte[] Read(string path, int channels, ImageLimits limits, out ImageSize size) =>
            ImageFile.Read(path, channels, limits, out size);
    }
}
