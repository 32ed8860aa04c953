using ModelGen.Generator.Collections;
using ModelGen.Generator.Diagnostics;
using ModelGen.Generator.Graphs;
using ModelGen.Generator.Model;

namespace ModelGen.Generator.Language;

/// <summary>
/// What a class with <c>[Network]</c> says, as it was written: no symbols, no positions, equal when the text means the same, so that
/// everything after it is cached. Not yet checked, apart from the class itself.
/// </summary>
/// <param name="Class">How the class is declared.</param>
/// <param name="Part">What may be generated of the class.</param>
/// <param name="ClassProblems">What is wrong with the class.</param>
/// <param name="Inputs">The <c>[Input]</c> attributes: one, in good code.</param>
/// <param name="Layers">In source order.</param>
/// <param name="Training">Null without <c>[Trainable]</c>.</param>
/// <param name="Definition">What the class's Define came to; null where the network is written as attributes.</param>
/// <param name="Options">What <c>[Network]</c> says.</param>
internal sealed record NetworkDeclaration(
    ClassDeclaration Class,
    ClassPart Part,
    EquatableArray<LocatedProblem<Place>> ClassProblems,
    EquatableArray<InputDeclaration> Inputs,
    EquatableArray<LayerDeclaration> Layers,
    OptionsDeclaration? Training,
    DefinedNetwork? Definition,
    OptionsDeclaration Options)
{
    /// <summary>True where the class has an attribute that the C# compiler does not know, which could have been any.</summary>
    public bool IsInDoubt { get; init; }

    /// <summary>What the class has beside the members of every network.</summary>
    public Surface Surface
    {
        get
        {
            var surface = Surface.Of(Training is null ? null : new TrainingOptions(Training.Said), new CompilerOptions(Options.Said));
            return IsInDoubt ? surface.InDoubt() : surface;
        }
    }

    /// <summary>The names of its inputs and outputs.</summary>
    public MemberNames Members => Definition?.Members ?? MemberNames.Unknown;
}

/// <summary>A network that a method defines.</summary>
/// <param name="Graph">Null where there are errors, which have been reported with their places.</param>
/// <param name="Members">The names of its inputs and outputs, as far as the method's head says them.</param>
internal sealed record DefinedNetwork(Graph? Graph, MemberNames Members);

/// <summary><c>[Input]</c>.</summary>
/// <param name="Shape">The sizes as written.</param>
/// <param name="IsReadable">False where the C# compiler refuses the attribute already.</param>
internal sealed record InputDeclaration(EquatableArray<int> Shape, bool IsReadable);

/// <summary>One layer attribute.</summary>
/// <param name="Op">Name of the operator; empty where the attribute's type is unknown to the C# compiler.</param>
/// <param name="Name">Null where none was given.</param>
/// <param name="Inputs">What <c>From</c> or the constructor of a layer with several inputs names; none for the layer before.</param>
/// <param name="Arguments">The rest, in source order.</param>
/// <param name="IsReadable">
/// False where the C# compiler refuses the attribute already, so that it and what depends on it are not reported again.
/// </param>
internal sealed record LayerDeclaration(
    string Op, string? Name, EquatableArray<string?> Inputs, EquatableArray<LayerArgument> Arguments, bool IsReadable = true);

/// <summary>One argument of a layer attribute. An enum's value is the integer.</summary>
/// <param name="WrittenAs">The C# name of the property or constructor parameter.</param>
internal readonly record struct LayerArgument(string WrittenAs, AttributeValue Value);

/// <summary>What <c>[Network]</c> or <c>[Trainable]</c> says.</summary>
/// <param name="Said">Values by the options' names, as they were written; not yet checked.</param>
/// <param name="IsReadable">False where the C# compiler refuses the attribute already.</param>
internal sealed record OptionsDeclaration(AttributeMap Said, bool IsReadable = true);

/// <summary>What a front end makes of a declaration.</summary>
/// <param name="Model">Null where there are errors; warnings alone leave a model.</param>
internal sealed record FrontEndResult(NetworkModel? Model, EquatableArray<LocatedProblem<Place>> Problems);
