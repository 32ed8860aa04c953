// The first convolution of the published network leaves the last row and column of its image unread.
#pragma warning disable MG0106

namespace ModelGen.Zoo;

/// <summary>
/// Network in Network (Lin, Chen and Yan 2014): convolutions followed by 1×1 convolutions ("mlpconv"), and the mean of each map instead of
/// linear layers.
/// </summary>
[Microsoft.CodeAnalysis.Embedded]
internal static class NetworkInNetwork
{
    /// <summary>For ImageNet, with the sizes of the authors' published model: 7,595,176 parameters.</summary>
    /// <remarks>The image is 3×224×224.</remarks>
    public static Tensor ImageNet(Tensor image, int classes = 1000)
    {
        Tensor x = Mlpconv(image, 1, [96, 96, 96], kernel: 11, stride: 4).MaxPool2d(3, stride: 2, ceilMode: true);
        x = Mlpconv(x, 2, [256, 256, 256], kernel: 5, padding: 2).MaxPool2d(3, stride: 2, ceilMode: true);
        x = Mlpconv(x, 3, [384, 384, 384], kernel: 3, padding: 1).MaxPool2d(3, stride: 2, ceilMode: true);
        return Mlpconv(x.Dropout(), 4, [1024, 1024, classes], kernel: 3, padding: 1).GlobalAvgPool2d().Flatten();
    }

    /// <summary>For CIFAR-10: 966,986 parameters.</summary>
    /// <remarks>The image is 3×32×32.</remarks>
    public static Tensor Cifar(Tensor image, int classes = 10)
    {
        Tensor x = Mlpconv(image, 1, [192, 160, 96], kernel: 5, padding: 2).MaxPool2d(3, stride: 2, ceilMode: true);
        x = Mlpconv(x.Dropout(), 2, [192, 192, 192], kernel: 5, padding: 2).AvgPool2d(3, stride: 2, ceilMode: true);
        return Mlpconv(x.Dropout(), 3, [192, 192, classes], kernel: 3, padding: 1).GlobalAvgPool2d().Flatten();
    }

    private static Tensor Mlpconv(Tensor x, int block, int[] widths, int kernel, int stride = 1, int padding = 0)
    {
        x = x.Conv2d(widths[0], kernel, stride: stride, padding: padding, name: $"block{block}.conv").Relu();
        x = x.Conv2d(widths[1], 1, name: $"block{block}.cccp1").Relu();
        return x.Conv2d(widths[2], 1, name: $"block{block}.cccp2").Relu();
    }
}
