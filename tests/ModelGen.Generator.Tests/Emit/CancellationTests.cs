using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using ModelGen.Generator.Discovery;
using ModelGen.Generator.Emit;
using ModelGen.Generator.Language;
using ModelGen.Generator.Language.Definition;
using ModelGen.Generator.Language.Json;
using ModelGen.Generator.Layouts;
using ModelGen.Generator.Model;
using ModelGen.Generator.Passes;
using ModelGen.Generator.Scheduling;
using ModelGen.Generator.Tests.Definition;
using ModelGen.Generator.Tests.FrontEnds;
using ModelGen.Generator.Tests.Json;
using ModelGen.Generator.Text;

namespace ModelGen.Generator.Tests.Emit;

/// <summary>Every stage of the compiler asks whether anybody waits for its result.</summary>
public class CancellationTests
{
    private const string Layers =
        "[Network, Input(3, 32, 32), Trainable(BatchSize = 8, Checkpoint = true), Conv2d(16, 3), BatchNorm2d, Relu, Conv2d(16, 3), "
            + "Flatten, Linear(10)] partial class Net;";

    private static readonly CancellationToken Cancelled = new(canceled: true);

    private static readonly NetworkDeclaration Declaration = Read("using ModelGen; " + Layers);

    private static readonly NetworkModel Model = FrontEnd.Build(Declaration).Model!;

    private static readonly LaidOutGraph LaidOut = LayoutPlanner.Plan(Pipeline.ForInference(Model.Graph), p => Layout.Dense(p.Shape));

    public static TheoryData<string> Stages => [.. All.Keys];

    private static Dictionary<string, Action> All => new()
    {
        ["attributes"] = () => FrontEnd.Build(Declaration, Cancelled),
        ["definition"] = () =>
        {
            CSharpCompilation compilation =
                Compile.Create(Defined.Network("for (int i = 0; i < 10000; i++) x = i % 100 == 0 ? x.Relu() : x; return x;"));
            var type = compilation.GetTypeByMetadataName("Net")!;
            DefinitionReader.Read(compilation, type, DefinitionReader.MethodsOf(type, hasLayers: false), Cancelled);
        },
        ["JSON"] = () =>
            JsonFrontEnd.Build("""{ "name": "Net", "inputs": { "image": [4] }, "layers": [{ "op": "Relu" }] }""", "", Cancelled),
        ["passes of inference"] = () => Pipeline.ForInference(Model.Graph, cancellation: Cancelled),
        ["passes of training"] = () => Pipeline.ForTraining(Model.Graph, Model.Training!, cancellation: Cancelled),
        ["passes of evaluation"] = () => Pipeline.ForEvaluation(Model.Graph, Model.Training!, cancellation: Cancelled),
        ["layouts"] = () => LayoutPlanner.Plan(Pipeline.ForInference(Model.Graph), p => Layout.Dense(p.Shape), Cancelled),
        ["schedule"] = () => Scheduler.Schedule(LaidOut, batch: 1, parametersChange: false, cancellation: Cancelled),
        ["memory"] = () => Arena.Assign([new Interval(0, 16, 0, 1), new Interval(1, 16, 1, 2)], Cancelled),
        ["stages"] = () =>
            StagePlanner.Divide(Scheduler.Schedule(LaidOut, batch: 1, parametersChange: false), Division.Everything, bySamples: false,
                Cancelled),
        ["recomputation"] = () =>
            Recompute.Run(LayoutPlanner.Plan(Pipeline.ForTraining(Model.Graph, Model.Training!), _ => null), ValueNames.Loss, batch: 8,
                Cancelled),
        ["kernels"] = () =>
        {
            var kernels = new KernelSet();
            kernels.MethodOf(Scheduler.Schedule(LaidOut, batch: 1, parametersChange: false).Steps.Select(s => s.Call.Kernel)
                .First(k => k.Title.Length > 0));
            kernels.Emit(new CodeWriter(), "Kernels", Cancelled);
        },
        ["emitter"] = () => NetworkCompiler.Compile(Model, Cancelled),
    };

    [Theory]
    [MemberData(nameof(Stages))]
    public void Stops(string stage) => Assert.ThrowsAny<OperationCanceledException>(All[stage]);

    [Fact]
    public void LargeNetworksStopInTheMiddle()
    {
        using var source = new CancellationTokenSource();
        string layers = string.Join(", ", Enumerable.Repeat("""{ "op": "Conv2d", "outChannels": 4, "kernelSize": 1 }""", 20_000));
        NetworkModel model = JsonFrontEnd.Build("{ \"name\": \"Net\", \"inputs\": { \"image\": [4, 8, 8] }, \"layers\": [" + layers + "] }")
            .Model!;
        source.CancelAfter(TimeSpan.FromMilliseconds(20));
        Assert.ThrowsAny<OperationCanceledException>(() => NetworkCompiler.Compile(model, source.Token));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void TheGeneratorPassesTheTokenOfItsDriver(bool isJson)
    {
        using var source = new CancellationTokenSource();
        var generator = new NetworkGenerator((_, cancellation) =>
        {
            source.Cancel();
            cancellation.ThrowIfCancellationRequested();
            return "";
        });
        AdditionalText[] files = isJson
            ? [new CompileJson.InMemoryText("Net.network.json",
            """{ "name": "Net", "inputs": { "image": [4] }, "layers": [{ "op": "Relu" }] }""")] : [];
        GeneratorDriver driver = CSharpGeneratorDriver.Create([generator.AsSourceGenerator()], files, Compile.ParseOptions);
        CSharpCompilation compilation = Compile.Create(isJson ? "" : "using ModelGen; " + Layers);
        Assert.ThrowsAny<OperationCanceledException>(() => driver.RunGenerators(compilation, source.Token));
    }

    private static NetworkDeclaration Read(string source)
    {
        CSharpCompilation compilation = Compile.Create(source);
        return NetworkReader.Read(compilation, compilation.GetTypeByMetadataName("Net")!, CancellationToken.None).Declaration;
    }
}
