using ModelGen;
using ModelGen.Zoo;

namespace First;

[Network]
internal sealed partial class Squeezed
{
    private static Tensor Define([Shape(3, 64, 64)] Tensor image) => SqueezeNet.V11(image, classes: 5);
}
