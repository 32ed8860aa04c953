using ModelGen.Data;

namespace FashionMnist;

/// <summary>Images and their classes, in the order of the files.</summary>
/// <param name="Images">Normalised pixels, <see cref="FashionMnistData.Pixels"/> for each image, row by row.</param>
/// <param name="Labels">The class of each image, 0 to 9.</param>
internal sealed record LabelledImages(float[] Images, int[] Labels)
{
    /// <summary>The number of images.</summary>
    public int Count => Labels.Length;

    /// <summary>The pixels of one image.</summary>
    public ReadOnlySpan<float> Image(int index) => Images.AsSpan(index * FashionMnistData.Pixels, FashionMnistData.Pixels);
}

/// <summary>Fashion-MNIST: 28×28 grey images of clothes in ten classes.</summary>
internal sealed class FashionMnistData
{
    /// <summary>The height and the width of an image.</summary>
    public const int Side = 28;

    /// <summary>The pixels of an image.</summary>
    public const int Pixels = Side * Side;

    /// <summary>The number of classes.</summary>
    public const int Classes = 10;

    // Mean and standard deviation of the full training set's pixels, with 255 as 1.
    private const float Mean = 0.2860f;
    private const float StandardDeviation = 0.3530f;

    private const string TrainImages = "train-images-idx3-ubyte";
    private const string TrainLabels = "train-labels-idx1-ubyte";
    private const string TestImages = "t10k-images-idx3-ubyte";
    private const string TestLabels = "t10k-labels-idx1-ubyte";

    // Where the package dataset-fashion-mnist of Debian and Ubuntu puts the full set.
    private const string InstalledFolder = "/usr/share/datasets/fashion-mnist";

    private FashionMnistData(string description, LabelledImages train, LabelledImages test)
    {
        Description = description;
        Train = train;
        Test = test;
    }

    /// <summary>The names of the classes, by label.</summary>
    public static IReadOnlyList<string> ClassNames { get; } =
        ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"];

    /// <summary>Which data this is, for people.</summary>
    public string Description { get; }

    /// <summary>The images to learn from.</summary>
    public LabelledImages Train { get; }

    /// <summary>The images to be judged by.</summary>
    public LabelledImages Test { get; }

    /// <summary>Reads the four files of a folder, or of the place where they are found when none is named.</summary>
    /// <exception cref="FileNotFoundException">One of the files is missing.</exception>
    /// <exception cref="InvalidIdxException">One of the files is damaged, or does not belong to the others.</exception>
    /// <exception cref="IOException">One of the files cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">One of the files may not be read.</exception>
    public static FashionMnistData Load(string? folder)
    {
        if (folder is not null)
            return Load(folder, $"data in {folder}");
        string[] names = [TrainImages, TrainLabels, TestImages, TestLabels];
        return Array.TrueForAll(names, name => File.Exists(FilePath(InstalledFolder, name)))
            ? Load(InstalledFolder, $"full set in {InstalledFolder}")
            : Load(Path.Combine(AppContext.BaseDirectory, "data"), "subset that comes with this program");
    }

    /// <summary>A pixel as it was in the file, 0 to 255.</summary>
    public static byte ToGrey(float pixel) => (byte)Math.Clamp(MathF.Round((pixel * StandardDeviation + Mean) * 255), 0, 255);

    private static FashionMnistData Load(string folder, string description) => new(
        description,
        LoadPair(FilePath(folder, TrainImages), FilePath(folder, TrainLabels)),
        LoadPair(FilePath(folder, TestImages), FilePath(folder, TestLabels)));

    // The files are published compressed; many tools unpack them in place.
    private static string FilePath(string folder, string name)
    {
        var plain = Path.Combine(folder, name);
        var packed = plain + ".gz";
        return File.Exists(plain) && !File.Exists(packed) ? plain : packed;
    }

    private static LabelledImages LoadPair(string imagesPath, string labelsPath)
    {
        var images = IdxFile.Read(imagesPath, rank: 3);
        var (count, rows, columns) = (images.Dimensions[0], images.Dimensions[1], images.Dimensions[2]);
        if (rows != Side || columns != Side)
            throw new InvalidIdxException(imagesPath, "image size", $"{Side}×{Side}", $"{rows}×{columns}");
        if (count == 0)
            throw new InvalidIdxException(imagesPath, "number of images", "1 or more", "0");

        var labels = IdxFile.Read(labelsPath, rank: 1);
        if (labels.Dimensions[0] != count)
            throw new InvalidIdxException(labelsPath, "number of labels", $"{count}, one for each image", $"{labels.Dimensions[0]}");
        var wrong = Array.FindIndex(labels.Data, label => label >= Classes);
        if (wrong >= 0)
            throw new InvalidIdxException(labelsPath, $"label {wrong}", $"0 to {Classes - 1}", $"{labels.Data[wrong]}");

        return new LabelledImages(Normalise(images.Data), Array.ConvertAll(labels.Data, label => (int)label));
    }

    private static float[] Normalise(byte[] pixels)
    {
        var normalised = new float[256];
        for (var grey = 0; grey < normalised.Length; grey++)
            normalised[grey] = (grey / 255f - Mean) / StandardDeviation;
        return Array.ConvertAll(pixels, grey => normalised[grey]);
    }
}
