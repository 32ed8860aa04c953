using ModelGen;

namespace Library;

/// <summary>A network that other projects use.</summary>
[Network, Input(3, 16, 16)]
[Conv2d(8, 3, Padding = 1), Relu, GlobalAvgPool2d]
[Flatten, Linear(4), Softmax]
public sealed partial class Classifier;
