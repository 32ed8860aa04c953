using ModelGen.Data;

namespace FashionMnist;

/// <summary>Fashion-MNIST: 28×28 grey images of clothes in ten classes.</summary>
internal sealed class FashionMnistData
{
    /// <summary>The height and the width of an image.</summary>
    public const int Side = 28;

    /// <summary>The number of classes.</summary>
    public const int Classes = 10;

    // Of the full training set's pixels, with 255 as 1.
    private const float Mean = 0.2860f;
    private const float StandardDeviation = 0.3530f;

    private const string TrainImages = "train-images-idx3-ubyte";
    private const string TrainLabels = "train-labels-idx1-ubyte";
    private const string TestImages = "t10k-images-idx3-ubyte";
    private const string TestLabels = "t10k-labels-idx1-ubyte";

    // Where the package dataset-fashion-mnist of Debian and Ubuntu puts the full set.
    private const string InstalledFolder = "/usr/share/datasets/fashion-mnist";

    private FashionMnistData(string description, LabeledImages train, LabeledImages test)
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
    public LabeledImages Train { get; }

    /// <summary>The images to be judged by.</summary>
    public LabeledImages Test { get; }

    /// <summary>Reads the four files of a folder, or of the place where they are found when none is named.</summary>
    /// <exception cref="FileNotFoundException">One of the files is missing.</exception>
    /// <exception cref="InvalidDataFileException">One of the files is damaged, or does not belong to the others.</exception>
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

    /// <summary>The same with the first training images alone.</summary>
    public FashionMnistData First(int samples) => new(Description, First(Train, Math.Min(samples, Train.Count)), Test);

    /// <summary>The test images in their order, prepared as those of training are.</summary>
    public ImageBatches TestBatches() => new(Test, Options(500, 0, null, shuffle: false));

    /// <summary>Training images in an order of its own for each epoch, which the seed fixes.</summary>
    public ImageBatches TrainBatches(int batchSize, int seed, ImageAugmentation? augmentation) =>
        new(Train, Options(batchSize, seed, augmentation, shuffle: true));

    private static ImageBatchOptions Options(int batchSize, int seed, ImageAugmentation? augmentation, bool shuffle) => new()
    {
        BatchSize = batchSize, Seed = seed, Mean = [Mean], StandardDeviation = [StandardDeviation],
        Augmentation = augmentation, Shuffle = shuffle,
    };

    private static LabeledImages First(LabeledImages images, int count) =>
        new(images.Bytes[..(count * images.ImageLength)].ToArray(), images.Labels[..count].ToArray(),
            images.Channels, images.Height, images.Width);

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

    private static LabeledImages LoadPair(string imagesPath, string labelsPath)
    {
        var images = LabeledImages.FromIdx(imagesPath, labelsPath, Classes);
        if (images.Height != Side || images.Width != Side)
            throw new InvalidDataFileException(imagesPath, "image size", $"{Side}×{Side}", $"{images.Height}×{images.Width}");
        return images.Count > 0 ? images : throw new InvalidDataFileException(imagesPath, "number of images", "1 or more", "0");
    }
}
