using ModelGen;

namespace FashionMnist;

/// <summary>
/// LeNet-5 for 28×28 grey images, after Y. LeCun et al., <i>Gradient-Based Learning Applied to Document Recognition</i>, 1998:
/// tanh and average pooling as in the paper, a full second convolution and a linear last layer as has become usual.
/// </summary>
[Network, Input(1, 28, 28)]
[Conv2d(6, 5, Padding = 2), Tanh, AvgPool2d(2)]
[Conv2d(16, 5), Tanh, AvgPool2d(2)]
[Flatten, Linear(120), Tanh, Linear(84), Tanh, Linear(10)]
[Trainable(BatchSize = 64, Loss = Loss.CrossEntropy)]
public sealed partial class LeNet5;
