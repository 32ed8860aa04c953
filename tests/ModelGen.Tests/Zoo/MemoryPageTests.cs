using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using ModelGen.Generator.Collections;
using ModelGen.Generator.Emit;
using ModelGen.Generator.Graphs;
using ModelGen.Generator.Model;
using ModelGen.Generator.Passes;
using ModelGen.Generator.Scheduling;
using ModelGen.Generator.Tests.Definition;

namespace ModelGen.Tests.Zoo;

/// <summary>What training the zoo's networks takes: docs/memory.md, written with MODELGEN_UPDATE=1.</summary>
public class MemoryPageTests
{
    private static readonly string Page = Path.GetFullPath(Path.Combine(Folder(), "../../../docs/memory.md"));

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

    private static readonly Lazy<Row[]> Rows = new(() => [.. Networks.Select(n => Measure(n.Name, n.Batch))]);

    private sealed record Row(string Name, string Input, int Batch, TrainingMemory Kept, TrainingMemory Again, double ComputedAgain);

    [Fact]
    public void ThePageIsUpToDate()
    {
        string page = Write();
        if (Environment.GetEnvironmentVariable("MODELGEN_UPDATE") == "1")
            File.WriteAllText(Page, page);
        Assert.Equal(page, File.ReadAllText(Page));
    }

    [Fact]
    public void ArenasAreAtMostATenthAboveTheirLowerBounds() => Assert.All(Rows.Value, row =>
    {
        Assert.True(Ratio(row.Kept) is >= 1 and <= 1.1, $"{row.Name}: {Ratio(row.Kept)}");
        Assert.True(Ratio(row.Again) is >= 1 and <= 1.1, $"{row.Name} with Checkpoint: {Ratio(row.Again)}");
    });

    [Fact]
    public void ComputingAgainSavesMoreThanAThirdOfResNet50()
    {
        Row row = Rows.Value.Single(r => r.Name == "ResNet50");
        Assert.True(row.Again.Arena <= 2.0 / 3 * row.Kept.Arena, $"{row.Again.Arena} floats instead of {row.Kept.Arena}");
        Assert.All(Rows.Value, r => Assert.True(r.Again.Arena <= 1.02 * r.Kept.Arena, r.Name));
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

    private static Row Measure(string name, int batch)
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
        return new Row(name, string.Join("×", input.Dimensions), batch, MemoryOf(training), MemoryOf(recomputing),
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

    private static double Ratio(TrainingMemory memory) => (double)memory.Arena / memory.LowerBound;

    private static string Write()
    {
        var text = new StringBuilder("""
            # Memory of training

            A trainer allocates two pieces of memory when it is made: the arena, which a step and evaluation share, and the parameters with what the
            optimizer keeps for them. `Summary` prints both.

            - **Arena**: activations, gradients, weights turned for the backward pass, and what kernels need for themselves, for `BatchSize` samples.
              The lower bound is the largest sum of values alive at one step.
            - **Parameters**: weights and running averages as their layers read them. **Optimizer**: here SGD's velocities; Adam keeps twice as much,
              RMSProp three times.

            What the backward pass does not read is gone when its last reader has run, and results take the memory of inputs that nobody reads any more:
            activations, sums of residual blocks and all gradients that are computed element by element are written in place. Activations are
            differentiated by their results; those that are concatenated, by the concatenation; batch normalisation by its input and the statistics of
            the batch; dropout's masks are computed when they are needed; pooling looks for its maxima again. A gradient of parameters lives until the
            update right behind it; those of large fully connected layers are made and used some rows at a time. Where gradients are clipped, all of
            them live until the end.

            ## Memory of your own

            An instance for inference can keep its activations in memory that the caller brings, part of a `float[]`: `new Digits(weights, memory)`.
            Networks that run one after the other may have the same memory, since nothing in it outlives a call. **Two that run at the same time may
            not, and nothing finds that out**: a second call on one instance is an `InvalidOperationException`, but memory can be cut into parts that
            overlap in any way, and instances do not know of one another.

            ## Computing again

            With `[Trainable(Checkpoint = true)]` a step keeps few activations. The forward pass is cut into segments where few values are alive (Chen
            et al. 2016, Training deep nets with sublinear memory cost). Of a segment only what the next ones read is kept; the rest is computed again
            when the backward pass comes to it. The compiler tries divisions into up to 32 segments and takes the one whose plan needs the least memory;
            of those within 2 % of it, the one that computes least again. The result of each step is the same bits: copies of a step run the same kernel
            on the same values, dropout uses the masks of the first time, and running averages are updated once. (Files that hold a trainer's state are
            called checkpoints too; [they](training.md#checkpoints) have nothing to do with this.)

            The last column is what is computed again, in multiply-adds of the forward pass, which is about a third of a step.

            ## The networks of the zoo

            In MB of 10⁶ bytes, with SGD.

            <!-- Written by MemoryPageTests with MODELGEN_UPDATE=1. -->

            | network | input | samples | parameters | optimizer | arena | lower bound | ratio | arena with `Checkpoint` | lower bound | ratio | saved | again |
            | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |

            """.Replace("\r", ""));
        foreach (Row row in Rows.Value)
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

    private static string Megabytes(long floats) => (floats * sizeof(float) / 1e6).ToString("N1", CultureInfo.InvariantCulture);

    private static string Folder([CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;
}
