using ModelGen;
using ModelGen.Zoo;

namespace FashionMnist;

/// <summary>The residual network of 20 layers for CIFAR-10 (He et al. 2016, Deep residual learning, §4.2), on 28×28 grey images.</summary>
[Network, Trainable(BatchSize = 128)]
public sealed partial class ResNet20
{
    private static Tensor Define([Shape(1, 28, 28)] Tensor image) => CifarResNet.Build(image, depth: 20);
}

/// <summary>
/// DenseNet-BC of 40 layers with a growth of 12 (Huang et al. 2017, Densely connected convolutional networks, §3 and §4.2), on 28×28 grey
/// images.
/// </summary>
[Network, Trainable(BatchSize = 64)]
public sealed partial class DenseNet40
{
    private const int Growth = 12;
    private const int LayersOfBlock = 6;

    private static Tensor Define([Shape(1, 28, 28)] Tensor image)
    {
        Tensor x = image.Conv2d(2 * Growth, 3, padding: 1, bias: false, name: "conv0");
        for (int block = 1; block <= 3; block++)
        {
            for (int layer = 1; layer <= LayersOfBlock; layer++)
                x = x.Concat(Layer(x, $"block{block}.layer{layer}"));
            if (block < 3)
                x = Unit(x, x.Channels / 2, 1, $"transition{block}").AvgPool2d(2);
        }
        return x.BatchNorm2d(name: "norm").Relu().GlobalAvgPool2d().Flatten().Linear(10, name: "fc");
    }

    private static Tensor Layer(Tensor x, string name) => Unit(Unit(x, 4 * Growth, 1, $"{name}.bottleneck"), Growth, 3, name);

    // Normalisation and activation come before the convolution.
    private static Tensor Unit(Tensor x, int width, int kernel, string name) => x
        .BatchNorm2d(name: $"{name}.norm").Relu().Conv2d(width, kernel, padding: kernel / 2, bias: false, name: $"{name}.conv");
}

/// <summary>
/// The first nine depthwise separable units of MobileNet v1 (Howard et al. 2017, table 1) with half the channels, and two of its five
/// strides, as images are 28×28.
/// </summary>
[Network, Trainable(BatchSize = 128)]
public sealed partial class SmallMobileNet
{
    private static Tensor Define([Shape(1, 28, 28)] Tensor image)
    {
        int[] widths = [32, 64, 64, 128, 128, 256, 256, 256, 256];
        int[] strides = [1, 2, 1, 2, 1, 1, 1, 1, 1];
        Tensor x = Unit(image, 16, 3, 1, groups: 1, "stem");
        for (int i = 0; i < widths.Length; i++)
        {
            x = Unit(x, x.Channels, 3, strides[i], groups: x.Channels, $"unit{i + 1}.depthwise");
            x = Unit(x, widths[i], 1, 1, groups: 1, $"unit{i + 1}.pointwise");
        }
        return x.GlobalAvgPool2d().Flatten().Linear(10, name: "fc");
    }

    private static Tensor Unit(Tensor x, int width, int kernel, int stride, int groups, string name) => x
        .Conv2d(width, kernel, stride: stride, padding: kernel / 2, groups: groups, bias: false, name: $"{name}.conv")
            .BatchNorm2d(name: $"{name}.norm").Relu();
}

/// <summary>Network in Network as for CIFAR-10 (Lin, Chen and Yan 2014), on 28×28 grey images.</summary>
[Network, Trainable(BatchSize = 64, Optimizer = Optimizer.Adam)]
public sealed partial class NiN
{
    private static Tensor Define([Shape(1, 28, 28)] Tensor image) => NetworkInNetwork.Cifar(image);
}
