namespace ModelGen.Zoo;

/// <summary>
/// Residual networks for ImageNet (He et al. 2016, Deep residual learning for image recognition, table 1), ResNeXt with grouped
/// convolutions (Xie et al. 2017, Aggregated residual transformations for deep neural networks) and wide ones (Zagoruyko and Komodakis
/// 2016, Wide residual networks). Images are 3×224×224; keys are torchvision's.
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

    /// <summary>ResNeXt-50 of 32 groups, 4 channels each: 25,028,904 parameters.</summary>
    public static Tensor ResNeXt50(Tensor image, int classes = 1000) =>
        Build(image, [3, 4, 6, 3], bottleneck: true, classes, groups: 32, groupWidth: 4);

    /// <summary>ResNeXt-101 of 32 groups, 8 channels each: 88,791,336 parameters.</summary>
    public static Tensor ResNeXt101(Tensor image, int classes = 1000) =>
        Build(image, [3, 4, 23, 3], bottleneck: true, classes, groups: 32, groupWidth: 8);

    /// <summary>With 3×3 convolutions of twice the width: 68,883,240 parameters.</summary>
    public static Tensor WideResNet50(Tensor image, int classes = 1000) =>
        Build(image, [3, 4, 6, 3], bottleneck: true, classes, groupWidth: 128);

    /// <summary>With 3×3 convolutions of twice the width: 126,886,696 parameters.</summary>
    public static Tensor WideResNet101(Tensor image, int classes = 1000) =>
        Build(image, [3, 4, 23, 3], bottleneck: true, classes, groupWidth: 128);

    // A bottleneck's 3×3 convolution has groups of groupWidth channels in the first stage, twice as many in each that follows.
    private static Tensor Build(
        Tensor image, int[] blocks, bool bottleneck, int classes, bool strideOnFirst = false, bool smallImages = false, int groups = 1,
        int groupWidth = 64)
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
                x = bottleneck
                    ? Bottleneck(x, groups * (groupWidth << stage), groups, 4 * width, stride, strideOnFirst, name)
                    : Basic(x, width, stride, name);
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

    private static Tensor Bottleneck(Tensor x, int middle, int groups, int width, int stride, bool strideOnFirst, string name)
    {
        Tensor y = x.Conv2d(middle, 1, stride: strideOnFirst ? stride : 1, bias: false, name: $"{name}.conv1")
            .BatchNorm2d(name: $"{name}.bn1").Relu()
            .Conv2d(middle, 3, stride: strideOnFirst ? 1 : stride, padding: 1, groups: groups, bias: false, name: $"{name}.conv2")
                .BatchNorm2d(name: $"{name}.bn2").Relu()
            .Conv2d(width, 1, bias: false, name: $"{name}.conv3").BatchNorm2d(name: $"{name}.bn3");
        return (y + Shortcut(x, width, stride, name)).Relu();
    }

    // The identity, or a projection where the size changes.
    private static Tensor Shortcut(Tensor x, int width, int stride, string name) => x.Channels == width && stride == 1
        ? x
        : x.Conv2d(width, 1, stride: stride, bias: false, name: $"{name}.downsample.0").BatchNorm2d(name: $"{name}.downsample.1");
}
