namespace ModelGen.Zoo;

/// <summary>
/// LeNet-5 (LeCun et al. 1998, Gradient-based learning applied to document recognition, figure 2), with dense connections in C3: 61,706
/// parameters.
/// </summary>
[Microsoft.CodeAnalysis.Embedded]
internal static class LeNet
{
    /// <remarks>The image is 1×28×28, padded to the paper's 32×32.</remarks>
    public static Tensor LeNet5(Tensor image, int classes = 10)
    {
        Tensor x = image
            .Conv2d(6, 5, padding: 2, name: "conv1").Tanh().AvgPool2d(2)
            .Conv2d(16, 5, name: "conv2").Tanh().AvgPool2d(2)
            .Flatten();
        return x.Linear(120, name: "fc1").Tanh().Linear(84, name: "fc2").Tanh().Linear(classes, name: "fc3");
    }
}
