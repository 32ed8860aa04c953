namespace ModelGen;

/// <summary>By which formula GELU is computed.</summary>
public enum GeluApproximation
{
    /// <summary>The normal distribution itself.</summary>
    None,

    /// <summary>The formula with the hyperbolic tangent.</summary>
    Tanh,
}
