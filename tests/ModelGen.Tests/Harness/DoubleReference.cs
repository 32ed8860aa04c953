using ModelGen.Generator.Graphs;
using ModelGen.Generator.Ops;
using ModelGen.Generator.Scheduling;

namespace ModelGen.Tests.Harness;

/// <summary>
/// The meaning of forward operators as plain loops in double precision, on the same graphs that the compiler compiles. Values lie in PyTorch's order, the batch in front.
/// </summary>
internal sealed class DoubleReference(Graph graph, int samples)
{
    private readonly double[][] _values = new double[graph.Nodes.Count][];

    /// <summary>The first output, from inputs and parameters by name.</summary>
    public double[] Evaluate(IReadOnlyDictionary<string, double[]> given)
    {
        foreach (Node node in graph.Nodes)
            _values[node.Id] = node.Op is OpNames.Input or OpNames.Parameter ? given[node.Name] : Compute(node);
        return _values[graph.Outputs[0].Value];
    }

    private double[] Compute(Node node) => node.Op switch
    {
        "Conv2d" => Convolve(node),
        "Linear" => Multiply(node),
        "MaxPool2d" => Pool(node, Largest),
        "AvgPool2d" => Pool(node, Mean(node)),
        "BatchNorm2d" => Normalize(node),
        "Relu" => Map(node, x => x > 0 || double.IsNaN(x) ? x : 0),
        "Tanh" => Map(node, Math.Tanh),
        "Sigmoid" => Map(node, x => 1 / (1 + Math.Exp(-x))),
        "Add" => [.. Of(node, 0).Zip(Of(node, 1), (a, b) => a + b)],
        "Multiply" => [.. Of(node, 0).Zip(Of(node, 1), (a, b) => a * b)],
        "Flatten" => Of(node, 0),
        // Only BatchNorm2d reads these, which looks at their inputs itself.
        OpNames.BatchStatistics or OpNames.RunningStatistics or OpNames.UpdateRunningStatistics => [],
        _ => throw new NotSupportedException(node.Op),
    };

    private double[] Of(Node node, int input) => _values[node.Inputs[input]];

    private Shape ShapeOf(Node node, int input) => graph[node.Inputs[input]].Shape;

    private double[] Map(Node node, Func<double, double> f) => [.. Of(node, 0).Select(f)];

    private double[] Convolve(Node node)
    {
        (Shape image, Shape filters, Shape result) = (ShapeOf(node, 0), ShapeOf(node, 1), node.Shape);
        (double[] x, double[] weight) = (Of(node, 0), Of(node, 1));
        Window window = Window.Of(node.Attributes, filters[2], filters[3]);
        int groupOutputs = result[0] / node.Attributes.Int("groups");
        double[] y = new double[samples * result.Length];
        foreach ((int n, int o, int oy, int ox) in Positions(result))
        {
            double sum = node.Inputs.Count == 3 ? Of(node, 2)[o] : 0;
            for (int c = 0; c < filters[1]; c++)
            {
                int channel = o / groupOutputs * filters[1] + c;
                foreach ((int ky, int kx, int at) in Taps(window, image, oy, ox))
                    sum += weight[((o * filters[1] + c) * filters[2] + ky) * filters[3] + kx] * x[(n * image[0] + channel) * image[1] * image[2] + at];
            }
            y[Index(result, n, o, oy, ox)] = sum;
        }
        return y;
    }

    private double[] Multiply(Node node)
    {
        (int outputs, int inputs) = (node.Shape[0], ShapeOf(node, 0)[0]);
        (double[] x, double[] weight) = (Of(node, 0), Of(node, 1));
        double[] y = new double[samples * outputs];
        for (int i = 0; i < y.Length; i++)
        {
            (int n, int o) = (i / outputs, i % outputs);
            y[i] = (node.Inputs.Count == 3 ? Of(node, 2)[o] : 0) + Enumerable.Range(0, inputs).Sum(k => weight[o * inputs + k] * x[n * inputs + k]);
        }
        return y;
    }

    private double[] Pool(Node node, Func<IReadOnlyList<double>, int, int, double> summarize)
    {
        (Shape image, Shape result) = (ShapeOf(node, 0), node.Shape);
        double[] x = Of(node, 0);
        Window window = Window.Of(node.Attributes);
        double[] y = new double[samples * result.Length];
        foreach ((int n, int c, int oy, int ox) in Positions(result))
        {
            double[] seen = [.. Taps(window, image, oy, ox).Select(t => x[(n * image[0] + c) * image[1] * image[2] + t.At])];
            y[Index(result, n, c, oy, ox)] = summarize(seen, oy, ox);
        }
        return y;
    }

    private static double Largest(IReadOnlyList<double> values, int oy, int ox) => values.Any(double.IsNaN) ? double.NaN : values.Max();

    private Func<IReadOnlyList<double>, int, int, double> Mean(Node node)
    {
        Window window = Window.Of(node.Attributes);
        Shape image = ShapeOf(node, 0);
        bool countPadding = node.Attributes.Flag("countIncludePad");
        return (values, oy, ox) =>
        {
            int height = Math.Min(window.KernelHeight, image[1] + window.Padding.Top + window.Padding.Bottom - oy * window.StrideY);
            int width = Math.Min(window.KernelWidth, image[2] + window.Padding.Left + window.Padding.Right - ox * window.StrideX);
            return values.Sum() / (countPadding ? height * width : values.Count);
        };
    }

    private double[] Normalize(Node node)
    {
        Shape shape = node.Shape;
        int plane = shape[1] * shape[2];
        (double[] x, double[] y) = (Of(node, 0), new double[samples * shape.Length]);
        Node statistics = graph[node.Inputs[3]];
        double eps = statistics.Attributes["eps"].Number;
        for (int c = 0; c < shape[0]; c++)
        {
            int[] at = [.. Enumerable.Range(0, samples * plane).Select(i => (i / plane * shape[0] + c) * plane + i % plane)];
            bool ofBatch = statistics.Is(OpNames.BatchStatistics);
            double mean = ofBatch ? at.Average(i => x[i]) : Of(statistics, 0)[c];
            double variance = ofBatch ? at.Average(i => (x[i] - mean) * (x[i] - mean)) : Of(statistics, 1)[c];
            foreach (int i in at)
                y[i] = (x[i] - mean) / Math.Sqrt(variance + eps) * Of(node, 1)[c] + Of(node, 2)[c];
        }
        return y;
    }

    private IEnumerable<(int N, int C, int Y, int X)> Positions(Shape shape) =>
        from n in Enumerable.Range(0, samples)
        from c in Enumerable.Range(0, shape[0])
        from y in Enumerable.Range(0, shape[1])
        from x in Enumerable.Range(0, shape[2])
        select (n, c, y, x);

    private static IEnumerable<(int Ky, int Kx, int At)> Taps(Window window, Shape image, int oy, int ox) =>
        from ky in Enumerable.Range(0, window.KernelHeight)
        let y = oy * window.StrideY - window.Padding.Top + ky * window.DilationY
        where y >= 0 && y < image[1]
        from kx in Enumerable.Range(0, window.KernelWidth)
        let x = ox * window.StrideX - window.Padding.Left + kx * window.DilationX
        where x >= 0 && x < image[2]
        select (ky, kx, y * image[2] + x);

    private static int Index(Shape shape, int n, int c, int y, int x) => ((n * shape[0] + c) * shape[1] + y) * shape[2] + x;
}
