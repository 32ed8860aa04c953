namespace ModelGen.Generator.Model;

/// <summary>What a class has beside the members of every network, because its declaration asks for it.</summary>
[Flags]
internal enum Extras
{
    None = 0,

    /// <summary>The class Trainer.</summary>
    Trainer = 1,

    /// <summary>The method Profile.</summary>
    Profile = 2,

    /// <summary>Training is on numbers rather than on classes.</summary>
    Targets = 4,

    /// <summary>The method Accumulate of the trainer.</summary>
    Accumulate = 8,

    /// <summary>The trainer's optimizer is this instead of Sgd.</summary>
    Adam = 16,

    /// <summary>The trainer's optimizer is this instead of Sgd.</summary>
    AdamW = 32,

    /// <summary>The trainer's optimizer is this instead of Sgd.</summary>
    RmsProp = 64,

    /// <summary>It is not known what the declaration asks for, because a part of it cannot be read: a stub has all that it might.</summary>
    Doubt = 128,
}
