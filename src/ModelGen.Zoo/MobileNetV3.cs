namespace ModelGen.Zoo;

/// <summary>
/// MobileNet v3 (Howard et al. 2019, Searching for MobileNetV3, tables 1 and 2): inverted residuals with squeeze-and-excitation, hard-swish
/// where it pays. Images are 3×224×224; keys are torchvision's.
/// </summary>
[Microsoft.CodeAnalysis.Embedded]
internal static class MobileNetV3
{
    /// <summary>5,483,032 parameters.</summary>
    public static Tensor Large(Tensor image, int classes = 1000) => Build(image,
    [
        new(3, 16, 16, false, false, 1), new(3, 64, 24, false, false, 2), new(3, 72, 24, false, false, 1), new(5, 72, 40, true, false, 2),
        new(5, 120, 40, true, false, 1), new(5, 120, 40, true, false, 1), new(3, 240, 80, false, true, 2), new(3, 200, 80, false, true, 1),
        new(3, 184, 80, false, true, 1), new(3, 184, 80, false, true, 1), new(3, 480, 112, true, true, 1), new(3, 672, 112, true, true, 1),
        new(5, 672, 160, true, true, 2), new(5, 960, 160, true, true, 1), new(5, 960, 160, true, true, 1),
    ], 1280, classes);

    /// <summary>2,542,856 parameters.</summary>
    public static Tensor Small(Tensor image, int classes = 1000) => Build(image,
    [
        new(3, 16, 16, true, false, 2), new(3, 72, 24, false, false, 2), new(3, 88, 24, false, false, 1), new(5, 96, 40, true, true, 2),
        new(5, 240, 40, true, true, 1), new(5, 240, 40, true, true, 1), new(5, 120, 48, true, true, 1), new(5, 144, 48, true, true, 1),
        new(5, 288, 96, true, true, 2), new(5, 576, 96, true, true, 1), new(5, 576, 96, true, true, 1),
    ], 1024, classes);

    private readonly record struct Block(int Kernel, int Expanded, int Width, bool Excites, bool IsHardSwish, int Stride);

    private static Tensor Build(Tensor image, Block[] blocks, int features, int classes)
    {
        Tensor x = Unit(image, 16, 3, 2, groups: 1, "features.0").HardSwish();
        for (int i = 0; i < blocks.Length; i++)
            x = InvertedResidual(x, blocks[i], $"features.{i + 1}.block");
        x = Unit(x, 6 * x.Channels, 1, 1, groups: 1, $"features.{blocks.Length + 1}").HardSwish();
        return x.GlobalAvgPool2d(name: "avgpool").Flatten()
            .Linear(features, name: "classifier.0").HardSwish().Dropout(0.2).Linear(classes, name: "classifier.3");
    }

    private static Tensor InvertedResidual(Tensor x, Block block, string name)
    {
        int part = 0;
        Tensor y = block.Expanded == x.Channels ? x : Activation(Unit(x, block.Expanded, 1, 1, groups: 1, $"{name}.{part++}"), block);
        y = Activation(Unit(y, block.Expanded, block.Kernel, block.Stride, groups: block.Expanded, $"{name}.{part++}"), block);
        if (block.Excites)
        {
            string excitation = $"{name}.{part++}";
            y = y * y.GlobalAvgPool2d().Conv2d(Divisible(block.Expanded / 4), 1, name: $"{excitation}.fc1").Relu()
                .Conv2d(block.Expanded, 1, name: $"{excitation}.fc2").HardSigmoid();
        }
        y = Unit(y, block.Width, 1, 1, groups: 1, $"{name}.{part}");
        return block.Stride == 1 && x.Channels == block.Width ? x + y : y;
    }

    private static Tensor Activation(Tensor x, Block block) => block.IsHardSwish ? x.HardSwish() : x.Relu();

    private static Tensor Unit(Tensor x, int width, int kernel, int stride, int groups, string name) => x
        .Conv2d(width, kernel, stride: stride, padding: kernel / 2, groups: groups, bias: false, name: $"{name}.0")
        .BatchNorm2d(eps: 0.001, momentum: 0.01, name: $"{name}.1");

    // The nearest multiple of 8 that is not less than 9/10 of a width, as TensorFlow's and torchvision's models round.
    private static int Divisible(int width)
    {
        int rounded = global::System.Math.Max(8, (width + 4) / 8 * 8);
        return rounded < 0.9 * width ? rounded + 8 : rounded;
    }
}
