using static ModelGen.Data.DataFile;

namespace ModelGen.Data;

/// <summary>Reads the binary version of CIFAR-10 and CIFAR-100: 3 × 32 × 32 images.</summary>
/// <remarks>
/// Source: A. Krizhevsky, <i>The CIFAR-10 and CIFAR-100 datasets</i>, section "Binary version": records without a header, each one byte of
/// label (CIFAR-100: one of the coarse, one of the fine label) and 3,072 bytes of pixels, the red plane first, rows from the top.
/// </remarks>
public static class CifarFile
{
    private const int ImageBytes = 3 * 32 * 32;

    /// <summary>The most bytes of one file: 256 MiB; the largest published one has 154 MB.</summary>
    public const int MaxFileBytes = 1 << 28;

    /// <summary>The classes of CIFAR-10.</summary>
    public static IReadOnlyList<string> Cifar10Classes { get; } =
        ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"];

    /// <summary>
    /// Reads the records of CIFAR-10 files, such as <c>data_batch_1.bin</c> to <c>data_batch_5.bin</c>, one file behind the other.
    /// </summary>
    /// <param name="paths">The files, at least one.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataFileException">A file is empty, cut off, too large, a pipe or a device, or a label is not 0 to
    /// 9.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static LabeledImages ReadCifar10(params string[] paths) => Read(paths, labelBytes: 1, label: 0, [10], Cifar10Classes);

    /// <summary>Reads the records of CIFAR-100 files, <c>train.bin</c> or <c>test.bin</c>, one file behind the other.</summary>
    /// <param name="coarse">Whether labels are the 20 superclasses instead of the 100 classes.</param>
    /// <param name="paths">The files, at least one.</param>
    /// <inheritdoc cref="ReadCifar10"/>
    /// <exception cref="InvalidDataFileException">A file is empty, cut off or too large, or a label is not 0 to 19 (coarse) or 0 to 99
    /// (fine).</exception>
    public static LabeledImages ReadCifar100(bool coarse, params string[] paths) =>
        Read(paths, labelBytes: 2, label: coarse ? 0 : 1, [20, 100], classNames: null);

    private static LabeledImages Read(string[] paths, int labelBytes, int label, int[] classes, IReadOnlyList<string>? classNames)
    {
        ArgumentNullException.ThrowIfNull(paths);
        if (paths.Length == 0)
            throw new ArgumentException("Expected one file or more, got none.", nameof(paths));
        var files = new byte[paths.Length][];
        for (int f = 0; f < paths.Length; f++)
            files[f] = ReadAll(paths[f], "CIFAR", MaxFileBytes);
        return Read(paths, files, labelBytes, label, classes, classNames);
    }

    /// <summary>Reads the records of files whose bytes are there.</summary>
    internal static LabeledImages Read(
        string[] paths, byte[][] files, int labelBytes, int label, int[] classes, IReadOnlyList<string>? classNames)
    {
        int recordBytes = labelBytes + ImageBytes;
        long count = 0;
        for (int f = 0; f < paths.Length; f++)
        {
            int rest = files[f].Length % recordBytes;
            if (files[f].Length == 0 || rest != 0)
                throw new InvalidDataFileException(paths[f], "size", $"a multiple of {Number(recordBytes)} bytes",
                    $"{Number(files[f].Length)} bytes"
                    + (rest == 0 ? "" : $": record {Number(files[f].Length / recordBytes)} ends after {Number(rest)} bytes"));
            count += files[f].Length / recordBytes;
        }
        if (count * ImageBytes > Array.MaxLength)
            throw new InvalidDataFileException(
                paths[^1], "number of images in all files", $"at most {Number(Array.MaxLength / ImageBytes)}", Number(count));

        var pixels = new byte[(int)count * ImageBytes];
        var labels = new int[(int)count];
        int image = 0;
        for (int f = 0; f < files.Length; f++)
            for (int start = 0; start < files[f].Length; start += recordBytes, image++)
            {
                var record = files[f].AsSpan(start, recordBytes);
                for (int l = 0; l < labelBytes; l++)
                    if (record[l] >= classes[l])
                        throw new InvalidDataFileException(
                            paths[f], $"{LabelName(labelBytes, l)} of record {Number(start / recordBytes)} (byte {Number(start + l)})",
                            $"0 to {Number(classes[l] - 1)}", Number(record[l]));
                labels[image] = record[label];
                record[labelBytes..].CopyTo(pixels.AsSpan(image * ImageBytes, ImageBytes));
            }
        return new LabeledImages(pixels, labels, 3, 32, 32, classNames);
    }

    private static string LabelName(int labelBytes, int index) => labelBytes == 1 ? "label" : index == 0 ? "coarse label" : "fine label";
}
