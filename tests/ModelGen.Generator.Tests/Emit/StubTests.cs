using Microsoft.CodeAnalysis;
using ModelGen.Generator.Tests.FrontEnds;
using ModelGen.Generator.Tests.Json;

namespace ModelGen.Generator.Tests.Emit;

/// <summary>Code that uses a network must compile just as well while the network is broken.</summary>
public sealed class StubTests
{
    private const string Layers = "[ModelGen.Network, ModelGen.Input(1, 8, 8)] [ModelGen.Flatten, ModelGen.Linear(3)]";

    [Theory]
    [InlineData("", "")]
    [InlineData("[ModelGen.Trainable(BatchSize = 4)]", "")]
    [InlineData("", "(Profile = true)")]
    public void HasTheWholePublicSurface(string trainable, string options)
    {
        string layers = Layers.Replace("Network", "Network" + options, StringComparison.Ordinal);
        IEnumerable<string> good = Surface($"{trainable} {layers} public sealed partial class Net;");
        IEnumerable<string> broken = Surface(
            $"{trainable} {layers.Replace("Linear(3)", "Linear(-3)", StringComparison.Ordinal)} public sealed partial class Net;");

        Assert.NotEmpty(good);
        Assert.Equal(good, broken);
    }

    private const string CallsForward =
        "static class User { static void Run(Net net, float[] a) => net.Forward(left: a, right: a, scores: new float[Net.ScoresLength], "
            + "features: new float[Net.FeaturesLength + Net.LeftLength + Net.RightLength]); }";

    private const string CallsTrainer =
        "static class User { static float Run(Net.Trainer trainer, float[] a, int[] labels) => trainer.Step(left: a, right: a, labels) + "
            + "trainer.Evaluate(a, a, labels).Correct; }";

    // The mistake alone is reported, not every call with the arguments that the network would have.
    [Theory]
    [InlineData("""[{ "op": "Linear", "name": "x", "outFeatures": 0 }], "outputs": { "scores": "x", "features": "x" } }""", "MG0005",
        CallsForward)]
    [InlineData("""[{ "op": "Relu", "name": "x" }], "outputs": { "scores": "y", "features": "x" } }""", "MG0003", CallsForward)]
    [InlineData("""[{ "op": "Linear", "outFeatures": 0 }], "trainable": { "batchSize": 2 } }""", "MG0005", CallsTrainer)]
    [InlineData("""[{ "op": "Relu" ], "outputs": { "scores": "relu1", "features": "x" } }""", "MG0301", CallsForward)]
    public async Task OfAFileHasItsInputsAndOutputs(string layers, string id, string user)
    {
        JsonReport report = await CompileJson.Run("""{ "name": "Net", "inputs": { "left": [4], "right": [6] }, "layers": """ + layers,
            "using Root; " + user);
        Assert.Equal(id, Assert.Single(report.Findings).Id);
    }

    [Theory]
    [InlineData("",
        "static (Tensor scores, Tensor features) Define([Shape(4)] Tensor left, [Shape(4)] Tensor right) => ((left + right).Linear(0), "
            + "left.Relu());", "MG0005", CallsForward)]
    [InlineData("",
        "static (Tensor scores, Tensor features) Define([Shape(4)] Tensor left, Tensor right) => ((left + right).Linear(2), left.Relu());",
        "MG0002", CallsForward)]
    [InlineData(", Trainable", "static Tensor Define([Shape(4)] Tensor left, [Shape(4)] Tensor right) => (left + right).Linear(0);",
        "MG0005", CallsTrainer)]
    [InlineData("", "static (Tensor a, Tensor A) Define([Shape(4)] Tensor x) => (x.Relu(), x.Tanh());", "MG0308",
        "static class User { static void Run(Net net, float[] f) => net.Forward(f, a: f, A: new float[Net.ALength]); }")]
    [InlineData("", "static Tensor Define([Shape(4)] Tensor output) => output.Relu();", "MG0308",
        "static class User { static void Run(Net net, float[] f) => net.Forward(f, new float[Net.OutputLength]); }")]
    public async Task OfADefinitionHasItsInputsAndOutputs(string attributes, string define, string id, string user)
    {
        Report report = await Compile.Run($"using ModelGen; [Network{attributes}] public partial class Net {{ {define} }}", user);
        Assert.Equal(id, Assert.Single(report.Findings).Id);
    }

    private static List<string> Surface(string source)
    {
        Compile.Driver().RunGeneratorsAndUpdateCompilation(Compile.Create(source), out Compilation compilation, out _);
        INamedTypeSymbol network = compilation.GetTypeByMetadataName("Net")!;
        return [.. new[] { network }.Concat(network.GetTypeMembers())
            .SelectMany(t => t.GetMembers().Append(t))
            .Where(m => m.DeclaredAccessibility == Accessibility.Public)
            .Select(m => m is INamedTypeSymbol type ? $"{type} : {type.BaseType} {string.Join(' ', type.Interfaces)}" : m.ToDisplayString())
            .Order(StringComparer.Ordinal)];
    }
}
