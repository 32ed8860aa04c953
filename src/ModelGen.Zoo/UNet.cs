namespace ModelGen.Zoo;

/// <summary>
/// U-Net (Ronneberger et al. 2015, U-Net: Convolutional networks for biomedical image segmentation, figure 1): down by pooling, up by
/// transposed convolution, with what was found on the way down beside what comes up.
/// </summary>
[Microsoft.CodeAnalysis.Embedded]
internal static class UNet
{
    /// <summary>As in the paper, without padding: 1×572×572 to 2×388×388. 31,030,658 parameters for one channel and two classes.</summary>
    public static Tensor Original(Tensor image, int classes = 2) => Build(image, classes, 64, padding: 0);

    /// <summary>With padding, so that scores have the image's size, which is a multiple of 16.</summary>
    /// <remarks><c>width</c> is how many channels the first level has; each level below has twice as many.</remarks>
    public static Tensor Padded(Tensor image, int classes, int width = 64) => Build(image, classes, width, padding: 1);

    private static Tensor Build(Tensor image, int classes, int width, int padding)
    {
        Tensor[] skipped = new Tensor[4];
        Tensor x = Twice(image, width, padding, "down1");
        for (int level = 2; level <= 5; level++)
        {
            skipped[level - 2] = x;
            x = Twice(x.MaxPool2d(2, stride: 2, name: $"pool{level - 1}"), width << (level - 1), padding, $"down{level}");
        }
        for (int level = 4; level >= 1; level--)
        {
            Tensor skip = skipped[level - 1];
            x = x.ConvTranspose2d(width << (level - 1), 2, stride: 2, name: $"up{level}");
            if (skip.Height != x.Height || skip.Width != x.Width)
                skip = skip.Crop((skip.Height - x.Height) / 2, (skip.Width - x.Width) / 2, x.Height, x.Width, name: $"crop{level}");
            x = Twice(skip.Concat(x), width << (level - 1), padding, $"decode{level}");
        }
        return x.Conv2d(classes, 1, name: "score");
    }

    private static Tensor Twice(Tensor x, int width, int padding, string name) => x
        .Conv2d(width, 3, padding: padding, name: $"{name}.conv1").Relu()
        .Conv2d(width, 3, padding: padding, name: $"{name}.conv2").Relu();
}
