using ModelGen;

namespace Company.Library_1;

/// <summary>The network. To take over weights of PyTorch, give the layers the names of its modules: <c>Conv2d(16, 3, Name =
/// "features.0")</c>.</summary>
[Network, Input(3, Side, Side)]
[Conv2d(16, 3, Padding = 1), Relu, MaxPool2d(2)]
[Conv2d(32, 3, Padding = 1), Relu, MaxPool2d(2)]
[Flatten, Linear(Classes), Softmax]
internal sealed partial class ClassifierNetwork
{
    /// <summary>Rows and columns of an image.</summary>
    internal const int Side = 32;

    /// <summary>How many classes there are.</summary>
    internal const int Classes = 10;
}
