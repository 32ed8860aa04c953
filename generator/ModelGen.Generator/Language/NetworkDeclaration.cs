using ModelGen.Generator.Collections;
using ModelGen.Generator.Diagnostics;
using ModelGen.Generator.Graphs;
using ModelGen.Generator.Model;

namespace ModelGen.Generator.Language;

/// <summary>
/// What a class with <c>[Network]</c> says, as it was written: no symbols, no positions, equal when the text means the same, so that everything after it is
/// cached. Not yet checked, apart from the class itself.
/// </summary>
/// <param name="Class">How the class is declared.</param>
/// <param name="Part">What may be generated of the class.</param>
/// <param name="ClassProblems">What is wrong with the class.</param>
/// <param name="Inputs">The <c>[Input]</c> attributes: one, in good code.</param>
/// <param name="Layers">In source order.</param>
/// <param name="Training">Null without <c>[Trainable]</c>.</param>
/// <param name="Definition">What the class's Define came to; null where the network is written as attributes.</param>
/// <param name="Batch">What <c>[Network]</c> says; null where the C# compiler refuses the attribute already.</param>
/// <param name="Profile">What <c>[Network]</c> says.</param>
/// <param name="Optimize">The number of the enum's member in <c>[Network]</c>.</param>
/// <param name="WeightStorage">Likewise.</param>
internal sealed record NetworkDeclaration(
    ClassDeclaration Class,
    ClassPart Part,
    EquatableArray<LocatedProblem> ClassProblems,
    EquatableArray<InputDeclaration> Inputs,
    EquatableArray<LayerDeclaration> Layers,
    TrainingDeclaration? Training,
    DefinedNetwork? Definition = null,
    int? Batch = 1,
    bool Profile = false,
    int Optimize = 0,
    int WeightStorage = 0)
{
    /// <summary>True where the class has an attribute that the C# compiler does not know, which could have been any.</summary>
    public bool IsInDoubt { get; init; }

    /// <summary>What the class has beside the members of every network.</summary>
    public Surface Surface => IsInDoubt ? SurfaceOf(Training, Profile).InDoubt() : SurfaceOf(Training, Profile);

    /// <summary>The names of its inputs and outputs.</summary>
    public MemberNames Members => Definition?.Members ?? MemberNames.Unknown;

    /// <param name="training">Null where nothing is trained.</param>
    public static Surface SurfaceOf(TrainingDeclaration? training, bool isProfiled) => new()
    {
        HasTrainer = training is not null,
        HasProfile = isProfiled,
        TrainsNumbers = training is not null && !Ops.LossOperator.IsOfClasses(training.LossName),
        Accumulates = training is { AccumulateGradients: true },
        Optimizer = training?.OptimizerName ?? Ops.OptimizerTable.Names[0],
    };
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
/// <param name="IsReadable">False where the C# compiler refuses the attribute already, so that it and what depends on it are not reported again.</param>
internal sealed record LayerDeclaration(
    string Op, string? Name, EquatableArray<string?> Inputs, EquatableArray<LayerArgument> Arguments, bool IsReadable = true);

/// <summary>One argument of a layer attribute. An enum's value is the integer.</summary>
/// <param name="WrittenAs">The C# name of the property or constructor parameter.</param>
internal readonly record struct LayerArgument(string WrittenAs, AttributeValue Value);

/// <summary><c>[Trainable]</c> as written, with the attribute's defaults.</summary>
internal sealed record TrainingDeclaration
{
    /// <summary>False where the C# compiler refuses the attribute already.</summary>
    public bool IsReadable { get; init; } = true;

    public int BatchSize { get; init; } = 32;

    /// <summary>Which of <see cref="Ops.LossOperator.Names"/>.</summary>
    public int Loss { get; init; }

    /// <summary>The loss, or the first where there is no such.</summary>
    public string LossName => Ops.LossOperator.Names[Loss >= 0 && Loss < Ops.LossOperator.Names.Count ? Loss : 0];

    public double LabelSmoothing { get; init; }

    public double HuberDelta { get; init; } = 1;

    public double HingeMargin { get; init; } = 1;

    public int HingePower { get; init; } = 1;

    /// <summary>Which of <see cref="Ops.OptimizerTable.Names"/>.</summary>
    public int Optimizer { get; init; }

    /// <summary>The optimizer, or the first where there is no such.</summary>
    public string OptimizerName => Ops.OptimizerTable.Names[Optimizer >= 0 && Optimizer < Ops.OptimizerTable.Names.Count ? Optimizer : 0];

    public bool ClipGradients { get; init; }

    public bool CheckUpdates { get; init; }

    public bool AccumulateGradients { get; init; }

    public bool Checkpoint { get; init; }

    /// <summary>Null where it is not said, which networks with several outputs must.</summary>
    public double? AuxiliaryWeight { get; init; }

    /// <summary>Patterns, separated by commas.</summary>
    public string Freeze { get; init; } = "";
}

/// <summary>What a front end makes of a declaration.</summary>
/// <param name="Model">Null where there are errors; warnings alone leave a model.</param>
internal sealed record FrontEndResult(NetworkModel? Model, EquatableArray<LocatedProblem> Problems);
