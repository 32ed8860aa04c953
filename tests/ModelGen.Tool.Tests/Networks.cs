namespace ModelGen.Tool.Tests;

/// <summary>A small network, batched.</summary>
[Network(Batch = 2), Input(1, 8, 8)]
[Conv2d(4, 3), Relu]
[Flatten, Linear(3)]
internal sealed partial class Small;

/// <summary>Two inputs and two outputs, whose lengths have names of their own.</summary>
[Network]
internal sealed partial class Joined
{
    private static (Tensor Left, Tensor Both) Define([Shape(1, 4, 4)] Tensor first_image, [Shape(1, 4, 4)] Tensor second)
    {
        var left = first_image.Conv2d(2, 3, name: "conv").Relu();
        return (left.Flatten().Linear(2, name: "fc"), (first_image + second).Flatten().Linear(5, name: "both"));
    }
}
