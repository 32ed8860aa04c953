using ModelGen.Generator.Collections;
using ModelGen.Generator.Graphs;
using ModelGen.Generator.Ops;

namespace ModelGen.Tests.Reference;

/// <summary>Tensors of any rank: elements by their indices, one for each dimension of a sample.</summary>
internal static class Tensors
{
    public static Dictionary<string, Func<Operation, double[]>> Operators { get; } = new(
        Binaries.SelectMany(b => new KeyValuePair<string, Func<Operation, double[]>>[]
        {
            new(b.Key, o => Broadcast(o, b.Value)), new("Broadcast" + b.Key, o => Broadcast(o, b.Value)),
        }))
    {
        ["BroadcastAdd"] = o => Broadcast(o, (a, b) => a + b),
        ["BroadcastMultiply"] = o => Broadcast(o, (a, b) => a * b),
        ["BroadcastMaximum"] = o => Broadcast(o, Math.Max),
        ["Permute"] = o => Gather(o, index => Turned(o.Attributes.Ints("dims"), index)),
        ["Expand"] = o => Gather(o, index => Repeated(o.ShapeOf(0), index)),
        ["Slice"] = o => Gather(o, index => At(index, AxisOf(o), i => o.Attributes.Int("start") + i * o.Attributes.Int("step"))),
        ["IndexSelect"] = o => Gather(o, index => At(index, AxisOf(o), i => o.Attributes.Ints("indices")[i])),
        ["SliceGradient"] =
            o => Scatter(o, index => At(index, AxisOf(o), i => o.Attributes.Int("start") + i * o.Attributes.Int("step"))),
        ["IndexAdd"] = o => Scatter(o, index => At(index, AxisOf(o), i => o.Attributes.Ints("indices")[i])),
        ["Concat"] = Concat,
        ["ReduceSum"] = o => [.. Lines(o).Select(line => line.Sum())],
        ["ReduceMean"] = o => [.. Lines(o).Select(line => line.Average())],
        ["ReduceMax"] = o => [.. Lines(o).Select(line => line.Aggregate(Math.Max))],
        ["ReduceMin"] = o => [.. Lines(o).Select(line => line.Aggregate(Math.Min))],
        ["ArgMax"] = o =>
            [.. Lines(o, AxisOf(o, o.ShapeOf(0).Rank)).Select(line => (double)line.ToList().IndexOf(line.Aggregate(Math.Max)))],
        ["MatMul"] = MatMul,
        ["PowConstant"] = o => [.. o[0].Select(x => Math.Pow(x, o.Attributes["exponent"].Number))],
        ["BroadcastMaximumShare"] = o => Broadcast(o, (a, b) => a > b ? 1 : a == b ? 0.5 : 0),
        ["Greater"] = o => Compare(o, (x, value) => x > value),
        ["GreaterEqual"] = o => Compare(o, (x, value) => x >= value),
        ["Less"] = o => Compare(o, (x, value) => x < value),
        ["LessEqual"] = o => Compare(o, (x, value) => x <= value),
        ["EqualMask"] = o => [.. o[0].Zip(o[1], (a, b) => a == b ? 1.0 : 0)],
    };

    // Of one shape, and repeated; those that have other definitions for one shape are not here.
    private static Dictionary<string, Func<double, double, double>> Binaries => new()
    {
        ["Subtract"] = (a, b) => a - b,
        ["Divide"] = (a, b) => a / b,
        ["Minimum"] = Math.Min,
        ["PowOf"] = Math.Pow,
        ["PowExponentSlope"] = (a, b) => a == 0 && b >= 0 ? 0 : Math.Pow(a, b) * Math.Log(a),
    };

    private static double[] Compare(Operation operation, Func<double, double, bool> isTrue) =>
        [.. operation[0].Select(x => isTrue(x, operation.Attributes["value"].Number) ? 1.0 : 0)];

    private static int AxisOf(Operation operation) => AxisOf(operation, operation.Shape.Rank);

    private static int AxisOf(Operation operation, int rank) =>
        operation.Attributes.Int("dim") is int dim && dim < 0 ? rank + dim : dim - 1;

    private static int[] At(int[] index, int axis, Func<int, int> place)
    {
        int[] moved = [.. index];
        moved[axis] = place(index[axis]);
        return moved;
    }

    private static int[] Turned(EquatableArray<int> dims, int[] index)
    {
        int[] source = new int[index.Length];
        for (int i = 0; i < index.Length; i++)
            source[dims[i + 1] - 1] = index[i];
        return source;
    }

    // Aligned at the last dimension; what has one element is repeated.
    private static int[] Repeated(Shape shape, int[] index) =>
        [.. shape.Dimensions.Select((size, axis) => size == 1 ? 0 : index[index.Length - shape.Rank + axis])];

    private static IEnumerable<int[]> Indices(Shape shape)
    {
        for (long position = 0; position < shape.Length; position++)
        {
            int[] index = new int[shape.Rank];
            long rest = position;
            for (int axis = shape.Rank - 1; axis >= 0; axis--)
                (index[axis], rest) = ((int)(rest % shape[axis]), rest / shape[axis]);
            yield return index;
        }
    }

    private static long PositionOf(Shape shape, int[] index)
    {
        long position = 0;
        for (int axis = 0; axis < shape.Rank; axis++)
            position = position * shape[axis] + index[axis];
        return position;
    }

    private static double Element(Operation operation, int input, int sample, int[] index)
    {
        Shape shape = operation.ShapeOf(input);
        return operation[input][(operation.IsPerSample(input) ? sample * shape.Length : 0) + PositionOf(shape, index)];
    }

    private static double[] Each(Operation operation, Func<int, int[], double> element) =>
        [.. from n in Enumerable.Range(0, operation.NewResult().Length / (int)operation.Shape.Length)
            from index in Indices(operation.Shape)
            select element(n, index)];

    private static double[] Gather(Operation operation, Func<int[], int[]> source) =>
        Each(operation, (n, index) => Element(operation, 0, n, source(index)));

    private static double[] Scatter(Operation operation, Func<int[], int[]> target)
    {
        double[] result = operation.NewResult();
        for (int n = 0; n < operation.Batch; n++)
        {
            foreach (int[] index in Indices(operation.ShapeOf(0)))
                result[n * operation.Shape.Length + PositionOf(operation.Shape, target(index))] += Element(operation, 0, n, index);
        }
        return result;
    }

    private static double[] Broadcast(Operation operation, Func<double, double, double> function) => Each(operation, (n, index) =>
        function(Element(operation, 0, n, Repeated(operation.ShapeOf(0), index)),
            Element(operation, 1, n, Repeated(operation.ShapeOf(1), index))));

    private static double[] Concat(Operation operation)
    {
        int axis = AxisOf(operation);
        return Each(operation, (n, index) =>
        {
            (int input, int place) = (0, index[axis]);
            for (; place >= operation.ShapeOf(input)[axis]; input++)
                place -= operation.ShapeOf(input)[axis];
            return Element(operation, input, n, At(index, axis, _ => place));
        });
    }

    // All that is taken together, for each element of the result.
    private static IEnumerable<IEnumerable<double>> Lines(Operation operation, params int[] only)
    {
        Shape shape = operation.ShapeOf(0);
        int[] given = only.Length > 0 ? only
            : [.. operation.Attributes.Ints("dims").Select(d => d < 0 ? shape.Rank + d : d - 1)];
        int[] axes = given.Length > 0 ? given : [.. Enumerable.Range(0, shape.Rank)];
        for (int n = 0; n < operation.Batch; n++)
        {
            int sample = n;
            foreach (IGrouping<string, int[]> line in Indices(shape).GroupBy(index =>
                string.Join(',', index.Where((_, axis) => !axes.Contains(axis)))))
                yield return line.Select(index => Element(operation, 0, sample, index)).ToArray();
        }
    }

    private static double[] MatMul(Operation operation)
    {
        Shape a = operation.ShapeOf(0), b = operation.ShapeOf(1);
        int rank = operation.Shape.Rank, inner = a[a.Rank - 1];
        return Each(operation, (n, index) =>
        {
            double sum = 0;
            for (int k = 0; k < inner; k++)
                sum += Element(operation, 0, n, [.. Repeated(Leading(a), index[..(rank - 2)]), index[rank - 2], k])
                    * Element(operation, 1, n, [.. Repeated(Leading(b), index[..(rank - 2)]), k, index[rank - 1]]);
            return sum;
        });

        static Shape Leading(Shape shape) => Shape.Of([.. shape.Dimensions.Take(shape.Rank - 2)]);
    }
}
