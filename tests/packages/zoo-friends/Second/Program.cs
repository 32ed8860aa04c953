using First;
using ModelGen;
using ModelGen.Zoo;
using Second;

// Both projects have the networks of the zoo, and the second one sees what is internal in the first.
var squeezed = new Squeezed(Squeezed.CreateWeights(1));
var five = new float[Squeezed.OutputLength];
squeezed.Forward(new float[Squeezed.InputLength], five);
var residual = new Residual(Residual.CreateWeights(1));
var ten = new float[Residual.OutputLength];
residual.Forward(new float[Residual.InputLength], ten);
bool right = five.Length == 5 && ten.Length == 10 && ten.All(float.IsFinite);
Console.WriteLine($"answers: {(right ? "right" : "wrong")}");
return right ? 0 : 1;

namespace Second
{
    [Network]
    internal sealed partial class Residual
    {
        private static Tensor Define([Shape(3, 32, 32)] Tensor image) => CifarResNet.Build(image, depth: 20);
    }
}
