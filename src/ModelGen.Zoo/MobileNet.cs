namespace ModelGen.Zoo;

/// <summary>
/// MobileNet v1 (Howard et al. 2017, table 1): depthwise 3×3 and pointwise 1×1 convolutions, each followed by batch normalisation and ReLU.
/// 4,231,976 parameters at width 1.
/// </summary>
[Microsoft.CodeAnalysis.Embedded]
internal static class MobileNet
{
    /// <remarks>
    /// The image is 3×224×224, or smaller: the resolution multiplier. <c>width</c> is the width multiplier: 1, 0.75, 0.5 or 0.25 of each
    /// layer's channels.
    /// </remarks>
    public static Tensor V1(Tensor image, double width = 1, int classes = 1000)
    {
        int[] widths = [64, 128, 128, 256, 256, 512, 512, 512, 512, 512, 512, 1024, 1024];
        int[] strides = [1, 2, 1, 2, 1, 2, 1, 1, 1, 1, 1, 2, 1];
        Tensor x = Unit(image, (int)(32 * width), 3, 2, groups: 1, index: 0);
        for (int i = 0; i < widths.Length; i++)
        {
            x = Unit(x, x.Channels, 3, strides[i], groups: x.Channels, index: 6 * i + 3);
            x = Unit(x, (int)(widths[i] * width), 1, 1, groups: 1, index: 6 * i + 6);
        }
        return x.GlobalAvgPool2d(name: "avgpool").Flatten().Linear(classes, name: "fc");
    }

    private static Tensor Unit(Tensor x, int width, int kernel, int stride, int groups, int index) => x
        .Conv2d(width, kernel, stride: stride, padding: kernel / 2, groups: groups, bias: false, name: $"features.{index}")
        .BatchNorm2d(name: $"features.{index + 1}").Relu();
}
