namespace ModelGen.Zoo;

/// <summary>
/// MobileNet v1 (Howard et al. 2017, table 1) and v2 (Sandler et al. 2018, MobileNetV2: Inverted residuals and linear bottlenecks, table
/// 2): depthwise and pointwise convolutions.
/// </summary>
[Microsoft.CodeAnalysis.Embedded]
internal static class MobileNet
{
    /// <summary>
    /// v1: depthwise 3×3 and pointwise 1×1 convolutions, each followed by batch normalisation and ReLU. 4,231,976 parameters at width 1.
    /// </summary>
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

    /// <summary>v2, with torchvision's keys: 3,504,872 parameters at width 1.</summary>
    /// <remarks>The image is 3×224×224. <c>width</c> multiplies each layer's channels.</remarks>
    public static Tensor V2(Tensor image, double width = 1, int classes = 1000)
    {
        (int Expansion, int Width, int Blocks, int Stride)[] stages =
            [(1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)];
        Tensor x = Unit6(image, Divisible(32 * width), 3, 2, groups: 1, "features.0");
        int index = 1;
        foreach ((int expansion, int channels, int blocks, int stride) in stages)
        {
            for (int block = 0; block < blocks; block++)
                x = InvertedResidual(x, expansion, Divisible(channels * width), block == 0 ? stride : 1, $"features.{index++}.conv");
        }
        x = Unit6(x, Divisible(1280 * global::System.Math.Max(1, width)), 1, 1, groups: 1, $"features.{index}");
        return x.GlobalAvgPool2d(name: "avgpool").Flatten().Dropout(0.2).Linear(classes, name: "classifier.1");
    }

    // Expansion by 1×1, depthwise 3×3, and a linear 1×1, with the identity where sizes agree.
    private static Tensor InvertedResidual(Tensor x, int expansion, int width, int stride, string name)
    {
        int part = 0;
        Tensor y = expansion == 1 ? x : Unit6(x, x.Channels * expansion, 1, 1, groups: 1, $"{name}.{part++}");
        y = Unit6(y, y.Channels, 3, stride, groups: y.Channels, $"{name}.{part++}");
        y = y.Conv2d(width, 1, bias: false, name: $"{name}.{part}").BatchNorm2d(name: $"{name}.{part + 1}");
        return stride == 1 && x.Channels == width ? x + y : y;
    }

    private static Tensor Unit6(Tensor x, int width, int kernel, int stride, int groups, string name) => x
        .Conv2d(width, kernel, stride: stride, padding: kernel / 2, groups: groups, bias: false, name: $"{name}.0")
        .BatchNorm2d(name: $"{name}.1").Relu6();

    // The nearest multiple of 8 that is not less than 9/10 of a width, as TensorFlow's and torchvision's models round.
    private static int Divisible(double width)
    {
        int rounded = global::System.Math.Max(8, (int)(width + 4) / 8 * 8);
        return rounded < 0.9 * width ? rounded + 8 : rounded;
    }
}
