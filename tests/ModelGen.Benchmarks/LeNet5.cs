namespace ModelGen.Benchmarks;

/// <summary>LeNet-5 with tanh and average pooling on 28×28 digits: 61,706 parameters. pytorch_lenet5.py holds the same network.</summary>
[Network(Profile = true), Trainable(BatchSize = 64, Loss = Loss.CrossEntropy)]
public sealed partial class LeNet5 : ICompiledNetwork
{
    private static Tensor Define([Shape(1, 28, 28)] Tensor image) => Zoo.LeNet.LeNet5(image);
}
