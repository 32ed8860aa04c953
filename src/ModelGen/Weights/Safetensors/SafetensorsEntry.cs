namespace ModelGen.Safetensors;

/// <summary>One tensor of a safetensors file: what the header says of it. Immutable.</summary>
public sealed class SafetensorsEntry
{
    internal SafetensorsEntry(string name, SafetensorsDtype dtype, long[] shape, long begin, long end, long elementCount)
    {
        Name = name;
        Dtype = dtype;
        Shape = Array.AsReadOnly(shape);
        Begin = begin;
        End = end;
        ElementCount = elementCount;
    }

    /// <summary>The tensor's key in the file.</summary>
    public string Name { get; }

    /// <summary>The type of its elements.</summary>
    public SafetensorsDtype Dtype { get; }

    /// <summary>The dimensions, outermost first; empty for a scalar.</summary>
    public IReadOnlyList<long> Shape { get; }

    /// <summary>Where its first byte lies, in bytes from the end of the header.</summary>
    public long Begin { get; }

    /// <summary>Where its last byte ends, in bytes from the end of the header.</summary>
    public long End { get; }

    /// <summary>How many elements it has: the product of <see cref="Shape"/>.</summary>
    public long ElementCount { get; }

    /// <summary>Name, type and shape: <c>conv1.weight F32 [6, 1, 5, 5]</c>.</summary>
    public override string ToString() => $"{Name} {Dtype.Name()} {MessageText.Shape(Shape)}";
}
