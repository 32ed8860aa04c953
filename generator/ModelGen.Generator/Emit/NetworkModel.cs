using ModelGen.Generator.Collections;
using ModelGen.Generator.Graphs;
using ModelGen.Generator.Passes;
using ModelGen.Generator.Scheduling;

namespace ModelGen.Generator.Emit;

/// <summary>A network that a front end has understood and that has no errors: all the compiler needs to write its code. No Roslyn, no positions.</summary>
/// <param name="Graph">The forward graph: inputs, and outputs of which the main one is named "output"; all names are different.</param>
/// <param name="Class">The class to extend.</param>
/// <param name="Training">Null for inference alone.</param>
/// <param name="Batch">The most samples that one call of <c>Forward</c> takes.</param>
/// <param name="Profile">Whether there is a method that measures each step.</param>
internal sealed record NetworkModel(Graph Graph, ClassDeclaration Class, TrainingOptions? Training, int Batch = 1, bool Profile = false)
{
    /// <summary>What inference is compiled for.</summary>
    public CompilerOptions Options { get; init; } = CompilerOptions.Default;

    /// <summary>Which steps threads may share.</summary>
    public Division Division { get; init; } = Division.Worthwhile;
}

/// <summary>How the user's class is declared, so that the generated part matches.</summary>
/// <param name="Namespace">Empty for the global namespace.</param>
/// <param name="ContainingTypes">From the outermost: how each is declared, e.g. <c>partial class Models</c>, <c>partial record struct Box</c>.</param>
/// <param name="Name">The class's name, escaped where it is a keyword.</param>
/// <param name="Accessibility"><c>public</c>, <c>internal</c>, <c>private</c>, …</param>
internal sealed record ClassDeclaration(string Namespace, EquatableArray<string> ContainingTypes, string Name, string Accessibility)
{
    /// <summary><c>class</c>; <c>record</c> of one that is refused for it.</summary>
    public string Keyword { get; init; } = "class";
}

/// <summary>What <c>[Trainable]</c> says, checked.</summary>
/// <param name="Loss">Name of the loss, an operator.</param>
internal sealed record TrainingOptions(int BatchSize, string Loss, float LabelSmoothing)
{
    /// <summary>Of the Huber loss.</summary>
    public float HuberDelta { get; init; } = 1;

    /// <summary>Of the hinge loss.</summary>
    public float HingeMargin { get; init; } = 1;

    /// <summary>Of the hinge loss: 1 or 2.</summary>
    public int HingePower { get; init; } = 1;

    /// <summary>Name of the optimizer, one of <see cref="Ops.Update.Optimizers"/>.</summary>
    public string Optimizer { get; init; } = "Sgd";

    /// <summary>Whether gradients may be scaled down together, for which all have to be there before the first update.</summary>
    public bool ClipGradients { get; init; }

    /// <summary>Whether a step is to change nothing unless all that it is going to write is finite.</summary>
    public bool CheckUpdates { get; init; }

    /// <summary>Whether it does so: with all gradients there anyway, it takes no memory.</summary>
    public bool ChecksFirst => CheckUpdates || (ClipGradients && !AccumulateGradients);

    /// <summary>Whether gradients of several batches are added up before an update.</summary>
    public bool AccumulateGradients { get; init; }

    /// <summary>Whether activations are computed again in the backward pass to save memory; see <see cref="Scheduling.Recompute"/>.</summary>
    public bool Checkpoint { get; init; }

    /// <summary>Weight of the loss of each output beside the main one; 0 leaves them out.</summary>
    public float AuxiliaryWeight { get; init; }

    /// <summary>Patterns of the names of parameters that keep their values; see <see cref="FrontEnds.NamePattern"/>.</summary>
    public EquatableArray<string> Frozen { get; init; } = [];

    /// <summary>Whether training is on classes rather than on numbers.</summary>
    public bool IsOfClasses => Ops.LossOperator.IsOfClasses(Loss);

    /// <summary>The attributes of the loss of an output.</summary>
    public AttributeMap LossAttributes(float weight) => Loss switch
    {
        OpNames.CrossEntropy => AttributeMap.Of(("labelSmoothing", LabelSmoothing), ("weight", weight)),
        OpNames.Hinge => AttributeMap.Of(("margin", HingeMargin), ("p", HingePower), ("weight", weight)),
        OpNames.Huber => AttributeMap.Of(("delta", HuberDelta), ("weight", weight)),
        _ => AttributeMap.Of(("weight", weight)),
    };

    /// <summary>Whether a parameter is trained.</summary>
    public bool Trains(Node parameter) =>
        Ops.Initializers.IsTrainable(parameter) && !Frozen.Any(pattern => NamePattern.Matches(pattern, parameter.Name));
}
