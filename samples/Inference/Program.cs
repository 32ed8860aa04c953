using System.Diagnostics;
using System.Globalization;
using Inference;

// Usage: Inference [lenet5.safetensors]
// Prints the ten logits of one fixed image, one a line, and what a call costs. "G9" shows every bit of a float. Compiled ahead of time for
// the instruction
// sets of this machine (-p:IlcInstructionSet=native) the logits are those of the JIT to the last bit; for any processor they may differ in
// the last digits.

const int Calls = 10_000;
const int Seed = 1;

if (args.Length > 1)
    return Fail("usage: Inference [lenet5.safetensors]");

LeNet5.Weights weights;
try
{
    weights = args.Length == 1 ? LeNet5.LoadWeights(args[0]) : LeNet5.CreateWeights(Seed);
}
catch (Exception bad) when (bad is IOException or UnauthorizedAccessException)
{
    return Fail(bad.Message);
}

var network = new LeNet5(weights);
var image = new float[LeNet5.InputLength];
for (var i = 0; i < image.Length; i++)
    image[i] = Hash((uint)i) / (float)(1 << 23) - 1;

var logits = new float[LeNet5.OutputLength];
network.Forward(image, logits);
foreach (var logit in logits)
    Console.WriteLine(logit.ToString("G9", CultureInfo.InvariantCulture));

var microseconds = new double[Calls];
for (var i = 0; i < Calls; i++)
{
    var start = Stopwatch.GetTimestamp();
    network.Forward(image, logits);
    microseconds[i] = Stopwatch.GetElapsedTime(start).TotalMicroseconds;
}

Array.Sort(microseconds);
Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{microseconds[Calls / 2]:F2} µs per call (median of {Calls:N0})"));
return 0;

// 24 well-mixed bits of an index, so that the image is the same everywhere and like no other: lowbias32 by Chris Wellons, public domain.
static uint Hash(uint x)
{
    x = (x ^ (x >> 16)) * 0x7feb352d;
    x = (x ^ (x >> 15)) * 0x846ca68b;
    return (x ^ (x >> 16)) >> 8;
}

static int Fail(string message)
{
    Console.Error.WriteLine($"error: {message}");
    return 2;
}
