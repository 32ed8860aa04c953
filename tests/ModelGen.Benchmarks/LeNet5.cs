namespace ModelGen.Benchmarks;

/// <summary>LeNet-5 with tanh and average pooling on 28×28 digits: 61,706 parameters. pytorch_lenet5.py holds the same network.</summary>
[Network, Input(1, 28, 28)]
[Conv2d(6, 5, Padding = 2), Tanh, AvgPool2d(2)]
[Conv2d(16, 5), Tanh, AvgPool2d(2)]
[Flatten, Linear(120), Tanh, Linear(84), Tanh, Linear(10)]
[Trainable(BatchSize = 64, Loss = Loss.CrossEntropy)]
public sealed partial class LeNet5;
