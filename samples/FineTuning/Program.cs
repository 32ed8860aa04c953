using System.Diagnostics;
using FineTuning;
using ModelGen;
using ModelGen.Data;

// Trains a network on five classes of Fashion-MNIST, saves it, and fine-tunes it for the other five: the file is loaded but for its last
// layer, which
// alone is trained. Uses the subset that comes with the FashionMnist sample, 1,000 training images of each class.
const int BackboneEpochs = 4;
const int HeadEpochs = 3;
const int Seed = 1;

// Beside the program, as the data is.
string folder = Path.Combine(AppContext.BaseDirectory, "data"), backboneFile = Path.Combine(folder, "clothes.safetensors");
LabeledImages train = Read("train"), test = Read("t10k");

// The network that others would have published.
using (var batches = Batches(train, firstClass: 0))
using (var validation = Batches(test, firstClass: 0))
{
    var clothes = new Clothes.Trainer(Clothes.CreateWeights(Seed), new Sgd { LearningRate = 0.02f, Momentum = 0.9f });
    new Fit(BackboneEpochs).Run(clothes, batches, () => Evaluation.Of(clothes, validation), Show("classes 0 to 4"));
    clothes.ToWeights().Save(backboneFile);
}

using var newBatches = Batches(train, firstClass: 5);
using var newValidation = Batches(test, firstClass: 5);
Console.WriteLine();
var start = Stopwatch.GetTimestamp();

// Fine-tuning: that the layers before the last stay as they are says [Trainable(Freeze = "layer*")] on the class.
var weights = OtherClothes.LoadWeights(backboneFile, skip: "fc.*", seed: Seed);
var trainer = new OtherClothes.Trainer(weights, new Sgd { LearningRate = 0.02f, Momentum = 0.9f });
Console.WriteLine($"classes 5 to 9, before fine-tuning: accuracy {Evaluation.Of(trainer, newValidation).Accuracy * 100:F2} %");
new Fit(HeadEpochs).Run(trainer, newBatches, () => Evaluation.Of(trainer, newValidation), Show("classes 5 to 9, last layer alone"));
trainer.ToWeights().Save(Path.Combine(folder, "other-clothes.safetensors"));

var (tuned, time) = (Evaluation.Of(trainer, newValidation).Accuracy, Stopwatch.GetElapsedTime(start));
Console.WriteLine($"fine-tuned in {time.TotalSeconds:F1} s; "
    + $"{OtherClothes.Trainer.ArenaBytes / 1024:N0} KB for activations and gradients, "
    + $"with nothing frozen {OtherClothesFromScratch.Trainer.ArenaBytes / 1024:N0}");

// What was frozen is still what was loaded.
var (before, after) = (Clothes.LoadWeights(backboneFile), trainer.ToWeights());
foreach (var parameter in after.Parameters.Where(p => p.Name.StartsWith("layer", StringComparison.Ordinal)))
{
    if (!before[parameter.Name].SequenceEqual(after[parameter.Name]))
        return Fail($"{parameter.Name} has changed, though it is frozen");
}

return tuned > 0.9 ? 0 : Fail($"expected an accuracy above 90 %, got {tuned * 100:F2} %");

LabeledImages Read(string name) =>
    LabeledImages.FromIdx(Path.Combine(folder, $"{name}-images-idx3-ubyte.gz"),
        Path.Combine(folder, $"{name}-labels-idx1-ubyte.gz"), classes: 10);

// Five classes, as 0 to 4.
static ImageBatches Batches(LabeledImages all, int firstClass)
{
    int[] chosen = [.. Enumerable.Range(0, all.Count).Where(i => all.Labels[i] - firstClass is >= 0 and < 5)];
    var pixels = new byte[chosen.Length * all.ImageLength];
    for (var i = 0; i < chosen.Length; i++)
        all.Bytes.Slice(chosen[i] * all.ImageLength, all.ImageLength).CopyTo(pixels.AsSpan(i * all.ImageLength));
    var images = new LabeledImages(pixels, Array.ConvertAll(chosen, i => all.Labels[i] - firstClass), all.Channels, all.Height, all.Width);
    return new ImageBatches(images, new ImageBatchOptions { BatchSize = 64, Seed = Seed, Mean = [0.2860f], StandardDeviation = [0.3530f] });
}

static Action<EpochResult> Show(string what) => result =>
    Console.WriteLine($"{what}, epoch {result.Epoch}: loss {result.Loss:F4}, accuracy {result.Validation.Accuracy * 100:F2} %");

static int Fail(string message)
{
    Console.Error.WriteLine($"error: {message}");
    return 1;
}
