using ModelGen.Generator.Graphs;
using ModelGen.Generator.Ops;
using ModelGen.Generator.Passes;
using ModelGen.Tests.Harness;
using ModelGen.Tests.Reference;

namespace ModelGen.Tests.Golden;

/// <summary>How much the algorithms of a convolution round, against plain loops in double precision.</summary>
public class ExactnessTests
{
    [Theory]
    [InlineData(16, 3e-7)]
    [InlineData(256, 1.2e-6)]
    public void DirectSumsRoundLessThanTheLargerTiles(int channels, double bound)
    {
        Graph declared = Declare(channels);
        var random = new Random(channels);
        Dictionary<string, float[]> values = declared.Nodes.Where(n => n.Op is OpNames.Input or OpNames.Parameter)
            .ToDictionary(n => n.Name, n => Enumerable.Range(0, (int)n.Shape.Length).Select(_ => (float)(random.NextDouble() * 2 - 1)).ToArray());
        double[] expected = ReferenceInterpreter.Outputs(declared, 1, values.ToDictionary(v => v.Key, v => v.Value.Select(x => (double)x).ToArray()))[Pipeline.Output];
        double[] errors = [.. new[] { ChooseAlgorithms.Auto, ChooseAlgorithms.Winograd4 }.Select(algorithm =>
        {
            Graph graph = Pipeline.ForInference(Declare(channels, algorithm), new CompilerOptions(Optimization.Exact));
            var check = new GraphCheck(new GraphFunction($"Exact{channels}{algorithm}", graph, 1, ParameterUse.Constant), 1);
            foreach ((string name, float[] value) in values)
                check.Values[name] = value;
            float[] got = check.Run(GeneratedLibrary.Compile(check.Function))[Pipeline.Output];
            return Math.Sqrt(got.Zip(expected, (g, e) => (g - e) * (g - e)).Average() / expected.Average(e => e * e));
        })];
        Assert.True(errors[0] < bound && errors[0] < 0.75 * errors[1], $"direct sums are off by {errors[0]:G3} of the results, F(4×4, 3×3) by {errors[1]:G3}");
    }

    private static Graph Declare(int channels, string algorithm = ChooseAlgorithms.Auto)
    {
        var builder = new GraphBuilder("exact");
        int x = builder.Input("input", TensorType.Sample(channels, 14, 14));
        Operator op = OperatorTable.Get(OpNames.Conv2d);
        x = op.BuildLayer(builder, [x], op.WithDefaults(AttributeMap.Of(("outChannels", 16), ("kernelSize", new[] { 3, 3 }), ("padding", new[] { 1, 1, 1, 1 }), (ChooseAlgorithms.Wish, algorithm)), forLayer: true), "conv");
        builder.Output(Pipeline.Output, x);
        return builder.Build();
    }
}
