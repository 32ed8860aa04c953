using ModelGen.Generator.Collections;

namespace ModelGen.Generator.Graphs;

/// <summary>What one element of a tensor is.</summary>
internal enum ElementType
{
    /// <summary>IEEE single precision.</summary>
    F32,

    /// <summary>32-bit signed integer: class labels, counts.</summary>
    I32,
}

/// <summary>The static dimensions of a tensor, without the batch. Scalars have none.</summary>
internal readonly record struct Shape(EquatableArray<int> Dimensions)
{
    public static Shape Of(params int[] dimensions) => new(new EquatableArray<int>(dimensions));

    public int Rank => Dimensions.Count;

    public int this[int axis] => Dimensions[axis];

    /// <summary>The same shape with another size of one dimension.</summary>
    public Shape With(int axis, int size)
    {
        int[] dimensions = [.. Dimensions];
        dimensions[axis] = size;
        return Of(dimensions);
    }

    /// <summary>Number of elements. Throws <see cref="OverflowException"/> beyond 2⁶³.</summary>
    public long Length
    {
        get
        {
            long length = 1;
            foreach (int dimension in Dimensions)
                length = checked(length * dimension);
            return length;
        }
    }

    /// <summary>As people write it: <c>6×28×28</c>; a scalar is <c>scalar</c>.</summary>
    public override string ToString() => Rank == 0 ? "scalar" : string.Join("×", Dimensions);
}

/// <summary>
/// The type of a value in a graph. Activations are <paramref name="PerSample"/>: one <paramref name="Shape"/> for each sample of the batch,
/// whose size is not part of the graph. Parameters, their gradients and the loss are not.
/// </summary>
internal readonly record struct TensorType(Shape Shape, bool PerSample, ElementType Element = ElementType.F32)
{
    public static TensorType Sample(params int[] shape) => new(Shape.Of(shape), PerSample: true);

    public static TensorType Fixed(params int[] shape) => new(Shape.Of(shape), PerSample: false);

    /// <summary>The form of the text dump: <c>f32[N,6,28,28]</c>, <c>f32[6,1,5,5]</c>, <c>i32[N]</c>.</summary>
    public override string ToString()
    {
        string dimensions = string.Join(",", Shape.Dimensions);
        string batch = !PerSample ? "" : Shape.Rank == 0 ? "N" : "N,";
        return $"{(Element == ElementType.F32 ? "f32" : "i32")}[{batch}{dimensions}]";
    }
}
