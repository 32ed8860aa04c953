namespace ModelGen.Generator.Model;

/// <summary>What a class has beside the members of every network, because its declaration asks for it.</summary>
internal sealed record Surface
{
    /// <summary>Inference alone.</summary>
    public static readonly Surface None = new();

    /// <summary>The class Trainer.</summary>
    public bool HasTrainer { get; init; }

    /// <summary>The method Profile.</summary>
    public bool HasProfile { get; init; }

    /// <summary>Training is on numbers rather than on classes.</summary>
    public bool TrainsNumbers { get; init; }

    /// <summary>The method Accumulate of the trainer.</summary>
    public bool Accumulates { get; init; }

    /// <summary>The trainer's optimizer, one of <see cref="Ops.OptimizerTable.Names"/>.</summary>
    public string Optimizer { get; init; } = Ops.OptimizerTable.Names[0];

    /// <summary>
    /// It is not known what the declaration asks for, because a part of it cannot be read: a stub has all that it might.
    /// </summary>
    public bool IsInDoubt { get; init; }

    /// <summary>What the class of such a network has.</summary>
    /// <param name="training">Null where nothing is trained.</param>
    public static Surface Of(TrainingOptions? training, CompilerOptions options) => new()
    {
        HasTrainer = training is not null,
        HasProfile = options[NetworkOption.Profile],
        TrainsNumbers = training is { IsOfClasses: false },
        Accumulates = training is not null && training[TrainableOption.AccumulateGradients],
        Optimizer = training?.Optimizer ?? Ops.OptimizerTable.Names[0],
    };

    /// <summary>The same where a part of the declaration cannot be read.</summary>
    public Surface InDoubt() => this with { IsInDoubt = true, HasTrainer = true };
}
