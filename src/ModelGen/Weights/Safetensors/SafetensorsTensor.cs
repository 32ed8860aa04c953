
namespace ModelGen.Safetensors;

/// <summary>A tensor to write: dtype F32, row-major.</summary>
/// <param name="Name">Its key in the file; valid UTF-16, not <c>__metadata__</c>.</param>
/// <param name="Shape">Its dimensions, outermost first; empty for a scalar.</param>
/// <param name="Data">Its elements, row-major; as many as the product of the shape.</param>
public sealed record SafetensorsTensor(string Name, IReadOnlyList<long> Shape, ReadOnlyMemory<float> Data);
