using ModelGen.Generator.Graphs;
using ModelGen.Generator.Model;
using ModelGen.Generator.Ops;
using ModelGen.Generator.Passes;
using ModelGen.Tests.Harness;
using ModelGen.Tests.Reference;
using Xunit.Abstractions;

namespace ModelGen.Tests.Golden;

/// <summary>How much the algorithms of a convolution round, against plain loops in double precision.</summary>
public class ExactnessTests(ITestOutputHelper output)
{
    // Roundings that know nothing of each other make the deviations that RunningErrorInterpreter gives. What the model leaves out, as the
    // roundings of constants, comes to a fifth at most.
    private const double MostOfLikely = 1.4;

    [Theory]
    [InlineData(16)]
    [InlineData(256)]
    public void DirectSumsRoundLessThanTheLargerTiles(int channels)
    {
        Measured[] all = Errors(new(channels, 3, 14), least: -1, ConvolutionAlgorithms.Direct, ConvolutionAlgorithms.Winograd4);
        Assert.True(all[0].Error < 0.75 * all[1].Error, $"direct sums: {all[0]}; F(4×4, 3×3): {all[1]}");
        Assert.All(all, AssertLikely);
    }

    // Maps and channels of VGG, ResNets, AlexNet and Inception; inputs of both signs, and of one, as activations leave them, where sums are
    // larger than what is left of them.
    [Theory]
    [InlineData(ConvolutionAlgorithms.Winograd4, 3, 64, 56)]
    [InlineData(ConvolutionAlgorithms.Winograd4, 3, 128, 28)]
    [InlineData(ConvolutionAlgorithms.Winograd4, 3, 512, 14)]
    [InlineData(ConvolutionAlgorithms.Winograd4, 3, 256, 13)]
    [InlineData(ConvolutionAlgorithms.Winograd2, 3, 512, 7)]
    [InlineData(ConvolutionAlgorithms.Winograd2, 3, 256, 14)]
    [InlineData(ConvolutionAlgorithms.Winograd2, 5, 64, 27)]
    [InlineData(ConvolutionAlgorithms.Winograd2, 5, 48, 35)]
    [InlineData(ConvolutionAlgorithms.Winograd2, 5, 512, 14)]
    [InlineData(ConvolutionAlgorithms.Winograd2, 3, 128, 56, 2)]
    [InlineData(ConvolutionAlgorithms.Winograd2, 3, 512, 14, 2)]
    public void WinogradIsCloseToDoublePrecision(string algorithm, int kernel, int channels, int size, int stride = 1)
    {
        foreach (double least in (double[])[-1, 0])
        {
            Measured[] all = Errors(new(channels, kernel, size, stride), least, algorithm, ConvolutionAlgorithms.Direct);
            output.WriteLine(
                $"{algorithm} {kernel}×{kernel} by {stride} {channels}×{size}×{size} inputs from {least}: {all[0]}; direct: {all[1]}");
            Assert.All(all, AssertLikely);
        }
    }

    private static void AssertLikely(Measured rounding)
    {
        Assert.Null(rounding.OutOfBounds);
        Assert.True(rounding.Error < MostOfLikely * rounding.Likely, rounding.ToString());
    }

    /// <summary>
    /// How far results are off, of their size, in L2 norms; how far they are likely to be; and what is beyond what any roundings could do.
    /// </summary>
    private sealed record Measured(double Error, double Likely, string? OutOfBounds)
    {
        public override string ToString() => FormattableString.Invariant($"off by {Error:G3} of the results, where {Likely:G3} is likely");
    }

    private sealed record Case(int Channels, int Kernel, int Size, int Stride = 1);

    // For each algorithm; inputs are between least and 1.
    private static Measured[] Errors(Case layer, double least, params string[] algorithms)
    {
        Graph declared = Declare(layer, ConvolutionAlgorithms.Direct);
        var random = new Random(layer.Channels);
        Dictionary<string, float[]> values = declared.Nodes.Where(n => n.Op is OpNames.Input or OpNames.Parameter)
            .ToDictionary(n => n.Name, n => Values(random, n.Op == OpNames.Input ? least : -1, (int)n.Shape.Length));
        Dictionary<string, double[]> widened = values.ToDictionary(v => v.Key, v => v.Value.Select(x => (double)x).ToArray());
        double[] expected = ReferenceInterpreter.Outputs(declared, 1, widened)[ValueNames.Output];
        double norm = Math.Sqrt(expected.Sum(e => e * e));
        return [.. algorithms.Select(algorithm =>
        {
            Graph graph = Pipeline.ForInference(Declare(layer, algorithm), new CompilerOptions(Optimization.Exact));
            var check = new GraphCheck(new GraphFunction($"Exact{layer.Channels}x{layer.Size}by{layer.Stride}{algorithm}", graph, 1,
                ParameterUse.Constant), 1);
            foreach ((string name, float[] value) in values)
                check.Values[name] = value;
            float[] got = check.Run(GeneratedLibrary.Compile(check.Function))[ValueNames.Output];
            Node last = graph[graph.Outputs.Single().Value];
            double[] likely = RunningErrorInterpreter.Likely(graph, last, 1, [.. last.Inputs.Select(i => widened[graph[i].Name])],
                TrainingStep.None);
            return new Measured(
                Math.Sqrt(got.Zip(expected, (g, e) => (g - e) * (g - e)).Sum()) / norm, Math.Sqrt(likely.Sum(o => o * o)) / norm,
                RunningErrorInterpreter.Outputs(graph, 1, widened)[ValueNames.Output].Compare(algorithm, got));
        })];
    }

    private static float[] Values(Random random, double least, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => (float)(least + random.NextDouble() * (1 - least)))];

    private static Graph Declare(Case layer, string algorithm)
    {
        var builder = new GraphBuilder("exact");
        int x = builder.Input("input", TensorType.Sample(layer.Channels, layer.Size, layer.Size));
        Operator op = OperatorTable.Get(OpNames.Conv2d);
        int pad = layer.Kernel / 2;
        x = op.BuildLayer(builder, [x], op.WithDefaults(AttributeMap.Of(
            ("outChannels", 16), ("kernelSize", new[] { layer.Kernel, layer.Kernel }), ("padding", new[] { pad, pad, pad, pad }),
            ("stride", new[] { layer.Stride, layer.Stride }), (ConvolutionAlgorithms.Attribute, algorithm)), forLayer: true), "conv");
        builder.Output(ValueNames.Output, x);
        return builder.Build();
    }
}
