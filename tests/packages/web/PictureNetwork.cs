using ModelGen;

namespace Web;

[Network, Input(3, Side, Side)]
[Conv2d(16, 3, Padding = 1), Relu, MaxPool2d(2)]
[Conv2d(32, 3, Padding = 1), Relu, MaxPool2d(2)]
[Flatten, Linear(10), Softmax]
internal sealed partial class PictureNetwork
{
    public const int Side = 28;
}
