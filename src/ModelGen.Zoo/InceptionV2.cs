namespace ModelGen.Zoo;

/// <summary>
/// Inception v2, also called BN-Inception (Ioffe and Szegedy 2015, Batch normalization, figure 5): each 5×5 is two 3×3, every convolution
/// is normalised, and two of the modules halve the image. About 11.3 million parameters.
/// </summary>
[Microsoft.CodeAnalysis.Embedded]
internal static class InceptionV2
{
    /// <remarks>The image is 3×224×224.</remarks>
    public static Tensor Build(Tensor image, int classes = 1000)
    {
        Tensor x = Unit(image, 64, 7, "conv1", stride: 2).MaxPool2d(3, stride: 2, ceilMode: true);
        x = Unit(Unit(x, 64, 1, "conv2_reduce"), 192, 3, "conv2").MaxPool2d(3, stride: 2, ceilMode: true);
        x = Module(x, 64, 64, 64, 64, 96, 32, "inception3a");
        x = Module(x, 64, 64, 96, 64, 96, 64, "inception3b");
        x = Reduction(x, 128, 160, 64, 96, "inception3c");
        x = Module(x, 224, 64, 96, 96, 128, 128, "inception4a");
        x = Module(x, 192, 96, 128, 96, 128, 128, "inception4b");
        x = Module(x, 160, 128, 160, 128, 160, 96, "inception4c");
        x = Module(x, 96, 128, 192, 160, 192, 96, "inception4d");
        x = Reduction(x, 128, 192, 192, 256, "inception4e");
        x = Module(x, 352, 192, 320, 160, 224, 128, "inception5a");
        x = Module(x, 352, 192, 320, 192, 224, 128, "inception5b", max: true);
        return x.GlobalAvgPool2d().Flatten().Linear(classes, name: "fc");
    }

    private static Tensor Module(
        Tensor x, int ones, int reduce3, int threes, int reduceDouble, int doubles, int pooled, string name, bool max = false)
    {
        Tensor pool = max ? x.MaxPool2d(3, stride: 1, padding: 1) : x.AvgPool2d(3, stride: 1, padding: 1);
        return Tensor.Concat(
            [
                Unit(x, ones, 1, $"{name}.branch1"),
                Threes(x, reduce3, threes, $"{name}.branch2"),
                DoubleThrees(x, reduceDouble, doubles, $"{name}.branch3"),
                Unit(pool, pooled, 1, $"{name}.branch4"),
            ],
            name: name);
    }

    private static Tensor Reduction(Tensor x, int reduce3, int threes, int reduceDouble, int doubles, string name) => Tensor.Concat(
        [
            Threes(x, reduce3, threes, $"{name}.branch2", stride: 2),
            DoubleThrees(x, reduceDouble, doubles, $"{name}.branch3", stride: 2),
            x.MaxPool2d(3, stride: 2, ceilMode: true),
        ],
        name: name);

    private static Tensor Threes(Tensor x, int reduce, int width, string name, int stride = 1) =>
        Unit(Unit(x, reduce, 1, $"{name}.0"), width, 3, $"{name}.1", stride);

    private static Tensor DoubleThrees(Tensor x, int reduce, int width, string name, int stride = 1) =>
        Unit(Unit(Unit(x, reduce, 1, $"{name}.0"), width, 3, $"{name}.1"), width, 3, $"{name}.2", stride);

    private static Tensor Unit(Tensor x, int width, int kernel, string name, int stride = 1) =>
        x.Conv2d(width, kernel, stride: stride, padding: kernel / 2, bias: false, name: $"{name}.conv").BatchNorm2d(name: $"{name}.bn")
            .Relu();
}
