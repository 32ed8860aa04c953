using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using ModelGen.Generator;
using ModelGen.Generator.Emit;
using ModelGen.Generator.Graphs;
using ModelGen.Generator.Layouts;
using ModelGen.Generator.Model;
using ModelGen.Generator.Ops;
using ModelGen.Generator.Passes;
using ModelGen.Generator.Scheduling;

namespace ModelGen.Tests.Zoo;

/// <summary>What the compiler makes of each network: docs/zoo.md, written with MODELGEN_UPDATE=1.</summary>
public class ZooPageTests
{
    // Milliseconds change from run to run, the rest may not.
    private const int TimeColumn = 8;

    private static readonly string Page = Path.GetFullPath(Path.Combine(Folder(), "../../../docs/zoo.md"));

    private static bool Updates => Environment.GetEnvironmentVariable("MODELGEN_UPDATE") == "1";

    [Fact]
    public void ThePageIsUpToDate()
    {
        string page = Write();
        if (Updates)
            File.WriteAllText(Page, page);
        Assert.Equal(WithoutTimes(page), WithoutTimes(File.ReadAllText(Page)));
    }

    private static string Write()
    {
        var text = new StringBuilder("""
            # The zoo

            The networks of the package `ModelGen.Zoo` and what the compiler makes of them. A project that refers to it (`dotnet add package
            ModelGen.Zoo`, or in this repository `<UseModelGenZoo>true</UseModelGenZoo>`) calls them in its own definitions, with `using ModelGen.Zoo`:

            ```csharp
            [Network]
            public sealed partial class Classifier
            {
                static Tensor Define([Shape(3, 224, 224)] Tensor image) => ResNet.ResNet50(image, classes: 20);
            }
            ```

            The arena holds all activations. The lower bound is the largest sum of values alive at one step. Lengths are of the generated source,
            kernels are distinct ones, and times are those of one run of the generator, from graph to source, on the machine that wrote this page (the
            only column that no test holds).

            <!-- Written by ZooPageTests with MODELGEN_UPDATE=1. -->

            | network | parameters | M mult-adds | layers | arena KB | lower bound KB | ratio | kernels | ms | source KB |
            | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |

            """.Replace("\r", ""));
        foreach (string name in ZooNetworks.Names)
            text.Append(Row(name)).Append('\n');
        return text.ToString();
    }

    private static string Row(string name)
    {
        Graph graph = ZooNetworks.Record(name);
        // The first run of a network compiles parts of the compiler.
        if (Updates)
            Emit(graph);
        long start = Stopwatch.GetTimestamp();
        string source = Emit(graph);
        double milliseconds = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        Plan plan = PlanOf(graph);
        int kernels = plan.Steps.Concat(plan.LoadSteps).Select(s => s.Call.Kernel).Where(k => k.Title.Length > 0).Distinct().Count();
        double ratio = plan.ArenaLowerBound == 0 ? 1 : (double)plan.ArenaLength / plan.ArenaLowerBound;
        return string.Create(CultureInfo.InvariantCulture,
            $"| {name} | {ZooFiguresTests.CountParameters(graph):N0} | {ZooFiguresTests.CountMultiplyAdds(graph) / 1e6:N1} | "
                + $"{SummaryEmitter.Layers(graph).Count()} "
            + $"| {plan.ArenaLength / 256:N0} | {plan.ArenaLowerBound / 256:N0} | {ratio:F3} | {kernels} | {milliseconds:F0} | "
            + $"{source.Length / 1024:N0} |");
    }

    private static string Emit(Graph graph)
    {
        // Auxiliary classifiers are for training; what Forward computes is the first output.
        Graph forward = GraphRewriter.RemoveUnused(graph with { Outputs = [new GraphOutput(ValueNames.Output, graph.Outputs[0].Value)] });
        return NetworkCompiler.Compile(new NetworkModel(forward, new ClassDeclaration("Zoo", [], graph.Name, "public"), Training: null));
    }

    private static Plan PlanOf(Graph graph) =>
        Scheduler.Schedule(LayoutPlanner.Plan(Pipeline.ForInference(graph), p => Layout.Dense(p.Shape)), batch: 1, parametersChange: false);

    private static string WithoutTimes(string page) => string.Join("\n", page.Split('\n').Select(line =>
    {
        string[] cells = line.Split('|');
        return cells.Length < TimeColumn + 2 ? line : string.Join("|", cells.Where((_, i) => i != TimeColumn + 1));
    }));

    private static string Folder([CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;
}
