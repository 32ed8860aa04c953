namespace ModelGen.Zoo;

/// <summary>AlexNet (Krizhevsky, Sutskever and Hinton 2012, ImageNet classification with deep convolutional neural networks).</summary>
[Microsoft.CodeAnalysis.Embedded]
internal static class AlexNet
{
    /// <summary>As in the paper: two columns, which are groups of two, and local response normalisation. 60,965,224 parameters.</summary>
    /// <remarks>The image is 3×227×227. (The paper says 224, from which its 55×55 does not follow.)</remarks>
    public static Tensor TwoColumns(Tensor image, int classes = 1000)
    {
        Tensor x = image
            .Conv2d(96, 11, stride: 4, name: "conv1").Relu();
        x = Normalize(x).MaxPool2d(3, stride: 2)
            .Conv2d(256, 5, padding: 2, groups: 2, name: "conv2").Relu();
        x = Normalize(x).MaxPool2d(3, stride: 2)
            .Conv2d(384, 3, padding: 1, name: "conv3").Relu()
            .Conv2d(384, 3, padding: 1, groups: 2, name: "conv4").Relu()
            .Conv2d(256, 3, padding: 1, groups: 2, name: "conv5").Relu()
            .MaxPool2d(3, stride: 2);
        return x.Flatten()
            .Linear(4096, name: "fc6").Relu().Dropout()
            .Linear(4096, name: "fc7").Relu().Dropout()
            .Linear(classes, name: "fc8");
    }

    /// <summary>
    /// One column (Krizhevsky 2014, One weird trick for parallelizing convolutional neural networks), torchvision's <c>alexnet</c>:
    /// 61,100,840 parameters.
    /// </summary>
    /// <remarks>The image is 3×224×224.</remarks>
    public static Tensor OneColumn(Tensor image, int classes = 1000)
    {
        Tensor x = image
            .Conv2d(64, 11, stride: 4, padding: 2, name: "features.0").Relu().MaxPool2d(3, stride: 2, name: "features.2")
            .Conv2d(192, 5, padding: 2, name: "features.3").Relu().MaxPool2d(3, stride: 2, name: "features.5")
            .Conv2d(384, 3, padding: 1, name: "features.6").Relu()
            .Conv2d(256, 3, padding: 1, name: "features.8").Relu()
            .Conv2d(256, 3, padding: 1, name: "features.10").Relu()
            .MaxPool2d(3, stride: 2, name: "features.12");
        return x.AdaptiveAvgPool2d(6).Flatten()
            .Dropout().Linear(4096, name: "classifier.1").Relu()
            .Dropout().Linear(4096, name: "classifier.4").Relu()
            .Linear(classes, name: "classifier.6");
    }

    // The paper's alpha, 1e-4, is a factor of the sum; here it is one of the mean over the 5 channels.
    private static Tensor Normalize(Tensor x) => x.LocalResponseNorm(5, alpha: 5e-4, beta: 0.75, k: 2);
}
