using System.Text.Json;
using ModelGen.Generator.Differentiation;
using ModelGen.Generator.Graphs;
using ModelGen.Generator.Model;
using ModelGen.Generator.Ops;
using ModelGen.Generator.Passes;
using ModelGen.Safetensors;
using ModelGen.Tests.Harness;

namespace ModelGen.Tests.Golden;

/// <summary>
/// The cases of single operators as graphs with their expected values: forward as in inference, and forward with all gradients as in
/// training. Every other case runs with fewer samples than its plan has room for.
/// </summary>
internal static class OperatorCases
{
    private const string Layer = "op";

    public static IEnumerable<string> Ids =>
        GoldenData.Operators.Where(o => o.TryGetProperty("gradOutput", out _)).Select(o => o.Text("id"));

    public static IEnumerable<GraphCheck> Build(string id)
    {
        JsonElement entry = GoldenData.Operator(id);
        using SafetensorsFile file = GoldenData.Open(entry);
        Graph declared = Declare(entry, out string[] inputs);
        int samples = entry.GetProperty("shapes").GetProperty("inputs")[0][0].GetInt32();
        int room = samples + (int.Parse(id[^1..], System.Globalization.CultureInfo.InvariantCulture) % 2 == 0 ? 0 : 2);

        bool training = entry.TryGetProperty("training", out JsonElement flag) && flag.GetBoolean();
        if (!training)
        {
            var forward = new GraphCheck(new GraphFunction(id + "_forward", Pipeline.ForInference(declared), room, ParameterUse.Constant),
                samples);
            Fill(forward, entry, file, inputs);
            yield return forward;
        }

        Graph prepared = training ? PrepareTraining.Run(declared) : declared;
        Graph gradient = Differentiate.VectorJacobian(prepared, ValueNames.Output, n => IsDifferentiable(n, entry));
        var both = new GraphCheck(new GraphFunction(id + "_gradient", gradient, room, ParameterUse.Changing), samples);
        Fill(both, entry, file, inputs);
        both.Values["gradOutput"] = file.Floats(entry.Text("gradOutput"));
        foreach ((string role, string tensor) in entry.Names("gradients"))
            both.Expected["grad." + NameOf(role, inputs)] = new Expected(file.Floats(tensor), GradientTolerance(entry));
        // Running averages: one of two products, each rounded, of statistics that are five roundings off.
        foreach ((string role, string tensor) in entry.Names("buffersAfter"))
            both.Expected[$"{Layer}.{role}"] = new Expected(file.Floats(tensor), Tolerance.OfMax(6e-7));
        yield return both;
    }

    private static Graph Declare(JsonElement entry, out string[] inputs)
    {
        string op = entry.Text("op");
        inputs = [.. entry.Texts("inputs").Select(t => t[(t.IndexOf('.', StringComparison.Ordinal) + 1)..])];
        int[][] shapes = [.. entry.GetProperty("shapes").GetProperty("inputs").EnumerateArray().Select(s => s.Ints())];
        var builder = new GraphBuilder("golden");
        int[] operands = new int[inputs.Length];
        for (int i = 0; i < inputs.Length; i++)
        {
            ElementType element = inputs[i] == "labels" ? ElementType.I32 : ElementType.F32;
            // A number for each sample is a feature of one.
            int[] shape = shapes[i].Length == 1 && element == ElementType.F32 ? [shapes[i][0], 1] : shapes[i];
            operands[i] = builder.Input(inputs[i], GoldenData.Sample(shape) with { Element = element });
        }
        builder.Output(ValueNames.Output, Build(builder, entry, op, operands));
        return builder.Build();
    }

    private static int Build(GraphBuilder builder, JsonElement entry, string op, int[] operands)
    {
        switch (op)
        {
            case "Dropout":
                return builder.Add(OpNames.Multiply, operands);
            default:
                Operator description = OperatorTable.Get(op switch { "Mul" => OpNames.Multiply, "MultiMargin" => OpNames.Hinge, _ => op });
                AttributeMap attributes = entry.Attributes(description);
                if (op == "PRelu")
                    attributes = attributes.With("numParameters", WeightCount(entry));
                return description.BuildLayer(builder, operands, attributes, Layer);
        }
    }

    // What the data does not say, since PyTorch's function takes the weights themselves.
    private static int WeightCount(JsonElement entry)
    {
        using SafetensorsFile file = GoldenData.Open(entry);
        return file.Floats(entry.Names("parameters").Single(p => p.Role == "weight").Tensor).Length;
    }

    private static void Fill(GraphCheck check, JsonElement entry, SafetensorsFile file, string[] inputs)
    {
        foreach ((string name, string tensor) in inputs.Zip(entry.Texts("inputs")))
        {
            if (name == "labels")
                check.Labels[name] = file.Labels(tensor);
            else
                check.Values[name] = file.Floats(tensor);
        }
        if (inputs.Contains("mask"))
        {
            float scale = (float)(1 / (1 - entry.GetProperty("attributes").GetProperty("p").GetDouble()));
            check.Values["mask"] = [.. check.Values["mask"].Select(m => m * scale)];
        }
        foreach ((string role, string tensor) in entry.Names("parameters").Concat(entry.Names("buffers")))
            check.Values[$"{Layer}.{role}"] = file.Floats(tensor);
        check.Expected[ValueNames.Output] = new Expected(file.Floats(entry.Texts("outputs")[0]), ForwardTolerance(entry.Text("op")));
    }

    private static bool IsDifferentiable(Node node, JsonElement entry) =>
        (node.Is(OpNames.Input) && entry.GetProperty("gradients").TryGetProperty(node.Name, out _))
        || (node.Is(OpNames.Parameter) && Initializers.IsTrainable(node));

    private static string NameOf(string role, string[] inputs) => inputs.Contains(role) ? role : $"{Layer}.{role}";

    // The bounds the project promises, in roundings up of 2⁻²³ = 1.2e-7: 1.2e-6 are ten, 6e-7 five. "Of the largest" where results are
    // differences of larger values. PyTorch in single precision is off by up to 7.4e-7 of the largest (float32Deviation of the cases).
    private static Tolerance ForwardTolerance(string op) => op switch
    {
        "Relu" or "MaxPool2d" or "Flatten" or "Relu6" or "Concat" or "Maximum" or "Pad" or "Minimum"
            or "Crop" or "PixelShuffle" or "ChannelShuffle" => Tolerance.Exact,
        _ when Moves(op) || op.StartsWith("Greater", StringComparison.Ordinal) || op.StartsWith("Less", StringComparison.Ordinal)
            || op is "ArgMax" or "ReduceMax" or "ReduceMin" => Tolerance.Exact,
        "Subtract" or "Divide" => new Tolerance(FloatsBetween: 1),
        "Pow" => new Tolerance(FloatsBetween: 2),
        "ReduceSum" or "ReduceMean" => Tolerance.OfMax(1.2e-6),
        "LeakyRelu" or "Affine" => new Tolerance(FloatsBetween: 1),
        "Elu" or "Softplus" or "Silu" or "HardSwish" or "HardSigmoid" or "PRelu" => new Tolerance(FloatsBetween: 4),
        // Where the distribution is a small tail, the square in its exponent is rounded.
        "Gelu" => new Tolerance(FloatsBetween: 4, AbsoluteOfMax: 1.2e-7),
        "Mul" => new Tolerance(FloatsBetween: 2),
        "LocalResponseNorm" => new Tolerance(Relative: 1.2e-6),
        "LogSoftmax" => new Tolerance(Relative: 1.2e-6, Absolute: 2.4e-7), // near 0, where the sum of exponentials is rounded near 1
        "Add" => new Tolerance(FloatsBetween: 1, AbsoluteOfMax: 1.2e-7),
        "Dropout" => new Tolerance(FloatsBetween: 1),
        "Tanh" or "Sigmoid" => new Tolerance(FloatsBetween: 2),
        "Softmax" => new Tolerance(Relative: 1.2e-6),
        "AvgPool2d" or "GlobalAvgPool2d" or "AdaptiveAvgPool2d" => Tolerance.OfMax(1.2e-6),
        "BatchNorm2d" or "InstanceNorm2d" => Tolerance.OfMax(6e-7),
        _ => Tolerance.Forward,
    };

    // Elements that go elsewhere, and nothing else.
    private static bool Moves(string op) => op is "Reshape" or "Squeeze" or "Unsqueeze" or "Permute" or "Transpose" or "Slice" or "Expand"
        or "IndexSelect" or "Stack";

    private static Tolerance GradientTolerance(JsonElement entry) => entry.Text("op") switch
    {
        "Relu" or "Flatten" or "Relu6" or "Concat" or "Crop" or "PixelShuffle" or "ChannelShuffle" => Tolerance.Exact,
        // Of what is repeated it is a sum.
        "Add" or "Maximum" when entry.GetProperty("shapes").GetProperty("inputs").EnumerateArray()
            .Select(s => string.Join(',', s.Ints())).Distinct().Count() == 1 => Tolerance.Exact,
        string op when Moves(op) && op is not ("IndexSelect" or "Expand") => Tolerance.Exact,
        _ => Tolerance.Gradient,
    };
}
