namespace ModelGen.Zoo;

/// <summary>
/// RegNet (Radosavovic et al. 2020, Designing network design spaces): bottlenecks of grouped convolutions whose widths grow linearly, Y
/// with squeeze-and-excitation. Images are 3×224×224; keys are torchvision's.
/// </summary>
[Microsoft.CodeAnalysis.Embedded]
internal static class RegNet
{
    /// <summary>5,495,976 parameters.</summary>
    public static Tensor X400MF(Tensor image, int classes = 1000) => Build(image, [32, 64, 160, 400], [1, 2, 7, 12], 16, false, classes);

    /// <summary>7,259,656 parameters.</summary>
    public static Tensor X800MF(Tensor image, int classes = 1000) => Build(image, [64, 128, 288, 672], [1, 3, 7, 5], 16, false, classes);

    /// <summary>15,296,552 parameters.</summary>
    public static Tensor X3_2GF(Tensor image, int classes = 1000) => Build(image, [96, 192, 432, 1008], [2, 6, 15, 2], 48, false, classes);

    /// <summary>4,344,144 parameters.</summary>
    public static Tensor Y400MF(Tensor image, int classes = 1000) => Build(image, [48, 104, 208, 440], [1, 3, 6, 6], 8, true, classes);

    /// <summary>6,432,512 parameters.</summary>
    public static Tensor Y800MF(Tensor image, int classes = 1000) => Build(image, [64, 144, 320, 784], [1, 3, 8, 2], 16, true, classes);

    /// <summary>19,436,338 parameters.</summary>
    public static Tensor Y3_2GF(Tensor image, int classes = 1000) => Build(image, [72, 216, 576, 1512], [2, 5, 13, 1], 24, true, classes);

    /// <summary>
    /// Any widths and depths of the four stages; <c>groupWidth</c> is how many channels a group of the 3×3 convolutions has.
    /// </summary>
    public static Tensor Build(Tensor image, int[] widths, int[] depths, int groupWidth, bool excitation, int classes = 1000)
    {
        Tensor x = image.Conv2d(32, 3, stride: 2, padding: 1, bias: false, name: "stem.0").BatchNorm2d(name: "stem.1").Relu();
        for (int stage = 0; stage < widths.Length; stage++)
        {
            for (int block = 0; block < depths[stage]; block++)
            {
                x = Block(x, widths[stage], block == 0 ? 2 : 1, widths[stage] / groupWidth, excitation,
                    $"trunk_output.block{stage + 1}.block{stage + 1}-{block}");
            }
        }
        return x.GlobalAvgPool2d(name: "avgpool").Flatten().Linear(classes, name: "fc");
    }

    private static Tensor Block(Tensor x, int width, int stride, int groups, bool excitation, string name)
    {
        Tensor shortcut = x.Channels == width && stride == 1 ? x : Unit(x, width, 1, stride, 1, $"{name}.proj");
        Tensor y = Unit(x, width, 1, 1, 1, $"{name}.f.a").Relu();
        y = Unit(y, width, 3, stride, groups, $"{name}.f.b").Relu();
        if (excitation)
        {
            int squeezed = (int)global::System.Math.Round(0.25 * x.Channels);
            y = y * y.GlobalAvgPool2d().Conv2d(squeezed, 1, name: $"{name}.f.se.fc1").Relu()
                .Conv2d(width, 1, name: $"{name}.f.se.fc2").Sigmoid();
        }
        return (shortcut + Unit(y, width, 1, 1, 1, $"{name}.f.c")).Relu();
    }

    private static Tensor Unit(Tensor x, int width, int kernel, int stride, int groups, string name) => x
        .Conv2d(width, kernel, stride: stride, padding: kernel / 2, groups: groups, bias: false, name: $"{name}.0")
        .BatchNorm2d(name: $"{name}.1");
}
