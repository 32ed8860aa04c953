using ModelGen;

// Learns the kernel [1, -1], which finds vertical edges, from an image and the edges that somebody else has found in it. Prints the error
// of each step
// and the kernel. Exit codes: 0 it has been learned, 1 it has not.
const int Steps = 20;
const int Seed = 1;
const double Tolerance = 0.01;

// The image is white with a black bar, the edges are 1 from white to black and -1 from black to white.
var image = new float[EdgeKernel.InputLength];
var edges = new float[EdgeKernel.OutputLength];
for (var y = 0; y < EdgeKernel.Height; y++)
{
    for (var x = 0; x < EdgeKernel.Width; x++)
        image[y * EdgeKernel.Width + x] = x is >= 2 and < 6 ? 0 : 1;
    edges[y * (EdgeKernel.Width - 1) + 1] = 1;
    edges[y * (EdgeKernel.Width - 1) + 5] = -1;
}

// The error is a mean over 42 numbers, most of which are 0, so the rate has to be large: its curvature is 0.29 along one direction and 1.43
// along the other.
var trainer = new EdgeKernel.Trainer(EdgeKernel.CreateWeights(Seed), new Sgd { LearningRate = 1.15f });
Print("before", trainer.ToWeights());
for (var step = 1; step <= Steps; step++)
    Console.WriteLine($"step {step,2}  error {trainer.Step(image, edges):F6}");
Print("after", trainer.ToWeights());

var kernel = trainer.ToWeights()["conv1.weight"];
return Math.Abs(kernel[0] - 1) < Tolerance && Math.Abs(kernel[1] + 1) < Tolerance ? 0 : 1;

static void Print(string when, EdgeKernel.Weights weights) =>
    Console.WriteLine($"kernel {when}: [{weights["conv1.weight"][0]:F4}, {weights["conv1.weight"][1]:F4}]");

/// <summary>A convolution with a kernel of one row and two columns, and nothing else.</summary>
[Network, Input(1, Height, Width)]
[Conv2d(1, 1, 2, Bias = false)]
[Trainable(BatchSize = 1, Loss = Loss.MeanSquaredError)]
internal sealed partial class EdgeKernel
{
    /// <summary>Rows of an image.</summary>
    public const int Height = 6;

    /// <summary>Columns of an image.</summary>
    public const int Width = 8;
}
