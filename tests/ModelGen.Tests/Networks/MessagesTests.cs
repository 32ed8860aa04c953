namespace ModelGen.Tests.Networks;

/// <summary>Learns numbers, in batches of four that may be added up.</summary>
[Network(Batch = 2), Input(3)]
[Linear(2)]
[Trainable(BatchSize = 4, Loss = Loss.MeanSquaredError, AccumulateGradients = true)]
internal sealed partial class OfNumbers;

/// <summary>Learns classes.</summary>
[Network(Profile = true), Input(3)]
[Linear(2)]
[Trainable(BatchSize = 4, AccumulateGradients = true)]
internal sealed partial class OfClasses;

/// <summary>A call with the wrong number of samples is told what that call takes, and what it was given.</summary>
public class MessagesTests
{
    private static readonly OfNumbers.Trainer Numbers = new(OfNumbers.CreateWeights(1), new Sgd());
    private static readonly OfClasses.Trainer Classes = new(OfClasses.CreateWeights(1), new Sgd());

    [Fact]
    public void EachMethodSaysHowManySamplesItTakes()
    {
        AssertSays("labels", "OfClasses: Evaluate takes 1 or more samples (up to 715,827,882), got 0 in 'labels'.",
            () => Classes.Evaluate([], []));
        AssertSays("labels", "OfClasses: Step takes 1 to 4 samples, got 0 in 'labels'.", () => Classes.Step([], []));
        AssertSays("labels", "OfClasses: Step takes 1 to 4 samples, got 5 in 'labels'.", () => Classes.Step(new float[15], new int[5]));
        AssertSays("labels", "OfClasses: Accumulate takes 1 to 4 samples, got 5 in 'labels'.",
            () => Classes.Accumulate(new float[15], new int[5]));
        AssertSays("labels", "OfClasses: Profile takes 1 to 4 samples, got 0 in 'labels'.",
            () => Classes.Profile([], [], new long[OfClasses.Trainer.Steps.Count]));
        AssertSays("targets",
            "OfNumbers: Evaluate: 'targets' must hold 1 or more samples (up to 715,827,882) of 2 floats each, got 0 floats.", () =>
                Numbers.Evaluate([], []));
        AssertSays("targets", "OfNumbers: Step: 'targets' must hold 1 to 4 samples of 2 floats each, got 3 floats.",
            () => Numbers.Step(new float[6], new float[3]));
        AssertSays("targets", "OfNumbers: Accumulate: 'targets' must hold 1 to 4 samples of 2 floats each, got 10 floats.",
            () => Numbers.Accumulate(new float[15], new float[10]));
        AssertSays("image", "OfNumbers: Forward: 'image' must hold 1 to 2 samples of 3 floats each, got 9 floats.",
            () => new OfNumbers(OfNumbers.CreateWeights(1)).Forward(new float[9], new float[6]));
        AssertSays("image", "OfClasses: 'image' must hold 6 floats, got 5.", () => Classes.Step(new float[5], new int[2]));
        AssertSays("image", "OfClasses: 'image' must hold 6 floats, got 7.", () => Classes.Evaluate(new float[7], new int[2]));
    }

    private static void AssertSays(string argument, string message, Action call)
    {
        ArgumentException e = Assert.Throws<ArgumentException>(call);
        Assert.Equal((argument, $"{message} (Parameter '{argument}')"), (e.ParamName, e.Message));
    }
}
