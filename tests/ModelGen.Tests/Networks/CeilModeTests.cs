using ModelGen.Generator.Differentiation;
using ModelGen.Generator.Graphs;
using ModelGen.Generator.Ops;
using ModelGen.Tests.Harness;
using ModelGen.Tests.Reference;

namespace ModelGen.Tests.Networks;

[Network, Input(1, 2, 2)]
[MaxPool2d(3, Stride = 2, CeilMode = true)]
internal sealed partial class LargestOfAll;

[Network, Input(1, 2, 2)]
[AvgPool2d(3, Stride = 2, CeilMode = true)]
internal sealed partial class MeanOfAll;

/// <summary>Pools whose window is larger than the padded image, by less than their stride.</summary>
public class CeilModeTests
{
    private const int Samples = 2;

    // Size, window, stride, padding and dilation, downwards and across.
    private static readonly (int[] Size, int[] Kernel, int[] Stride, int[] Padding, int[] Dilation)[] Windows =
    [
        ([2, 2], [3, 3], [2, 2], [0, 0], [1, 1]),
        ([1, 1], [2, 2], [2, 2], [0, 0], [1, 1]),
        ([1, 6], [3, 3], [3, 2], [0, 1], [1, 1]),
        ([7, 2], [2, 5], [2, 4], [1, 0], [1, 1]),
        ([1, 2], [5, 6], [3, 3], [1, 1], [1, 1]),
        ([3, 2], [2, 2], [3, 4], [0, 0], [3, 4]),
    ];

    private sealed record Case(string Op, GraphFunction Function);

    private static readonly Lazy<(Case[] Cases, GeneratedLibrary Library)> Compiled = new(() =>
    {
        Case[] cases = [.. Windows.SelectMany((_, i) => new[] { 3, 19 }.SelectMany(channels => new[]
        {
            Declare(i, channels, "MaxPool2d"), Declare(i, channels, "AvgPool2d", ("countIncludePad", 1)),
                Declare(i, channels, "AvgPool2d", ("countIncludePad", 0)),
        })).OfType<Case>()];
        return (cases, GeneratedLibrary.Compile([.. cases.Select(c => c.Function)]));
    });

    [Fact]
    public void OneWindowSeesAll()
    {
        float[] image = [0, 1, 2, 3], result = new float[1];
        new LargestOfAll(LargestOfAll.CreateWeights(1)).Forward(image, result);
        Assert.Equal([3f], result);
        new MeanOfAll(MeanOfAll.CreateWeights(1)).Forward(image, result);
        Assert.Equal([1.5f], result);
    }

    // 3 channels are taken in planes, 19 in blocks.
    [Theory]
    [InlineData("MaxPool2d")]
    [InlineData("AvgPool2d")]
    public void KernelsAndGradientsMatchTheInterpreter(string op)
    {
        Case[] cases = [.. Compiled.Value.Cases.Where(c => c.Op == op)];
        Assert.True(cases.Length >= 10);
        foreach (GraphFunction function in cases.Select(c => c.Function))
        {
            Graph graph = function.Graph;
            Dictionary<string, double[]> values = RandomGraphs.Values(graph, Samples, 1);
            var check = new GraphCheck(function, Samples);
            foreach ((string name, double[] value) in values)
                check.Values[name] = [.. value.Select(v => (float)v)];
            // Held to the interpreter, and to what rounding explains, as every check is.
            string[] failures = [.. check.Failures(Compiled.Value.Library)];
            Assert.True(failures.Length == 0, $"{string.Join("\n", failures)}\n{graph}");
        }
    }

    // Dilation is for the largest value alone.
    private static Case? Declare(int number, int channels, string op, params (string, AttributeValue)[] more)
    {
        (int[] size, int[] kernel, int[] stride, int[] padding, int[] dilation) = Windows[number];
        if (op == "AvgPool2d" && dilation is not [1, 1])
            return null;
        var graph = new GraphBuilder($"Ceil{op}{number}Of{channels}" + string.Concat(more.Select(m => m.Item2)));
        int x = graph.Input("input", TensorType.Sample(2, size[0], size[1]));
        int convolved = Layer("Conv2d", x, ("outChannels", channels), ("kernelSize", new[] { 3, 3 }), ("padding", new[] { 1, 1, 1, 1 }),
            ("bias", 0));
        (string, AttributeValue)[] window = [("kernelSize", kernel), ("stride", stride), ("padding", padding), ("ceilMode", 1)];
        graph.Output("output", Layer(op, convolved, [.. window, .. op == "MaxPool2d" ? [("dilation", dilation)] : more]));
        Graph gradients = Differentiate.VectorJacobian(graph.Build(), "output", GradientConfigurations.IsWanted);
        return new Case(op, new GraphFunction(gradients.Name, gradients, Samples, ParameterUse.Changing));

        int Layer(string name, int input, params (string, AttributeValue)[] attributes)
        {
            Operator description = OperatorTable.Get(name);
            return description.BuildLayer(graph, [input], description.WithDefaults(AttributeMap.Of(attributes), forLayer: true), name);
        }
    }
}
