using System.Globalization;
using System.Text;
using ModelGen.Generator.Collections;
using ModelGen.Generator.Emit;
using ModelGen.Generator.Graphs;
using ModelGen.Generator.Model;
using ModelGen.Generator.Passes;
using ModelGen.Generator.Scheduling;
using ModelGen.Generator.Tests.Definition;

namespace ModelGen.Tests.Zoo;

/// <summary>What training one network takes.</summary>
/// <param name="Name">Its name in the zoo.</param>
/// <param name="Input">Its image.</param>
/// <param name="Batch">Samples of a step.</param>
/// <param name="Kept">Memory where activations are kept.</param>
/// <param name="Again">Memory where they are computed again.</param>
/// <param name="ComputedAgain">What that takes, as a share of the forward pass.</param>
internal sealed record MemoryRow(string Name, string Input, int Batch, TrainingMemory Kept, TrainingMemory Again, double ComputedAgain);

/// <summary>What training the zoo's networks takes: the table of docs/memory.md.</summary>
internal static class MemoryTable
{
    private static readonly (string Name, int Batch)[] Networks =
    [
        ("LeNet5", 64), ("AlexNetTwoColumns", 16), ("AlexNetOneColumn", 16), ("ZFNetStandard", 4), ("VggD", 1), ("VggD", 4),
        ("NetworkInNetworkCifar", 32), ("GoogLeNetOriginal", 4),
        ("GoogLeNetTorchvisionWithAuxiliary", 4), ("InceptionV2", 4), ("InceptionV3WithAuxiliary", 4), ("InceptionV4", 1),
        ("InceptionResNetV2", 1), ("HighwayDense50", 64), ("HighwayConvolutional20", 32),
        (nameof(ResNet18ForCifar), 32), ("ResNet18", 4), ("ResNet34", 4), ("ResNet50", 4), ("ResNet101", 4), ("ResNet152", 1),
        ("CifarResNet20", 128), ("CifarResNet110", 32),
        ("PreActivationResNet164", 32), ("DenseNet121", 4), ("DenseNet201", 1), ("MobileNetV1", 4), ("Xception", 1), ("AlphaGoPolicy", 16),
        ("SqueezeNet11", 4),
    ];

    private static readonly Lazy<IReadOnlyList<MemoryRow>> s_rows = new(() => [.. Networks.Select(n => Measure(n.Name, n.Batch))]);

    public static IReadOnlyList<MemoryRow> Rows => s_rows.Value;

    /// <summary>An arena in terms of its lower bound.</summary>
    public static double Ratio(TrainingMemory memory) => (double)memory.Arena / memory.LowerBound;

    /// <summary>The table, in Markdown.</summary>
    public static string Write()
    {
        var text = new StringBuilder("""
            | network | input | samples | parameters | optimizer | arena | lower bound | ratio | arena with `Checkpoint` | lower bound | ratio | saved | again |
            | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |

            """.Replace("\r", ""));
        foreach (MemoryRow row in Rows)
        {
            text.Append(CultureInfo.InvariantCulture,
                $"| {row.Name} | {row.Input} | {row.Batch} | {Megabytes(row.Kept.Parameters - row.Kept.OptimizerState)} | "
                    + $"{Megabytes(row.Kept.OptimizerState)} "
                + $"| {Megabytes(row.Kept.Arena)} | {Megabytes(row.Kept.LowerBound)} | {Ratio(row.Kept):F3} "
                + $"| {Megabytes(row.Again.Arena)} | {Megabytes(row.Again.LowerBound)} | {Ratio(row.Again):F3} | "
                + $"{100 * (1 - (double)row.Again.Arena / row.Kept.Arena):F0} % | {100 * row.ComputedAgain:F0} % |\n");
        }
        return text.ToString();
    }

    // The form of He et al. for 32×32 pixels that is common today: a 3×3 stem, no pooling.
    private static Tensor ResNet18ForCifar([Shape(3, 32, 32)] Tensor image)
    {
        Tensor x = image.Conv2d(64, 3, padding: 1, bias: false).BatchNorm2d().Relu();
        foreach ((int width, int stride) in new[] { (64, 1), (64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), (512, 1) })
        {
            Tensor shortcut = stride == 1 ? x : x.Conv2d(width, 1, stride: stride, bias: false).BatchNorm2d();
            Tensor y = x.Conv2d(width, 3, stride: stride, padding: 1, bias: false).BatchNorm2d().Relu()
                .Conv2d(width, 3, padding: 1, bias: false).BatchNorm2d();
            x = (y + shortcut).Relu();
        }
        return x.GlobalAvgPool2d().Flatten().Linear(10);
    }

    private static MemoryRow Measure(string name, int batch)
    {
        Graph recorded = name == nameof(ResNet18ForCifar) ? GraphRecorder.Record(ResNet18ForCifar, name) : ZooNetworks.Record(name);
        Graph declared = recorded with { Outputs = recorded.Outputs.Select((o, i) => i == 0 ? o with { Name = ValueNames.Output } : o)
            .ToEquatableArray() };
        var options = new TrainingOptions(
            batch, OpNames.CrossEntropy, 0) { [TrainableOption.AuxiliaryWeight] = declared.Outputs.Count > 1 ? 0.3f : 0 };
        LaidOutGraph training = LayoutPlanner.Plan(Pipeline.ForTraining(declared, options), _ => null);
        LaidOutGraph recomputing = Recompute.Run(training, ValueNames.Loss, batch);
        Shape input = declared.Inputs.First().Shape;
        long forward = MultiplyAdds(training.Graph, training.Graph.Outputs.Single().Value);
        return new MemoryRow(name, string.Join("×", input.Dimensions), batch, MemoryOf(training), MemoryOf(recomputing),
            (double)(MultiplyAdds(recomputing.Graph, int.MaxValue) - MultiplyAdds(training.Graph, int.MaxValue)) / forward);

        TrainingMemory MemoryOf(LaidOutGraph graph)
        {
            // Evaluation needs less.
            Plan plan = Scheduler.Schedule(graph, batch, parametersChange: true);
            return TrainingMemory.Of(plan, plan, declared.Parameters);
        }
    }

    private static long MultiplyAdds(Graph graph, int last) =>
        graph.Nodes.Where(n => n.Id <= last).Sum(n => SummaryEmitter.MultiplyAddsOf(graph, n));

    private static string Megabytes(long floats) => (floats * sizeof(float) / 1e6).ToString("N1", CultureInfo.InvariantCulture);
}
