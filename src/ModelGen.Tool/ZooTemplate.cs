using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;

namespace ModelGen.Tool;

/// <summary>A network of the zoo that <c>new</c> writes.</summary>
/// <param name="Name">What it is called on the command line.</param>
/// <param name="ClassName">What its class is called.</param>
/// <param name="Shape">The input's shape in the paper.</param>
/// <param name="Zoo">The class of the zoo.</param>
/// <param name="Call">The method and its arguments.</param>
internal sealed record ZooTemplate(string Name, string ClassName, string Shape, string Zoo, string Call)
{
    private const string ImageNet = "3, 224, 224", Cifar = "3, 32, 32", Inception = "3, 299, 299";

    /// <summary>All, by name.</summary>
    public static IReadOnlyList<ZooTemplate> All { get; } =
    [
        new("alexnet", "AlexNetwork", ImageNet, "AlexNet", "OneColumn(image)"),
        new("alphago", "AlphaGoPolicy", "48, 19, 19", "AlphaGo", "Policy(image)"),
        new("deeplabv3_resnet50", "DeepLabV3", ImageNet, "DilatedResNet", "DeepLabV3_50(image)"),
        new("deeplabv3_resnet101", "DeepLabV3Deep", ImageNet, "DilatedResNet", "DeepLabV3_101(image)"),
        new("densenet121", "DenseNet121", ImageNet, "DenseNet", "DenseNet121(image)"),
        new("densenet161", "DenseNet161", ImageNet, "DenseNet", "DenseNet161(image)"),
        new("densenet169", "DenseNet169", ImageNet, "DenseNet", "DenseNet169(image)"),
        new("densenet201", "DenseNet201", ImageNet, "DenseNet", "DenseNet201(image)"),
        new("efficientnet_b0", "EfficientNetB0", ImageNet, "EfficientNet", "B0(image)"),
        new("efficientnet_b1", "EfficientNetB1", "3, 240, 240", "EfficientNet", "B1(image)"),
        new("efficientnet_b2", "EfficientNetB2", "3, 288, 288", "EfficientNet", "B2(image)"),
        new("efficientnet_b3", "EfficientNetB3", "3, 300, 300", "EfficientNet", "B3(image)"),
        new("efficientnet_b4", "EfficientNetB4", "3, 380, 380", "EfficientNet", "B4(image)"),
        new("fcn_resnet50", "FcnResNet50", ImageNet, "DilatedResNet", "Fcn50(image)"),
        new("fcn_resnet101", "FcnResNet101", ImageNet, "DilatedResNet", "Fcn101(image)"),
        new("googlenet", "GoogLeNetwork", ImageNet, "GoogLeNet", "Torchvision(image)"),
        new("highway", "HighwayNetwork", "1, 28, 28", "Highway", "Dense(image)"),
        new("inception_resnet_v2", "InceptionResNetV2", Inception, "InceptionResNet", "V2(image)"),
        new("inception_v3", "Inception3", Inception, "InceptionV3", "Build(image)"),
        new("inception_v4", "Inception4", Inception, "InceptionV4", "Build(image)"),
        new("lenet5", "LeNet5", "1, 28, 28", "LeNet", "LeNet5(image)"),
        new("mnasnet1_0", "MnasNetB1", ImageNet, "MnasNet", "B1(image)"),
        new("mobilenet_v1", "MobileNetV1", ImageNet, "MobileNet", "V1(image)"),
        new("mobilenet_v2", "MobileNetV2", ImageNet, "MobileNet", "V2(image)"),
        new("mobilenet_v3_large", "MobileNetLarge", ImageNet, "MobileNetV3", "Large(image)"),
        new("mobilenet_v3_small", "MobileNetSmall", ImageNet, "MobileNetV3", "Small(image)"),
        new("nin", "NetworkInNetworkCifar", Cifar, "NetworkInNetwork", "Cifar(image)"),
        new("regnet_x_400mf", "RegNetX400MF", ImageNet, "RegNet", "X400MF(image)"),
        new("regnet_x_800mf", "RegNetX800MF", ImageNet, "RegNet", "X800MF(image)"),
        new("regnet_x_3_2gf", "RegNetX3_2GF", ImageNet, "RegNet", "X3_2GF(image)"),
        new("regnet_y_400mf", "RegNetY400MF", ImageNet, "RegNet", "Y400MF(image)"),
        new("regnet_y_800mf", "RegNetY800MF", ImageNet, "RegNet", "Y800MF(image)"),
        new("regnet_y_3_2gf", "RegNetY3_2GF", ImageNet, "RegNet", "Y3_2GF(image)"),
        new("resnet18", "ResNet18", ImageNet, "ResNet", "ResNet18(image)"),
        new("resnet20", "ResNet20", Cifar, "CifarResNet", "Build(image, depth: 20)"),
        new("resnet34", "ResNet34", ImageNet, "ResNet", "ResNet34(image)"),
        new("resnet50", "ResNet50", ImageNet, "ResNet", "ResNet50(image)"),
        new("resnet56", "ResNet56", Cifar, "CifarResNet", "Build(image, depth: 56)"),
        new("resnet101", "ResNet101", ImageNet, "ResNet", "ResNet101(image)"),
        new("resnet152", "ResNet152", ImageNet, "ResNet", "ResNet152(image)"),
        new("resnext50_32x4d", "ResNeXt50", ImageNet, "ResNet", "ResNeXt50(image)"),
        new("resnext101_32x8d", "ResNeXt101", ImageNet, "ResNet", "ResNeXt101(image)"),
        new("segnet", "SegNetwork", "3, 384, 480", "SegNet", "Build(image)"),
        new("shufflenet_v2_x0_5", "ShuffleNetX05", ImageNet, "ShuffleNetV2", "X05(image)"),
        new("shufflenet_v2_x1_0", "ShuffleNetX10", ImageNet, "ShuffleNetV2", "X10(image)"),
        new("shufflenet_v2_x1_5", "ShuffleNetX15", ImageNet, "ShuffleNetV2", "X15(image)"),
        new("shufflenet_v2_x2_0", "ShuffleNetX20", ImageNet, "ShuffleNetV2", "X20(image)"),
        new("squeezenet1_0", "SqueezeNet10", ImageNet, "SqueezeNet", "V10(image)"),
        new("squeezenet1_1", "SqueezeNet11", ImageNet, "SqueezeNet", "V11(image)"),
        new("unet", "UNetwork", "3, 256, 256", "UNet", "Padded(image, classes: 21)"),
        new("vgg11", "Vgg11", ImageNet, "Vgg", "A(image)"),
        new("vgg13", "Vgg13", ImageNet, "Vgg", "B(image)"),
        new("vgg16", "Vgg16", ImageNet, "Vgg", "D(image)"),
        new("vgg19", "Vgg19", ImageNet, "Vgg", "E(image)"),
        new("wide_resnet50_2", "WideResNet50", ImageNet, "ResNet", "WideResNet50(image)"),
        new("wide_resnet101_2", "WideResNet101", ImageNet, "ResNet", "WideResNet101(image)"),
        new("xception", "XceptionNetwork", Inception, "Xception", "Build(image)"),
        new("zfnet", "ZFNetwork", ImageNet, "ZFNet", "Standard(image)"),
    ];

    /// <summary>The file: the network's class, and the zoo's with its layers, for the user to change.</summary>
    /// <param name="className">What the class is called.</param>
    /// <param name="nameSpace">Its namespace; null for none.</param>
    public string Write(string className, string? nameSpace)
    {
        var file = new StringBuilder("using ModelGen;\n\n");
        if (nameSpace is not null)
            file.Append("namespace ").Append(nameSpace).Append(";\n\n");
        file.Append($$"""
            [Network]
            public sealed partial class {{className}}
            {
                static Tensor Define([Shape({{Shape}})] Tensor image) => {{Zoo}}Layers.{{Call}};
            }

            """.ReplaceLineEndings("\n"));
        // A class of the user's may be called like the zoo's.
        file.Append('\n').Append(Body(Source()).Replace($"static class {Zoo}\n", $"static class {Zoo}Layers\n", StringComparison.Ordinal));
        return file.ToString();
    }

    private string Source()
    {
        using var reader = new StreamReader(Assembly.GetExecutingAssembly().GetManifestResourceStream($"zoo/{Zoo}.cs")!);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }

    private static string Body(string source) =>
        Regex.Replace(source, @"^(using ModelGen[^\n]*;|namespace [^\n]*;|\[Microsoft\.CodeAnalysis\.Embedded\])\n+", "",
            RegexOptions.Multiline).TrimStart();
}
