using ModelGen.Generator.Diagnostics;
using ModelGen.Generator.Graphs;
using ModelGen.Generator.Ops;

namespace ModelGen.Tests.Reference;

/// <summary>Layers of tensors of any rank.</summary>
internal sealed partial class RandomGraphs
{
    // Those that give an image again where they are given one, however unlike.
    private static readonly string[] TensorLayers =
    [
        "Reshape", "Permute", "Transpose", "Slice", "IndexSelect", "Concat", "Subtract", "Minimum", "Divide", "Pow", "MatMul", "Recentred",
        "Stack", "Expand", "Maximum", "LogSoftmax", "Linear",
    ];

    private TensorType TensorTypeOf(int leastRank)
    {
        int rank = _random.Next(leastRank, 6);
        return TensorType.Sample([.. Enumerable.Range(0, rank).Select(i => rank == 3 && i == 0 ? Pick(_channels)
            : _random.Next(4) == 0 ? 1 : _random.Next(1, rank > 3 ? 5 : 8))]);
    }

    private int? OfTensor(string op, int input)
    {
        Shape shape = _graph.TypeOf(input).Shape;
        return op switch
        {
            "Reshape" => Build(op, [input], ("shape", AnyShape(shape))),
            "Permute" => Build(op, [input], ("dims", new[] { 0 }.Concat(Shuffled(Enumerable.Range(1, shape.Rank))).ToArray())),
            "Transpose" => Build(op, [input], ("dim0", AnyDim(shape)), ("dim1", AnyDim(shape))),
            "Squeeze" => Build(op, [input]),
            "Unsqueeze" => Build(op, [input], ("dim", AnyDim(Shape.Of([.. shape.Dimensions, 1])))),
            "Slice" => Part(input, AnyDim(shape)),
            "IndexSelect" => Places(input, AnyDim(shape)),
            "Expand" => Expanded(input),
            "Stack" => Build(op, [input, Build("Tanh", [input]), input], ("dim", AnyDim(Shape.Of([.. shape.Dimensions, 1])))),
            "Concat" => Joined(input, AnyDim(shape)),
            "ReduceSum" or "ReduceMean" or "ReduceMax" or "ReduceMin" => Reduced(op, input, Flip()),
            "ArgMax" => Build(op, [input], ("dim", AnyDim(shape)), ("keepdim", Flip())),
            "Subtract" or "Divide" or "Minimum" or "Add" or "Multiply" or "Maximum" or "Pow" => OfTwo(op, input),
            "PowConstant" => Power(input),
            "Greater" or "GreaterEqual" or "Less" or "LessEqual" =>
                Build(op, [input], ("value", Pick([0.0, Kink, -Kink]))),
            "Linear" when shape.Rank > 1 => Build(
                op, [input], ("outFeatures", _random.Next(1, 20)), ("lastDimension", true), ("bias", Flip())),
            "MatMul" => Product(input),
            _ => null,
        };
    }

    // A layer that gives an image again, perhaps by way of other tensors.
    private int OfImage(int input)
    {
        string op = Pick(TensorLayers);
        int result = op == "Recentred" ? Build("Subtract", [input, Reduced("ReduceMean", input, keepdim: true)])
            : OfTensor(op, input) ?? Layer(op, input);
        Shape shape = _graph.TypeOf(result).Shape;
        if (shape.Rank == 3)
            return result;
        int first = shape.Rank == 0 ? 1 : shape[0];
        return Build("Reshape", [result], ("shape", new[] { first, -1, shape.Rank < 3 ? 1 : shape[shape.Rank - 1] }));
    }

    // The batch is 0; negative ones count from the end.
    private int AnyDim(Shape shape) =>
        shape.Rank == 0 ? throw new ShapeException(ProblemIds.InvalidArgument, "a scalar has no dimension")
            : Flip() ? _random.Next(1, shape.Rank + 1) : -_random.Next(1, shape.Rank + 1);

    private int[] Shuffled(IEnumerable<int> numbers)
    {
        int[] all = [.. numbers];
        _random.Shuffle(all);
        return all;
    }

    private int[] AnyShape(Shape shape)
    {
        var sizes = new List<int> { 1 };
        int rest = (int)shape.Length;
        for (int factor = 2; rest > 1; factor++)
        {
            for (; rest % factor == 0; rest /= factor)
            {
                if (sizes.Count < 4 && _random.Next(3) == 0)
                    sizes.Add(factor);
                else
                    sizes[_random.Next(sizes.Count)] *= factor;
            }
        }
        if (Flip())
            sizes[_random.Next(sizes.Count)] = -1;
        return [.. sizes];
    }

    private int SizeOf(Shape shape, int dim) => shape[dim < 0 ? shape.Rank + dim : dim - 1];

    private int Part(int input, int dim)
    {
        int size = SizeOf(_graph.TypeOf(input).Shape, dim);
        int start = _random.Next(-size, size), end = _random.Next(4) == 0 ? int.MaxValue : _random.Next(-size + 1, size + 1);
        return Build("Slice", [input], ("dim", dim), ("start", start), ("end", end), ("step", _random.Next(1, 4)));
    }

    private int Places(int input, int dim)
    {
        int size = SizeOf(_graph.TypeOf(input).Shape, dim);
        return Build("IndexSelect", [input], ("dim", dim),
            ("indices", Enumerable.Range(0, _random.Next(1, 6)).Select(_ => _random.Next(-size, size)).ToArray()));
    }

    private int Expanded(int input)
    {
        Shape shape = _graph.TypeOf(input).Shape;
        int[] sizes = [.. shape.Dimensions.Select(size => size == 1 ? _random.Next(1, 4) : Flip() ? -1 : size)];
        return Build("Expand", [input], ("shape", Flip() ? [_random.Next(1, 4), .. sizes] : sizes));
    }

    private int Joined(int input, int dim)
    {
        int part = Part(input, dim);
        return Build("Concat", Flip() ? [input, Build("Sigmoid", [part])] : [part, input, part], ("dim", dim));
    }

    private int Reduced(string op, int input, bool keepdim)
    {
        int rank = _graph.TypeOf(input).Shape.Rank;
        int[] dims = [.. Shuffled(Enumerable.Range(1, rank)).Take(_random.Next(0, rank)).Select(d => Flip() ? d : d - rank - 1)];
        return Build(op, [input], ("dims", dims), ("keepdim", keepdim));
    }

    // The second of the same shape, or of one that is repeated; divisors and bases of powers are positive.
    private int OfTwo(string op, int input)
    {
        Shape shape = _graph.TypeOf(input).Shape;
        int other = _random.Next(5) switch
        {
            4 => Build("Sigmoid", [Build("Buffer", [input], ("shape", shape.Dimensions.Skip(_random.Next(shape.Rank)).ToArray()))]),
            0 => Build("Sigmoid", [input]),
            1 => Build("Sigmoid", [Reduced("ReduceMean", input, keepdim: true)]),
            2 when shape.Rank > 1 => Build("Sigmoid", [Build("ReduceMean", [input], ("dims", new[] { 1 }))]),
            _ => Build("Sigmoid", [Build("Slice", [input], ("dim", -1), ("end", 1))]),
        };
        return op switch
        {
            "Pow" => Flip() ? Build(op, [other, Build("Tanh", [input])]) : Build(op, [Build("Sigmoid", [input]), other]),
            "Divide" => Build(op, [input, other]),
            _ => Build(op, Flip() ? [input, other] : [other, input]),
        };
    }

    private int Power(int input) => _random.Next(4) switch
    {
        0 => Build("Pow", [input], ("exponent", 2.0)),
        1 => Build("Pow", [input], ("exponent", 3.0)),
        _ => Build("Pow", [Build("Sigmoid", [input])], ("exponent", Pick([-1.0, 0.5, -0.5, 1.0, 0.0]))),
    };

    // With its own transpose, whole or without a dimension before the matrix.
    private int Product(int input)
    {
        Shape shape = _graph.TypeOf(input).Shape;
        if (_random.Next(4) == 0)
            return OfTensor("Linear", input)!.Value;
        int turned = Build("Transpose", [input], ("dim0", -1), ("dim1", -2));
        if (shape.Rank > 2 && Flip())
            turned = Build("ReduceMean", [turned], ("dims", new[] { 1 }), ("keepdim", Flip()));
        return Build("MatMul", Flip() ? [input, turned] : [turned, input]);
    }
}
