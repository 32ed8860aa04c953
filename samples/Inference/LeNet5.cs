using ModelGen;

namespace Inference;

/// <summary>The network of the FashionMnist sample, without what training needs: its weights file fits this class.</summary>
[Network, Input(1, 28, 28)]
[Conv2d(6, 5, Padding = 2), Tanh, AvgPool2d(2)]
[Conv2d(16, 5), Tanh, AvgPool2d(2)]
[Flatten, Linear(120), Tanh, Linear(84), Tanh, Linear(10)]
public sealed partial class LeNet5;
