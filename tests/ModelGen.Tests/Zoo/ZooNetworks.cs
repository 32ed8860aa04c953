using System.Reflection;
using ModelGen.Generator.Graphs;
using ModelGen.Generator.Tests.Definition;
using ModelGen.Zoo;

namespace ModelGen.Tests.Zoo;

/// <summary>Every network of the zoo with the input that its paper has, as users declare them.</summary>
internal static class ZooNetworks
{
    public static Tensor LeNet5([Shape(1, 28, 28)] Tensor image) => LeNet.LeNet5(image);

    public static Tensor AlexNetTwoColumns([Shape(3, 227, 227)] Tensor image) => AlexNet.TwoColumns(image);

    public static Tensor AlexNetOneColumn([Shape(3, 224, 224)] Tensor image) => AlexNet.OneColumn(image);

    public static Tensor ZFNetStandard([Shape(3, 224, 224)] Tensor image) => ZFNet.Standard(image);

    public static Tensor ZFNetWide([Shape(3, 224, 224)] Tensor image) => ZFNet.Wide(image);

    public static Tensor VggA([Shape(3, 224, 224)] Tensor image) => Vgg.A(image);

    public static Tensor VggALrn([Shape(3, 224, 224)] Tensor image) => Vgg.ALrn(image);

    public static Tensor VggB([Shape(3, 224, 224)] Tensor image) => Vgg.B(image);

    public static Tensor VggC([Shape(3, 224, 224)] Tensor image) => Vgg.C(image);

    public static Tensor VggD([Shape(3, 224, 224)] Tensor image) => Vgg.D(image);

    public static Tensor VggE([Shape(3, 224, 224)] Tensor image) => Vgg.E(image);

    public static Tensor NetworkInNetworkImageNet([Shape(3, 224, 224)] Tensor image) => NetworkInNetwork.ImageNet(image);

    public static Tensor NetworkInNetworkCifar([Shape(3, 32, 32)] Tensor image) => NetworkInNetwork.Cifar(image);

    public static Tensor GoogLeNetOriginal([Shape(3, 224, 224)] Tensor image) => GoogLeNet.Original(image);

    public static (Tensor Output, Tensor Auxiliary1, Tensor Auxiliary2) GoogLeNetOfThePaper([Shape(3, 224, 224)] Tensor image) =>
        GoogLeNet.OriginalWithAuxiliary(image, separableStem: true);

    public static Tensor GoogLeNetTorchvision([Shape(3, 224, 224)] Tensor image) => GoogLeNet.Torchvision(image);

    public static (Tensor Output, Tensor Auxiliary1,
        Tensor Auxiliary2) GoogLeNetTorchvisionWithAuxiliary([Shape(3, 224, 224)] Tensor image) =>
        GoogLeNet.TorchvisionWithAuxiliary(image);

    public static Tensor InceptionV2([Shape(3, 224, 224)] Tensor image) => ModelGen.Zoo.InceptionV2.Build(image);

    public static Tensor InceptionV3([Shape(3, 299, 299)] Tensor image) => ModelGen.Zoo.InceptionV3.Build(image);

    public static (Tensor Output, Tensor Auxiliary) InceptionV3WithAuxiliary([Shape(3, 299, 299)] Tensor image) =>
        ModelGen.Zoo.InceptionV3.BuildWithAuxiliary(image);

    public static Tensor InceptionV4([Shape(3, 299, 299)] Tensor image) => ModelGen.Zoo.InceptionV4.Build(image);

    public static Tensor InceptionResNetV1([Shape(3, 299, 299)] Tensor image) => InceptionResNet.V1(image);

    public static Tensor InceptionResNetV2([Shape(3, 299, 299)] Tensor image) => InceptionResNet.V2(image);

    public static Tensor HighwayDense50([Shape(1, 28, 28)] Tensor image) => Highway.Dense(image);

    public static Tensor HighwayDense100([Shape(1, 28, 28)] Tensor image) => Highway.Dense(image, layers: 100);

    public static Tensor HighwayConvolutional20([Shape(3, 32, 32)] Tensor image) => Highway.Convolutional(image);

    public static Tensor ResNet18([Shape(3, 224, 224)] Tensor image) => ResNet.ResNet18(image);

    public static Tensor ResNet34([Shape(3, 224, 224)] Tensor image) => ResNet.ResNet34(image);

    public static Tensor ResNet50([Shape(3, 224, 224)] Tensor image) => ResNet.ResNet50(image);

    public static Tensor ResNet50OfThePaper([Shape(3, 224, 224)] Tensor image) => ResNet.ResNet50(image, strideOnFirst: true);

    public static Tensor ResNet101([Shape(3, 224, 224)] Tensor image) => ResNet.ResNet101(image);

    public static Tensor ResNet101OfThePaper([Shape(3, 224, 224)] Tensor image) => ResNet.ResNet101(image, strideOnFirst: true);

    public static Tensor ResNet152([Shape(3, 224, 224)] Tensor image) => ResNet.ResNet152(image);

    public static Tensor ResNet152OfThePaper([Shape(3, 224, 224)] Tensor image) => ResNet.ResNet152(image, strideOnFirst: true);

    public static Tensor CifarResNet20([Shape(3, 32, 32)] Tensor image) => CifarResNet.Build(image, 20);

    public static Tensor CifarResNet20Projected([Shape(3, 32, 32)] Tensor image) => CifarResNet.Build(image, 20, projections: true);

    public static Tensor CifarResNet32([Shape(3, 32, 32)] Tensor image) => CifarResNet.Build(image, 32);

    public static Tensor CifarResNet44([Shape(3, 32, 32)] Tensor image) => CifarResNet.Build(image, 44);

    public static Tensor CifarResNet56([Shape(3, 32, 32)] Tensor image) => CifarResNet.Build(image, 56);

    public static Tensor CifarResNet110([Shape(3, 32, 32)] Tensor image) => CifarResNet.Build(image, 110);

    public static Tensor CifarResNet1202([Shape(3, 32, 32)] Tensor image) => CifarResNet.Build(image, 1202);

    public static Tensor PreActivationResNet110([Shape(3, 32, 32)] Tensor image) =>
        CifarResNet.PreActivation(image, 110, bottleneck: false);

    public static Tensor PreActivationResNet164([Shape(3, 32, 32)] Tensor image) => CifarResNet.PreActivation(image, 164);

    public static Tensor DenseNet121([Shape(3, 224, 224)] Tensor image) => DenseNet.DenseNet121(image);

    public static Tensor DenseNet161([Shape(3, 224, 224)] Tensor image) => DenseNet.DenseNet161(image);

    public static Tensor DenseNet169([Shape(3, 224, 224)] Tensor image) => DenseNet.DenseNet169(image);

    public static Tensor DenseNet201([Shape(3, 224, 224)] Tensor image) => DenseNet.DenseNet201(image);

    public static Tensor MobileNetV1([Shape(3, 224, 224)] Tensor image) => MobileNet.V1(image);

    public static Tensor MobileNetV1Half160([Shape(3, 160, 160)] Tensor image) => MobileNet.V1(image, width: 0.5);

    public static Tensor MobileNetV2([Shape(3, 224, 224)] Tensor image) => MobileNet.V2(image);

    public static Tensor MobileNetV2Small160([Shape(3, 160, 160)] Tensor image) => MobileNet.V2(image, width: 0.35);

    public static Tensor MnasNetB1([Shape(3, 224, 224)] Tensor image) => MnasNet.B1(image);

    public static Tensor MnasNetB1Half([Shape(3, 224, 224)] Tensor image) => MnasNet.B1(image, width: 0.5);

    public static Tensor EfficientNetB0([Shape(3, 224, 224)] Tensor image) => EfficientNet.B0(image);

    public static Tensor EfficientNetB1([Shape(3, 240, 240)] Tensor image) => EfficientNet.B1(image);

    public static Tensor EfficientNetB2([Shape(3, 288, 288)] Tensor image) => EfficientNet.B2(image);

    public static Tensor EfficientNetB3([Shape(3, 300, 300)] Tensor image) => EfficientNet.B3(image);

    public static Tensor EfficientNetB4([Shape(3, 380, 380)] Tensor image) => EfficientNet.B4(image);

    public static Tensor RegNetX400MF([Shape(3, 224, 224)] Tensor image) => RegNet.X400MF(image);

    public static Tensor RegNetX800MF([Shape(3, 224, 224)] Tensor image) => RegNet.X800MF(image);

    public static Tensor RegNetX3_2GF([Shape(3, 224, 224)] Tensor image) => RegNet.X3_2GF(image);

    public static Tensor RegNetY400MF([Shape(3, 224, 224)] Tensor image) => RegNet.Y400MF(image);

    public static Tensor RegNetY800MF([Shape(3, 224, 224)] Tensor image) => RegNet.Y800MF(image);

    public static Tensor RegNetY3_2GF([Shape(3, 224, 224)] Tensor image) => RegNet.Y3_2GF(image);

    public static Tensor ResNeXt50([Shape(3, 224, 224)] Tensor image) => ResNet.ResNeXt50(image);

    public static Tensor ResNeXt101([Shape(3, 224, 224)] Tensor image) => ResNet.ResNeXt101(image);

    public static Tensor WideResNet50([Shape(3, 224, 224)] Tensor image) => ResNet.WideResNet50(image);

    public static Tensor WideResNet101([Shape(3, 224, 224)] Tensor image) => ResNet.WideResNet101(image);

    public static Tensor MobileNetV3Large([Shape(3, 224, 224)] Tensor image) => MobileNetV3.Large(image);

    public static Tensor MobileNetV3Small([Shape(3, 224, 224)] Tensor image) => MobileNetV3.Small(image);

    public static Tensor ShuffleNetV2X05([Shape(3, 224, 224)] Tensor image) => ShuffleNetV2.X05(image);

    public static Tensor ShuffleNetV2X10([Shape(3, 224, 224)] Tensor image) => ShuffleNetV2.X10(image);

    public static Tensor ShuffleNetV2X15([Shape(3, 224, 224)] Tensor image) => ShuffleNetV2.X15(image);

    public static Tensor ShuffleNetV2X20([Shape(3, 224, 224)] Tensor image) => ShuffleNetV2.X20(image);

    public static Tensor UNetOriginal([Shape(1, 572, 572)] Tensor image) => UNet.Original(image);

    public static Tensor UNetPadded([Shape(3, 256, 256)] Tensor image) => UNet.Padded(image, classes: 21);

    public static Tensor SegNet12([Shape(3, 384, 480)] Tensor image) => SegNet.Build(image);

    public static Tensor FcnResNet50([Shape(3, 224, 224)] Tensor image) => DilatedResNet.Fcn50(image);

    public static Tensor FcnResNet101([Shape(3, 224, 224)] Tensor image) => DilatedResNet.Fcn101(image);

    public static Tensor DeepLabV3ResNet50([Shape(3, 224, 224)] Tensor image) => DilatedResNet.DeepLabV3_50(image);

    public static Tensor DeepLabV3ResNet101([Shape(3, 224, 224)] Tensor image) => DilatedResNet.DeepLabV3_101(image);

    public static Tensor Xception([Shape(3, 299, 299)] Tensor image) => ModelGen.Zoo.Xception.Build(image);

    public static Tensor AlphaGoPolicy([Shape(48, 19, 19)] Tensor board) => AlphaGo.Policy(board);

    public static Tensor SqueezeNet10([Shape(3, 224, 224)] Tensor image) => SqueezeNet.V10(image);

    public static Tensor SqueezeNet11([Shape(3, 224, 224)] Tensor image) => SqueezeNet.V11(image);

    /// <summary>All names, in the order above.</summary>
    public static IReadOnlyList<string> Names { get; } =
        [.. Methods().Select(m => m.Name)];

    /// <summary>Runs the definition as ordinary C#.</summary>
    public static Graph Record(string name)
    {
        MethodInfo method = Methods().Single(m => m.Name == name);
        return GraphRecorder.Record(method.CreateDelegate(typeof(Func<,>).MakeGenericType(typeof(Tensor), method.ReturnType)), name);
    }

    private static IEnumerable<MethodInfo> Methods() =>
        typeof(ZooNetworks).GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.DeclaredOnly)
        .Where(m => m.GetParameters() is [{ ParameterType: var type }] && type == typeof(Tensor)).OrderBy(m => m.MetadataToken);
}
