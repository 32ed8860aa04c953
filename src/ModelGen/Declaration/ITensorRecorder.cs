using System.ComponentModel;

namespace ModelGen;

/// <summary>Takes the layers that are called on tensors, infers their shapes and makes the resulting tensors. Not for users.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public interface ITensorRecorder
{
    /// <summary>Adds a layer.</summary>
    /// <param name="op">The layer's kind, e.g. <c>Conv2d</c>.</param>
    /// <param name="inputs">What it reads.</param>
    /// <param name="name">Its name; null for the default.</param>
    /// <param name="arguments">Arguments by name: <see cref="int"/>, <see cref="double"/>, <see cref="bool"/>, <see cref="Pair"/>,
    /// <see cref="Border"/>, the number of an enum's member as <see cref="int"/>, or null for the default.</param>
    /// <returns>The layer's result.</returns>
    Tensor Record(string op, IReadOnlyList<Tensor> inputs, string? name, IReadOnlyList<(string Name, object? Value)> arguments);
}
