namespace ModelGen.Zoo;

/// <summary>
/// EfficientNet (Tan and Le 2019, EfficientNet: Rethinking model scaling for convolutional neural networks, table 1): inverted residuals
/// with squeeze-and-excitation and SiLU, made wider and deeper together. Keys are torchvision's.
/// </summary>
[Microsoft.CodeAnalysis.Embedded]
internal static class EfficientNet
{
    /// <summary>5,288,548 parameters; images of 3×224×224.</summary>
    public static Tensor B0(Tensor image, int classes = 1000) => Build(image, 1, 1, 0.2, classes);

    /// <summary>7,794,184 parameters; images of 3×240×240.</summary>
    public static Tensor B1(Tensor image, int classes = 1000) => Build(image, 1, 1.1, 0.2, classes);

    /// <summary>9,109,994 parameters; images of 3×288×288.</summary>
    public static Tensor B2(Tensor image, int classes = 1000) => Build(image, 1.1, 1.2, 0.3, classes);

    /// <summary>12,233,232 parameters; images of 3×300×300.</summary>
    public static Tensor B3(Tensor image, int classes = 1000) => Build(image, 1.2, 1.4, 0.3, classes);

    /// <summary>19,341,616 parameters; images of 3×380×380.</summary>
    public static Tensor B4(Tensor image, int classes = 1000) => Build(image, 1.4, 1.8, 0.4, classes);

    /// <summary>Any size: <c>width</c> multiplies channels, <c>depth</c> the blocks of a stage.</summary>
    public static Tensor Build(Tensor image, double width, double depth, double dropout, int classes = 1000)
    {
        (int Expansion, int Kernel, int Stride, int Width, int Blocks)[] stages =
        [
            (1, 3, 1, 16, 1), (6, 3, 2, 24, 2), (6, 5, 2, 40, 2), (6, 3, 2, 80, 3), (6, 5, 1, 112, 3), (6, 5, 2, 192, 4), (6, 3, 1, 320, 1),
        ];
        Tensor x = Unit(image, Divisible(32 * width), 3, 2, groups: 1, "features.0");
        for (int stage = 0; stage < stages.Length; stage++)
        {
            (int expansion, int kernel, int stride, int channels, int blocks) = stages[stage];
            for (int block = 0; block < (int)global::System.Math.Ceiling(blocks * depth); block++)
            {
                x = InvertedResidual(x, expansion, kernel, block == 0 ? stride : 1, Divisible(channels * width),
                    $"features.{stage + 1}.{block}.block");
            }
        }
        x = Unit(x, 4 * x.Channels, 1, 1, groups: 1, $"features.{stages.Length + 1}");
        return x.GlobalAvgPool2d(name: "avgpool").Flatten().Dropout(dropout).Linear(classes, name: "classifier.1");
    }

    private static Tensor InvertedResidual(Tensor x, int expansion, int kernel, int stride, int width, string name)
    {
        int part = 0;
        Tensor y = expansion == 1 ? x : Unit(x, x.Channels * expansion, 1, 1, groups: 1, $"{name}.{part++}");
        y = Unit(y, y.Channels, kernel, stride, groups: y.Channels, $"{name}.{part++}");
        y = Excite(y, global::System.Math.Max(1, x.Channels / 4), $"{name}.{part++}");
        y = y.Conv2d(width, 1, bias: false, name: $"{name}.{part}.0").BatchNorm2d(name: $"{name}.{part}.1");
        return stride == 1 && x.Channels == width ? x + y : y;
    }

    // Squeeze and excitation: each channel by a factor that all channels' means decide about.
    private static Tensor Excite(Tensor x, int squeezed, string name) => x * x.GlobalAvgPool2d()
        .Conv2d(squeezed, 1, name: $"{name}.fc1").Silu().Conv2d(x.Channels, 1, name: $"{name}.fc2").Sigmoid();

    private static Tensor Unit(Tensor x, int width, int kernel, int stride, int groups, string name) => x
        .Conv2d(width, kernel, stride: stride, padding: kernel / 2, groups: groups, bias: false, name: $"{name}.0")
        .BatchNorm2d(name: $"{name}.1").Silu();

    // The nearest multiple of 8 that is not less than 9/10 of a width, as TensorFlow's and torchvision's models round.
    private static int Divisible(double width)
    {
        int rounded = global::System.Math.Max(8, (int)(width + 4) / 8 * 8);
        return rounded < 0.9 * width ? rounded + 8 : rounded;
    }
}
