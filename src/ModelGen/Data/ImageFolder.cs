using static ModelGen.Data.DataFile;

namespace ModelGen.Data;

/// <summary>Reads and decodes an image file; <see cref="ImageFile.Read(string, int, out ImageSize)"/> is one such method.</summary>
/// <param name="path">The file.</param>
/// <param name="channels">The channels wanted: 1 for gray, 3 for red, green, blue.</param>
/// <param name="size">The image's size.</param>
/// <returns>Height × width × <paramref name="channels"/> bytes, channels varying fastest.</returns>
public delegate byte[] ImageDecoder(string path, int channels, out ImageSize size);

/// <summary>A folder of PNG, PGM and PPM images, and JPEGs for those who bring a decoder, in which each sub-folder is a class.</summary>
public static class ImageFolder
{
    /// <summary>
    /// Reads all images into memory. Classes are the sub-folders in ordinal order of their names, and images lie in that of classes and then of file names, so that
    /// the result does not depend on the file system. Sub-folders of classes are not entered; files without the extension of an image are passed over. The beginnings of all files are looked at before
    /// memory for the images is made.
    /// </summary>
    /// <param name="path">The folder.</param>
    /// <param name="channels">1 for gray or 3 for red, green, blue; files are converted as <see cref="ImageFile.Decode"/> says.</param>
    /// <param name="height">Rows of the result, ≥ 1.</param>
    /// <param name="width">Columns of the result, ≥ 1. Images of another size are scaled by <see cref="ImageScaling.ScaleAndCrop"/>.</param>
    /// <param name="jpegDecoder">Reads files that end in .jpg or .jpeg, which the library cannot; they are refused where it is null.</param>
    /// <param name="limits">How large an image may be before it is scaled, with the channels wanted; <see cref="ImageLimits.Default"/> where it is null.</param>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="InvalidDataFileException">A file is damaged, too large, a pipe, a device or a JPEG that nobody decodes, a class is without images, there are no classes, or all images together do not fit into one array.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="InvalidOperationException">The decoder has not given as many bytes as it says.</exception>
    public static LabeledImages Read(string path, int channels, int height, int width, ImageDecoder? jpegDecoder = null, ImageLimits? limits = null)
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

        var (files, labels, classNames) = List(path, jpegDecoder is not null);
        long length = (long)channels * height * width;
        if (files.Count * length > Array.MaxLength)
            throw new InvalidDataFileException(path, "images", $"at most {Number(Array.MaxLength / length)} of {channels}×{height}×{width} bytes", Number(files.Count));
        foreach (string file in files)
            CheckBeginning(file, channels, limits);
        var pixels = new byte[files.Count * length];
        for (int i = 0; i < files.Count; i++)
        {
            var decoded = Decode(files[i], channels, jpegDecoder, limits, out var size);
            if (size.Width != width || size.Height != height)
                decoded = ImageScaling.ScaleAndCrop(decoded, size.Width, size.Height, channels, width, height);
            var image = pixels.AsSpan((int)(i * length), (int)length);
            for (int p = 0; p < height * width; p++)
                for (int c = 0; c < channels; c++)
                    image[c * height * width + p] = decoded[p * channels + c];
        }
        return new LabeledImages(pixels, [.. labels], channels, height, width, classNames);
    }

    // The decoder of JPEGs is not ours; that it opens a file, and not a pipe that never ends, is.
    private static void CheckBeginning(string file, int channels, ImageLimits limits)
    {
        if (!IsJpeg(file))
            ImageFile.CheckHeader(file, channels, limits);
        else if (RegularFile.IsEmptyOrNone(file))
            throw new InvalidDataFileException(file, "file", "a JPEG file", RegularFile.EmptyOrNone);
    }

    private static byte[] Decode(string file, int channels, ImageDecoder? jpegDecoder, ImageLimits limits, out ImageSize size)
    {
        if (!IsJpeg(file))
            return ImageFile.Read(file, channels, limits, out size);
        byte[] decoded = jpegDecoder!(file, channels, out size);
        ImageFile.CheckSize(file, size.Width, size.Height);
        limits.Check(file, size, channels);
        long expected = (long)size.Width * size.Height * channels;
        return decoded.Length == expected ? decoded : throw new InvalidOperationException(MessageText.Invariant(
            $"The JPEG decoder gave {decoded.Length} bytes of {MessageText.Quote(file)}: expected {expected}, for {size.Width}×{size.Height} pixels and {channels} channels."));
    }

    private static bool IsJpeg(string file) => Path.GetExtension(file).ToLowerInvariant() is ".jpg" or ".jpeg";

    private static (List<string> Files, List<int> Labels, string[] ClassNames) List(string path, bool takesJpeg)
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
                if (IsJpeg(name) && !takesJpeg)
                    throw new InvalidDataFileException(file, "format", "PNG, PGM or PPM", "JPEG, which has to be converted, or needs a decoder");
                if (IsJpeg(name) || Path.GetExtension(name).ToLowerInvariant() is ".png" or ".ppm" or ".pgm" or ".pnm")
                {
                    files.Add(file);
                    labels.Add(label);
                }
            }
            if (files.Count == before)
                throw new InvalidDataFileException(folder, "images", "at least one .png, .ppm, .pgm or .pnm file", "none");
        }
        return (files, labels, classNames);
    }
}
