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
/// The small whole networks: logits, loss with all gradients, and five steps of training, each through the compiler's own pipeline.
/// </summary>
internal sealed class NetworkCases
{
    private readonly JsonElement _entry;

    private NetworkCases(string name)
    {
        _entry = GoldenData.Network(name);
        Samples = _entry.GetProperty("inputs").GetProperty("input")[0].GetInt32();
        Declared = Declare();
        Logits = new GraphFunction(name + "_logits", Pipeline.ForInference(Declared), Samples, ParameterUse.Constant);
        Gradient = new GraphFunction(name + "_gradient", WithGradients(), Samples, ParameterUse.Changing);
        Step = new GraphFunction(
            name + "_step", Pipeline.ForTraining(Declared, new TrainingOptions(Samples, OpNames.CrossEntropy, labelSmoothing: 0)), Samples,
            ParameterUse.Changing);
    }

    public static IEnumerable<string> Names => GoldenData.Networks.Select(n => n.Text("name"));

    public Graph Declared { get; }

    public int Samples { get; }

    public GraphFunction Logits { get; }

    public GraphFunction Gradient { get; }

    public GraphFunction Step { get; }

    public GraphFunction[] Functions => [Logits, Gradient, Step];

    public static NetworkCases Of(string name) => new(name);

    public IEnumerable<string> Failures(GeneratedLibrary library)
    {
        using SafetensorsFile file = GoldenData.Open(_entry);
        long count = Declared.Parameters.Where(Initializers.IsTrainable).Sum(p => p.Shape.Length);
        if (count != _entry.GetProperty("parameterCount").GetInt64())
            yield return $"{count} parameters instead of {_entry.GetProperty("parameterCount").GetInt64()}";
        GraphCheck logits = Check(Logits, file);
        // PyTorch's single precision is off by up to 7.6e-7 (float32Deviation); Winograd's larger tiles round some ten times as much.
        logits.Expected[ValueNames.Output] = new Expected(file.Floats(_entry.Text("logits")), Tolerance.OfMax(1e-5));
        GraphCheck gradient = Check(Gradient, file);
        gradient.Values["gradOutput"] = [1f];
        gradient.Expected[ValueNames.Loss] = Loss(_entry.GetProperty("loss"));
        // Where the reference's own single precision comes near 1e-5 of the largest value, ours may be so far off in another direction.
        double deviation = _entry.GetProperty("float32Deviation").GetProperty("gradients").GetDouble();
        Tolerance gradientTolerance = Tolerance.Gradient with { AbsoluteOfMax = Math.Max(Tolerance.Gradient.AbsoluteOfMax, 2 * deviation) };
        foreach ((string name, string tensor) in _entry.Names("gradients"))
            gradient.Expected["grad." + name] = new Expected(file.Floats(tensor), ToleranceOf(name, file.Floats(tensor)));
        foreach (string failure in logits.Failures(library).Concat(gradient.Failures(library)).Concat(StepFailures(library, file)))
            yield return failure;

        // What is added before a batch normalisation changes nothing behind it: gradients of such biases are 0 but for rounding, which is
        // that of their layer's other gradients.
        Tolerance ToleranceOf(string name, float[] values) => values.Max(Math.Abs) > 1e-12f ? gradientTolerance : new Tolerance(
            Absolute: gradientTolerance.AbsoluteOfMax
                * file.Floats("grad." + name.Replace(".bias", ".weight", StringComparison.Ordinal)).Max(Math.Abs));
    }

    // Six steps on the same batch: the loss before the sixth is the loss after five.
    private IEnumerable<string> StepFailures(GeneratedLibrary library, SafetensorsFile file)
    {
        JsonElement sgd = _entry.GetProperty("sgd");
        GraphCheck check = Check(Step, file);
        foreach (Node velocity in Step.Graph.Parameters.Where(p => p.Name.StartsWith("velocity.", StringComparison.Ordinal)))
            check.Values[velocity.Name] = new float[velocity.Shape.Length];
        JsonElement[] losses = [.. sgd.GetProperty("losses").EnumerateArray(), sgd.GetProperty("lossAfter")];
        for (int step = 0; step < losses.Length; step++)
        {
            Dictionary<string, float[]> results = check.Run(library);
            if (Loss(losses[step]).Compare($"loss of step {step}", results[ValueNames.Loss]) is string failure)
                yield return failure;
            foreach (Node parameter in Step.Graph.Parameters)
                check.Values[parameter.Name] = results[parameter.Name];
            if (step != losses.Length - 2)
                continue;
            // Five steps at a rate of 0.05 with momentum 0.9 move by 0.57 gradients, each off as above; PyTorch itself is off by 7e-7.
            foreach ((string name, string tensor) in sgd.Names("parametersAfter").Concat(sgd.Names("buffersAfter")))
            {
                if (new Expected(file.Floats(tensor), Tolerance.OfMax(2e-5)).Compare(name + " after five steps", results[name])
                    is string wrong)
                    yield return wrong;
            }
        }
    }

    private static Expected Loss(JsonElement value) => new([(float)value.GetDouble()], new Tolerance(Relative: 1e-5));

    private GraphCheck Check(GraphFunction function, SafetensorsFile file)
    {
        JsonElement sgd = _entry.GetProperty("sgd");
        var check = new GraphCheck(function, Samples)
        {
            Optimizer = new Sgd(sgd.GetProperty("learningRate").GetSingle(), sgd.GetProperty("momentum").GetSingle(),
                sgd.GetProperty("weightDecay").GetSingle()),
        };
        check.Values["input"] = file.Floats("input");
        check.Labels[ValueNames.Labels] = file.Labels("labels");
        foreach (Node parameter in Declared.Parameters)
            check.Values[parameter.Name] = file.Floats(parameter.Name);
        return check;
    }

    private Graph Declare()
    {
        var builder = new GraphBuilder(_entry.Text("name"));
        var values = new Dictionary<string, int>
        {
            ["input"] = builder.Input("input", GoldenData.Sample(_entry.GetProperty("inputs").GetProperty("input").Ints())),
        };
        foreach (JsonElement node in _entry.GetProperty("nodes").EnumerateArray())
        {
            // Indices are those of a pooling, which the layer is given itself.
            int[] inputs = [.. node.Texts("inputs").Select(i => values[i.Replace(".indices", "", StringComparison.Ordinal)])];
            string name = node.Text("name");
            Operator op = OperatorTable.Get(node.Text("op") == "Mul" ? OpNames.Multiply : node.Text("op"));
            values[name] = op.BuildLayer(builder, inputs, node.Attributes(op), name);
        }
        builder.Output(ValueNames.Output, values[_entry.Text("output")]);
        return builder.Build();
    }

    private Graph WithGradients()
    {
        var builder = new GraphBuilder(Declared.Name);
        Graph prepared = PrepareTraining.Run(Declared);
        foreach (Node node in prepared.Nodes)
            builder.Copy(node, node.Inputs);
        int logits = prepared.Outputs.Single().Value;
        var labels = new TensorType(Shape.Of([.. prepared[logits].Shape.Dimensions.Skip(1)]), PerSample: true, ElementType.I32);
        builder.Output(ValueNames.Loss, builder.Add(OpNames.CrossEntropy, logits, builder.Input(ValueNames.Labels, labels)));
        Graph gradients = Differentiate.VectorJacobian(builder.Build(), ValueNames.Loss, n =>
            n.Is(OpNames.Parameter) ? Initializers.IsTrainable(n) : n.Is(OpNames.Input) && n.Type.Element == ElementType.F32);
        return FuseActivation.Run(gradients);
    }
}
