using ModelGen;

namespace FineTuning;

/// <summary>Tells T-shirts, trousers, pullovers, dresses and coats apart.</summary>
[Network]
[Trainable(BatchSize = 64)]
internal sealed partial class Clothes
{
    private static Tensor Define([Shape(1, 28, 28)] Tensor image) => Backbone.Of(image).Linear(5, name: "fc");
}

/// <summary>
/// Tells sandals, shirts, sneakers, bags and boots apart, by what the other network has learned to see: only its last layer is trained.
/// </summary>
[Network]
[Trainable(BatchSize = 64, Freeze = "layer*")]
internal sealed partial class OtherClothes
{
    private static Tensor Define([Shape(1, 28, 28)] Tensor image) => Backbone.Of(image).Linear(5, name: "fc");
}

/// <summary>The same with nothing frozen, to see what that costs.</summary>
[Network]
[Trainable(BatchSize = 64)]
internal sealed partial class OtherClothesFromScratch
{
    private static Tensor Define([Shape(1, 28, 28)] Tensor image) => Backbone.Of(image).Linear(5, name: "fc");
}

/// <summary>All layers but the last.</summary>
internal static class Backbone
{
    /// <summary>Two convolutions to 32 maps of 7×7.</summary>
    public static Tensor Of(Tensor image)
    {
        Tensor x = image;
        for (int i = 1; i <= 2; i++)
            x = x.Conv2d(16 * i, 3, padding: 1, bias: false, name: $"layer{i}.conv").BatchNorm2d(name: $"layer{i}.bn").Relu().MaxPool2d(2);
        return x.Flatten();
    }
}
