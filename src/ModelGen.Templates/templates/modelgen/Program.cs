using System.Diagnostics;
using Company.App_1;
using ModelGen;
using ModelGen.Data;
using ModelGen.Images;

// dotnet run -c Release                  trains the network, or loads it if it has been trained, and shows pictures with its answers
// dotnet run -c Release -- picture.png   says which digit a picture shows, white ink on a black ground; JPEG and BMP do as well
// dotnet run -c Release -- train         trains it anew

const string WeightsFile = "digits.safetensors";

DigitNetwork.Weights weights = File.Exists(WeightsFile) && args is not ["train"] ? Load() : Train();
var network = new DigitNetwork(weights);

if (args is [var file] && file != "train")
    return Classify(file);

LabeledImages test = DrawnDigits.Draw(2_000, seed: 2);
Measure(test);
var image = new float[DigitNetwork.InputLength];
for (int i = 0; i < 3; i++)
{
    for (int pixel = 0; pixel < image.Length; pixel++)
        image[pixel] = test.Bytes[i * image.Length + pixel] / 255f;
    Show(image);
}
return 0;

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

int Classify(string path)
{
    // Gray, as large as the network wants it, from 0 for black to 1 for white.
    var options = new ImageTransformOptions { Channels = 1, CropHeight = DrawnDigits.Side, CropWidth = DrawnDigits.Side };
    var transform = new ImageTransform(options);
    var picture = new float[DigitNetwork.InputLength];
    try
    {
        transform.Apply(path, picture);
    }
    catch (IOException bad)
    {
        Console.Error.WriteLine(bad.Message);
        return 1;
    }
    Show(picture);
    return 0;
}

// The picture in characters, and what the network makes of it.
void Show(ReadOnlySpan<float> picture)
{
    var scores = new float[DigitNetwork.OutputLength];
    network.Forward(picture, scores);

    Console.WriteLine();
    for (int y = 0; y < DrawnDigits.Side; y += 2)
    {
        for (int x = 0; x < DrawnDigits.Side; x++)
        {
            float ink = (picture[y * DrawnDigits.Side + x] + picture[(y + 1) * DrawnDigits.Side + x]) / 2;
            Console.Write(" .:-=+*#%@"[(int)(ink * 9)]);
        }
        Console.WriteLine();
    }
    double sum = scores.Sum(score => Math.Exp(score));
    var answers = scores.Select((score, digit) => (Digit: digit, Probability: Math.Exp(score) / sum));
    var best = answers.OrderByDescending(answer => answer.Probability).Take(2);
    Console.WriteLine(string.Join(", or ", best.Select(answer => $"{answer.Digit} ({answer.Probability:P1})")));
}
