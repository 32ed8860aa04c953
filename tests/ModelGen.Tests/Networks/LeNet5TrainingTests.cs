using System.Text.Json;
using ModelGen.Generator.Graphs;
using ModelGen.Generator.Model;
using ModelGen.Generator.Passes;
using ModelGen.Tests.Golden;
using ModelGen.Tests.Harness;

namespace ModelGen.Tests.Networks;

/// <summary>
/// The training half of a network compiled at build time. Its batch is 8, the reference's 4, so that every step here is a short one.
/// </summary>
public class LeNet5TrainingTests
{
    [Fact]
    public void FiveStepsAgreeWithPyTorch()
    {
        LeNet5.Trainer trainer = GoldenLeNet5.Trainer();
        JsonElement sgd = GoldenLeNet5.Sgd;
        foreach (JsonElement expected in sgd.GetProperty("losses").EnumerateArray())
            AssertClose(expected, trainer.Step(GoldenLeNet5.Images, GoldenLeNet5.Labels), "loss");
        LeNet5.Weights weights = trainer.ToWeights();
        foreach ((string name, string tensor) in sgd.Names("parametersAfter"))
            Assert.Null(new Expected(GoldenLeNet5.Tensor(tensor), Tolerance.OfMax(1e-5)).Compare(name, weights[name]));
        Evaluation evaluation = trainer.Evaluate(GoldenLeNet5.Images, GoldenLeNet5.Labels);
        AssertClose(sgd.GetProperty("lossAfter"), (float)evaluation.Loss, "loss after");
        Assert.Equal(GoldenLeNet5.Labels.Length, evaluation.Count);
        Assert.Equal(GoldenLeNet5.Labels.Where((label, i) => ArgMax(weights, i) == label).Count(), evaluation.Correct);
    }

    [Fact]
    public void ToWeightsGivesWhatTheTrainerWasMadeFrom()
    {
        LeNet5.Weights initial = LeNet5.CreateWeights(3);
        LeNet5.Weights copy = new LeNet5.Trainer(initial, new Sgd()).ToWeights();
        Assert.Equal(initial.AllValues, copy.AllValues);
        Assert.Equal(GoldenLeNet5.Forward(new LeNet5(initial), GoldenLeNet5.Image(1)),
            GoldenLeNet5.Forward(new LeNet5(copy), GoldenLeNet5.Image(1)));
    }

    /// <summary>A plan for exactly so many samples computes the mean over them; a larger plan that is not full must agree.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(7)]
    public void AShortBatchIsAveragedOverItsOwnSamples(int samples)
    {
        NetworkCases reference = NetworkCases.Of("lenet5");
        Graph graph = Pipeline.ForTraining(reference.Declared, new TrainingOptions(samples, OpNames.CrossEntropy, labelSmoothing: 0));
        var check = new GraphCheck(new GraphFunction("short_batch", graph, samples, ParameterUse.Changing),
            samples) { Optimizer = GoldenLeNet5.Trainer().Optimizer };
        (check.Values["input"], check.Labels[ValueNames.Labels]) = GoldenLeNet5.Batch(samples);
        foreach (Node parameter in graph.Parameters)
        {
            check.Values[parameter.Name] = parameter.Name.StartsWith("velocity.", StringComparison.Ordinal)
                ? new float[parameter.Shape.Length] : GoldenLeNet5.Tensor(parameter.Name);
        }
        Dictionary<string, float[]> expected = check.Run(GeneratedLibrary.Compile(check.Function));

        LeNet5.Trainer trainer = GoldenLeNet5.Trainer();
        // What an earlier, full step left in memory must not be seen; a rate of zero leaves the parameters as they are, and so does no
        // momentum the velocity.
        float rate = trainer.Optimizer.LearningRate;
        (trainer.Optimizer.LearningRate, trainer.Optimizer.Momentum) = (0, 0);
        (float[] full, int[] fullLabels) = GoldenLeNet5.Batch(LeNet5.Trainer.BatchSize);
        trainer.Step(full, fullLabels);
        (trainer.Optimizer.LearningRate, trainer.Optimizer.Momentum) = (rate, 0.9f);
        float loss = trainer.Step(check.Values["input"], check.Labels[ValueNames.Labels]);
        Assert.Null(new Expected(expected[ValueNames.Loss], new Tolerance(Relative: 1e-6)).Compare("loss", [loss]));
        LeNet5.Weights weights = trainer.ToWeights();
        foreach (ParameterInfo parameter in weights.Parameters)
            Assert.Null(new Expected(expected[parameter.Name], Tolerance.OfMax(1e-6)).Compare(parameter.Name, weights[parameter.Name]));
    }

    [Fact]
    public void EvaluateTakesAnyNumberOfSamples()
    {
        LeNet5.Trainer trainer = GoldenLeNet5.Trainer();
        (float[] images, int[] labels) = GoldenLeNet5.Batch(2 * LeNet5.Trainer.BatchSize + 3);
        Evaluation all = trainer.Evaluate(images, labels);
        double loss = 0;
        int correct = 0;
        for (int i = 0; i < labels.Length; i++)
        {
            Evaluation one = trainer.Evaluate(GoldenLeNet5.Image(i), labels.AsSpan(i, 1));
            (loss, correct) = (loss + one.Loss, correct + one.Correct);
        }
        Assert.Equal(loss / labels.Length, all.Loss, 1e-6);
        Assert.Equal((correct, labels.Length), (all.Correct, all.Count));
    }

    [Fact]
    public void StepAndEvaluateAllocateNothing()
    {
        LeNet5.Trainer trainer = GoldenLeNet5.Trainer();
        Assert.Equal(0, Allocations.Of(1_000, () => trainer.Step(GoldenLeNet5.Images, GoldenLeNet5.Labels)));
        Assert.Equal(0, Allocations.Of(100, () => trainer.Evaluate(GoldenLeNet5.Images, GoldenLeNet5.Labels)));
    }

    [Fact]
    public void TrainingIsBitwiseRepeatable()
    {
        Assert.Equal(Train(), Train());

        static float[] Train()
        {
            LeNet5.Trainer trainer = GoldenLeNet5.Trainer();
            (float[] images, int[] labels) = GoldenLeNet5.Batch(7);
            float[] losses = [.. Enumerable.Range(0, 20).Select(_ => trainer.Step(images, labels))];
            return [.. losses, .. trainer.ToWeights().AllValues];
        }
    }

    public static TheoryData<int, int[], string> WrongSteps => new()
    {
        { 4 * 784 - 1, [0, 1, 2, 3], "3136 floats, got 3135" },
        { 3 * 784, [0, 1, 2, 3], "3136 floats, got 2352" },
        { 9 * 784, [0, 1, 2, 3, 4, 5, 6, 7, 8], "1 to 8 samples, got 9" },
        { 0, [], "1 to 8 samples, got 0" },
        { 4 * 784, [0, 1, 10, 3], "label 10 at index 2" },
        { 4 * 784, [0, 1, 2, -1], "label -1 at index 3" },
        { 4 * 784, [0, int.MinValue, 2, 1], "label -2147483648 at index 1" },
    };

    [Theory, MemberData(nameof(WrongSteps))]
    public void AWrongStepChangesNothing(int floats, int[] labels, string message)
    {
        LeNet5.Trainer trainer = GoldenLeNet5.Trainer();
        LeNet5.Trainer untouched = GoldenLeNet5.Trainer();
        Assert.Equal(trainer.Step(GoldenLeNet5.Images, GoldenLeNet5.Labels), untouched.Step(GoldenLeNet5.Images, GoldenLeNet5.Labels));
        ArgumentException e = Assert.ThrowsAny<ArgumentException>(() => trainer.Step(new float[floats], labels));
        Assert.Contains("LeNet5", e.Message, StringComparison.Ordinal);
        Assert.Contains(message, e.Message, StringComparison.Ordinal);
        Assert.Equal(untouched.ToWeights().AllValues, trainer.ToWeights().AllValues);
        Assert.Equal(untouched.Step(GoldenLeNet5.Images, GoldenLeNet5.Labels), trainer.Step(GoldenLeNet5.Images, GoldenLeNet5.Labels));
        Assert.Equal(untouched.ToWeights().AllValues, trainer.ToWeights().AllValues);
    }

    private static int ArgMax(LeNet5.Weights weights, int sample)
    {
        float[] logits = GoldenLeNet5.Forward(new LeNet5(weights), GoldenLeNet5.Image(sample));
        return Array.IndexOf(logits, logits.Max());
    }

    private static void AssertClose(JsonElement expected, float actual, string what) =>
        Assert.Null(new Expected([(float)expected.GetDouble()], new Tolerance(Relative: 1e-6)).Compare(what, [actual]));
}
