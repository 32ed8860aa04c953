namespace ModelGen.Zoo;

/// <summary>
/// Inception v3 (Szegedy et al. 2016, Rethinking the Inception architecture for computer vision, table 1), as torchvision has it: a 5×5
/// becomes two 3×3, an n×n becomes 1×n and n×1 with n = 7. Images are 3×299×299.
/// </summary>
[Microsoft.CodeAnalysis.Embedded]
internal static class InceptionV3
{
    /// <summary>Without the auxiliary classifier: 23,834,568 parameters.</summary>
    public static Tensor Build(Tensor image, int classes = 1000) => Head(End(Body(image)), classes);

    /// <summary>With the auxiliary classifier: 27,161,264 parameters.</summary>
    public static (Tensor Output, Tensor Auxiliary) BuildWithAuxiliary(Tensor image, int classes = 1000)
    {
        Tensor middle = Body(image);
        return (Head(End(middle), classes), Auxiliary(middle, classes));
    }

    // To the last module of 17×17.
    private static Tensor Body(Tensor image)
    {
        Tensor x = Unit(image, 32, 3, "Conv2d_1a_3x3", stride: 2);
        x = Unit(x, 32, 3, "Conv2d_2a_3x3");
        x = Unit(x, 64, 3, "Conv2d_2b_3x3", padding: 1).MaxPool2d(3, stride: 2, name: "maxpool1");
        x = Unit(x, 80, 1, "Conv2d_3b_1x1");
        x = Unit(x, 192, 3, "Conv2d_4a_3x3").MaxPool2d(3, stride: 2, name: "maxpool2");
        x = ModuleA(x, 32, "Mixed_5b");
        x = ModuleA(x, 64, "Mixed_5c");
        x = ModuleA(x, 64, "Mixed_5d");
        x = ReductionA(x, "Mixed_6a");
        x = ModuleB(x, 128, "Mixed_6b");
        x = ModuleB(x, 160, "Mixed_6c");
        x = ModuleB(x, 160, "Mixed_6d");
        return ModuleB(x, 192, "Mixed_6e");
    }

    private static Tensor End(Tensor x) => ModuleC(ModuleC(ReductionB(x, "Mixed_7a"), "Mixed_7b"), "Mixed_7c");

    private static Tensor Head(Tensor x, int classes) => x.GlobalAvgPool2d(name: "avgpool").Dropout().Flatten().Linear(classes, name: "fc");

    private static Tensor Auxiliary(Tensor x, int classes)
    {
        x = Unit(x.AvgPool2d(5, stride: 3), 128, 1, "AuxLogits.conv0");
        return Unit(x, 768, 5, "AuxLogits.conv1").GlobalAvgPool2d().Flatten().Linear(classes, name: "AuxLogits.fc");
    }

    private static Tensor ModuleA(Tensor x, int pooled, string name)
    {
        Tensor fives = Unit(Unit(x, 48, 1, $"{name}.branch5x5_1"), 64, 5, $"{name}.branch5x5_2", padding: 2);
        Tensor doubles = Unit(x, 64, 1, $"{name}.branch3x3dbl_1");
        doubles = Unit(doubles, 96, 3, $"{name}.branch3x3dbl_2", padding: 1);
        doubles = Unit(doubles, 96, 3, $"{name}.branch3x3dbl_3", padding: 1);
        return Tensor.Concat([Unit(x, 64, 1, $"{name}.branch1x1"), fives, doubles, Pooled(x, pooled, name)], name: name);
    }

    private static Tensor ReductionA(Tensor x, string name)
    {
        Tensor doubles = Unit(x, 64, 1, $"{name}.branch3x3dbl_1");
        doubles = Unit(doubles, 96, 3, $"{name}.branch3x3dbl_2", padding: 1);
        doubles = Unit(doubles, 96, 3, $"{name}.branch3x3dbl_3", stride: 2);
        return Tensor.Concat([Unit(x, 384, 3, $"{name}.branch3x3", stride: 2), doubles, x.MaxPool2d(3, stride: 2)], name: name);
    }

    private static Tensor ModuleB(Tensor x, int width, string name)
    {
        Tensor sevens = Unit(x, width, 1, $"{name}.branch7x7_1");
        sevens = Unit(sevens, width, (1, 7), $"{name}.branch7x7_2", padding: (0, 3));
        sevens = Unit(sevens, 192, (7, 1), $"{name}.branch7x7_3", padding: (3, 0));
        Tensor doubles = Unit(x, width, 1, $"{name}.branch7x7dbl_1");
        doubles = Unit(doubles, width, (7, 1), $"{name}.branch7x7dbl_2", padding: (3, 0));
        doubles = Unit(doubles, width, (1, 7), $"{name}.branch7x7dbl_3", padding: (0, 3));
        doubles = Unit(doubles, width, (7, 1), $"{name}.branch7x7dbl_4", padding: (3, 0));
        doubles = Unit(doubles, 192, (1, 7), $"{name}.branch7x7dbl_5", padding: (0, 3));
        return Tensor.Concat([Unit(x, 192, 1, $"{name}.branch1x1"), sevens, doubles, Pooled(x, 192, name)], name: name);
    }

    private static Tensor ReductionB(Tensor x, string name)
    {
        Tensor threes = Unit(Unit(x, 192, 1, $"{name}.branch3x3_1"), 320, 3, $"{name}.branch3x3_2", stride: 2);
        Tensor sevens = Unit(x, 192, 1, $"{name}.branch7x7x3_1");
        sevens = Unit(sevens, 192, (1, 7), $"{name}.branch7x7x3_2", padding: (0, 3));
        sevens = Unit(sevens, 192, (7, 1), $"{name}.branch7x7x3_3", padding: (3, 0));
        sevens = Unit(sevens, 192, 3, $"{name}.branch7x7x3_4", stride: 2);
        return Tensor.Concat([threes, sevens, x.MaxPool2d(3, stride: 2)], name: name);
    }

    private static Tensor ModuleC(Tensor x, string name)
    {
        Tensor threes = Unit(x, 384, 1, $"{name}.branch3x3_1");
        Tensor doubles = Unit(Unit(x, 448, 1, $"{name}.branch3x3dbl_1"), 384, 3, $"{name}.branch3x3dbl_2", padding: 1);
        return Tensor.Concat(
            [
                Unit(x, 320, 1, $"{name}.branch1x1"),
                Unit(threes, 384, (1, 3), $"{name}.branch3x3_2a", padding: (0, 1)),
                Unit(threes, 384, (3, 1), $"{name}.branch3x3_2b", padding: (1, 0)),
                Unit(doubles, 384, (1, 3), $"{name}.branch3x3dbl_3a", padding: (0, 1)),
                Unit(doubles, 384, (3, 1), $"{name}.branch3x3dbl_3b", padding: (1, 0)),
                Pooled(x, 192, name),
            ],
            name: name);
    }

    private static Tensor Pooled(Tensor x, int width, string name) =>
        Unit(x.AvgPool2d(3, stride: 1, padding: 1), width, 1, $"{name}.branch_pool");

    private static Tensor Unit(Tensor x, int width, Pair kernel, string name, int stride = 1, Pair? padding = null) =>
        x.Conv2d(width, kernel, stride: stride, padding: padding ?? 0, bias: false, name: $"{name}.conv")
            .BatchNorm2d(eps: 1e-3, name: $"{name}.bn").Relu();
}
