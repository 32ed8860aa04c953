using System.ComponentModel;

namespace ModelGen;

/// <summary>
/// A value in the definition of a network: it has a shape and no numbers. A network with branches, loops or blocks is a static method
/// <c>Define</c> that calls layers on tensors; it is interpreted when the project is built:
/// <code>
/// [Network]
/// public sealed partial class Digits
/// {
///     static Tensor Define([Shape(1, 28, 28)] Tensor image)
///     {
///         var x = image;
///         foreach (int width in (int[])[8, 16])
///             x = x.Conv2d(width, 3, padding: 1).Relu().MaxPool2d(2);
///         return x.Flatten().Linear(10, name: "fc");
///     }
/// }
/// </code>
/// </summary>
/// <remarks>
/// Tensors exist only while a definition is recorded; nothing else makes one. Run as ordinary C# with a recorder, the definition records
/// the same graph as the one that is compiled.
/// </remarks>
public sealed partial class Tensor
{
    private readonly ITensorRecorder _recorder;

    /// <summary>For recorders alone.</summary>
    /// <param name="recorder">What takes the layers called on this tensor.</param>
    /// <param name="id">The recorder's own number for this value.</param>
    /// <param name="shape">The shape of one sample.</param>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public Tensor(ITensorRecorder recorder, int id, IReadOnlyList<int> shape)
    {
        ArgumentNullException.ThrowIfNull(recorder);
        ArgumentNullException.ThrowIfNull(shape);
        (_recorder, Id, Shape) = (recorder, id, shape);
    }

    /// <summary>The recorder's own number for this value.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public int Id { get; }

    /// <summary>
    /// The shape of one sample: channels, height and width of an image, or the number of features. The batch is not part of it.
    /// </summary>
    public IReadOnlyList<int> Shape { get; }

    /// <summary>Channels of an image.</summary>
    /// <exception cref="InvalidOperationException">The tensor is not an image.</exception>
    public int Channels => Size(3, 0, nameof(Channels));

    /// <summary>Rows of an image.</summary>
    /// <exception cref="InvalidOperationException">The tensor is not an image.</exception>
    public int Height => Size(3, 1, nameof(Height));

    /// <summary>Columns of an image.</summary>
    /// <exception cref="InvalidOperationException">The tensor is not an image.</exception>
    public int Width => Size(3, 2, nameof(Width));

    /// <summary>Features of a vector.</summary>
    /// <exception cref="InvalidOperationException">The tensor is not a vector.</exception>
    public int Features => Size(1, 0, nameof(Features));

    /// <summary>The shape as people write it: <c>6×28×28</c>.</summary>
    public override string ToString() => string.Join("×", Shape);

    private static Tensor Record(string op, Tensor[] inputs, string? name, params (string Name, object? Value)[] arguments)
    {
        foreach (Tensor input in inputs)
            ArgumentNullException.ThrowIfNull(input, nameof(inputs));
        if (inputs.Length == 0)
            throw new ArgumentException($"{op} needs at least one input", nameof(inputs));
        return inputs[0]._recorder.Record(op, inputs, name, arguments);
    }

    private int Size(int rank, int axis, string property) => Shape.Count == rank
        ? Shape[axis]
        : throw new InvalidOperationException(
            $"{property} is for {(rank == 3 ? "images (channels×height×width)" : "vectors (features)")}; this tensor is {this}");
}
