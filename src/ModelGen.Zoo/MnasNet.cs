namespace ModelGen.Zoo;

/// <summary>
/// MNASNet-B1 (Tan et al. 2019, MnasNet: Platform-aware neural architecture search for mobile, figure 7): inverted residuals that a search
/// has chosen. Images are 3×224×224; keys are torchvision's.
/// </summary>
[Microsoft.CodeAnalysis.Embedded]
internal static class MnasNet
{
    // Of running averages; torchvision's 1 − 0.9997.
    private const double Momentum = 1 - 0.9997;

    /// <summary>4,383,312 parameters at <c>width</c> 1, 2,218,512 at 0.5.</summary>
    public static Tensor B1(Tensor image, double width = 1, int classes = 1000)
    {
        (int Kernel, int Stride, int Expansion, int Width, int Blocks)[] stages =
            [(3, 2, 3, 24, 3), (5, 2, 3, 40, 3), (5, 2, 6, 80, 3), (3, 1, 6, 96, 2), (5, 2, 6, 192, 4), (3, 1, 6, 320, 1)];
        Tensor x = Unit(image, Divisible(32 * width), 3, 2, groups: 1, "layers", 0);
        x = Unit(x, x.Channels, 3, 1, groups: x.Channels, "layers", 3);
        x = Linear(x, Divisible(16 * width), "layers", 6);
        for (int stage = 0; stage < stages.Length; stage++)
        {
            (int kernel, int stride, int expansion, int channels, int blocks) = stages[stage];
            for (int block = 0; block < blocks; block++)
            {
                x = InvertedResidual(x, expansion, kernel, block == 0 ? stride : 1, Divisible(channels * width),
                    $"layers.{stage + 8}.{block}.layers");
            }
        }
        x = Unit(x, 1280, 1, 1, groups: 1, "layers", 14);
        return x.GlobalAvgPool2d(name: "avgpool").Flatten().Dropout(0.2).Linear(classes, name: "classifier.1");
    }

    private static Tensor InvertedResidual(Tensor x, int expansion, int kernel, int stride, int width, string name)
    {
        Tensor y = Unit(x, x.Channels * expansion, 1, 1, groups: 1, name, 0);
        y = Unit(y, y.Channels, kernel, stride, groups: y.Channels, name, 3);
        y = Linear(y, width, name, 6);
        return stride == 1 && x.Channels == width ? x + y : y;
    }

    private static Tensor Unit(Tensor x, int width, int kernel, int stride, int groups, string name, int index) => x
        .Conv2d(width, kernel, stride: stride, padding: kernel / 2, groups: groups, bias: false, name: $"{name}.{index}")
        .BatchNorm2d(momentum: Momentum, name: $"{name}.{index + 1}").Relu();

    private static Tensor Linear(Tensor x, int width, string name, int index) => x
        .Conv2d(width, 1, bias: false, name: $"{name}.{index}").BatchNorm2d(momentum: Momentum, name: $"{name}.{index + 1}");

    // The nearest multiple of 8 that is not less than 9/10 of a width, as TensorFlow's and torchvision's models round.
    private static int Divisible(double width)
    {
        int rounded = global::System.Math.Max(8, (int)(width + 4) / 8 * 8);
        return rounded < 0.9 * width ? rounded + 8 : rounded;
    }
}
