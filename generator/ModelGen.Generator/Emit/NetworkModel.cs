using ModelGen.Generator.Collections;
using ModelGen.Generator.Graphs;

namespace ModelGen.Generator.Emit;

/// <summary>A network that a front end has understood and that has no errors: all the compiler needs to write its code. No Roslyn, no positions.</summary>
/// <param name="Graph">The forward graph: inputs, and outputs of which the main one is named "output"; all names are different.</param>
/// <param name="Class">The class to extend.</param>
/// <param name="Training">Null for inference alone.</param>
/// <param name="Batch">The most samples that one call of <c>Forward</c> takes.</param>
/// <param name="Profile">Whether there is a method that measures each step.</param>
internal sealed record NetworkModel(Graph Graph, ClassDeclaration Class, TrainingOptions? Training, int Batch = 1, bool Profile = false);

/// <summary>How the user's class is declared, so that the generated part matches.</summary>
/// <param name="Namespace">Empty for the global namespace.</param>
/// <param name="ContainingTypes">From the outermost: how each is declared, e.g. <c>partial class Models</c>, <c>partial record struct Box</c>.</param>
/// <param name="Name">The class's name, escaped where it is a keyword.</param>
/// <param name="Accessibility"><c>public</c>, <c>internal</c>, <c>private</c>, …</param>
internal sealed record ClassDeclaration(string Namespace, EquatableArray<string> ContainingTypes, string Name, string Accessibility);

/// <summary>What <c>[Trainable]</c> says.</summary>
internal sealed record TrainingOptions(int BatchSize, string Loss, float LabelSmoothing);
