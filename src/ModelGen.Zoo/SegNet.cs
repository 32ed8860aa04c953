namespace ModelGen.Zoo;

/// <summary>
/// SegNet (Badrinarayanan et al. 2017, SegNet: A deep convolutional encoder-decoder architecture for image segmentation, figure 2):
/// VGG-16's convolutions, and their mirror image, which puts values back where each pool had found them.
/// </summary>
[Microsoft.CodeAnalysis.Embedded]
internal static class SegNet
{
    /// <summary>
    /// Scores of the image's size, which is a multiple of 32; 3×360×480 in the paper is padded to 3×384×480. 29,449,932 parameters for 12
    /// classes.
    /// </summary>
    public static Tensor Build(Tensor image, int classes = 12)
    {
        int[] widths = [64, 128, 256, 512, 512], depths = [2, 2, 3, 3, 3];
        Tensor[] pools = new Tensor[widths.Length];
        Tensor x = image;
        for (int stage = 0; stage < widths.Length; stage++)
        {
            for (int i = 0; i < depths[stage]; i++)
                x = Unit(x, widths[stage], $"encoder{stage + 1}.{i}");
            pools[stage] = x = x.MaxPool2d(2, stride: 2, name: $"pool{stage + 1}");
        }
        for (int stage = widths.Length - 1; stage >= 0; stage--)
        {
            x = x.MaxUnpool2d(pools[stage], name: $"unpool{stage + 1}");
            for (int i = depths[stage] - 1; i > 0; i--)
                x = Unit(x, widths[stage], $"decoder{stage + 1}.{i}");
            x = stage > 0 ? Unit(x, widths[stage - 1], $"decoder{stage + 1}.0") : x.Conv2d(classes, 3, padding: 1, name: "score");
        }
        return x;
    }

    private static Tensor Unit(Tensor x, int width, string name) => x
        .Conv2d(width, 3, padding: 1, name: $"{name}.conv").BatchNorm2d(name: $"{name}.bn").Relu();
}
