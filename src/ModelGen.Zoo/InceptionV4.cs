namespace ModelGen.Zoo;

/// <summary>
/// Inception v4 (Szegedy et al. 2017, Inception-v4, Inception-ResNet and the impact of residual connections on learning, figures 3 to 9):
/// 42,679,816 parameters.
/// </summary>
[Microsoft.CodeAnalysis.Embedded]
internal static class InceptionV4
{
    /// <remarks>The image is 3×299×299.</remarks>
    public static Tensor Build(Tensor image, int classes = 1000)
    {
        Tensor x = Stem(image);
        for (int i = 1; i <= 4; i++)
            x = ModuleA(x, $"inception_a{i}");
        x = ReductionA(x, "reduction_a");
        for (int i = 1; i <= 7; i++)
            x = ModuleB(x, $"inception_b{i}");
        x = ReductionB(x, "reduction_b");
        for (int i = 1; i <= 3; i++)
            x = ModuleC(x, $"inception_c{i}");
        return x.GlobalAvgPool2d().Flatten().Dropout(0.2).Linear(classes, name: "fc");
    }

    private static Tensor Stem(Tensor image)
    {
        Tensor x = Unit(image, 32, 3, "stem.conv1", stride: 2);
        x = Unit(Unit(x, 32, 3, "stem.conv2"), 64, 3, "stem.conv3", padding: 1);
        x = Tensor.Concat([x.MaxPool2d(3, stride: 2), Unit(x, 96, 3, "stem.conv4", stride: 2)]);
        Tensor shorter = Unit(Unit(x, 64, 1, "stem.branch1.0"), 96, 3, "stem.branch1.1");
        Tensor longer = Unit(x, 64, 1, "stem.branch2.0");
        longer = Unit(longer, 64, (7, 1), "stem.branch2.1", padding: (3, 0));
        longer = Unit(longer, 64, (1, 7), "stem.branch2.2", padding: (0, 3));
        longer = Unit(longer, 96, 3, "stem.branch2.3");
        x = Tensor.Concat([shorter, longer]);
        return Tensor.Concat([Unit(x, 192, 3, "stem.conv5", stride: 2), x.MaxPool2d(3, stride: 2)], name: "stem");
    }

    private static Tensor ModuleA(Tensor x, string name)
    {
        Tensor threes = Unit(Unit(x, 64, 1, $"{name}.branch2.0"), 96, 3, $"{name}.branch2.1", padding: 1);
        Tensor doubles = Unit(Unit(x, 64, 1, $"{name}.branch3.0"), 96, 3, $"{name}.branch3.1", padding: 1);
        doubles = Unit(doubles, 96, 3, $"{name}.branch3.2", padding: 1);
        return Tensor.Concat([Unit(x, 96, 1, $"{name}.branch1"), threes, doubles, Pooled(x, 96, name)], name: name);
    }

    // k, l, m, n = 192, 224, 256, 384 (table 1).
    private static Tensor ReductionA(Tensor x, string name)
    {
        Tensor doubles = Unit(Unit(x, 192, 1, $"{name}.branch2.0"), 224, 3, $"{name}.branch2.1", padding: 1);
        doubles = Unit(doubles, 256, 3, $"{name}.branch2.2", stride: 2);
        return Tensor.Concat([Unit(x, 384, 3, $"{name}.branch1", stride: 2), doubles, x.MaxPool2d(3, stride: 2)], name: name);
    }

    private static Tensor ModuleB(Tensor x, string name)
    {
        Tensor sevens = Unit(x, 192, 1, $"{name}.branch2.0");
        sevens = Unit(sevens, 224, (1, 7), $"{name}.branch2.1", padding: (0, 3));
        sevens = Unit(sevens, 256, (7, 1), $"{name}.branch2.2", padding: (3, 0));
        Tensor doubles = Unit(x, 192, 1, $"{name}.branch3.0");
        doubles = Unit(doubles, 192, (1, 7), $"{name}.branch3.1", padding: (0, 3));
        doubles = Unit(doubles, 224, (7, 1), $"{name}.branch3.2", padding: (3, 0));
        doubles = Unit(doubles, 224, (1, 7), $"{name}.branch3.3", padding: (0, 3));
        doubles = Unit(doubles, 256, (7, 1), $"{name}.branch3.4", padding: (3, 0));
        return Tensor.Concat([Unit(x, 384, 1, $"{name}.branch1"), sevens, doubles, Pooled(x, 128, name)], name: name);
    }

    private static Tensor ReductionB(Tensor x, string name)
    {
        Tensor threes = Unit(Unit(x, 192, 1, $"{name}.branch1.0"), 192, 3, $"{name}.branch1.1", stride: 2);
        Tensor sevens = Unit(x, 256, 1, $"{name}.branch2.0");
        sevens = Unit(sevens, 256, (1, 7), $"{name}.branch2.1", padding: (0, 3));
        sevens = Unit(sevens, 320, (7, 1), $"{name}.branch2.2", padding: (3, 0));
        sevens = Unit(sevens, 320, 3, $"{name}.branch2.3", stride: 2);
        return Tensor.Concat([threes, sevens, x.MaxPool2d(3, stride: 2)], name: name);
    }

    private static Tensor ModuleC(Tensor x, string name)
    {
        Tensor threes = Unit(x, 384, 1, $"{name}.branch2.0");
        Tensor doubles = Unit(x, 384, 1, $"{name}.branch3.0");
        doubles = Unit(doubles, 448, (1, 3), $"{name}.branch3.1", padding: (0, 1));
        doubles = Unit(doubles, 512, (3, 1), $"{name}.branch3.2", padding: (1, 0));
        return Tensor.Concat(
            [
                Unit(x, 256, 1, $"{name}.branch1"),
                Unit(threes, 256, (1, 3), $"{name}.branch2.1a", padding: (0, 1)),
                Unit(threes, 256, (3, 1), $"{name}.branch2.1b", padding: (1, 0)),
                Unit(doubles, 256, (3, 1), $"{name}.branch3.3a", padding: (1, 0)),
                Unit(doubles, 256, (1, 3), $"{name}.branch3.3b", padding: (0, 1)),
                Pooled(x, 256, name),
            ],
            name: name);
    }

    // The padding does not count: a mean at the edge is one of fewer pixels.
    private static Tensor Pooled(Tensor x, int width, string name) =>
        Unit(x.AvgPool2d(3, stride: 1, padding: 1, countIncludePad: false), width, 1, $"{name}.branch_pool");

    private static Tensor Unit(Tensor x, int width, Pair kernel, string name, int stride = 1, Pair? padding = null) =>
        x.Conv2d(width, kernel, stride: stride, padding: padding ?? 0, bias: false, name: $"{name}.conv")
            .BatchNorm2d(eps: 1e-3, name: $"{name}.bn").Relu();
}
