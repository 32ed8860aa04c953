namespace ModelGen;

/// <summary>
/// The shape of one sample of an input of <c>Define</c>: <c>[Shape(channels, height, width)]</c> for images, <c>[Shape(features)]</c> for
/// vectors.
/// </summary>
/// <param name="shape">One or three sizes, each at least 1; the batch is not part of it.</param>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class ShapeAttribute(params int[] shape) : Attribute
{
    /// <summary>Channels, height and width, or the number of features.</summary>
    public int[] Shape { get; } = shape;
}
