#:package ModelGen@MODELGEN_VERSION
using ModelGen;

var network = new Tiny(Tiny.CreateWeights(seed: 1));
var probabilities = new float[Tiny.OutputLength];
network.Forward(new float[Tiny.InputLength], probabilities);
Console.WriteLine($"answers: {(probabilities.Sum() is > 0.999f and < 1.001f ? "right" : "wrong")}");

[Network, Input(1, 8, 8)]
[Conv2d(4, 3), Relu, Flatten, Linear(3), Softmax]
internal sealed partial class Tiny;
