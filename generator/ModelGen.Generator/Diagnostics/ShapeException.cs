namespace ModelGen.Generator.Diagnostics;

/// <summary>A layer does not fit its inputs.</summary>
internal sealed class ShapeException(string id, string message) : Exception(message)
{
    public Problem Problem => new(id, Message);

    /// <summary>The attribute at fault, where it is one that was given; null where it is the layer as a whole.</summary>
    public string? Attribute { get; init; }
}
