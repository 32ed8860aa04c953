using ModelGen.Generator.Graphs;
using ModelGen.Generator.Layouts;
using ModelGen.Generator.Model;
using ModelGen.Generator.Ops;
using ModelGen.Generator.Scheduling;
using ModelGen.Tests.Harness;
using ModelGen.Tests.Reference;

namespace ModelGen.Tests.Golden;

/// <summary>
/// NaN, infinities, denormals and ±0 through generated kernels, in channel blocks and in planes, against the same in double precision.
/// </summary>
internal static class SpecialValues
{
    private const int Samples = 2;
    private static readonly string[] Operators = ["Relu", "MaxPool2d", "MaxPool2dPadded", "AvgPool2d", "Conv2d"];

    public static IEnumerable<string> Ids =>
        from kind in new[] { LayoutKind.Blocked, LayoutKind.Pitched } from op in Operators select $"special_{op}_{kind}";

    public static GraphCheck Build(string id)
    {
        string[] parts = id.Split('_');
        var kind = Enum.Parse<LayoutKind>(parts[2]);
        (Graph graph, float[] filters) = Declare(parts[1], kind);
        int computed = graph.Outputs.Single().Value;
        Layout layout = LayoutOf(graph, computed);
        if (layout.Kind != kind)
            throw new InvalidOperationException($"{id}: the planner chose {layout}; the case needs another network to say anything");

        var check = new GraphCheck(new GraphFunction(id, graph, Samples, ParameterUse.Constant), Samples);
        check.Values["input"] = Wild((int)graph.Inputs.Single().Shape.Length * Samples);
        foreach (Node parameter in graph.Parameters)
            check.Values[parameter.Name] = filters;
        Dictionary<string, double[]> values = check.Values.ToDictionary(v => v.Key, v => v.Value.Select(x => (double)x).ToArray());
        double[] expected = ReferenceInterpreter.Outputs(graph, Samples, values)[ValueNames.Output];
        // Means of at most 16 values: 16·2⁻²⁴ and the rounding of the factor.
        Tolerance tolerance = parts[1] is "Conv2d" ? Tolerance.Forward : parts[1] is "AvgPool2d"
            ? new Tolerance(Relative: 1.2e-6, Absolute: 1.2e-6) : Tolerance.Exact;
        check.Expected[ValueNames.Output] = new Expected([.. expected.Select(v => (float)v)], tolerance);
        return check;
    }

    // A convolution of each channel by itself, with a filter of 1, brings values into planes and changes none of them.
    private static (Graph Graph, float[] Filters) Declare(string op, LayoutKind kind)
    {
        int channels = kind == LayoutKind.Blocked ? 20 : 3;
        var builder = new GraphBuilder("special");
        int x = builder.Input("input", TensorType.Sample(channels, 9, 21));
        float[] filters = [.. Enumerable.Repeat(1f, channels)];
        if (op == "Conv2d")
        {
            int outChannels = kind == LayoutKind.Blocked ? 20 : 2;
            int weight = builder.Parameter("weight", TensorType.Fixed(outChannels, channels, 3, 3), AttributeMap.Empty);
            x = builder.Add("Conv2d", [x, weight], AttributeMap.Of(("padding", new[] { 1, 1, 1, 1 })));
            filters = [.. Enumerable.Range(0, outChannels * channels * 9).Select(i => (i % 13 - 6.5f) / 16)];
        }
        else
        {
            if (kind == LayoutKind.Pitched)
            {
                int weight = builder.Parameter("weight", TensorType.Fixed(channels, 1, 1, 1), AttributeMap.Empty);
                x = builder.Add("Conv2d", [x, weight], AttributeMap.Of(("groups", channels)));
            }
            x = op switch
            {
                "Relu" => builder.Add("Relu", x),
                "MaxPool2dPadded" =>
                    builder.Add("MaxPool2d", [x], AttributeMap.Of(("kernelSize", new[] { 3, 3 }), ("stride", new[] { 2, 2 }),
                        ("padding", new[] { 1, 1 }))),
                _ => builder.Add(op, [x], AttributeMap.Of(("kernelSize", new[] { 2, 2 }))),
            };
        }
        builder.Output(ValueNames.Output, x);
        return (builder.Build(), filters);
    }

    private static Layout LayoutOf(Graph graph, int value)
    {
        LaidOutGraph laidOut = LayoutPlanner.Plan(graph, p => Layout.Dense(p.Shape));
        Node computed = laidOut.Graph.Nodes.Last(n => n.Op == graph[value].Op);
        return laidOut.Layouts[computed.Id];
    }

    // Mostly ordinary values, so that convolutions have finite results too.
    private static float[] Wild(int length)
    {
        float[] special = [0f, -0f, float.NaN, float.PositiveInfinity, float.NegativeInfinity, float.Epsilon, -float.Epsilon, 1e-40f,
            -1e-39f];
        var random = new Random(5);
        return [.. Enumerable.Range(0, length)
            .Select(_ => random.Next(60) == 0 ? special[random.Next(special.Length)] : (float)(random.NextDouble() * 2 - 1))];
    }
}
