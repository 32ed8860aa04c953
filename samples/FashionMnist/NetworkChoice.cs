using ModelGen;
using ModelGen.Data;

namespace FashionMnist;

/// <summary>One of the networks that can be trained, and how it is trained unless the command line says otherwise.</summary>
/// <param name="Name">What the command line calls it.</param>
/// <param name="Summary">Its layers and what they cost.</param>
/// <param name="Epochs">Passes over the training images.</param>
/// <param name="LearningRate">The highest learning rate.</param>
/// <param name="BatchSize">Images of a step.</param>
/// <param name="Augmentation">What is done to the images; null for nothing.</param>
/// <param name="CreateTrainer">Makes a trainer from a seed and a learning rate.</param>
/// <param name="Load">Reads a weights file.</param>
/// <param name="Create">Makes the network of weights, as its Forward.</param>
internal sealed record NetworkChoice(
    string Name,
    NetworkSummary Summary,
    int Epochs,
    float LearningRate,
    int BatchSize,
    ImageAugmentation? Augmentation,
    Func<int, float, IClassifierTrainer> CreateTrainer,
    Func<string, WeightStore> Load,
    Func<WeightStore, ForwardMethod> Create)
{
    // Clothes may be a little beside the middle, and look the same from the other side.
    private static readonly ImageAugmentation ShiftAndFlip = new() { CropPadding = 2, FlipProbability = 0.5f };

    /// <summary>All networks; the first is the one that is trained when none is named.</summary>
    public static IReadOnlyList<NetworkChoice> All { get; } =
    [
        // Too small to remember its training images, so it sees them as they are.
        new("lenet5", LeNet5.Summary, 20, 0.05f, LeNet5.Trainer.BatchSize, null,
            (seed, rate) => new LeNet5.Trainer(LeNet5.CreateWeights(seed), Momentum(rate), seed),
            path => LeNet5.LoadWeights(path), weights => new LeNet5((LeNet5.Weights)weights).Forward),
        new("resnet20", ResNet20.Summary, 20, 0.1f, ResNet20.Trainer.BatchSize, ShiftAndFlip,
            (seed, rate) => new ResNet20.Trainer(ResNet20.CreateWeights(seed), Momentum(rate), seed),
            path => ResNet20.LoadWeights(path), weights => new ResNet20((ResNet20.Weights)weights).Forward),
        new("densenet", DenseNet40.Summary, 20, 0.1f, DenseNet40.Trainer.BatchSize, ShiftAndFlip,
            (seed, rate) => new DenseNet40.Trainer(DenseNet40.CreateWeights(seed), Momentum(rate), seed),
            path => DenseNet40.LoadWeights(path), weights => new DenseNet40((DenseNet40.Weights)weights).Forward),
        new("mobilenet", SmallMobileNet.Summary, 20, 0.1f, SmallMobileNet.Trainer.BatchSize, ShiftAndFlip,
            (seed, rate) => new SmallMobileNet.Trainer(SmallMobileNet.CreateWeights(seed), Momentum(rate), seed),
            path => SmallMobileNet.LoadWeights(path), weights => new SmallMobileNet((SmallMobileNet.Weights)weights).Forward),
        // Without batch normalisation the first steps' gradients are small, which Adam makes up for.
        new("nin", NiN.Summary, 20, 0.001f, NiN.Trainer.BatchSize, ShiftAndFlip,
            (seed, rate) => new NiN.Trainer(NiN.CreateWeights(seed), new Adam(rate), seed),
            path => NiN.LoadWeights(path), weights => new NiN((NiN.Weights)weights).Forward),
    ];

    /// <summary>The learning rate of each step: up in the first fifth, down to nearly nothing in the rest.</summary>
    public static LearningRateSchedule Schedule(float learningRate, long steps) =>
        new OneCycleSchedule(learningRate, Math.Max(steps, 2), pctStart: 0.2f);

    private static Sgd Momentum(float learningRate) =>
        new(learningRate, momentum: 0.9f, weightDecay: 5e-4f, nesterov: true) { ExcludeBiasesAndNorms = true };
}
