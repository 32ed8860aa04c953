namespace ModelGen.Zoo;

/// <summary>
/// Inception-ResNet (Szegedy et al. 2017, Inception-v4, Inception-ResNet and the impact of residual connections on learning). Images are
/// 3×299×299; what a module adds is scaled down before it is added (§3.3).
/// </summary>
[Microsoft.CodeAnalysis.Embedded]
internal static class InceptionResNet
{
    /// <summary>Version 1 (figures 10 to 15), with 5, 10 and 5 modules.</summary>
    public static Tensor V1(Tensor image, int classes = 1000)
    {
        Tensor x = Unit(image, 32, 3, "conv2d_1a", stride: 2);
        x = Unit(Unit(x, 32, 3, "conv2d_2a"), 64, 3, "conv2d_2b", padding: 1).MaxPool2d(3, stride: 2);
        x = Unit(Unit(x, 80, 1, "conv2d_3b"), 192, 3, "conv2d_4a");
        x = Unit(x, 256, 3, "conv2d_4b", stride: 2);
        for (int i = 0; i < 5; i++)
            x = ModuleA(x, 32, 32, $"repeat.{i}");
        x = ReductionA(x, 192, 192, 256, 384, "mixed_6a");
        for (int i = 0; i < 10; i++)
            x = ModuleB(x, 128, 128, 128, $"repeat_1.{i}");
        x = ReductionB(x, 256, 256, 256, "mixed_7a");
        for (int i = 0; i < 5; i++)
            x = ModuleC(x, 192, 192, $"repeat_2.{i}", activate: i < 4);
        return Head(x, classes);
    }

    /// <summary>
    /// Version 2 as its authors published it (TensorFlow's model, with the keys of its PyTorch port), with 10, 20 and 10 modules:
    /// 55,843,464 parameters. The paper's own text has half as many modules and the stem of Inception v4.
    /// </summary>
    public static Tensor V2(Tensor image, int classes = 1000)
    {
        Tensor x = Unit(image, 32, 3, "conv2d_1a", stride: 2);
        x = Unit(Unit(x, 32, 3, "conv2d_2a"), 64, 3, "conv2d_2b", padding: 1).MaxPool2d(3, stride: 2);
        x = Unit(Unit(x, 80, 1, "conv2d_3b"), 192, 3, "conv2d_4a").MaxPool2d(3, stride: 2);
        x = Mixed5b(x);
        for (int i = 0; i < 10; i++)
            x = ModuleA(x, 48, 64, $"repeat.{i}");
        x = ReductionA(x, 256, 256, 384, 384, "mixed_6a");
        for (int i = 0; i < 20; i++)
            x = ModuleB(x, 192, 128, 160, $"repeat_1.{i}");
        x = ReductionB(x, 288, 288, 320, "mixed_7a");
        for (int i = 0; i < 9; i++)
            x = ModuleC(x, 224, 256, $"repeat_2.{i}");
        x = ModuleC(x, 224, 256, "block8", scale: 1, activate: false);
        return Head(Unit(x, 1536, 1, "conv2d_7b"), classes);
    }

    private static Tensor Head(Tensor x, int classes) => x.GlobalAvgPool2d().Flatten().Dropout(0.2).Linear(classes, name: "classif");

    private static Tensor Mixed5b(Tensor x)
    {
        Tensor fives = Unit(Unit(x, 48, 1, "mixed_5b.branch1.0"), 64, 5, "mixed_5b.branch1.1", padding: 2);
        Tensor doubles = Unit(Unit(x, 64, 1, "mixed_5b.branch2.0"), 96, 3, "mixed_5b.branch2.1", padding: 1);
        doubles = Unit(doubles, 96, 3, "mixed_5b.branch2.2", padding: 1);
        Tensor pooled = Unit(x.AvgPool2d(3, stride: 1, padding: 1, countIncludePad: false), 64, 1, "mixed_5b.branch3.1");
        return Tensor.Concat([Unit(x, 96, 1, "mixed_5b.branch0"), fives, doubles, pooled], name: "mixed_5b");
    }

    private static Tensor ModuleA(Tensor x, int second, int third, string name)
    {
        Tensor threes = Unit(Unit(x, 32, 1, $"{name}.branch1.0"), 32, 3, $"{name}.branch1.1", padding: 1);
        Tensor doubles = Unit(Unit(x, 32, 1, $"{name}.branch2.0"), second, 3, $"{name}.branch2.1", padding: 1);
        doubles = Unit(doubles, third, 3, $"{name}.branch2.2", padding: 1);
        return Residual(x, [Unit(x, 32, 1, $"{name}.branch0"), threes, doubles], 0.17, name);
    }

    // The letters of the paper's table 1.
    private static Tensor ReductionA(Tensor x, int k, int l, int m, int n, string name)
    {
        Tensor doubles = Unit(Unit(x, k, 1, $"{name}.branch1.0"), l, 3, $"{name}.branch1.1", padding: 1);
        doubles = Unit(doubles, m, 3, $"{name}.branch1.2", stride: 2);
        return Tensor.Concat([Unit(x, n, 3, $"{name}.branch0", stride: 2), doubles, x.MaxPool2d(3, stride: 2)], name: name);
    }

    private static Tensor ModuleB(Tensor x, int width, int first, int second, string name)
    {
        Tensor sevens = Unit(x, first, 1, $"{name}.branch1.0");
        sevens = Unit(sevens, second, (1, 7), $"{name}.branch1.1", padding: (0, 3));
        sevens = Unit(sevens, width, (7, 1), $"{name}.branch1.2", padding: (3, 0));
        return Residual(x, [Unit(x, width, 1, $"{name}.branch0"), sevens], 0.1, name);
    }

    private static Tensor ReductionB(Tensor x, int threes, int second, int third, string name)
    {
        Tensor doubles = Unit(Unit(x, 256, 1, $"{name}.branch2.0"), second, 3, $"{name}.branch2.1", padding: 1);
        return Tensor.Concat(
            [
                Unit(Unit(x, 256, 1, $"{name}.branch0.0"), 384, 3, $"{name}.branch0.1", stride: 2),
                Unit(Unit(x, 256, 1, $"{name}.branch1.0"), threes, 3, $"{name}.branch1.1", stride: 2),
                Unit(doubles, third, 3, $"{name}.branch2.2", stride: 2),
                x.MaxPool2d(3, stride: 2),
            ],
            name: name);
    }

    private static Tensor ModuleC(Tensor x, int second, int third, string name, double scale = 0.2, bool activate = true)
    {
        Tensor threes = Unit(x, 192, 1, $"{name}.branch1.0");
        threes = Unit(threes, second, (1, 3), $"{name}.branch1.1", padding: (0, 1));
        threes = Unit(threes, third, (3, 1), $"{name}.branch1.2", padding: (1, 0));
        return Residual(x, [Unit(x, 192, 1, $"{name}.branch0"), threes], scale, name, activate);
    }

    private static Tensor Residual(Tensor x, Tensor[] branches, double scale, string name, bool activate = true)
    {
        Tensor change = Tensor.Concat(branches).Conv2d(x.Channels, 1, name: $"{name}.conv2d");
        if (scale != 1)
            change = change.Affine(scale);
        Tensor sum = x + change;
        return activate ? sum.Relu() : sum;
    }

    private static Tensor Unit(Tensor x, int width, Pair kernel, string name, int stride = 1, Pair? padding = null) =>
        x.Conv2d(width, kernel, stride: stride, padding: padding ?? 0, bias: false, name: $"{name}.conv")
            .BatchNorm2d(eps: 1e-3, name: $"{name}.bn").Relu();
}
