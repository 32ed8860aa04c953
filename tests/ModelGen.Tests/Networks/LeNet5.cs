namespace ModelGen.Tests.Networks;

/// <summary>LeNet-5 as a user writes it, compiled with these tests; networks.json has the same one.</summary>
[Network, Input(1, 28, 28)]
[Conv2d(6, 5, Padding = 2), Tanh, AvgPool2d(2)]
[Conv2d(16, 5), Tanh, AvgPool2d(2)]
[Flatten, Linear(120), Tanh, Linear(84), Tanh, Linear(10)]
[Trainable(BatchSize = 8, Loss = Loss.CrossEntropy)]
public sealed partial class LeNet5;
