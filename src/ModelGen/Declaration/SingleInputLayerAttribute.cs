namespace ModelGen;

/// <summary>What layers that read one value have.</summary>
public abstract class SingleInputLayerAttribute : LayerAttribute
{
    private protected SingleInputLayerAttribute()
    {
    }

    /// <summary>
    /// Name of the earlier layer whose result this one reads, or <c>input</c> for the network's input; the layer before unless given.
    /// </summary>
    public string? From { get; set; }
}
