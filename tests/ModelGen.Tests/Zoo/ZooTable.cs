using System.Diagnostics;
using System.Globalization;
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

/// <summary>What the compiler makes of each network of the zoo: the table of docs/zoo.md.</summary>
internal static class ZooTable
{
    // Of milliseconds, which change from run to run as the rest may not.
    private const int TimeColumn = 8;

    /// <summary>The table, in Markdown.</summary>
    /// <param name="isTimed">Whether times are taken, on a machine with nothing else to do; the page's are kept otherwise.</param>
    public static string Write(bool isTimed)
    {
        Dictionary<string, string>? times = isTimed ? null : TimesOn(WrittenPage.Zoo.Text);
        var text = new StringBuilder("""
            | network | parameters | M mult-adds | layers | arena KB | lower bound KB | ratio | kernels | ms | source KB |
            | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |

            """.Replace("\r", ""));
        foreach (string name in ZooNetworks.Names)
            text.Append(Row(name, times)).Append('\n');
        return text.ToString();
    }

    private static Dictionary<string, string> TimesOn(string page) => page.Split('\n').Select(line => line.Split('|'))
        .Where(cells => cells.Length > TimeColumn + 2).ToDictionary(cells => cells[1].Trim(), cells => cells[TimeColumn + 1].Trim());

    private static string Row(string name, Dictionary<string, string>? times)
    {
        Graph graph = ZooNetworks.Record(name);
        // The first run of a network compiles parts of the compiler.
        if (times is null)
            Emit(graph);
        long start = Stopwatch.GetTimestamp();
        string source = Emit(graph);
        string milliseconds = times is null ? Stopwatch.GetElapsedTime(start).TotalMilliseconds.ToString("F0", CultureInfo.InvariantCulture)
            : times.GetValueOrDefault(name, "");
        Plan plan = PlanOf(graph);
        int kernels = plan.Steps.Concat(plan.LoadSteps).Select(s => s.Call.Kernel).Where(k => k.Title.Length > 0).Distinct().Count();
        double ratio = plan.ArenaLowerBound == 0 ? 1 : (double)plan.ArenaLength / plan.ArenaLowerBound;
        return string.Create(CultureInfo.InvariantCulture,
            $"| {name} | {ZooFiguresTests.CountParameters(graph):N0} | {ZooFiguresTests.CountMultiplyAdds(graph) / 1e6:N1} | "
                + $"{SummaryEmitter.Layers(graph).Count()} "
            + $"| {plan.ArenaLength / 256:N0} | {plan.ArenaLowerBound / 256:N0} | {ratio:F3} | {kernels} | {milliseconds} | "
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
}
