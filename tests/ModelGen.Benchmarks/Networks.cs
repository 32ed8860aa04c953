namespace ModelGen.Benchmarks;

/// <summary>What the compiler adds to each of these classes.</summary>
public interface ICompiledNetwork
{
    /// <summary>Threads of a call of <see cref="Forward"/>.</summary>
    int Parallelism { get; set; }

    /// <summary>Who runs the parts of a call of <see cref="Forward"/>; null for threads of its own.</summary>
    IParallelScheduler? Scheduler { get; set; }

    /// <summary>Runs the network.</summary>
    void Forward(ReadOnlySpan<float> image, Span<float> output);

    /// <summary>Runs the network and writes the time of each step, in ticks of <see cref="System.Diagnostics.Stopwatch"/>.</summary>
    void Profile(ReadOnlySpan<float> image, Span<float> output, Span<long> ticks);
}

/// <summary>torchvision's <c>alexnet</c>.</summary>
[Network(Profile = true)]
public sealed partial class AlexNet : ICompiledNetwork
{
    private static Tensor Define([Shape(3, 224, 224)] Tensor image) => Zoo.AlexNet.OneColumn(image);
}

/// <summary>AlexNet as published: groups of two, local response normalisation.</summary>
[Network(Profile = true)]
public sealed partial class AlexNetOriginal : ICompiledNetwork
{
    private static Tensor Define([Shape(3, 227, 227)] Tensor image) => Zoo.AlexNet.TwoColumns(image);
}

/// <summary>VGG, configuration D.</summary>
[Network(Profile = true)]
public sealed partial class Vgg16 : ICompiledNetwork
{
    private static Tensor Define([Shape(3, 224, 224)] Tensor image) => Zoo.Vgg.D(image);
}

/// <summary>torchvision's <c>googlenet</c>.</summary>
[Network(Profile = true)]
public sealed partial class GoogLeNet : ICompiledNetwork
{
    private static Tensor Define([Shape(3, 224, 224)] Tensor image) => Zoo.GoogLeNet.Torchvision(image);
}

/// <summary>ResNet of 18 layers.</summary>
[Network(Profile = true)]
public sealed partial class ResNet18 : ICompiledNetwork
{
    private static Tensor Define([Shape(3, 224, 224)] Tensor image) => Zoo.ResNet.ResNet18(image);
}

/// <summary>ResNet of 50 layers.</summary>
[Network(Profile = true)]
public sealed partial class ResNet50 : ICompiledNetwork
{
    private static Tensor Define([Shape(3, 224, 224)] Tensor image) => Zoo.ResNet.ResNet50(image);
}

/// <summary>ResNet of 152 layers.</summary>
[Network(Profile = true)]
public sealed partial class ResNet152 : ICompiledNetwork
{
    private static Tensor Define([Shape(3, 224, 224)] Tensor image) => Zoo.ResNet.ResNet152(image);
}

/// <summary>DenseNet of 121 layers.</summary>
[Network(Profile = true)]
public sealed partial class DenseNet121 : ICompiledNetwork
{
    private static Tensor Define([Shape(3, 224, 224)] Tensor image) => Zoo.DenseNet.DenseNet121(image);
}

/// <summary>Inception v3 without its auxiliary classifier.</summary>
[Network(Profile = true)]
public sealed partial class InceptionV3 : ICompiledNetwork
{
    private static Tensor Define([Shape(3, 299, 299)] Tensor image) => Zoo.InceptionV3.Build(image);
}

/// <summary>MobileNet v1 at full width.</summary>
[Network(Profile = true)]
public sealed partial class MobileNet : ICompiledNetwork
{
    private static Tensor Define([Shape(3, 224, 224)] Tensor image) => Zoo.MobileNet.V1(image);
}

/// <summary>SqueezeNet 1.1.</summary>
[Network(Profile = true)]
public sealed partial class SqueezeNet : ICompiledNetwork
{
    private static Tensor Define([Shape(3, 224, 224)] Tensor image) => Zoo.SqueezeNet.V11(image);
}
