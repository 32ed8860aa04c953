namespace ModelGen.Benchmarks;

/// <summary>torchvision's <c>alexnet</c>.</summary>
[Network]
public sealed partial class AlexNet
{
    private static Tensor Define([Shape(3, 224, 224)] Tensor image) => Zoo.AlexNet.OneColumn(image);
}

/// <summary>AlexNet as published: groups of two, local response normalisation.</summary>
[Network]
public sealed partial class AlexNetOriginal
{
    private static Tensor Define([Shape(3, 227, 227)] Tensor image) => Zoo.AlexNet.TwoColumns(image);
}

/// <summary>VGG, configuration D.</summary>
[Network]
public sealed partial class Vgg16
{
    private static Tensor Define([Shape(3, 224, 224)] Tensor image) => Zoo.Vgg.D(image);
}

/// <summary>torchvision's <c>googlenet</c>.</summary>
[Network]
public sealed partial class GoogLeNet
{
    private static Tensor Define([Shape(3, 224, 224)] Tensor image) => Zoo.GoogLeNet.Torchvision(image);
}

/// <summary>ResNet of 18 layers.</summary>
[Network]
public sealed partial class ResNet18
{
    private static Tensor Define([Shape(3, 224, 224)] Tensor image) => Zoo.ResNet.ResNet18(image);
}

/// <summary>ResNet of 50 layers.</summary>
[Network]
public sealed partial class ResNet50
{
    private static Tensor Define([Shape(3, 224, 224)] Tensor image) => Zoo.ResNet.ResNet50(image);
}

/// <summary>ResNet of 152 layers.</summary>
[Network]
public sealed partial class ResNet152
{
    private static Tensor Define([Shape(3, 224, 224)] Tensor image) => Zoo.ResNet.ResNet152(image);
}

/// <summary>DenseNet of 121 layers.</summary>
[Network]
public sealed partial class DenseNet121
{
    private static Tensor Define([Shape(3, 224, 224)] Tensor image) => Zoo.DenseNet.DenseNet121(image);
}

/// <summary>Inception v3 without its auxiliary classifier.</summary>
[Network]
public sealed partial class InceptionV3
{
    private static Tensor Define([Shape(3, 299, 299)] Tensor image) => Zoo.InceptionV3.Build(image);
}

/// <summary>MobileNet v1 at full width.</summary>
[Network]
public sealed partial class MobileNet
{
    private static Tensor Define([Shape(3, 224, 224)] Tensor image) => Zoo.MobileNet.V1(image);
}

/// <summary>SqueezeNet 1.1.</summary>
[Network]
public sealed partial class SqueezeNet
{
    private static Tensor Define([Shape(3, 224, 224)] Tensor image) => Zoo.SqueezeNet.V11(image);
}
