namespace ModelGen.Zoo;

/// <summary>
/// Scores of each pixel from a ResNet whose last two stages keep their resolution by dilation: the fully convolutional network (Long et al.
/// 2015, Fully convolutional networks for semantic segmentation) and DeepLab v3 (Chen et al. 2017, Rethinking atrous convolution for
/// semantic image segmentation), as torchvision has them, with its keys. The scores have the image's size.
/// </summary>
[Microsoft.CodeAnalysis.Embedded]
internal static class DilatedResNet
{
    /// <summary>32,957,013 parameters for 21 classes.</summary>
    public static Tensor Fcn50(Tensor image, int classes = 21) => Fcn(image, [3, 4, 6, 3], classes);

    /// <summary>51,949,141 parameters for 21 classes.</summary>
    public static Tensor Fcn101(Tensor image, int classes = 21) => Fcn(image, [3, 4, 23, 3], classes);

    /// <summary>39,638,869 parameters for 21 classes.</summary>
    public static Tensor DeepLabV3_50(Tensor image, int classes = 21) => DeepLab(image, [3, 4, 6, 3], classes);

    /// <summary>58,630,997 parameters for 21 classes.</summary>
    public static Tensor DeepLabV3_101(Tensor image, int classes = 21) => DeepLab(image, [3, 4, 23, 3], classes);

    private static Tensor Fcn(Tensor image, int[] blocks, int classes)
    {
        Tensor x = Body(image, blocks);
        x = Unit(x, x.Channels / 4, 3, 1, 1, "classifier.0", "classifier.1").Relu().Dropout(0.1).Conv2d(classes, 1, name: "classifier.4");
        return x.Upsample((image.Height, image.Width), mode: UpsampleMode.Bilinear);
    }

    private static Tensor DeepLab(Tensor image, int[] blocks, int classes)
    {
        Tensor x = Body(image, blocks);
        int[] rates = [12, 24, 36];
        Tensor[] branches = new Tensor[rates.Length + 2];
        branches[0] = Unit(x, 256, 1, 1, 1, "classifier.0.convs.0.0", "classifier.0.convs.0.1").Relu();
        for (int i = 1; i <= rates.Length; i++)
            branches[i] = Unit(x, 256, 3, 1, rates[i - 1], $"classifier.0.convs.{i}.0", $"classifier.0.convs.{i}.1").Relu();
        Tensor whole = Unit(x.GlobalAvgPool2d(), 256, 1, 1, 1, "classifier.0.convs.4.1", "classifier.0.convs.4.2").Relu();
        branches[^1] = whole.Upsample((x.Height, x.Width), mode: UpsampleMode.Bilinear);
        x = Unit(Tensor.Concat(branches), 256, 1, 1, 1, "classifier.0.project.0", "classifier.0.project.1").Relu().Dropout(0.5);
        x = Unit(x, 256, 3, 1, 1, "classifier.1", "classifier.2").Relu().Conv2d(classes, 1, name: "classifier.4");
        return x.Upsample((image.Height, image.Width), mode: UpsampleMode.Bilinear);
    }

    private static Tensor Body(Tensor image, int[] blocks)
    {
        Tensor x = image.Conv2d(64, 7, stride: 2, padding: 3, bias: false, name: "backbone.conv1")
            .BatchNorm2d(name: "backbone.bn1").Relu().MaxPool2d(3, stride: 2, padding: 1, name: "backbone.maxpool");
        for (int stage = 0; stage < blocks.Length; stage++)
        {
            for (int block = 0; block < blocks[stage]; block++)
            {
                // Where a stride was left out, what follows looks as far apart; the first block as far as the stage before.
                int dilation = stage < 2 ? 1 : block == 0 ? 1 << (stage - 2) : 1 << (stage - 1);
                x = Bottleneck(x, 64 << stage, stage == 1 && block == 0 ? 2 : 1, dilation, $"backbone.layer{stage + 1}.{block}");
            }
        }
        return x;
    }

    private static Tensor Bottleneck(Tensor x, int width, int stride, int dilation, string name)
    {
        Tensor y = Unit(x, width, 1, 1, 1, $"{name}.conv1", $"{name}.bn1").Relu();
        y = Unit(y, width, 3, stride, dilation, $"{name}.conv2", $"{name}.bn2").Relu();
        y = Unit(y, 4 * width, 1, 1, 1, $"{name}.conv3", $"{name}.bn3");
        Tensor shortcut = x.Channels == 4 * width ? x : Unit(x, 4 * width, 1, stride, 1, $"{name}.downsample.0", $"{name}.downsample.1");
        return (y + shortcut).Relu();
    }

    private static Tensor Unit(Tensor x, int width, int kernel, int stride, int dilation, string convolution, string normalization) => x
        .Conv2d(width, kernel, stride: stride, padding: kernel / 2 * dilation, dilation: dilation, bias: false, name: convolution)
        .BatchNorm2d(name: normalization);
}
