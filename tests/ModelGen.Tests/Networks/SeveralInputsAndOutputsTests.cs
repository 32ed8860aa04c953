using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using ModelGen.Generator;
using ModelGen.Generator.Emit;
using ModelGen.Generator.Graphs;
using ModelGen.Generator.Model;
using ModelGen.Generator.Ops;
using ModelGen.Generator.Passes;
using ModelGen.Tests.Harness;

namespace ModelGen.Tests.Networks;

/// <summary>
/// A network with two inputs, a main output and an auxiliary one, as its class: one span and one length each; training is of the main
/// output.
/// </summary>
public class SeveralInputsAndOutputsTests
{
    // Spans cannot be passed by reflection.
    private const string User = """
        public sealed partial class Two;

        public static class User
        {
            public static float[] Weight(int seed, string key) => Two.CreateWeights(seed)[key].ToArray();

            public static float[][] Forward(int seed, float[] left, float[] @in)
            {
                float[] output = new float[Two.OutputLength], aux = new float[Two.Aux1Length];
                new Two(Two.CreateWeights(seed)).Forward(left, @in, output, aux);
                return [output, aux, [Two.LeftLength, Two.InLength]];
            }

            public static string Refused(float[] left, float[] @in, int aux)
            {
                try
                {
                    new Two(Two.CreateWeights(1)).Forward(left, @in, new float[Two.OutputLength], new float[aux]);
                    return "";
                }
                catch (System.ArgumentException e)
                {
                    return e.Message;
                }
            }

            public static float[][] Train(int seed, float[] left, float[] @in, int[] labels, int steps)
            {
                var weights = Two.CreateWeights(seed);
                var trainer = new Two.Trainer(weights, new ModelGen.Sgd(0.05f));
                float first = trainer.Step(left, @in, labels), last = 0;
                for (int i = 1; i < steps; i++)
                    last = trainer.Step(left, @in, labels);
                var evaluation = trainer.Evaluate(left, @in, labels);
                var trained = trainer.ToWeights();
                return [[first, last, (float)evaluation.Loss], trained["aux.weight"].ToArray(), trained["fc.weight"].ToArray()];
            }
        }
        """;

    private static readonly Lazy<Type> Compiled = new(() => Compile(3, auxiliaryWeight: 0));

    private static readonly Lazy<Type> CompiledWithWeight = new(() => Compile(5, auxiliaryWeight: 0.25f));

    private static Type Compile(int auxiliaryClasses, float auxiliaryWeight) => Compile(NetworkCompiler.Compile(new NetworkModel(
        Declare(auxiliaryClasses), new ClassDeclaration("", [], "Two", "public"),
        new TrainingOptions(4, "CrossEntropy", 0) { [TrainableOption.AuxiliaryWeight] = auxiliaryWeight })));

    private static Graph Declare(int auxiliaryClasses = 3)
    {
        var graph = new GraphBuilder("Two");
        int left = graph.Input("left", TensorType.Sample(2, 4, 4));
        int right = graph.Input("in", TensorType.Sample(3, 4, 4)); // a keyword of C#
        int x = Layer(graph, "Concat", "concat", AttributeMap.Empty, left, right);
        x = Layer(graph, "Conv2d", "conv1",
            AttributeMap.Of(("outChannels", 8), ("kernelSize", new[] { 3, 3 }), ("padding", new[] { 1, 1, 1, 1 })), x);
        x = Layer(graph, "LeakyRelu", "relu1", AttributeMap.Empty, x);
        int aux = Layer(graph, "Flatten", "flatten1", AttributeMap.Empty, Layer(graph, "GlobalAvgPool2d", "pool1", AttributeMap.Empty, x));
        graph.Output(ValueNames.Output,
            Layer(graph, "Linear", "fc", AttributeMap.Of(("outFeatures", 5)), Layer(graph, "Flatten", "flatten2", AttributeMap.Empty, x)));
        graph.Output("aux1", Layer(graph, "Linear", "aux", AttributeMap.Of(("outFeatures", auxiliaryClasses)), aux));
        return graph.Build();
    }

    private static int Layer(GraphBuilder graph, string name, string key, AttributeMap attributes, params int[] inputs)
    {
        Operator op = OperatorTable.Get(name);
        return op.BuildLayer(graph, inputs, op.WithDefaults(attributes, forLayer: true), key);
    }

    [Fact]
    public void ForwardWritesEveryOutput()
    {
        (float[] left, float[] right) = (Values(32, 1), Values(48, 2));
        float[][] results = Call<float[][]>("Forward", 7, left, right);
        Assert.Equal([32f, 48f], results[2]);

        var function = new GraphFunction("Two", Pipeline.ForInference(Declare()), 1, ParameterUse.Constant);
        var check = new GraphCheck(function, 1) { Values = { ["left"] = left, ["in"] = right } };
        foreach (Node parameter in function.Graph.Parameters)
            check.Values[parameter.Name] = Call<float[]>("Weight", 7, parameter.Name);
        Dictionary<string, float[]> expected =
            check.Run(new GeneratedLibrary(Assembly.Load(GeneratedLibrary.CompileToImage([[function]]))));
        Assert.Equal(expected[ValueNames.Output], results[0]);
        Assert.Equal(expected["aux1"], results[1]);
        Assert.Contains(results[1], v => v != 0);
    }

    [Theory]
    [InlineData(31, 48, 3, "left")]
    [InlineData(32, 32, 3, "in")]
    [InlineData(32, 48, 4, "aux1")]
    public void EachLengthIsChecked(int left, int right, int aux, string named) =>
        Assert.Contains(named, Call<string>("Refused", new float[left], new float[right], aux));

    [Fact]
    public void TrainingIsOfTheMainOutput()
    {
        float[][] results = Call<float[][]>("Train", 3, Values(4 * 32, 3), Values(4 * 48, 4), new[] { 0, 1, 2, 4 }, 30);
        Assert.True(results[0][1] < 0.5f * results[0][0], $"loss {results[0][0]} became {results[0][1]}");
        Assert.True(results[0][2] < results[0][0]);
        Assert.Equal(Call<float[]>("Weight", 3, "aux.weight"), results[1]);
        Assert.NotEqual(Call<float[]>("Weight", 3, "fc.weight"), results[2]);
    }

    [Fact]
    public void TrainingIsOfEveryOutputWithAWeight()
    {
        (float[] left, float[] right, int[] labels) = (Values(4 * 32, 3), Values(4 * 48, 4), [0, 1, 2, 4]);
        float[][] results = (float[][])CompiledWithWeight.Value.GetMethod("Train")!.Invoke(null, [3, left, right, labels, 1])!;
        float[] main = new float[4], other = new float[4];
        for (int n = 0; n < 4; n++)
        {
            var forward = (float[][])CompiledWithWeight.Value.GetMethod("Forward")!.Invoke(null,
                [3, left[(n * 32)..(n * 32 + 32)], right[(n * 48)..(n * 48 + 48)]])!;
            (main[n], other[n]) = (CrossEntropy(forward[0], labels[n]), CrossEntropy(forward[1], labels[n]));
        }
        Assert.Equal(main.Average() + 0.25f * other.Average(), results[0][0], 1e-5f);
        Assert.NotEqual((float[])CompiledWithWeight.Value.GetMethod("Weight")!.Invoke(null, [3, "aux.weight"])!, results[1]);

        static float CrossEntropy(float[] scores, int label) => MathF.Log(scores.Sum(MathF.Exp)) - scores[label];
    }

    [Fact]
    public void AStubHasTheSameSurface()
    {
        string stub = StubEmitter.Emit(new ClassDeclaration("", [], "Two", "public"), new Surface { HasTrainer = true },
            new MemberNames(["left", "in"], [ValueNames.Output, "aux1"]));
        Assert.NotNull(Compile(stub));
    }

    private static T Call<T>(string method, params object[] arguments) => (T)Compiled.Value.GetMethod(method)!.Invoke(null, arguments)!;

    private static float[] Values(int length, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, length).Select(_ => (float)(random.NextDouble() * 2 - 1))];
    }

    private static Type Compile(string generated)
    {
        var options = new CSharpParseOptions(LanguageVersion.CSharp12);
        IEnumerable<MetadataReference> references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(p => Path.GetFileName(p).StartsWith("System.", StringComparison.Ordinal)
                || Path.GetFileName(p) is "ModelGen.dll" or "netstandard.dll")
            .Select(p => MetadataReference.CreateFromFile(p));
        var compilation = CSharpCompilation.Create(
            "Several", [CSharpSyntaxTree.ParseText(generated, options, "Two.g.cs", System.Text.Encoding.UTF8),
                CSharpSyntaxTree.ParseText(User, options, "User.cs")],
            references, new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary,
                nullableContextOptions: NullableContextOptions.Enable));
        using var image = new MemoryStream();
        var result = compilation.Emit(image);
        Assert.True(result.Success, string.Join("\n", result.Diagnostics));
        return Assembly.Load(image.ToArray()).GetType("User")!;
    }
}
