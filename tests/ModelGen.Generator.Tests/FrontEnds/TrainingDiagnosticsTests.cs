using ModelGen.Generator.Ops;

namespace ModelGen.Generator.Tests.FrontEnds;

/// <summary>What is wrong with [Trainable] beside its batch.</summary>
public class TrainingDiagnosticsTests
{
    private const string Network = "[Network, Input(8), Linear(4, Name = \"a\"), Linear(3, Name = \"b.c\")]";

    [Theory]
    [InlineData("Loss = Loss.Huber, HuberDelta = 0", "HuberDelta = 0", "Trainable: HuberDelta must be a finite number above 0, got 0")]
    [InlineData("Loss = Loss.Huber, HuberDelta = 1e60", "HuberDelta = 1e60",
        "Trainable: HuberDelta must be a finite number above 0, got 1E+60")]
    [InlineData("Loss = Loss.Hinge, HingePower = 3", "HingePower = 3", "Trainable: HingePower must be 1 or 2, got 3")]
    [InlineData("Loss = Loss.Hinge, HingeMargin = double.NaN", "HingeMargin = double.NaN",
        "Trainable: HingeMargin must be a finite number, got NaN")]
    [InlineData("ClassWeights = \"1, 2\"", "ClassWeights = \"1, 2\"",
        "Trainable: ClassWeights must be as many as there are classes, 3, got 2")]
    [InlineData("ClassWeights = \"1, x, 2\"", "ClassWeights = \"1, x, 2\"",
        "Trainable: ClassWeights must be finite numbers of at least 0 with commas between")]
    [InlineData("ClassWeights = \"0, 0, 0\"", "ClassWeights = \"0, 0, 0\"", "Trainable: ClassWeights must not all be 0")]
    [InlineData("Loss = Loss.Dice, DiceSmooth = 0", "DiceSmooth = 0", "Trainable: DiceSmooth must be a finite number above 0, got 0")]
    [InlineData("Loss = Loss.Focal, IgnoreIndex = 2", "IgnoreIndex = 2",
        "Trainable: IgnoreIndex is of the loss CrossEntropy, the loss is Focal; leave it out")]
    [InlineData("HuberDelta = 2", "HuberDelta = 2", "Trainable: HuberDelta is of the loss Huber, the loss is CrossEntropy; leave it out")]
    [InlineData("Loss = Loss.Hinge, LabelSmoothing = 0.1", "LabelSmoothing = 0.1",
        "Trainable: LabelSmoothing is of the loss CrossEntropy, the loss is Hinge; leave it out")]
    [InlineData("Optimizer = (Optimizer)70", "Optimizer = (Optimizer)70", "Trainable: Optimizer must be one of OPTIMIZERS, got number 70")]
    [InlineData("AuxiliaryWeight = -1", "AuxiliaryWeight = -1", "Trainable: AuxiliaryWeight must be a finite number of at least 0, got -1")]
    [InlineData("Freeze = \"a.*, c.*\"", "Freeze = \"a.*, c.*\"",
        "Trainable: Freeze 'c.*' matches no parameter that could be trained; there are a.weight, a.bias, b.c.weight, b.c.bias, and * "
            + "stands for any characters")]
    [InlineData("Freeze = \"*.weight,*.bias\"", "Freeze = \"*.weight,*.bias\"", "Trainable: Freeze leaves no parameter to train")]
    public async Task OfAttributes(string arguments, string place, string message) => Assert.Equal(
        new Finding("MG0005", place, message.Replace("OPTIMIZERS", string.Join(", ", OptimizerTable.Names))),
        Assert.Single((await Compile.Run($"using ModelGen; {Network} [Trainable({arguments})] partial class Net;")).Findings));

    [Theory]
    [InlineData("",
        "Trainable: the loss CrossEntropy is of the output 'output'; got 'output', 'aux': give AuxiliaryWeight, the weight of the others' "
            + "losses, or 0 to leave them out")]
    [InlineData("(AuxiliaryWeight = 0.3)",
        "Trainable: the loss CrossEntropy has the same labels for all outputs, so 'aux' needs the shape of 'output', 4, got 3")]
    [InlineData("(AuxiliaryWeight = 0)", null)]
    public async Task OfSeveralOutputs(string arguments, string? message)
    {
        Report report = await Compile.Run(
            $"using ModelGen; [Network, Trainable{arguments}] partial class Net {{ static (Tensor output, Tensor aux) Define([Shape(8)] "
                + "Tensor x) => (x.Linear(4), x.Linear(3)); }");
        Assert.Equal(message is null ? [] : [message], report.Findings.Select(f => f.Message));
    }

    [Fact]
    public void LossesAndOptimizersAreThoseOfTheRuntime()
    {
        Assert.Equal(Enum.GetNames<Loss>(), LossOperator.Names);
        Assert.Equal(Enum.GetNames<Optimizer>(), OptimizerTable.Names);
        Assert.All(OptimizerTable.Names,
            name => Assert.True(typeof(GradientDescent).IsAssignableFrom(typeof(Sgd).Assembly.GetType("ModelGen." + name))));
    }

    [Theory]
    [InlineData("*", "", true)]
    [InlineData("features.*", "features.0.weight", true)]
    [InlineData("features.*", "features", false)]
    [InlineData("*.bias", "a.bias.bias", true)]
    [InlineData("*a*b", "aab", true)]
    [InlineData("*a*b", "aba", false)]
    [InlineData("a**", "a", true)]
    [InlineData("fc", "fc1", false)]
    [InlineData("f?", "fc", false)]
    public void Patterns(string pattern, string name, bool matches) => Assert.Equal(matches, NamePattern.Matches(pattern, name));
}
