namespace ModelGen.Benchmarks;

/// <summary>A network as <see cref="TrainRunner"/> trains it.</summary>
/// <param name="BatchSize">Samples of a step.</param>
/// <param name="Image">Channels, height and width.</param>
/// <param name="Classes">How many labels there are.</param>
/// <param name="Start">Creates a trainer with first weights, which it writes to a safetensors file.</param>
internal sealed record TrainedNetwork(int BatchSize, (int Channels, int Height, int Width) Image, int Classes,
    Func<string, TrainedNetwork.ITrainer> Start)
{
    /// <summary>Small enough for all of them that the losses do not leave one another at once on noise.</summary>
    public const float LearningRate = 1e-5f;

    public const float Momentum = 0.9f;

    private static Sgd Optimizer => new() { LearningRate = LearningRate, Momentum = Momentum };

    /// <summary>What the compiler adds to each of the trainers below.</summary>
    public interface ITrainer
    {
        /// <summary>Threads of a step.</summary>
        int Parallelism { get; set; }

        /// <summary>A step of training; the loss before it.</summary>
        float Step(ReadOnlySpan<float> images, ReadOnlySpan<int> labels);

        /// <summary>The same, with the time of each step of the plan.</summary>
        void Profile(ReadOnlySpan<float> images, ReadOnlySpan<int> labels, Span<long> ticks);

        /// <summary>What the steps of the plan are.</summary>
        IReadOnlyList<StepSummary> PlanSteps { get; }
    }

    /// <summary>All that the command <c>train</c> knows, by name.</summary>
    public static IReadOnlyDictionary<string, TrainedNetwork> All { get; } = new Dictionary<string, TrainedNetwork>
    {
        ["lenet5"] = new(LeNet5.Trainer.BatchSize, (1, 28, 28), 10,
            path => new LeNet5.Trainer(Saved(LeNet5.CreateWeights(seed: 1), path), Optimizer)),
        ["resnet18"] = new(TrainedResNet18.Trainer.BatchSize, (3, 32, 32), 10,
            path => new TrainedResNet18.Trainer(Saved(TrainedResNet18.CreateWeights(seed: 1), path), Optimizer)),
        ["vgg16"] = new(TrainedVgg16.Trainer.BatchSize, (3, 224, 224), 1000,
            path => new TrainedVgg16.Trainer(Saved(TrainedVgg16.CreateWeights(seed: 1), path), Optimizer)),
        ["resnet50"] = new(TrainedResNet50.Trainer.BatchSize, (3, 224, 224), 1000,
            path => new TrainedResNet50.Trainer(Saved(TrainedResNet50.CreateWeights(seed: 1), path), Optimizer)),
    };

    private static T Saved<T>(T weights, string path) where T : WeightStore
    {
        weights.Save(path);
        return weights;
    }

    public int ImageLength => Image.Channels * Image.Height * Image.Width;
}

public sealed partial class LeNet5
{
    /// <inheritdoc/>
    public sealed partial class Trainer : TrainedNetwork.ITrainer
    {
        IReadOnlyList<StepSummary> TrainedNetwork.ITrainer.PlanSteps => Steps;
    }
}

/// <summary>ResNet of 18 layers in its form for CIFAR: a first convolution of 3×3 and stride 1, no max-pooling.</summary>
[Network(Profile = true), Trainable(BatchSize = 32)]
public sealed partial class TrainedResNet18
{
    private static Tensor Define([Shape(3, 32, 32)] Tensor image) => Zoo.ResNet.ResNet18(image, classes: 10, smallImages: true);

    /// <inheritdoc/>
    public sealed partial class Trainer : TrainedNetwork.ITrainer
    {
        IReadOnlyList<StepSummary> TrainedNetwork.ITrainer.PlanSteps => Steps;
    }
}

/// <summary>VGG, configuration D, without dropout: no two libraries draw the same masks.</summary>
[Network(Profile = true), Trainable(BatchSize = 1)]
public sealed partial class TrainedVgg16
{
    private static Tensor Define([Shape(3, 224, 224)] Tensor image) => Zoo.Vgg.D(image, dropout: 0);

    /// <inheritdoc/>
    public sealed partial class Trainer : TrainedNetwork.ITrainer
    {
        IReadOnlyList<StepSummary> TrainedNetwork.ITrainer.PlanSteps => Steps;
    }
}

/// <summary>ResNet of 50 layers.</summary>
[Network(Profile = true), Trainable(BatchSize = 4)]
public sealed partial class TrainedResNet50
{
    private static Tensor Define([Shape(3, 224, 224)] Tensor image) => Zoo.ResNet.ResNet50(image);

    /// <inheritdoc/>
    public sealed partial class Trainer : TrainedNetwork.ITrainer
    {
        IReadOnlyList<StepSummary> TrainedNetwork.ITrainer.PlanSteps => Steps;
    }
}
