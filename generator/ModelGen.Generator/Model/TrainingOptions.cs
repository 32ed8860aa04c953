using ModelGen.Generator.Collections;
using ModelGen.Generator.Graphs;

namespace ModelGen.Generator.Model;

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

    /// <summary>Name of the optimizer, one of <see cref="Ops.OptimizerTable.Names"/>.</summary>
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

    /// <summary>Patterns of the names of parameters that keep their values; see <see cref="Model.NamePattern"/>.</summary>
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
