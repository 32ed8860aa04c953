namespace ModelGen.Zoo;

/// <summary>
/// GoogLeNet, also called Inception v1 (Szegedy et al. 2015, Going deeper with convolutions, table 1). Images are 3×224×224.
/// </summary>
[Microsoft.CodeAnalysis.Embedded]
internal static class GoogLeNet
{
    /// <summary>
    /// As in the paper: 5×5 convolutions, local response normalisation, no batch normalisation.
    /// </summary>
    /// <remarks>
    /// With <c>separableStem</c> the first layer is a 7×7 convolution of each colour by 8 filters and then a 1×1 convolution: the 2.7 K
    /// parameters and 34 M operations of the paper's table, where the convolution that all published models have instead has 9.2 K.
    /// </remarks>
    public static Tensor Original(Tensor image, int classes = 1000, bool separableStem = false) =>
        Build(image, classes, torchvision: false, separableStem, auxiliary: false)[0];

    /// <summary>The same with both auxiliary classifiers, which training adds to the loss with weight 0.3 each.</summary>
    public static (Tensor Output, Tensor Auxiliary1, Tensor Auxiliary2) OriginalWithAuxiliary(
        Tensor image, int classes = 1000, bool separableStem = false)
    {
        Tensor[] outputs = Build(image, classes, torchvision: false, separableStem, auxiliary: true);
        return (outputs[0], outputs[1], outputs[2]);
    }

    /// <summary>torchvision's <c>googlenet</c>: batch normalisation, and 3×3 where the paper has 5×5. 6,624,904 parameters.</summary>
    public static Tensor Torchvision(Tensor image, int classes = 1000) =>
        Build(image, classes, torchvision: true, separableStem: false, auxiliary: false)[0];

    /// <summary>The same with both auxiliary classifiers: 13,004,888 parameters.</summary>
    public static (Tensor Output, Tensor Auxiliary1, Tensor Auxiliary2) TorchvisionWithAuxiliary(Tensor image, int classes = 1000)
    {
        Tensor[] outputs = Build(image, classes, torchvision: true, separableStem: false, auxiliary: true);
        return (outputs[0], outputs[1], outputs[2]);
    }

    // The output, and those of the auxiliary classifiers.
    private static Tensor[] Build(Tensor image, int classes, bool torchvision, bool separableStem, bool auxiliary)
    {
        bool bn = torchvision;
        Tensor x = separableStem
            ? Unit(image.Conv2d(24, 7, stride: 2, padding: 3, groups: 3, bias: false, name: "conv1.depthwise"), 64, 1, "conv1", bn)
            : Unit(image, 64, 7, "conv1", bn, stride: 2);
        x = x.MaxPool2d(3, stride: 2, ceilMode: true, name: "maxpool1");
        if (!bn)
            x = x.LocalResponseNorm(5);
        x = Unit(Unit(x, 64, 1, "conv2", bn), 192, 3, "conv3", bn);
        if (!bn)
            x = x.LocalResponseNorm(5);
        x = x.MaxPool2d(3, stride: 2, ceilMode: true, name: "maxpool2");
        x = Inception(x, 64, 96, 128, 16, 32, 32, "inception3a", torchvision);
        x = Inception(x, 128, 128, 192, 32, 96, 64, "inception3b", torchvision);
        x = x.MaxPool2d(3, stride: 2, ceilMode: true, name: "maxpool3");
        Tensor first = x = Inception(x, 192, 96, 208, 16, 48, 64, "inception4a", torchvision);
        x = Inception(x, 160, 112, 224, 24, 64, 64, "inception4b", torchvision);
        x = Inception(x, 128, 128, 256, 24, 64, 64, "inception4c", torchvision);
        Tensor second = x = Inception(x, 112, 144, 288, 32, 64, 64, "inception4d", torchvision);
        x = Inception(x, 256, 160, 320, 32, 128, 128, "inception4e", torchvision);
        x = x.MaxPool2d(torchvision ? 2 : 3, stride: 2, ceilMode: true, name: "maxpool4");
        x = Inception(x, 256, 160, 320, 32, 128, 128, "inception5a", torchvision);
        x = Inception(x, 384, 192, 384, 48, 128, 128, "inception5b", torchvision);
        Tensor output = x.GlobalAvgPool2d().Flatten().Dropout(torchvision ? 0.2 : 0.4).Linear(classes, name: "fc");
        return auxiliary ? [output, Auxiliary(first, classes, "aux1", bn), Auxiliary(second, classes, "aux2", bn)] : [output];
    }

    private static Tensor Inception(
        Tensor x, int ones, int reduce3, int threes, int reduce5, int fives, int pooled, string name, bool torchvision)
    {
        bool bn = torchvision;
        Tensor branch1 = Unit(x, ones, 1, $"{name}.branch1", bn);
        Tensor branch2 = Unit(Unit(x, reduce3, 1, $"{name}.branch2.0", bn), threes, 3, $"{name}.branch2.1", bn);
        Tensor branch3 = Unit(Unit(x, reduce5, 1, $"{name}.branch3.0", bn), fives, torchvision ? 3 : 5, $"{name}.branch3.1", bn);
        Tensor branch4 = Unit(x.MaxPool2d(3, stride: 1, padding: 1), pooled, 1, $"{name}.branch4.1", bn);
        return Tensor.Concat([branch1, branch2, branch3, branch4], name: name);
    }

    private static Tensor Auxiliary(Tensor x, int classes, string name, bool bn)
    {
        x = bn ? x.AdaptiveAvgPool2d(4) : x.AvgPool2d(5, stride: 3);
        return Unit(x, 128, 1, $"{name}.conv", bn).Flatten()
            .Linear(1024, name: $"{name}.fc1").Relu().Dropout(0.7)
            .Linear(classes, name: $"{name}.fc2");
    }

    private static Tensor Unit(Tensor x, int width, int kernel, string name, bool bn, int stride = 1)
    {
        x = x.Conv2d(width, kernel, stride: stride, padding: kernel / 2, bias: !bn, name: $"{name}.conv");
        return bn ? x.BatchNorm2d(eps: 1e-3, name: $"{name}.bn").Relu() : x.Relu();
    }
}
