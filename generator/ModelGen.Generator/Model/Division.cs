namespace ModelGen.Generator.Model;

/// <summary>Which steps of a plan threads share.</summary>
internal enum Division
{
    /// <summary>None: the plan is for one thread.</summary>
    None,

    /// <summary>Those that take long enough.</summary>
    Worthwhile,

    /// <summary>All that can be divided, for tests.</summary>
    Everything,
}
