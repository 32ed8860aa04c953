namespace ModelGen.Generator.Ops;

/// <summary>What users see of an operator that is a layer.</summary>
/// <param name="DefaultName">Stem of default names: <c>conv</c> gives <c>conv1</c>, <c>conv2</c>.</param>
/// <param name="Documentation">One or two sentences, with the formula.</param>
/// <param name="Source">Paper and section.</param>
/// <param name="MinInputs">Fewest inputs; 1 for most.</param>
/// <param name="MaxInputs">Most inputs.</param>
internal sealed record LayerDescription(string DefaultName, string Documentation, string Source, int MinInputs = 1, int MaxInputs = 1)
{
    /// <summary>The shape of the result from the shapes of the inputs, as the layer's page says it.</summary>
    public string ShapeRule { get; init; } = "";

    /// <summary>The layer as users write it in an attribute list.</summary>
    public string Example { get; init; } = "";
}
