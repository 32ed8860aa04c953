namespace ModelGen.Zoo;

/// <summary>
/// VGG (Simonyan and Zisserman 2015, Very deep convolutional networks for large-scale image recognition, table 1). Images are 3×224×224;
/// keys are torchvision's, which counts convolutions, activations and pools alike.
/// </summary>
[Microsoft.CodeAnalysis.Embedded]
internal static class Vgg
{
    /// <summary>Configuration A, torchvision's <c>vgg11</c>: 132,863,336 parameters.</summary>
    public static Tensor A(Tensor image, int classes = 1000) => Build(image, [1, 1, 2, 2, 2], classes);

    /// <summary>A with local response normalisation after the first convolution.</summary>
    public static Tensor ALrn(Tensor image, int classes = 1000) => Build(image, [1, 1, 2, 2, 2], classes, normalize: true);

    /// <summary>Configuration B, <c>vgg13</c>: 133,047,848 parameters.</summary>
    public static Tensor B(Tensor image, int classes = 1000) => Build(image, [2, 2, 2, 2, 2], classes);

    /// <summary>Configuration C, in which the last convolution of each later stage is 1×1: 133,638,952 parameters.</summary>
    public static Tensor C(Tensor image, int classes = 1000) => Build(image, [2, 2, 3, 3, 3], classes, lastKernel: 1);

    /// <summary>Configuration D, <c>vgg16</c>: 138,357,544 parameters.</summary>
    public static Tensor D(Tensor image, int classes = 1000, double dropout = 0.5) =>
        Build(image, [2, 2, 3, 3, 3], classes, dropout: dropout);

    /// <summary>Configuration E, <c>vgg19</c>: 143,667,240 parameters.</summary>
    public static Tensor E(Tensor image, int classes = 1000) => Build(image, [2, 2, 4, 4, 4], classes);

    private static Tensor Build(
        Tensor image, int[] convolutions, int classes, int lastKernel = 3, bool normalize = false, double dropout = 0.5)
    {
        int[] widths = [64, 128, 256, 512, 512];
        Tensor x = image;
        int index = 0;
        for (int stage = 0; stage < 5; stage++)
        {
            for (int i = 0; i < convolutions[stage]; i++)
            {
                int kernel = i == 2 ? lastKernel : 3;
                x = x.Conv2d(widths[stage], kernel, padding: kernel / 2, name: $"features.{index}").Relu();
                index += 2;
                if (normalize && stage == 0)
                {
                    x = x.LocalResponseNorm(5, alpha: 5e-4, beta: 0.75, k: 2);
                    index++;
                }
            }
            x = x.MaxPool2d(2, name: $"features.{index}");
            index++;
        }
        return x.AdaptiveAvgPool2d(7).Flatten()
            .Linear(4096, name: "classifier.0").Relu().Dropout(dropout)
            .Linear(4096, name: "classifier.3").Relu().Dropout(dropout)
            .Linear(classes, name: "classifier.6");
    }
}
