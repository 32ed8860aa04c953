namespace ModelGen.Zoo;

/// <summary>
/// Highway networks (Srivastava, Greff and Schmidhuber 2015, Training very deep networks): a gate g decides for every value how much of a
/// layer's result h it takes and how much of what came in, g⊙h + (1 − g)⊙x. The paper starts the gates' biases at −1 to −4, so that a deep
/// network begins by carrying its input through.
/// </summary>
[Microsoft.CodeAnalysis.Embedded]
internal static class Highway
{
    /// <summary>Fully connected, as the paper tries on MNIST with 10 to 100 layers of 50 units.</summary>
    /// <remarks>The image may have any size.</remarks>
    public static Tensor Dense(Tensor image, int layers = 50, int width = 50, int classes = 10)
    {
        Tensor x = image.Flatten().Linear(width, name: "fc1").Relu();
        for (int i = 2; i < layers; i++)
        {
            Tensor h = x.Linear(width, name: $"fc{i}").Relu();
            Tensor g = x.Linear(width, name: $"gate{i}").Sigmoid();
            x = Gate(g, h, x);
        }
        return x.Linear(classes, name: $"fc{layers}");
    }

    /// <summary>Convolutional, of three stages with a pool between.</summary>
    /// <remarks>The image is 3×32×32.</remarks>
    public static Tensor Convolutional(Tensor image, int layers = 20, int classes = 10)
    {
        int[] widths = [32, 48, 64];
        int inStage = (layers - 4) / 3;
        Tensor x = image;
        for (int stage = 0; stage < 3; stage++)
        {
            x = x.Conv2d(widths[stage], 3, padding: 1, name: $"stage{stage + 1}.conv").Relu();
            for (int i = 0; i < inStage; i++)
            {
                Tensor h = x.Conv2d(widths[stage], 3, padding: 1, name: $"stage{stage + 1}.{i}.conv").Relu();
                Tensor g = x.Conv2d(widths[stage], 3, padding: 1, name: $"stage{stage + 1}.{i}.gate").Sigmoid();
                x = Gate(g, h, x);
            }
            x = stage < 2 ? x.MaxPool2d(2) : x.GlobalAvgPool2d();
        }
        return x.Flatten().Linear(classes, name: "fc");
    }

    private static Tensor Gate(Tensor g, Tensor h, Tensor x) => g * h + g.Affine(-1, 1) * x;
}
