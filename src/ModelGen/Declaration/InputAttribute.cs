namespace ModelGen;

/// <summary>
/// The shape of one sample: <c>Input(channels, height, width)</c> for images, <c>Input(features)</c> for vectors; the batch is not part of
/// it.
/// </summary>
/// <param name="shape">One or three sizes, each at least 1.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class InputAttribute(params int[] shape) : Attribute
{
    /// <summary>Channels, height and width, or the number of features.</summary>
    public int[] Shape { get; } = shape;
}
