namespace ModelGen.Zoo;

/// <summary>
/// ZFNet (Zeiler and Fergus 2014, Visualizing and understanding convolutional networks, figure 3): AlexNet with a finer first layer.
/// </summary>
[Microsoft.CodeAnalysis.Embedded]
internal static class ZFNet
{
    /// <summary>384, 384 and 256 filters in the last three convolutions.</summary>
    /// <remarks>The image is 3×224×224.</remarks>
    public static Tensor Standard(Tensor image, int classes = 1000) => Build(image, [384, 384, 256], classes);

    /// <summary>512, 1024 and 512 filters (table 3).</summary>
    /// <remarks>The image is 3×224×224.</remarks>
    public static Tensor Wide(Tensor image, int classes = 1000) => Build(image, [512, 1024, 512], classes);

    private static Tensor Build(Tensor image, int[] widths, int classes)
    {
        Tensor x = image
            .Conv2d(96, 7, stride: 2, padding: 1, name: "conv1").Relu().MaxPool2d(3, stride: 2, ceilMode: true);
        x = Normalize(x)
            .Conv2d(256, 5, stride: 2, name: "conv2").Relu().MaxPool2d(3, stride: 2, ceilMode: true);
        x = Normalize(x)
            .Conv2d(widths[0], 3, padding: 1, name: "conv3").Relu()
            .Conv2d(widths[1], 3, padding: 1, name: "conv4").Relu()
            .Conv2d(widths[2], 3, padding: 1, name: "conv5").Relu()
            .MaxPool2d(3, stride: 2);
        return x.Flatten()
            .Linear(4096, name: "fc6").Relu().Dropout()
            .Linear(4096, name: "fc7").Relu().Dropout()
            .Linear(classes, name: "fc8");
    }

    private static Tensor Normalize(Tensor x) => x.LocalResponseNorm(5, alpha: 5e-4, beta: 0.75, k: 2);
}
