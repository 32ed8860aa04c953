using ModelGen.Generator;
using ModelGen.Generator.Graphs;
using ModelGen.Generator.Model;
using ModelGen.Generator.Tests.Definition;

namespace ModelGen.Tests.Networks;

/// <summary>A branch, a reordering, folded normalisation, an output that is given twice and so copied: steps of every origin.</summary>
[Network(Profile = true)]
internal sealed partial class Profiled
{
    internal static (Tensor Scores, Tensor Features, Tensor Again) Define([Shape(3, 12, 12)] Tensor image)
    {
        Tensor x = image.Conv2d(20, 3, padding: 1, name: "conv1").BatchNorm2d(name: "bn1").Relu();
        x = x + x.Conv2d(20, 3, padding: 1, groups: 4, name: "grouped").Tanh();
        Tensor features = x.MaxPool2d(2, name: "pool");
        return (features.Flatten().Linear(10, name: "fc").Softmax(), features, features);
    }
}

/// <summary>The same for several samples.</summary>
[Network(Batch = 4, Profile = true)]
internal sealed partial class ProfiledBatch
{
    private static (Tensor Scores, Tensor Features, Tensor Again) Define([Shape(3, 12, 12)] Tensor image) => Profiled.Define(image);
}

[Network(Profile = true), Trainable(BatchSize = 4, AccumulateGradients = true)]
internal sealed partial class ProfiledTraining
{
    private static Tensor Define([Shape(3, 12, 12)] Tensor image) =>
        image.Conv2d(8, 3, padding: 1, name: "conv").BatchNorm2d(name: "bn").Relu().MaxPool2d(2).Dropout().Flatten().Linear(5, name: "fc");
}

public class ProfileTests
{
    private static readonly float[] Image = [.. Enumerable.Range(0, 4 * Profiled.InputLength).Select(i => MathF.Sin(i))];

    [Fact]
    public void GivesTheBitsOfForward()
    {
        var network = new Profiled(Profiled.CreateWeights(seed: 3));
        float[] scores = new float[Profiled.ScoresLength], features = new float[Profiled.FeaturesLength];
        float[] profiledScores = new float[Profiled.ScoresLength], profiledFeatures = new float[Profiled.FeaturesLength],
            again = new float[Profiled.FeaturesLength], profiledAgain = new float[Profiled.FeaturesLength];
        ReadOnlySpan<float> image = Image.AsSpan(0, Profiled.InputLength);
        network.Forward(image, scores, features, again);
        network.Profile(image, profiledScores, profiledFeatures, profiledAgain, new long[Profiled.Summary.Steps.Count]);
        Assert.Equal(scores, profiledScores);
        Assert.Equal(features, profiledFeatures);
        Assert.Equal(again, profiledAgain);
    }

    [Fact]
    public void GivesTheBitsOfForwardForSeveralSamples()
    {
        const int Samples = 3;
        var network = new ProfiledBatch(ProfiledBatch.CreateWeights(seed: 3));
        float[] scores = new float[Samples * Profiled.ScoresLength], features = new float[Samples * Profiled.FeaturesLength];
        float[] profiledScores = new float[scores.Length], profiledFeatures = new float[features.Length],
            again = new float[features.Length], profiledAgain = new float[features.Length];
        ReadOnlySpan<float> images = Image.AsSpan(0, Samples * Profiled.InputLength);
        network.Forward(images, scores, features, again);
        network.Profile(images, profiledScores, profiledFeatures, profiledAgain, new long[ProfiledBatch.Summary.Steps.Count]);
        Assert.Equal(scores, profiledScores);
        Assert.Equal(features, profiledFeatures);
        Assert.Equal(again, profiledAgain);
    }

    [Fact]
    public void WritesATimeForEveryStep()
    {
        var network = new Profiled(Profiled.CreateWeights(seed: 3));
        float[] scores = new float[Profiled.ScoresLength], features = new float[Profiled.FeaturesLength],
            again = new float[Profiled.FeaturesLength];
        long[] ticks = [.. Profiled.Summary.Steps.Select(_ => -1L)];
        network.Profile(Image.AsSpan(0, Profiled.InputLength), scores, features, again, ticks);
        Assert.All(ticks, t => Assert.True(t >= 0, $"{t} ticks"));
        Assert.True(ticks.Sum() > 0);
    }

    [Fact]
    public void AllocatesNothing()
    {
        var network = new Profiled(Profiled.CreateWeights(seed: 3));
        float[] scores = new float[Profiled.ScoresLength], features = new float[Profiled.FeaturesLength],
            again = new float[Profiled.FeaturesLength];
        long[] ticks = new long[Profiled.Summary.Steps.Count];
        Assert.Equal(0, Allocations.Of(100, () => network.Profile(Image.AsSpan(0, Profiled.InputLength), scores, features, again, ticks)));
    }

    [Fact]
    public void StepsSayWhatTheyAre()
    {
        IReadOnlyList<StepSummary> steps = Profiled.Summary.Steps;
        Assert.Equal(Profiled.MultiplyAdds, steps.Sum(s => s.MultiplyAdds));
        StepSummary convolution = Assert.Single(steps, s => s is { Layer: "conv1", Operator: "Conv2d" });
        Assert.Equal([20, 12, 12], convolution.OutputShape);
        Assert.StartsWith("Conv", convolution.Kernel, StringComparison.Ordinal);
        Assert.Contains(steps, s => s is { Operator: "Copy", Kernel: "Elementwise.Copy", MultiplyAdds: 0 });
        Assert.Contains(steps, s => s is { Layer: "conv1", Operator: "ClearHalo", MultiplyAdds: 0 });
        Assert.All(steps, s => Assert.NotEmpty(s.Kernel));
    }

    [Fact]
    public void RefusesTimesOfAnotherNumber()
    {
        var network = new Profiled(Profiled.CreateWeights(seed: 3));
        int steps = Profiled.Summary.Steps.Count;
        var error = Assert.Throws<ArgumentException>(() => network.Profile(
            Image.AsSpan(0, Profiled.InputLength), new float[Profiled.ScoresLength], new float[Profiled.FeaturesLength],
            new float[Profiled.FeaturesLength], new long[steps + 1]));
        Assert.Equal($"Profiled: 'ticks' must hold {steps} times, one for each of Summary.Steps, got {steps + 1}. (Parameter 'ticks')",
            error.Message);
    }

    [Fact]
    public void NothingOfItIsWrittenUnasked()
    {
        Graph graph = GraphRecorder.Record(typeof(Profiled));
        var model = new NetworkModel(graph, new ClassDeclaration("", [], "Profiled", "public"), Training: null) { Options = new CompilerOptions(profile: true) };
        Assert.Contains("StepSummary", NetworkCompiler.Compile(model), StringComparison.Ordinal);
        string unasked = NetworkCompiler.Compile(model with { Options = CompilerOptions.Default });
        Assert.DoesNotContain("StepSummary", unasked, StringComparison.Ordinal);
        Assert.DoesNotContain("Profile(", unasked, StringComparison.Ordinal);
    }

    [Fact]
    public void ProfileOfTrainingDoesWhatStepDoes()
    {
        var trained = new ProfiledTraining.Trainer(ProfiledTraining.CreateWeights(seed: 3),
            new Sgd { LearningRate = 0.1f, Momentum = 0.9f });
        var profiled = new ProfiledTraining.Trainer(ProfiledTraining.CreateWeights(seed: 3),
            new Sgd { LearningRate = 0.1f, Momentum = 0.9f });
        long[] ticks = new long[ProfiledTraining.Trainer.Steps.Count];
        int[] labels = [1, 4, 0, 3];
        float[] images = Image[..(4 * ProfiledTraining.InputLength)];
        for (int step = 0; step < 3; step++)
        {
            trained.Step(images, labels);
            ticks.AsSpan().Fill(-1);
            profiled.Profile(images, labels, ticks);
            Assert.All(ticks, t => Assert.True(t >= 0, $"{t} ticks"));
        }
        Assert.Equal(trained.Step(images, labels), profiled.Step(images, labels));
        Assert.Equal(trained.ToWeights().AllValues.ToArray(), profiled.ToWeights().AllValues.ToArray());
        Assert.Contains(ProfiledTraining.Trainer.Steps, s => s is { Layer: "conv", Operator: "ConvWeightGradient" });
        Assert.Throws<ArgumentException>(() => profiled.Profile(images, labels, new long[ticks.Length + 1]));
    }
}
