namespace ModelGen.Generator.Model;

/// <summary>What a trainer's public members depend on: whether it learns classes or numbers.</summary>
internal static class TrainerSurface
{
    /// <summary>What the interface has of more general types than the class.</summary>
    public const string InterfaceMembers =
        "global::ModelGen.GradientDescent global::ModelGen.IClassifierTrainer.Optimizer => Optimizer;\n\n"
        + "global::ModelGen.WeightStore global::ModelGen.IClassifierTrainer.ToWeights() => ToWeights();";

    /// <summary>What the network should give: a class for each sample, or as many numbers as it has outputs.</summary>
    public static string TargetOf(bool ofClasses) => ofClasses ? ValueNames.Labels : ValueNames.Targets;

    /// <summary>The same as a parameter.</summary>
    public static string TargetParameterOf(bool ofClasses) =>
        $"global::System.ReadOnlySpan<{(ofClasses ? "int" : "float")}> {TargetOf(ofClasses)}";

    /// <summary>What evaluation returns: of numbers there is nothing but the loss.</summary>
    public static string EvaluationOf(bool ofClasses) => ofClasses ? "global::ModelGen.Evaluation" : "double";

    /// <summary>Networks of one input that learn classes can be trained by <c>Fit</c>.</summary>
    public static string InterfaceOf(int inputs, bool ofClasses) =>
        inputs == 1 && ofClasses ? " : global::ModelGen.IClassifierTrainer" : "";
}
