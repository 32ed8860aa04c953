using System.Diagnostics;
using Company.App_1;
using ModelGen;
using ModelGen.Data;

// dotnet run -c Release                      trains the network, or loads it if it has been trained, and shows some pictures with its
// answers dotnet run -c Release -- picture.png       says which digit a picture shows: white ink on a black ground dotnet run -c Release
// -- train             trains it anew

const string WeightsFile = "digits.safetensors";

DigitNetwork.Weights weights = File.Exists(WeightsFile) && args is not ["train"] ? Load() : Train();
var network = new DigitNetwork(weights);

if (args is [var file] && file != "train")
{
    Classify(file);
    return;
}

LabeledImages test = DrawnDigits.Draw(2_000, seed: 2);
Measure(test);
for (int i = 0; i < 3; i++)
    Show(test.Bytes.Slice(i * test.ImageLength, test.ImageLength));

DigitNetwork.Weights Load()
{
    Console.WriteLine($"{WeightsFile} has the weights of an earlier run.");
    return DigitNetwork.LoadWeights(WeightsFile);
}

DigitNetwork.Weights Train()
{
    Console.WriteLine(DigitNetwork.Summary);
    LabeledImages validation = DrawnDigits.Draw(1_000, seed: 3);
    var options = new ImageBatchOptions { BatchSize = DigitNetwork.Trainer.BatchSize };
    using var batches = new ImageBatches(DrawnDigits.Draw(10_000, seed: 1), options);
    using var validationBatches = new ImageBatches(validation, new ImageBatchOptions { Shuffle = false });

    const int Epochs = 6;
    var trainer = new DigitNetwork.Trainer(DigitNetwork.CreateWeights(seed: 1), new Sgd { LearningRate = 0.05f, Momentum = 0.9f });
    var fit = new Fit(Epochs)
    {
        Schedule = new CosineSchedule(0.05f, Epochs * batches.BatchesPerEpoch),
        Observers = { new ConsoleProgress(), new HtmlCurves("curves.html") },
    };
    fit.Run(trainer, batches, () => Evaluation.Of(trainer, validationBatches));

    DigitNetwork.Weights trained = trainer.ToWeights();
    trained.Save(WeightsFile);
    Console.WriteLine($"The weights are in {WeightsFile}, the curves in curves.html.");
    return trained;
}

void Measure(LabeledImages images)
{
    using var batches = new ImageBatches(images, new ImageBatchOptions { BatchSize = 1, Shuffle = false });
    var metrics = new ClassificationMetrics(DrawnDigits.Classes);
    var microseconds = new List<double>(images.Count);
    var scores = new float[DigitNetwork.OutputLength];
    while (batches.MoveNext())
    {
        long start = Stopwatch.GetTimestamp();
        network.Forward(batches.Images, scores);
        microseconds.Add(Stopwatch.GetElapsedTime(start).TotalMicroseconds);
        metrics.Add(scores, batches.Labels);
    }
    microseconds.Sort();
    double time = microseconds[images.Count / 2];
    Console.WriteLine($"{metrics.Accuracy:P1} of {images.Count:N0} new pictures are right, in {time:F0} µs a picture.");
}

void Classify(string path)
{
    byte[] pixels = ImageFile.Read(path, channels: 1, out ImageSize size);
    Show(ImageScaling.ScaleAndCrop(pixels, size.Width, size.Height, channels: 1, DrawnDigits.Side, DrawnDigits.Side));
}

// The picture in characters, and what the network makes of it.
void Show(ReadOnlySpan<byte> pixels)
{
    var image = new float[DigitNetwork.InputLength];
    for (int i = 0; i < image.Length; i++)
        image[i] = pixels[i] / 255f;
    var scores = new float[DigitNetwork.OutputLength];
    network.Forward(image, scores);

    Console.WriteLine();
    for (int y = 0; y < DrawnDigits.Side; y += 2)
    {
        for (int x = 0; x < DrawnDigits.Side; x++)
            Console.Write(" .:-=+*#%@"[(pixels[y * DrawnDigits.Side + x] + pixels[(y + 1) * DrawnDigits.Side + x]) * 9 / 510]);
        Console.WriteLine();
    }
    double sum = scores.Sum(score => Math.Exp(score));
    var answers = scores.Select((score, digit) => (Digit: digit, Probability: Math.Exp(score) / sum));
    var best = answers.OrderByDescending(answer => answer.Probability).Take(2);
    Console.WriteLine(string.Join(", or ", best.Select(answer => $"{answer.Digit} ({answer.Probability:P1})")));
}
