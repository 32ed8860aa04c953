namespace ModelGen;

/// <summary>What updates parameters. Each has a class of its name with its settings.</summary>
public enum Optimizer
{
    /// <summary>Stochastic gradient descent, with one value kept for each parameter; <see cref="ModelGen.Sgd"/>.</summary>
    Sgd,

    /// <summary>With two values kept for each parameter; <see cref="ModelGen.Adam"/>.</summary>
    Adam,

    /// <summary>With two values kept for each parameter; <see cref="ModelGen.AdamW"/>.</summary>
    AdamW,

    /// <summary>With three values kept for each parameter; <see cref="ModelGen.RmsProp"/>.</summary>
    RmsProp,

    /// <summary>With one value kept for each parameter; <see cref="ModelGen.Adagrad"/>.</summary>
    Adagrad,
}
