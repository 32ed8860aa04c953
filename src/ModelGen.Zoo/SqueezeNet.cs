// The first convolution of the published network leaves the last row and column of its image unread.
#pragma warning disable MG0106

namespace ModelGen.Zoo;

/// <summary>
/// SqueezeNet (Iandola et al. 2016): fire modules, which squeeze the channels before they expand them. Images are 3×224×224; keys are
/// torchvision's.
/// </summary>
[Microsoft.CodeAnalysis.Embedded]
internal static class SqueezeNet
{
    /// <summary>The paper's network: 1,248,424 parameters.</summary>
    public static Tensor V10(Tensor image, int classes = 1000)
    {
        Tensor x = image.Conv2d(96, 7, stride: 2, name: "features.0").Relu();
        return Build(x, [3, 4, 5, 7, 8, 9, 10, 12], poolsBefore: [3, 7, 12], classes);
    }

    /// <summary>The same accuracy for 2.4 times less computation: 1,235,496 parameters.</summary>
    public static Tensor V11(Tensor image, int classes = 1000)
    {
        Tensor x = image.Conv2d(64, 3, stride: 2, name: "features.0").Relu();
        return Build(x, [3, 4, 6, 7, 9, 10, 11, 12], poolsBefore: [3, 6, 9], classes);
    }

    // The index of each fire module among the features, which pools share.
    private static Tensor Build(Tensor x, int[] fires, int[] poolsBefore, int classes)
    {
        for (int i = 0; i < fires.Length; i++)
        {
            foreach (int pool in poolsBefore)
            {
                if (pool == fires[i])
                    x = x.MaxPool2d(3, stride: 2, ceilMode: true, name: $"features.{pool - 1}");
            }
            x = Fire(x, 16 * (i / 2 + 1), $"features.{fires[i]}");
        }
        return x.Dropout().Conv2d(classes, 1, name: "classifier.1").Relu().GlobalAvgPool2d().Flatten();
    }

    private static Tensor Fire(Tensor x, int squeeze, string name)
    {
        x = x.Conv2d(squeeze, 1, name: $"{name}.squeeze").Relu();
        Tensor ones = x.Conv2d(4 * squeeze, 1, name: $"{name}.expand1x1").Relu();
        Tensor threes = x.Conv2d(4 * squeeze, 3, padding: 1, name: $"{name}.expand3x3").Relu();
        return Tensor.Concat([ones, threes], name: name);
    }
}
