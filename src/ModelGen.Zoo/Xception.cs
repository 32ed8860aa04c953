namespace ModelGen.Zoo;

/// <summary>
/// Xception (Chollet 2017, Xception: deep learning with depthwise separable convolutions, figure 5), with the keys of its PyTorch port:
/// 22,855,952 parameters.
/// </summary>
[Microsoft.CodeAnalysis.Embedded]
internal static class Xception
{
    /// <remarks>The image is 3×299×299.</remarks>
    public static Tensor Build(Tensor image, int classes = 1000)
    {
        Tensor x = image
            .Conv2d(32, 3, stride: 2, bias: false, name: "conv1").BatchNorm2d(name: "bn1").Relu()
            .Conv2d(64, 3, bias: false, name: "conv2").BatchNorm2d(name: "bn2").Relu();
        x = Block(x, [128, 128], 2, "block1", startWithRelu: false);
        x = Block(x, [256, 256], 2, "block2");
        x = Block(x, [728, 728], 2, "block3");
        for (int i = 4; i < 12; i++)
            x = Block(x, [728, 728, 728], 1, $"block{i}");
        x = Block(x, [728, 1024], 2, "block12");
        x = Separable(x, 1536, "conv3").BatchNorm2d(name: "bn3").Relu();
        x = Separable(x, 2048, "conv4").BatchNorm2d(name: "bn4").Relu();
        return x.GlobalAvgPool2d().Flatten().Linear(classes, name: "fc");
    }

    private static Tensor Block(Tensor x, int[] widths, int stride, string name, bool startWithRelu = true)
    {
        Tensor y = x;
        int index = 0;
        foreach (int width in widths)
        {
            if (index > 0 || startWithRelu)
            {
                y = y.Relu();
                index++;
            }
            y = Separable(y, width, $"{name}.rep.{index}").BatchNorm2d(name: $"{name}.rep.{index + 1}");
            index += 2;
        }
        if (stride == 1)
            return x + y;
        Tensor shortcut = x.Conv2d(widths[^1], 1, stride: stride, bias: false, name: $"{name}.skip").BatchNorm2d(name: $"{name}.skipbn");
        return y.MaxPool2d(3, stride: stride, padding: 1) + shortcut;
    }

    private static Tensor Separable(Tensor x, int width, string name) => x
        .Conv2d(x.Channels, 3, padding: 1, groups: x.Channels, bias: false, name: $"{name}.conv1")
        .Conv2d(width, 1, bias: false, name: $"{name}.pointwise");
}
