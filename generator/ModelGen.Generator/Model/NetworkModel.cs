using ModelGen.Generator.Graphs;

namespace ModelGen.Generator.Model;

/// <summary>
/// A network that a front end has understood and that has no errors: all the compiler needs to write its code. No Roslyn, no positions.
/// </summary>
/// <param name="Graph">The forward graph: inputs, and outputs of which the main one is named "output"; all names are different.</param>
/// <param name="Class">The class to extend.</param>
/// <param name="Training">Null for inference alone.</param>
internal sealed record NetworkModel(Graph Graph, ClassDeclaration Class, TrainingOptions? Training)
{
    /// <summary>The most samples that one call of <c>Forward</c> takes.</summary>
    public int Batch => Options[NetworkOption.Batch];

    /// <summary>Whether there is a method that measures each step.</summary>
    public bool Profile => Options[NetworkOption.Profile];

    /// <summary>What else the network is compiled for.</summary>
    public CompilerOptions Options { get; init; } = CompilerOptions.Default;

    /// <summary>Which steps threads may share.</summary>
    public Division Division { get; init; } = Division.Worthwhile;
}
