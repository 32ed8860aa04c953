namespace ModelGen.Generator.Ops;

/// <summary>Special gradients.</summary>
internal static class GradientSeed
{
    /// <summary>The gradient of the loss itself: one, which needs no node.</summary>
    public const int One = -1;
}
