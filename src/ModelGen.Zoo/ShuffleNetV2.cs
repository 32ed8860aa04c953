namespace ModelGen.Zoo;

/// <summary>
/// ShuffleNet v2 (Ma et al. 2018, ShuffleNet V2: Practical guidelines for efficient CNN architecture design, table 5): half of the channels
/// pass each unit unchanged, then both halves are shuffled. Images are 3×224×224; keys are torchvision's.
/// </summary>
[Microsoft.CodeAnalysis.Embedded]
internal static class ShuffleNetV2
{
    /// <summary>1,366,792 parameters.</summary>
    public static Tensor X05(Tensor image, int classes = 1000) => Build(image, [48, 96, 192], 1024, classes);

    /// <summary>2,278,604 parameters.</summary>
    public static Tensor X10(Tensor image, int classes = 1000) => Build(image, [116, 232, 464], 1024, classes);

    /// <summary>3,503,624 parameters.</summary>
    public static Tensor X15(Tensor image, int classes = 1000) => Build(image, [176, 352, 704], 1024, classes);

    /// <summary>7,393,996 parameters.</summary>
    public static Tensor X20(Tensor image, int classes = 1000) => Build(image, [244, 488, 976], 2048, classes);

    private static Tensor Build(Tensor image, int[] widths, int features, int classes)
    {
        int[] units = [4, 8, 4];
        Tensor x = Pointwise(image, 24, 3, 2, "conv1", 0).MaxPool2d(3, stride: 2, padding: 1, name: "maxpool");
        for (int stage = 0; stage < widths.Length; stage++)
        {
            x = Down(x, widths[stage] / 2, $"stage{stage + 2}.0");
            for (int unit = 1; unit < units[stage]; unit++)
                x = Unit(x, $"stage{stage + 2}.{unit}");
        }
        x = Pointwise(x, features, 1, 1, "conv5", 0);
        return x.GlobalAvgPool2d().Flatten().Linear(classes, name: "fc");
    }

    private static Tensor Unit(Tensor x, string name)
    {
        int half = x.Channels / 2;
        Tensor y = Branch(x.Slice(1, half, x.Channels), half, 1, $"{name}.branch2");
        return x.Slice(1, 0, half).Concat(y).ChannelShuffle(2);
    }

    private static Tensor Down(Tensor x, int width, string name)
    {
        Tensor kept = Pointwise(Depthwise(x, 2, $"{name}.branch1", 0), width, 1, 1, $"{name}.branch1", 2);
        return kept.Concat(Branch(x, width, 2, $"{name}.branch2")).ChannelShuffle(2);
    }

    private static Tensor Branch(Tensor x, int width, int stride, string name) =>
        Pointwise(Depthwise(Pointwise(x, width, 1, 1, name, 0), stride, name, 3), width, 1, 1, name, 5);

    private static Tensor Pointwise(Tensor x, int width, int kernel, int stride, string name, int index) => x
        .Conv2d(width, kernel, stride: stride, padding: kernel / 2, bias: false, name: $"{name}.{index}")
        .BatchNorm2d(name: $"{name}.{index + 1}").Relu();

    private static Tensor Depthwise(Tensor x, int stride, string name, int index) => x
        .Conv2d(x.Channels, 3, stride: stride, padding: 1, groups: x.Channels, bias: false, name: $"{name}.{index}")
        .BatchNorm2d(name: $"{name}.{index + 1}");
}
