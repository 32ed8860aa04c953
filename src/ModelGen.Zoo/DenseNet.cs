namespace ModelGen.Zoo;

/// <summary>
/// DenseNet with bottlenecks and compression (Huang et al. 2017, Densely connected convolutional networks, table 1). Images are 3×224×224;
/// keys are torchvision's.
/// </summary>
[Microsoft.CodeAnalysis.Embedded]
internal static class DenseNet
{
    /// <summary>7,978,856 parameters.</summary>
    public static Tensor DenseNet121(Tensor image, int classes = 1000) => Build(image, [6, 12, 24, 16], growth: 32, classes);

    /// <summary>14,149,480 parameters.</summary>
    public static Tensor DenseNet169(Tensor image, int classes = 1000) => Build(image, [6, 12, 32, 32], growth: 32, classes);

    /// <summary>20,013,928 parameters.</summary>
    public static Tensor DenseNet201(Tensor image, int classes = 1000) => Build(image, [6, 12, 48, 32], growth: 32, classes);

    /// <summary>28,681,000 parameters.</summary>
    public static Tensor DenseNet161(Tensor image, int classes = 1000) => Build(image, [6, 12, 36, 24], growth: 48, classes);

    private static Tensor Build(Tensor image, int[] blocks, int growth, int classes)
    {
        Tensor x = image.Conv2d(2 * growth, 7, stride: 2, padding: 3, bias: false, name: "features.conv0")
            .BatchNorm2d(name: "features.norm0").Relu()
            .MaxPool2d(3, stride: 2, padding: 1, name: "features.pool0");
        for (int block = 1; block <= blocks.Length; block++)
        {
            for (int layer = 1; layer <= blocks[block - 1]; layer++)
                x = x.Concat(Layer(x, growth, $"features.denseblock{block}.denselayer{layer}"));
            if (block < blocks.Length)
                x = Transition(x, $"features.transition{block}");
        }
        return x.BatchNorm2d(name: "features.norm5").Relu().GlobalAvgPool2d().Flatten().Linear(classes, name: "classifier");
    }

    private static Tensor Layer(Tensor x, int growth, string name) => x
        .BatchNorm2d(name: $"{name}.norm1").Relu().Conv2d(4 * growth, 1, bias: false, name: $"{name}.conv1")
        .BatchNorm2d(name: $"{name}.norm2").Relu().Conv2d(growth, 3, padding: 1, bias: false, name: $"{name}.conv2");

    private static Tensor Transition(Tensor x, string name) => x
        .BatchNorm2d(name: $"{name}.norm").Relu().Conv2d(x.Channels / 2, 1, bias: false, name: $"{name}.conv")
            .AvgPool2d(2, name: $"{name}.pool");
}
