namespace ModelGen.Safetensors;

/// <summary>A tensor of any type to write.</summary>
/// <param name="Name">Its key in the file.</param>
/// <param name="Dtype">The type of its elements.</param>
/// <param name="Shape">Its dimensions, outermost first.</param>
/// <param name="Length">How many bytes it has.</param>
/// <param name="Write">Writes them when it is the tensor's turn.</param>
internal sealed record SafetensorsContent(
    string Name, SafetensorsDtype Dtype, IReadOnlyList<long> Shape, long Length, Action<Stream> Write);
