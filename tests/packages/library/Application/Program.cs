using Library;
using ModelGen;

// The application knows the package through the library alone: what the library's public members show of it.
Classifier.Weights weights = Classifier.CreateWeights(seed: 1);
var network = new Classifier(weights);
var probabilities = new float[Classifier.OutputLength];
network.Forward(new float[Classifier.InputLength], probabilities);
NetworkSummary summary = Classifier.Summary;
bool right = Math.Abs(probabilities.Sum() - 1) < 1e-5 && summary.ToString().Contains("Softmax", StringComparison.Ordinal);
Console.WriteLine($"answers: {(right ? "right" : "wrong")}");
return right ? 0 : 1;
