namespace ModelGen.Fuzz.Targets.Api;

/// <summary>
/// Looks before it changes anything: running averages, random masks, sums of gradients, blocks with unused lanes; large enough for threads
/// to share.
/// </summary>
[Network, Trainable(BatchSize = 3, AccumulateGradients = true, ClipGradients = true, CheckUpdates = true)]
internal sealed partial class Careful
{
    static Tensor Define([Shape(2, 20, 22)] Tensor image)
    {
        Tensor x = image.Conv2d(20, 3, padding: 1, name: "stem").BatchNorm2d(name: "bn").Relu();
        x = x + x.Conv2d(20, 3, padding: 1, name: "block").Tanh();
        return x.MaxPool2d(2).Dropout(0.2).Flatten().Linear(40, name: "fc1").Relu().Linear(3, name: "fc2");
    }
}

/// <summary>The same, by Adam, looking while it updates.</summary>
[Network, Trainable(BatchSize = 3, Optimizer = Optimizer.Adam)]
internal sealed partial class Quick
{
    static Tensor Define([Shape(2, 20, 22)] Tensor image)
    {
        Tensor x = image.Conv2d(20, 3, padding: 1, name: "stem").BatchNorm2d(name: "bn").Relu();
        x = x + x.Conv2d(20, 3, padding: 1, name: "block").Tanh();
        return x.MaxPool2d(2).Dropout(0.2).Flatten().Linear(40, name: "fc1").Relu().Linear(3, name: "fc2");
    }
}
