using ModelGen.Safetensors;

namespace ModelGen;

/// <summary>A weights file holds NaN or infinity, and the caller asked to reject such files. Nothing of the file was loaded.</summary>
public sealed class NonFiniteWeightException : IOException
{
    internal NonFiniteWeightException(string networkName, string path, SafetensorsEntry entry, long index, float value)
        : base($"Weights file '{path}' holds " + MessageText.Invariant($"{value} in parameter {MessageText.Quote(entry.Name)} ")
            + MessageText.Invariant($"of network '{networkName}' at index {index}, position {Position(entry.Shape, index)} ")
            + MessageText.Invariant($"of shape {MessageText.Shape(entry.Shape)} (expected finite values, actual {value})."))
    {
        NetworkName = networkName;
        Path = path;
        ParameterName = entry.Name;
        Index = index;
        Value = value;
    }

    /// <summary>The network the weights were for.</summary>
    public string NetworkName { get; }

    /// <summary>The file, as the caller named it.</summary>
    public string Path { get; }

    /// <summary>The first parameter, in the network's order, with such a value.</summary>
    public string ParameterName { get; }

    /// <summary>Row-major index of the first such value in the parameter.</summary>
    public long Index { get; }

    /// <summary>The value: NaN or an infinity.</summary>
    public float Value { get; }

    static string Position(IReadOnlyList<long> shape, long index)
    {
        var position = new long[shape.Count];
        for (int d = shape.Count - 1; d >= 0; d--) (index, position[d]) = Math.DivRem(index, shape[d]);
        return MessageText.Shape(position);
    }
}
