namespace ModelGen.Tests.Threads;

/// <summary>Branches, both kinds of convolution, pools, sums and joined channels, large enough to be divided among threads.</summary>
[Network]
internal sealed partial class Branches
{
    static Tensor Define([Shape(3, 60, 68)] Tensor image)
    {
        Tensor x = image.Conv2d(24, 3, stride: 1, padding: 1, name: "stem").Tanh();
        x = x.Conv2d(24, 3, padding: 1, groups: 24, name: "depthwise").BatchNorm2d(name: "bn").Relu();
        Tensor left = x.Conv2d(40, 1, name: "left").Sigmoid();
        Tensor right = x.Conv2d(56, 3, padding: 1, name: "right").Relu();
        x = left.Concat(right, x.MaxPool2d(3, stride: 1, padding: 1)).LocalResponseNorm(5).MaxPool2d(2);
        x = x + x.Conv2d(120, 3, padding: 1, name: "block").BatchNorm2d(name: "blockbn").Tanh();
        return x.AvgPool2d(2).GlobalAvgPool2d().Flatten().Linear(100, name: "fc");
    }
}

/// <summary>The same, four samples at a time.</summary>
[Network(Batch = 4)]
internal sealed partial class BranchesByFour
{
    static Tensor Define([Shape(3, 60, 68)] Tensor image)
    {
        Tensor x = image.Conv2d(24, 3, padding: 1, name: "stem").Relu().MaxPool2d(2);
        return x.Conv2d(64, 3, padding: 1, name: "conv").Sigmoid().Flatten().Linear(500, name: "fc1").Tanh().Linear(10, name: "fc2");
    }
}
