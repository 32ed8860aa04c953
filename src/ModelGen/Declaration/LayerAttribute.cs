namespace ModelGen;

/// <summary>
/// What all layers have. Layers follow each other in source order; each reads the result of the one before unless it says otherwise.
/// </summary>
public abstract class LayerAttribute : Attribute
{
    private protected LayerAttribute()
    {
    }

    /// <summary>
    /// Name of the layer, which begins its parameters' names: <c>conv1</c> has <c>conv1.weight</c>. Letters, digits and underscores, in
    /// parts joined by points. Unless given it is the kind of layer with a running number for each kind: <c>conv1</c>, <c>conv2</c>,
    /// <c>fc1</c>.
    /// </summary>
    public string? Name { get; set; }
}
