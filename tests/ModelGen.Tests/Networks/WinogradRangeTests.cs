using ModelGen.Generator.Graphs;
using ModelGen.Generator.Model;
using ModelGen.Generator.Ops;
using ModelGen.Generator.Passes;
using ModelGen.Tests.Harness;
using ModelGen.Tests.Reference;

namespace ModelGen.Tests.Networks;

/// <summary>
/// What is promised of infinities, NaN and very large numbers in Winograd's algorithm and in direct sums (<see cref="ConvAlgorithm"/>).
/// </summary>
public class WinogradRangeTests
{
    private const int Channels = 17, OutChannels = 19, Height = 20, Width = 23, Row = 9, Column = 10;

    private sealed record Form(string Algorithm, int Kernel, int Stride)
    {
        public GraphFunction Function { get; } = Declare(Algorithm, Kernel, Stride);

        public WinogradForm? Winograd => ConvolutionPlan.Of(Function.Graph.Nodes.Single(n => n.Is(OpNames.Conv2d))).Winograd;
    }

    private static readonly Form[] Forms =
    [
        new("winograd2", 3, 1), new("winograd4", 3, 1), new("winograd2", 5, 1), new("winograd2", 3, 2), new("direct", 3, 1),
        new("direct", 5, 1), new("direct", 3, 2), new("auto", 3, 1),
    ];

    private static readonly Lazy<GeneratedLibrary> Library = new(() => GeneratedLibrary.Compile([.. Forms.Select(f => f.Function)]));

    public static TheoryData<int, float> Spoilt
    {
        get
        {
            var data = new TheoryData<int, float>();
            for (int form = 0; form < Forms.Length; form++)
            {
                foreach (float value in new[] { float.PositiveInfinity, float.NegativeInfinity, float.NaN, 1e38f })
                    data.Add(form, value);
            }
            return data;
        }
    }

    public static TheoryData<int> All => [.. Enumerable.Range(0, Forms.Length)];

    [Theory, MemberData(nameof(Spoilt))]
    public void AValueSpoilsNoOtherTiles(int number, float value)
    {
        Form form = Forms[number];
        float[] image = Values(Channels * Height * Width, 1), filters = Values(OutChannels * Channels * form.Kernel * form.Kernel, 2);
        float[] clean = Run(form, image, filters);
        image[(3 * Height + Row) * Width + Column] = value;
        float[] spoilt = Run(form, image, filters);

        int padding = form.Kernel / 2;
        (int height, int width) = ((Height - 1) / form.Stride + 1, (Width - 1) / form.Stride + 1);
        // Direct sums are tiles of one result.
        (int size, int step, int patch) = form.Winograd is { } tile
            ? (tile.Size, tile.Size * form.Stride, (tile.Size - 1) * form.Stride + form.Kernel) : (1, form.Stride, form.Kernel);
        int touched = 0;
        for (int i = 0; i < clean.Length; i++)
        {
            (int y, int x) = (i / width % height, i % width);
            if (Reads(y, Row) && Reads(x, Column))
                touched++;
            else
                Assert.True(clean[i].Equals(spoilt[i]), $"{form}: {spoilt[i]} instead of {clean[i]} at ({y}, {x})");
        }
        Assert.InRange(touched, 1, clean.Length / 2);

        bool Reads(int result, int input)
        {
            int first = result / size * step - padding;
            return first <= input && input < first + patch;
        }
    }

    [Theory, MemberData(nameof(Spoilt))]
    public void DirectSumsAreFiniteWhereTheyAreDefinedToBe(int number, float value)
    {
        Form form = Forms[number];
        if (form.Winograd is not null)
            return;
        float[] image = Values(Channels * Height * Width, 1), filters = Values(OutChannels * Channels * form.Kernel * form.Kernel, 2);
        image[(3 * Height + Row) * Width + Column] = value;
        double[] expected = Expect(form, image, filters);
        float[] actual = Run(form, image, filters);
        for (int i = 0; i < actual.Length; i++)
        {
            bool fits = double.IsFinite(expected[i]) ? Math.Abs(actual[i] - expected[i]) <= 1e-5 * Math.Max(1, Math.Abs(expected[i]))
                : ((double)actual[i]).Equals(expected[i]);
            Assert.True(fits, $"{form}: {actual[i]} instead of {expected[i]} at {i}");
        }
    }

    // The largest that is promised, once by large inputs, once by large weights; all signs equal, alternating, and at random.
    [Theory, MemberData(nameof(All))]
    public void ResultsAreFiniteUpToTheBound(int number)
    {
        Form form = Forms[number];
        foreach (float input in new[] { 1e37f, 1e17f, 1e-4f })
        for (int signs = 0; signs < 4; signs++)
        {
            float weight = (float)(1e34 / Channels / input);
            float[] image = [.. Signs(Channels * Height * Width, signs, 3).Select(s => s * input)];
            float[] filters = [.. Signs(OutChannels * Channels * form.Kernel * form.Kernel, signs, 4).Select(s => s * weight)];
            double[] expected = Expect(form, image, filters);
            float[] actual = Run(form, image, filters);
            double largest = expected.Max(Math.Abs);
            for (int i = 0; i < actual.Length; i++)
                Assert.True(Math.Abs(actual[i] - expected[i]) <= 1e-4 * largest,
                    $"{form}, inputs of {input}, weights of {weight}, signs {signs}: {actual[i]} instead of {expected[i]} at {i}");
        }
    }

    [Fact]
    public void EveryFormIsThere()
    {
        Assert.Equal(WinogradForm.All, WinogradForm.All.Intersect(Forms.Select(f => f.Winograd)));
        // Without a wish and for exactness.
        Assert.Null(Forms[^1].Winograd);
    }

    private static int[] Signs(int count, int kind, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count)
            .Select(i => kind switch { 0 => 1, 1 => i % 2 == 0 ? 1 : -1, 2 => i / 2 % 2 == 0 ? 1 : -1, _ => random.Next(2) * 2 - 1 })];
    }

    private static float[] Values(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (float)(random.NextDouble() - 0.5))];
    }

    private static float[] Run(Form form, float[] image, float[] filters)
    {
        var check = new GraphCheck(form.Function, 1);
        (check.Values["input"], check.Values["conv.weight"]) = (image, filters);
        return check.Run(Library.Value)["output"];
    }

    private static double[] Expect(Form form, float[] image, float[] filters) => ReferenceInterpreter.Outputs(
        form.Function.Graph, 1, new Dictionary<string, double[]> { ["input"] = [.. image.Select(v => (double)v)],
            ["conv.weight"] = [.. filters.Select(v => (double)v)] })["output"];

    private static GraphFunction Declare(string algorithm, int kernel, int stride)
    {
        var graph = new GraphBuilder($"Range{algorithm}{kernel}By{stride}");
        Operator convolution = OperatorTable.Get(OpNames.Conv2d);
        int padding = kernel / 2;
        graph.Output("output", convolution.BuildLayer(graph, [graph.Input("input", TensorType.Sample(Channels, Height, Width))],
            convolution.WithDefaults(AttributeMap.Of(
            ("outChannels", OutChannels), ("kernelSize", new[] { kernel, kernel }), ("stride", new[] { stride, stride }),
            ("padding", new[] { padding, padding, padding, padding }), ("bias", 0), ("algorithm", algorithm)),
            forLayer: true), "conv"));
        Graph inference = Pipeline.ForInference(graph.Build(), new CompilerOptions(Optimization.Exact));
        return new GraphFunction(inference.Name, inference, 1, ParameterUse.Constant);
    }
}
