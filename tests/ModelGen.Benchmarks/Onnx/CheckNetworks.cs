namespace ModelGen.Benchmarks.Onnx;

/// <summary>Convolutions as no network of the list has them, batch normalisation with an unusual epsilon, and activations.</summary>
[Network(Profile = true)]
internal sealed partial class UnusualConvolutions : ICompiledNetwork
{
    private static Tensor Define([Shape(3, 11, 13)] Tensor image)
    {
        Tensor x = image.Conv2d(8, (3, 2), padding: (1, 0, 2, 3), name: "asymmetric").BatchNorm2d(eps: 0.1).Relu();
        x = x.Conv2d(8, 3, padding: 2, dilation: 2, groups: 8, bias: false, name: "depthwise").Sigmoid();
        x = x.Conv2d(12, 3, padding: (1, 2, 0, 1), paddingMode: PaddingMode.Replicate, name: "replicate").Elu(0.7);
        x = x.Conv2d(12, (1, 3), padding: 2, paddingMode: PaddingMode.Reflect, name: "reflect").LeakyRelu(0.2);
        x = x.Conv2d(6, 3, stride: (2, 1), padding: 1, groups: 2, name: "grouped").Softplus().Silu().Dropout().Relu6();
        return x.Flatten().Linear(7, bias: false).Tanh().Linear(9).Softmax();
    }
}

/// <summary>
/// Windows that hang over, padding that counts and that does not, and adaptive pooling with windows of equal and unequal sizes.
/// </summary>
[Network(Profile = true)]
internal sealed partial class Pools : ICompiledNetwork
{
    private static Tensor Define([Shape(5, 24, 25)] Tensor image)
    {
        Tensor x = image.MaxPool2d(3, stride: 2, ceilMode: true);
        Tensor y = x.MaxPool2d(3, stride: 1, padding: 1, dilation: 1)
            + x.AvgPool2d(3, stride: 1, padding: 1)
            + x.AvgPool2d(3, stride: 1, padding: 1, countIncludePad: false);
        x = y.MaxPool2d((2, 3), stride: 1, dilation: (2, 1), padding: (1, 1));
        Tensor counted = x.AvgPool2d(3, stride: 2, padding: 1, ceilMode: true, countIncludePad: true);
        Tensor uncounted = x.AvgPool2d(3, stride: 2, padding: 1, ceilMode: true, countIncludePad: false);
        Tensor unpadded = x.AvgPool2d((3, 2), stride: (2, 3), ceilMode: true);
        return Tensor.Concat(
            [
                counted.AdaptiveAvgPool2d((4, 5)), uncounted.AdaptiveAvgPool2d((4, 5)), unpadded.AdaptiveAvgPool2d((4, 5)),
                image.AdaptiveAvgPool2d((4, 5)), image.AdaptiveAvgPool2d((24, 25)).AdaptiveAvgPool2d(1).AdaptiveAvgPool2d((4, 5)),
            ])
            .Flatten().Linear(11).LogSoftmax();
    }
}

/// <summary>Whatever joins branches, and normalisation across channels.</summary>
[Network(Profile = true)]
internal sealed partial class Branches : ICompiledNetwork
{
    private static Tensor Define([Shape(6, 7, 9)] Tensor image)
    {
        Tensor x = image.LocalResponseNorm(3, alpha: 0.9, beta: 0.6, k: 1.5).Affine(scale: 0.7, shift: 0.2);
        Tensor factors = x.GlobalAvgPool2d().Conv2d(6, 1).Sigmoid();
        Tensor gated = (x * factors) + (x * image.Affine(shift: -0.1)) + image.Affine(scale: -0.3);
        return Tensor.Maximum([gated, x, image.PositionBias()]).Softmax(dim: 2).Flatten();
    }
}
