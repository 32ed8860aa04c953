using ModelGen;

namespace Company.App_1;

/// <summary>Tells ten digits apart. Change a number, and the compiler says at once whether the layers still fit.</summary>
[Network, Input(1, DrawnDigits.Side, DrawnDigits.Side)]
[Conv2d(8, 5, Padding = 2), Relu, MaxPool2d(2)]
[Conv2d(16, 5), Relu, MaxPool2d(2)]
[Flatten, Linear(64), Relu, Linear(DrawnDigits.Classes)]
[Trainable(BatchSize = 64)]
internal sealed partial class DigitNetwork;
