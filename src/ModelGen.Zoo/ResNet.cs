namespace ModelGen.Zoo;

/// <summary>
/// Residual networks for ImageNet (He et al. 2016, Deep residual learning for image recognition, table 1). Images are 3×224×224; keys are
/// torchvision's.
/// </summary>
[Microsoft.CodeAnalysis.Embedded]
internal static class ResNet
{
    /// <summary>11,689,512 parameters.</summary>
    /// <remarks>
    /// With <c>smallImages</c> it begins, as is usual for CIFAR, with a 3×3 convolution of stride 1 and without max-pooling.
    /// </remarks>
    public static Tensor ResNet18(Tensor image, int classes = 1000, bool smallImages = false) =>
        Build(image, [2, 2, 2, 2], bottleneck: false, classes, smallImages: smallImages);

    /// <summary>21,797,672 parameters.</summary>
    public static Tensor ResNet34(Tensor image, int classes = 1000) => Build(image, [3, 4, 6, 3], bottleneck: false, classes);

    /// <summary>25,557,032 parameters.</summary>
    /// <remarks>
    /// With <c>strideOnFirst</c> a block's first 1×1 convolution has the stride, as in the paper; without, its 3×3, as in torchvision.
    /// </remarks>
    public static Tensor ResNet50(Tensor image, int classes = 1000, bool strideOnFirst = false) =>
        Build(image, [3, 4, 6, 3], bottleneck: true, classes, strideOnFirst);

    /// <summary>44,549,160 parameters.</summary>
    public static Tensor ResNet101(Tensor image, int classes = 1000, bool strideOnFirst = false) =>
        Build(image, [3, 4, 23, 3], bottleneck: true, classes, strideOnFirst);

    /// <summary>60,192,808 parameters.</summary>
    public static Tensor ResNet152(Tensor image, int classes = 1000, bool strideOnFirst = false) =>
        Build(image, [3, 8, 36, 3], bottleneck: true, classes, strideOnFirst);

    private static Tensor Build(
        Tensor image, int[] blocks, bool bottleneck, int classes, bool strideOnFirst = false, bool smallImages = false)
    {
        Tensor x = image.Conv2d(
            64, smallImages ? 3 : 7, stride: smallImages ? 1 : 2, padding: smallImages ? 1 : 3, bias: false, name: "conv1")
                .BatchNorm2d(name: "bn1").Relu();
        if (!smallImages)
            x = x.MaxPool2d(3, stride: 2, padding: 1, name: "maxpool");
        for (int stage = 0; stage < blocks.Length; stage++)
        {
            int width = 64 << stage;
            for (int block = 0; block < blocks[stage]; block++)
            {
                int stride = stage > 0 && block == 0 ? 2 : 1;
                string name = $"layer{stage + 1}.{block}";
                x = bottleneck ? Bottleneck(x, width, stride, strideOnFirst, name) : Basic(x, width, stride, name);
            }
        }
        return x.GlobalAvgPool2d(name: "avgpool").Flatten().Linear(classes, name: "fc");
    }

    private static Tensor Basic(Tensor x, int width, int stride, string name)
    {
        Tensor y = x.Conv2d(width, 3, stride: stride, padding: 1, bias: false, name: $"{name}.conv1").BatchNorm2d(name: $"{name}.bn1")
            .Relu()
            .Conv2d(width, 3, padding: 1, bias: false, name: $"{name}.conv2").BatchNorm2d(name: $"{name}.bn2");
        return (y + Shortcut(x, width, stride, name)).Relu();
    }

    private static Tensor Bottleneck(Tensor x, int width, int stride, bool strideOnFirst, string name)
    {
        Tensor y = x.Conv2d(width, 1, stride: strideOnFirst ? stride : 1, bias: false, name: $"{name}.conv1")
            .BatchNorm2d(name: $"{name}.bn1").Relu()
            .Conv2d(width, 3, stride: strideOnFirst ? 1 : stride, padding: 1, bias: false, name: $"{name}.conv2")
                .BatchNorm2d(name: $"{name}.bn2").Relu()
            .Conv2d(4 * width, 1, bias: false, name: $"{name}.conv3").BatchNorm2d(name: $"{name}.bn3");
        return (y + Shortcut(x, 4 * width, stride, name)).Relu();
    }

    // The identity, or a projection where the size changes.
    private static Tensor Shortcut(Tensor x, int width, int stride, string name) => x.Channels == width && stride == 1
        ? x
        : x.Conv2d(width, 1, stride: stride, bias: false, name: $"{name}.downsample.0").BatchNorm2d(name: $"{name}.downsample.1");
}
