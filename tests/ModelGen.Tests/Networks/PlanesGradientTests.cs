using System.Reflection;
using ModelGen.Generator.Differentiation;
using ModelGen.Generator.Graphs;
using ModelGen.Generator.Model;
using ModelGen.Generator.Ops;
using ModelGen.Tests.Harness;

namespace ModelGen.Tests.Networks;

/// <summary>
/// Operators between convolutions that want planes with borders (3 channels) or blocks (19): forward and backward, by differences of the
/// forward pass.
/// </summary>
public class PlanesGradientTests
{
    [Theory]
    [InlineData(3)]
    [InlineData(19)]
    public void GradientsAreThoseOfTheForwardPass(int channels)
    {
        var graph = new GraphBuilder("Planes" + channels);
        int x = Conv(graph, graph.Input("input", TensorType.Sample(2, 6, 7)), channels, "conv1");
        int gate = Layer(graph, "Sigmoid", "sigmoid", AttributeMap.Empty,
            Conv(graph, Layer(graph, "GlobalAvgPool2d", "pool", AttributeMap.Empty, x), channels, "squeeze"));
        int scaled = Layer(graph, "Multiply", "multiply", AttributeMap.Empty, gate, x);
        int biased = Layer(graph, "PositionBias", "position", AttributeMap.Empty,
            Layer(graph, "Softplus", "softplus", AttributeMap.Empty, scaled));
        int normed = Layer(graph, "LocalResponseNorm", "norm", AttributeMap.Of(("size", 3), ("alpha", 1.0)), biased);
        int joined = Layer(graph, "Concat", "concat", AttributeMap.Empty, normed, x,
            Layer(graph, "Elu", "elu", AttributeMap.Empty, scaled));
        int pooled = Layer(graph, "AdaptiveAvgPool2d", "adaptive", AttributeMap.Of(("outputSize", new[] { 4, 3 })), joined);
        graph.Output(ValueNames.Output, Conv(graph, pooled, channels, "conv2"));
        Graph declared = graph.Build();

        Graph gradients = Differentiate.VectorJacobian(declared, ValueNames.Output, n => n.Op is OpNames.Input or OpNames.Parameter);
        var function = new GraphFunction(declared.Name, gradients, 2, ParameterUse.Changing);
        var library = new GeneratedLibrary(Assembly.Load(GeneratedLibrary.CompileToImage([[function]])));
        var check = new GraphCheck(function, 2);
        var random = new Random(5);
        foreach (Node leaf in gradients.Nodes.Where(n => n.Op is OpNames.Input or OpNames.Parameter))
            check.Values[leaf.Name] = Random(random, (int)leaf.Shape.Length * (leaf.Type.PerSample ? 2 : 1));
        Dictionary<string, float[]> results = check.Run(library);

        foreach (string name in declared.Nodes.Where(n => n.Op is OpNames.Input or OpNames.Parameter).Select(n => n.Name))
        {
            const float Step = 1e-2f;
            float[] start = check.Values[name], direction = Random(random, start.Length);
            double upper = Along(Step), lower = Along(-Step);
            check.Values[name] = start;
            double expected = (upper - lower) / (2 * Step), actual = results["grad." + name].Zip(direction, (g, d) => (double)g * d).Sum();
            double size = Math.Sqrt(results["grad." + name].Sum(g => (double)g * g));
            // The rounding of both sums is divided by 2·Step, 0.02: 1e-3 are 330 roundings of 2⁻²⁴. Kinks within the step make the rest.
            Assert.True(Math.Abs(expected - actual) <= 5e-3 * size + 1e-3,
                $"{name}: {actual} instead of {expected}, the gradient's length being {size}");

            double Along(float step)
            {
                check.Values[name] = [.. start.Zip(direction, (v, d) => v + step * d)];
                return check.Run(library)[ValueNames.Output].Zip(check.Values["gradOutput"], (y, g) => (double)y * g).Sum();
            }
        }
    }

    private static int Conv(GraphBuilder graph, int input, int channels, string name) => Layer(
        graph, "Conv2d", name, AttributeMap.Of(("outChannels", channels), ("kernelSize", new[] { 3, 3 }),
            ("padding", new[] { 1, 1, 1, 1 })), input);

    private static int Layer(GraphBuilder graph, string name, string key, AttributeMap attributes, params int[] inputs)
    {
        Operator op = OperatorTable.Get(name);
        return op.BuildLayer(graph, inputs, op.WithDefaults(attributes, forLayer: true), key);
    }

    private static float[] Random(Random random, int length) =>
        [.. Enumerable.Range(0, length).Select(_ => (float)(random.NextDouble() - 0.5))];
}
