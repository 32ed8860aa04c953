namespace ModelGen.Generator.Model;

/// <summary>What the compiler calls values of its own, in graphs and in the arguments of generated methods.</summary>
internal static class ValueNames
{
    /// <summary>The main output of a network, which is trained and evaluated.</summary>
    public const string Output = "output";

    /// <summary>The class that each sample has, where training is of classes.</summary>
    public const string Labels = "labels";

    /// <summary>The numbers that each sample should give, where it is of numbers.</summary>
    public const string Targets = "targets";

    /// <summary>The mean loss over a batch.</summary>
    public const string Loss = "loss";

    /// <summary>How many samples of a batch are classified right.</summary>
    public const string Correct = "correct";
}
