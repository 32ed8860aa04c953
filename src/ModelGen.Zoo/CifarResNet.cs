namespace ModelGen.Zoo;

/// <summary>Residual networks for CIFAR-10. Images are 3×32×32; three stages of 16, 32 and 64 channels.</summary>
[Microsoft.CodeAnalysis.Embedded]
internal static class CifarResNet
{
    /// <summary>He et al. 2016, Deep residual learning, §4.2: depth 20, 32, 44, 56, 110 or 1202.</summary>
    /// <remarks>
    /// The depth is 6n + 2 for n blocks a stage. Where the size changes the shortcut has no parameters, as in the paper (option A): every
    /// second pixel, and zeros for the channels that are new. With <c>projections</c> it is a 1×1 convolution (option B).
    /// </remarks>
    public static Tensor Build(Tensor image, int depth, int classes = 10, bool projections = false)
    {
        int blocks = (depth - 2) / 6;
        Tensor x = image.Conv2d(16, 3, padding: 1, bias: false, name: "conv1").BatchNorm2d(name: "bn1").Relu();
        for (int stage = 0; stage < 3; stage++)
        {
            for (int block = 0; block < blocks; block++)
                x = Block(x, 16 << stage, stage > 0 && block == 0 ? 2 : 1, projections, $"layer{stage + 1}.{block}");
        }
        return x.GlobalAvgPool2d().Flatten().Linear(classes, name: "fc");
    }

    /// <summary>
    /// He et al. 2016, Identity mappings in deep residual networks, figure 4e: normalisation and activation before each convolution,
    /// nothing on the way of the identity.
    /// </summary>
    /// <remarks>The depth is 9n + 2 for n blocks a stage with bottlenecks (164, 1001), else 6n + 2 (110).</remarks>
    public static Tensor PreActivation(Tensor image, int depth, bool bottleneck = true, int classes = 10)
    {
        int blocks = (depth - 2) / (bottleneck ? 9 : 6);
        Tensor x = image.Conv2d(16, 3, padding: 1, bias: false, name: "conv1");
        for (int stage = 0; stage < 3; stage++)
        {
            for (int block = 0; block < blocks; block++)
            {
                int stride = stage > 0 && block == 0 ? 2 : 1;
                string name = $"layer{stage + 1}.{block}";
                x = bottleneck ? PreActivationBottleneck(x, 16 << stage, stride, name) : PreActivationBlock(x, 16 << stage, stride, name);
            }
        }
        return x.BatchNorm2d(name: "bn").Relu().GlobalAvgPool2d().Flatten().Linear(classes, name: "fc");
    }

    private static Tensor Block(Tensor x, int width, int stride, bool projections, string name)
    {
        Tensor y = x.Conv2d(width, 3, stride: stride, padding: 1, bias: false, name: $"{name}.conv1").BatchNorm2d(name: $"{name}.bn1")
            .Relu()
            .Conv2d(width, 3, padding: 1, bias: false, name: $"{name}.conv2").BatchNorm2d(name: $"{name}.bn2");
        return (y + Shortcut(x, width, stride, projections, name)).Relu();
    }

    private static Tensor Shortcut(Tensor x, int width, int stride, bool projections, string name)
    {
        if (x.Channels == width)
            return x;
        if (projections)
            return x.Conv2d(width, 1, stride: stride, bias: false, name: $"{name}.downsample.0").BatchNorm2d(name: $"{name}.downsample.1");
        // From one stage to the next the channels double: as many zeros as there are channels.
        Tensor sampled = x.MaxPool2d(1, stride: stride, name: $"{name}.sample");
        return Tensor.Concat([sampled, sampled.Affine(scale: 0, name: $"{name}.zeros")], name: $"{name}.pad");
    }

    private static Tensor PreActivationBlock(Tensor x, int width, int stride, string name)
    {
        Tensor activated = x.BatchNorm2d(name: $"{name}.bn1").Relu();
        Tensor y = activated.Conv2d(width, 3, stride: stride, padding: 1, bias: false, name: $"{name}.conv1")
            .BatchNorm2d(name: $"{name}.bn2").Relu()
            .Conv2d(width, 3, padding: 1, bias: false, name: $"{name}.conv2");
        return y + (x.Channels == width ? x : activated.Conv2d(width, 1, stride: stride, bias: false, name: $"{name}.downsample"));
    }

    private static Tensor PreActivationBottleneck(Tensor x, int width, int stride, string name)
    {
        Tensor activated = x.BatchNorm2d(name: $"{name}.bn1").Relu();
        Tensor y = activated.Conv2d(width, 1, bias: false, name: $"{name}.conv1").BatchNorm2d(name: $"{name}.bn2").Relu()
            .Conv2d(width, 3, stride: stride, padding: 1, bias: false, name: $"{name}.conv2").BatchNorm2d(name: $"{name}.bn3").Relu()
            .Conv2d(4 * width, 1, bias: false, name: $"{name}.conv3");
        return y + (x.Channels == 4 * width ? x : activated.Conv2d(4 * width, 1, stride: stride, bias: false, name: $"{name}.downsample"));
    }
}
