using System;
using ModelGen;
using ModelGen.Zoo;

var network = new Paper(Paper.CreateWeights(1));
var scores = new float[Paper.OutputLength];
network.Forward(new float[Paper.InputLength], scores);
Console.WriteLine(Paper.Summary.ToString().Length > 0 ? "the zoo's network runs" : "");
return Consumers.Check.Run();

[Network]
internal sealed partial class Paper
{
    private static Tensor Define([Shape(1, 28, 28)] Tensor image) => LeNet.LeNet5(image);
}
