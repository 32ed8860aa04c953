using Company.Written;

var network = new Small(Small.CreateWeights(1));
var scores = new float[Small.OutputLength];
network.Forward(new float[Small.InputLength], scores);
Console.WriteLine($"outputs: {Small.OutputLength}");
