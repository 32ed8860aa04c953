using System.Globalization;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using ModelGen.Generator.Graphs;
using ModelGen.Generator.Language;
using ModelGen.Generator.Model;
using ModelGen.Generator.Ops;
using ModelGen.Generator.Tests.Definition;
using ModelGen.Tests.Reference;

namespace ModelGen.Generator.Tests.Emit;

/// <summary>
/// What is emitted compiles everywhere without a warning, in methods of a size that the JIT compiler likes, and is the same everywhere.
/// </summary>
public class EmittedCodeTests
{
    private const int MostLocals = 300;
    private const int MostBytes = 15 * 1024;

    /// <summary>LeNet-5, and random networks of up to 48 channels, with trainers.</summary>
    public static TheoryData<int> Networks => [0, 9004, 9010, 9016, 9030, 9044];

    [Theory]
    [MemberData(nameof(Networks))]
    public void CompilesWithoutWarningsIntoSmallMethods(int network) => Assert.True(MethodsOf(EmitWithTrainer(network)) > 20);

    /// <summary>Networks with many layers: of few kernels, and of one kernel for nearly every layer.</summary>
    [Theory]
    [InlineData("ResNet50", 400_000)]
    [InlineData("DenseNet121", 850_000)]
    public void LargeNetworksStaySmallInAllAndInEachMethod(string name, int mostCharacters)
    {
        string source = CompiledNetwork.Emit(ZooDefinitions.GraphOf(name), null);
        Assert.True(source.Length < mostCharacters, $"{name} has {source.Length} characters");
        Assert.True(MethodsOf(source) > 20);
    }

    // More steps than one method takes, some of which threads share.
    [Fact]
    public void StepsOfDeepNetworksAreSpreadOverMethods()
    {
        string source = CompiledNetwork.Emit(Layers(new GraphBuilder("Deep"), TensorType.Sample(16, 20, 20),
            [.. Enumerable.Range(0, 100).SelectMany(_ => new (string, (string, AttributeValue)[])[]
                { ("Conv2d", [("outChannels", 32), ("kernelSize", new[] { 3, 3 }), ("padding", new[] { 1, 1, 1, 1 })]), ("BatchNorm2d", []),
                    ("LocalResponseNorm", [("size", 3)]) })]), null);
        Assert.Contains("Step_4(int step", source, StringComparison.Ordinal);
        Assert.Contains("Stages => [", source, StringComparison.Ordinal);
        Assert.True(MethodsOf(source) > 10);
    }

    // Published networks have hyphens in their layers' names.
    [Fact]
    public void LayersWhoseNamesDifferInSignsAloneStayApart()
    {
        Assert.All(["block1-0", "block1_0.a", "a-b.c-d"], name => Assert.True(LayerNames.IsValid(name), name));
        Assert.All(["", "a..b", "-.", "a b", "a/b", "ä"], name => Assert.False(LayerNames.IsValid(name), name));
        string source = CompiledNetwork.Emit(GraphParser.Parse("""
            graph Signs
            %0 = Input "input" : f32[N,3,8,8]
            %1 = Parameter "a-b.weight" : f32[3,3,1,1]
            %2 = Parameter "a.b.weight" : f32[3,3,1,1]
            %3 = Parameter "a_b.weight" : f32[3,3,1,1]
            %4 = Conv2d(%0, %1) "a-b"
            %5 = Conv2d(%4, %2) "a.b"
            %6 = Conv2d(%5, %3) "a_b"
            output "output" %6
            """), null);
        Assert.True(MethodsOf(source) > 5);
    }

    // How many there are, after checking each.
    private static int MethodsOf(string source)
    {
        byte[] assembly = CompiledNetwork.ToBytes(CompiledNetwork.Compile(source, CompiledNetwork.CurrentReferences));
        using var image = new PEReader([.. assembly]);
        MetadataReader metadata = image.GetMetadataReader();
        int methods = 0;
        foreach (MethodDefinition method in metadata.MethodDefinitions.Select(metadata.GetMethodDefinition)
            .Where(m => m.RelativeVirtualAddress != 0))
        {
            MethodBodyBlock body = image.GetMethodBody(method.RelativeVirtualAddress);
            string name = metadata.GetString(method.Name);
            methods++;
            // What fills tables runs once.
            if (name == ".cctor")
                continue;
            int bytes = body.GetILBytes()!.Length;
            Assert.True(bytes < MostBytes, $"{name} has {bytes} bytes of IL");
            int locals = body.LocalSignature.IsNil ? 0 : LocalsOf(metadata, body.LocalSignature);
            Assert.True(locals < MostLocals, $"{name} has {locals} locals");
        }
        return methods;
    }

    [NetCore8Theory]
    [MemberData(nameof(Networks))]
    public void CompilesForNet8(int network) =>
        CompiledNetwork.ToBytes(CompiledNetwork.Compile(EmitWithTrainer(network), NetCore8.References));

    // Without the pragma that silences what users' analyzers might say, the compiler itself minds nothing but missing comments (CS1591) and
    // that a loop which runs once, written as a constant, may have a body that does not need it (CS0219).
    [Fact]
    public void IsCleanWithoutItsPragma()
    {
        string source = EmitWithTrainer(0).Replace("#pragma warning disable\n", "", StringComparison.Ordinal);
        CSharpCompilation compilation = CompiledNetwork.Compile(source, CompiledNetwork.CurrentReferences);
        string[] found = [.. compilation.GetDiagnostics()
            .Where(d => d.Severity == DiagnosticSeverity.Error && d.Id is not ("CS1591" or "CS0219")).Select(d => d.ToString())];
        Assert.Empty(found);
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void IsTheSameUnderEveryCulture(int network)
    {
        string expected = EmitWithTrainer(network);
        CultureInfo before = CultureInfo.CurrentCulture;
        try
        {
            foreach (string culture in new[] { "de-DE", "tr-TR", "fa-IR", "" })
            {
                CultureInfo.CurrentCulture = CultureInfo.CurrentUICulture = CultureInfo.GetCultureInfo(culture);
                Assert.Equal(expected, EmitWithTrainer(network));
            }
        }
        finally
        {
            CultureInfo.CurrentCulture = CultureInfo.CurrentUICulture = before;
        }
    }

    [Fact]
    public void LinesEndAlikeAndCarryNoTrailingSpace()
    {
        string source = EmitWithTrainer(0);
        Assert.DoesNotContain('\r', source);
        Assert.DoesNotContain('\t', source);
        Assert.DoesNotContain(" \n", source);
        Assert.EndsWith("}\n", source);
        Assert.True(CSharpSyntaxTree.ParseText(source).GetRoot().DescendantTokens().All(t => !t.IsMissing));
    }

    [Fact]
    public void TinyNetworkReadsAsAccepted()
    {
        Graph tiny = Layers(new GraphBuilder("Tiny"), TensorType.Sample(1, 6, 6),
            ("Conv2d", [("outChannels", 4), ("kernelSize", new[] { 3, 3 })]), ("Relu", []), ("Flatten", []),
            ("Linear", [("outFeatures", 3)]));
        Snapshot.Check("Tiny", CompiledNetwork.Emit(tiny, null));
    }

    private static string EmitWithTrainer(int network) =>
        CompiledNetwork.Emit(network == 0 ? LeNet5() : RandomGraphs.Network(network, wide: true),
            new TrainingOptions(32, OpNames.CrossEntropy, 0.1f));

    private static Graph LeNet5() => Layers(new GraphBuilder("LeNet5"), TensorType.Sample(1, 28, 28),
        ("Conv2d", [("outChannels", 6), ("kernelSize", new[] { 5, 5 }), ("padding", new[] { 2, 2, 2, 2 })]), ("Tanh", []),
        ("AvgPool2d", [("kernelSize", new[] { 2, 2 })]),
        ("Conv2d", [("outChannels", 16), ("kernelSize", new[] { 5, 5 })]), ("Tanh", []), ("AvgPool2d", [("kernelSize", new[] { 2, 2 })]),
        ("Flatten", []), ("Linear", [("outFeatures", 120)]), ("Tanh", []), ("Linear", [("outFeatures", 84)]), ("Tanh", []),
        ("Linear", [("outFeatures", 10)]));

    private static Graph Layers(GraphBuilder graph, TensorType input, params (string Op, (string, AttributeValue)[] Attributes)[] layers)
    {
        int value = graph.Input("image", input);
        foreach (((string name, (string, AttributeValue)[] attributes), int i) in layers.Select((l, i) => (l, i)))
        {
            Operator op = OperatorTable.Get(name);
            value = op.BuildLayer(graph, [value], op.WithDefaults(AttributeMap.Of(attributes), forLayer: true),
                op.Layer!.DefaultName + (i + 1).ToString(CultureInfo.InvariantCulture));
        }
        graph.Output("output", value);
        return graph.Build();
    }

    // A local signature is a header byte, then the count as a compressed integer.
    private static int LocalsOf(MetadataReader metadata, StandaloneSignatureHandle handle)
    {
        BlobReader blob = metadata.GetBlobReader(metadata.GetStandaloneSignature(handle).Signature);
        blob.ReadSignatureHeader();
        return blob.ReadCompressedInteger();
    }
}
